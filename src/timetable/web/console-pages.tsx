import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const timetableConsolePages: readonly ConsolePage[] = [
  {
    path: 'today',
    title: 'timetable.teaching.menu',
    group: 'today',
    action: 'timetable.readOwnDay',
    atSchool: true,
    load: () => import('./teaching-today-page.tsx'),
  },
  {
    path: 'timetable',
    title: 'timetable.plan.menu',
    group: 'plan',
    action: 'timetable.readPlan',
    atSchool: true,
    load: () => import('./planner/plan-page.tsx'),
  },
  {
    path: 'timetable/import',
    title: 'timetable.import.title',
    action: 'timetable.editPlan',
    atSchool: true,
    load: () => import('./importing/import-page.tsx'),
  },
  {
    path: 'bells',
    title: 'timetable.bells.title',
    group: 'plan',
    action: 'timetable.editPlan',
    atSchool: true,
    load: () => import('./bells/bells-page.tsx'),
  },
  {
    path: 'week',
    title: 'timetable.week.title',
    group: 'plan',
    action: 'timetable.readClassWeek',
    atSchool: true,
    load: () => import('./week/week-page.tsx'),
  },
  {
    path: 'week/print',
    title: 'timetable.week.print',
    action: 'timetable.readClassWeek',
    atSchool: true,
    load: () => import('./week/print-page.tsx'),
  },
];
