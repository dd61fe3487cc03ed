/** @jsxImportSource preact */
import type { LearnerPage } from '../../platform/web/learner/pages.ts';

export const reachLearnerPages: readonly LearnerPage[] = [
  {
    path: 'cannot-attend',
    title: 'reach.page.cannotAttend',
    tab: 'today',
    load: () => import('./cannot-attend-page.tsx'),
  },
  { path: 'days', title: 'reach.page.days', tab: 'today', load: () => import('./days-page.tsx') },
  { path: 'children', title: 'reach.page.children', tab: 'today', load: () => import('./children-page.tsx') },
];
