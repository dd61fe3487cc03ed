import type { Capability } from '../platform/capability.ts';
import { timetableActions } from './actions.ts';
import { timetableCommands } from './commands.ts';
import { timetableJobs } from './jobs.ts';
import { timetableRoutes } from './routes.ts';

export const timetable: Capability = {
  name: 'timetable',
  actions: timetableActions,
  routes: timetableRoutes,
  commands: timetableCommands,
  jobs: timetableJobs,
  fileColumns: ['timetable_imports.file_sha256'],
};
