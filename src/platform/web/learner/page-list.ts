import { consentsLearnerPages } from '../../../consents/web/learner-pages.tsx';
import { peopleLearnerPages } from '../../../people/web/learner-pages.tsx';
import { reachLearnerPages } from '../../../reach/web/learner-pages.tsx';
import { timetableLearnerPages } from '../../../timetable/web/learner-pages.tsx';
import type { LearnerPage } from './pages.ts';

/** Pages of the learner shell beside Today, which is in its first load. A capability adds its list here. */
export const LEARNER_PAGES: readonly LearnerPage[] = [
  ...timetableLearnerPages,
  ...reachLearnerPages,
  ...peopleLearnerPages,
  ...consentsLearnerPages,
];
