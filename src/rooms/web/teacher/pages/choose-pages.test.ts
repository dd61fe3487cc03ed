import { expect, test } from 'vitest';
import { checkedRange, offeredRange } from './choose-pages.ts';

test.each([
  {
    pageCount: 12,
    room: 300,
    offered: { from: 1, to: 12, tooMany: false },
    why: 'an ordinary file goes in whole',
  },
  {
    pageCount: 2_000,
    room: 300,
    offered: { from: 1, to: 300, tooMany: true },
    why: 'a book is offered in part',
  },
  {
    pageCount: 20,
    room: 8,
    offered: { from: 1, to: 8, tooMany: true },
    why: 'only what the lesson still takes',
  },
  { pageCount: 3, room: 0, offered: null, why: 'a full lesson takes nothing' },
])('$why', ({ pageCount, room, offered }) => {
  expect(offeredRange(pageCount, room)).toEqual(offered);
});

test.each([
  { from: 101, to: 140, answer: { from: 101, to: 140 }, why: 'a chapter of a book' },
  { from: 7, to: 7, answer: { from: 7, to: 7 }, why: 'one page' },
  { from: 1, to: 400, answer: 'too-many', why: 'more than a lesson takes' },
  { from: 10, to: 9, answer: 'bad-range', why: 'the end before the beginning' },
  { from: 0, to: 9, answer: 'bad-range', why: 'there is no page 0' },
  { from: 1_990, to: 2_001, answer: 'bad-range', why: 'beyond the last page' },
  { from: Number.NaN, to: 9, answer: 'bad-range', why: 'not a number' },
])('of a book with 2,000 pages: $why', ({ from, to, answer }) => {
  expect(checkedRange({ from, to }, 2_000, 300)).toEqual(answer);
});
