/** @jsxImportSource preact */
import type { LearnerPage } from '../../platform/web/learner/pages.ts';

export const consentsLearnerPages: readonly LearnerPage[] = [
  { path: 'consents', title: 'consents.page.title', tab: 'me', load: () => import('./consents-page.tsx') },
];
