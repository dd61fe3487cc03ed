import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const timetableConsolePages: readonly ConsolePage[] = [
  {
    path: 'today',
    title: 'timetable.teaching.menu',
    group: 'today',
    action: 'timetable.readOwnDay',
    load: () => import('./teaching-today-page.tsx'),
  },
];
