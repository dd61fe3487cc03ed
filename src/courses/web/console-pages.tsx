import type { ConsolePage } from '../../platform/web/console/pages.ts';

export const coursesConsolePages: readonly ConsolePage[] = [
  {
    path: 'classes',
    title: 'courses.classes.title',
    group: 'people',
    action: 'courses.readClasses',
    load: () => import('./classes-page.tsx'),
  },
  {
    path: 'classes/:classId',
    title: 'courses.class.title',
    action: 'courses.readMembers',
    load: () => import('./class-page.tsx'),
  },
  {
    path: 'classes/:classId/cards',
    title: 'courses.cards.title',
    action: 'courses.issueClaimCards',
    load: () => import('./claim-cards-page.tsx'),
  },
];
