import { LEARNER_PAGES } from './page-list.ts';
import type { LearnerPage, LearnerTab } from './pages.ts';

export interface Found {
  readonly page: LearnerPage;
  readonly params: Readonly<Record<string, string>>;
}

/** The page at an address under `/my/`; undefined when there is none. */
export function findPage(pathname: string, list: readonly LearnerPage[] = LEARNER_PAGES): Found | undefined {
  const parts = pathname.replace(/^\/my\/|\/$/g, '').split('/');
  for (const page of list) {
    const wanted = page.path.split('/');
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, place) => {
      const given = parts[place] ?? '';
      if (!part.startsWith(':')) return part === given;
      params[part.slice(1)] = decodeURIComponent(given);
      return given !== '';
    });
    if (fits) return { page, params };
  }
  return undefined;
}

/** Tabs to show: Today, and those whose own page exists. */
export function shownTabs(list: readonly LearnerPage[] = LEARNER_PAGES): LearnerTab[] {
  const paths = new Set(list.map(({ path }) => path));
  return ['today' as const, ...list.map(({ tab }) => tab).filter((tab) => paths.has(tab))];
}
