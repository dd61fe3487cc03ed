import type { ComponentType } from 'preact';
import type { WordKey } from '../../i18n/catalogues.ts';

/** The five tabs of the learner shell, in their order. */
export const LEARNER_TABS = ['today', 'timetable', 'tasks', 'messages', 'me'] as const;
export type LearnerTab = (typeof LEARNER_TABS)[number];

/** What a learner page is given: the parts of its address. */
export interface LearnerPageProps {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One page of the learner shell; declared in `src/<capability>/web/learner-pages.tsx`. */
export interface LearnerPage {
  /** Address under `/my/`, without a slash at the ends; parameters as `:lessonId`. */
  readonly path: string;
  readonly title: WordKey;
  /** Tab that is lit while the page shows. */
  readonly tab: LearnerTab;
  readonly load: () => Promise<{ default: ComponentType<LearnerPageProps> }>;
}
