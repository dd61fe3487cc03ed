import type { Capability } from '../platform/capability.ts';
import { timetableActions } from './actions.ts';
import { timetableCommands } from './commands.ts';
import { timetableRoutes } from './routes.ts';

export const timetable: Capability = {
  name: 'timetable',
  actions: timetableActions,
  routes: timetableRoutes,
  commands: timetableCommands,
  fileColumns: ['timetable_imports.file_sha256'],
};
