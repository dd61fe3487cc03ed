/** @jsxImportSource preact */
import type { LearnerPage } from '../../platform/web/learner/pages.ts';

export const peopleLearnerPages: readonly LearnerPage[] = [
  { path: 'me', title: 'platform.tab.me', tab: 'me', load: () => import('./me-page.tsx') },
];
