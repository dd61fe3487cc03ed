import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const calendarConsolePages: readonly ConsolePage[] = [
  {
    path: 'calendar',
    title: 'calendar.title',
    group: 'plan',
    action: 'calendar.edit',
    load: () => import('./calendar-page.tsx'),
  },
];
