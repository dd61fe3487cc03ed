import type { Capability } from '../platform/capability.ts';
import { coursesActions } from './actions.ts';
import { coursesJobs } from './jobs.ts';
import { coursesRoutes } from './routes.ts';

export const courses: Capability = {
  name: 'courses',
  actions: coursesActions,
  routes: coursesRoutes,
  jobs: coursesJobs,
};
