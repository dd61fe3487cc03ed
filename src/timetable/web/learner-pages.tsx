/** @jsxImportSource preact */
import type { LearnerPage } from '../../platform/web/learner/pages.ts';

export const timetableLearnerPages: readonly LearnerPage[] = [
  {
    path: 'timetable',
    title: 'platform.tab.timetable',
    tab: 'timetable',
    load: () => import('./own-week-page.tsx'),
  },
  {
    path: 'timetable/subscribe',
    title: 'timetable.feed.title',
    tab: 'timetable',
    load: () => import('./subscribe-page.tsx'),
  },
];
