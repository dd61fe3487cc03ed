import { expect, test } from 'vitest';
import { chapterAt, chaptersOf, clockTime, firstUnheardMs, watchedOf } from './chapters.ts';

test('each page is a chapter and the first begins with the lesson', () => {
  const turns = [
    { pageN: 1, startMs: 500 },
    { pageN: 2, startMs: 60_000 },
  ];
  expect(chaptersOf(turns, 100_000)).toEqual([
    { pageN: 1, startMs: 0, endMs: 60_000 },
    { pageN: 2, startMs: 60_000, endMs: 100_000 },
  ]);
});

test('leafing over pages makes no chapters', () => {
  const turns = [
    { pageN: 1, startMs: 0 },
    { pageN: 2, startMs: 60_000 },
    { pageN: 3, startMs: 60_800 },
    { pageN: 4, startMs: 61_500 },
  ];
  expect(chaptersOf(turns, 100_000).map(({ pageN, startMs }) => [pageN, startMs])).toEqual([
    [1, 0],
    [4, 61_500],
  ]);
});

test('a lesson without pages is one chapter', () => {
  expect(chaptersOf([], 100_000)).toEqual([{ pageN: 0, startMs: 0, endMs: 100_000 }]);
  expect(chaptersOf([], 0)).toEqual([]);
});

test('a moment belongs to the chapter that began last', () => {
  const chapters = chaptersOf(
    [
      { pageN: 1, startMs: 0 },
      { pageN: 2, startMs: 60_000 },
    ],
    100_000,
  );
  expect([0, 59_999, 60_000, 200_000].map((at) => chapterAt(chapters, at))).toEqual([0, 0, 1, 1]);
});

test.each([
  { heard: [[0, 58_000]], watched: 'watched' },
  { heard: [[0, 30_000]], watched: 'half' },
  { heard: [[60_000, 90_000]], watched: 'notWatched' },
] as const)('a chapter of a minute with $heard heard is $watched', ({ heard, watched }) => {
  const stretches = heard.map(([from, to]): [number, number] => [from, to]);
  expect(watchedOf({ pageN: 1, startMs: 0, endMs: 60_000 }, stretches)).toBe(watched);
});

test('watching goes on where it was left, and begins again when all was heard', () => {
  expect(firstUnheardMs([[0, 30_000]], 100_000)).toBe(30_000);
  expect(firstUnheardMs([[50_000, 80_000]], 100_000)).toBe(0);
  expect(firstUnheardMs([[0, 99_000]], 100_000)).toBe(0);
});

test.each([
  [0, '0:00'],
  [1_170_000, '19:30'],
  [3_723_000, '1:02:03'],
])('%i ms is %s', (ms, text) => {
  expect(clockTime(ms)).toBe(text);
});
