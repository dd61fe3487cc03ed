import type { Capability } from '../platform/capability.ts';
import { reachActions } from './actions.ts';
import { reachJobs } from './jobs.ts';
import { reachRoutes } from './routes.ts';

export const reach: Capability = {
  name: 'reach',
  actions: reachActions,
  routes: reachRoutes,
  jobs: reachJobs,
};
