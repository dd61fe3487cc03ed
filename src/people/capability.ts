import type { Capability } from '../platform/capability.ts';
import { peopleActions } from './actions.ts';
import { supportCommands } from './commands-support.ts';
import { peopleCommands } from './commands.ts';
import { peopleJobs } from './jobs.ts';
import { peopleRoutes } from './routes.ts';
import { endStaffSessions } from './sessions.ts';

export const people: Capability = {
  name: 'people',
  actions: peopleActions,
  routes: peopleRoutes,
  commands: [...peopleCommands, ...supportCommands],
  jobs: peopleJobs,
  afterRestore: (ctx) => endStaffSessions(ctx.db),
};
