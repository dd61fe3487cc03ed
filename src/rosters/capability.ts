import type { Capability } from '../platform/capability.ts';
import { rostersActions } from './actions.ts';
import { rostersCommands } from './commands.ts';
import { rostersJobs } from './jobs.ts';
import { schoolRoutes } from './schools/routes.ts';
import { schoolCommands } from './schools/commands.ts';
import { rosterSyncRoutes } from './sync/routes.ts';
import { rostersRoutes } from './routes.ts';

export const rosters: Capability = {
  name: 'rosters',
  actions: rostersActions,
  routes: (ctx) => async (app) => {
    await app.register(rostersRoutes(ctx));
    await app.register(schoolRoutes(ctx));
    await app.register(rosterSyncRoutes(ctx));
  },
  jobs: rostersJobs,
  fileColumns: ['unit_imports.file_sha256'],
  commands: [...rostersCommands, ...schoolCommands],
};
