import { expect, test } from 'vitest';
import { currentPage, landingPage, menuFor, openPages, type Standing } from './menu.ts';
import type { ConsolePage } from './pages.ts';

const page = (path: string, action: string, group?: ConsolePage['group']): ConsolePage => ({
  path,
  action,
  title: 'platform.brand',
  ...(group ? { group } : {}),
  load: () => Promise.reject(new Error('not opened here')),
});
const school = (...actions: string[]): Standing => ({ actions, orgKind: 'school' });
const PAGES = [
  page('timetable', 'timetable.read', 'plan'),
  page('timetable/publish', 'timetable.publish', 'plan'),
  page('today', 'timetable.read', 'today'),
  page('roster', 'rosters.import', 'people'),
  page('lessons/:lessonId', 'timetable.read'),
];

test('a page without permission is absent, and so is a group without pages', () => {
  expect(
    menuFor(school('timetable.read'), PAGES).map(({ group, pages }) => [
      group,
      pages.map(({ path }) => path),
    ]),
  ).toEqual([
    ['today', ['today']],
    ['plan', ['timetable']],
  ]);
});

test('a page outside the menu can still be opened by who may', () => {
  expect(openPages(school('timetable.read'), PAGES).map(({ path }) => path)).toEqual([
    'timetable',
    'today',
    'lessons/:lessonId',
  ]);
});

test('the longest fitting entry is lit', () => {
  const sections = menuFor(school('timetable.read', 'timetable.publish'), PAGES);
  expect(currentPage('/timetable/publish', sections)?.path).toBe('timetable/publish');
  expect(currentPage('/timetable/2026-11-25', sections)?.path).toBe('timetable');
  expect(currentPage('/lessons/1', sections)).toBeUndefined();
});

test('what only a school has is absent for a bureau, and whoever sees the board begins there', () => {
  const board: ConsolePage = { ...page('board', 'reach.readBoard', 'today'), isLanding: true };
  const list = [...PAGES.map((entry) => ({ ...entry, atSchool: true as const })), board];
  const both = ['timetable.read', 'reach.readBoard'];
  expect(openPages({ actions: both, orgKind: 'county' }, list).map(({ path }) => path)).toEqual(['board']);
  expect(landingPage({ actions: both, orgKind: 'school' }, list)?.path).toBe('board');
  expect(landingPage({ actions: ['timetable.read'], orgKind: 'school' }, list)?.path).toBe('today');
});
