import { expect, test } from 'vitest';
import type { LearnerPage } from './pages.ts';
import { findPage, shownTabs } from './route.ts';

const page = (path: string, tab: LearnerPage['tab']): LearnerPage => ({
  path,
  tab,
  title: 'platform.brand',
  load: () => Promise.reject(new Error('not opened here')),
});
const PAGES = [
  page('timetable', 'timetable'),
  page('cannot-attend', 'today'),
  page('lessons/:day/:lessonId', 'tasks'),
];

test('an address finds its page and the parts of it', () => {
  expect(findPage('/my/lessons/2026-11-25/a%20b', PAGES)).toEqual({
    page: PAGES[2],
    params: { day: '2026-11-25', lessonId: 'a b' },
  });
  expect(findPage('/my/timetable/', PAGES)?.page).toBe(PAGES[0]);
});

test.each(['/my/nothing', '/my/lessons/2026-11-25', '/my/lessons/2026-11-25/', '/my/'])(
  '%s has no page',
  (address) => {
    expect(findPage(address, PAGES)).toBeUndefined();
  },
);

test('a tab without a page of its own is absent', () => {
  expect(shownTabs(PAGES)).toEqual(['today', 'timetable']);
});
