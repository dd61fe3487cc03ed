import type { Capability } from '../platform/capability.ts';
import { rostersActions } from './actions.ts';
import { rostersCommands } from './commands.ts';
import { rostersJobs } from './jobs.ts';
import { rostersRoutes } from './routes.ts';

export const rosters: Capability = {
  name: 'rosters',
  actions: rostersActions,
  routes: rostersRoutes,
  jobs: rostersJobs,
  commands: rostersCommands,
};
