import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const timetableConsolePages: readonly ConsolePage[] = [
  {
    path: 'today',
    title: 'timetable.teaching.menu',
    group: 'today',
    action: 'timetable.readOwnDay',
    load: () => import('./teaching-today-page.tsx'),
  },
  {
    path: 'timetable',
    title: 'timetable.plan.menu',
    group: 'plan',
    action: 'timetable.readPlan',
    load: () => import('./planner/plan-page.tsx'),
  },
  {
    path: 'timetable/import',
    title: 'timetable.import.title',
    action: 'timetable.editPlan',
    load: () => import('./importing/import-page.tsx'),
  },
  {
    path: 'bells',
    title: 'timetable.bells.title',
    group: 'plan',
    action: 'timetable.editPlan',
    load: () => import('./bells/bells-page.tsx'),
  },
  {
    path: 'week',
    title: 'timetable.week.title',
    group: 'plan',
    action: 'timetable.readClassWeek',
    load: () => import('./week/week-page.tsx'),
  },
  {
    path: 'week/print',
    title: 'timetable.week.print',
    action: 'timetable.readClassWeek',
    load: () => import('./week/print-page.tsx'),
  },
];
