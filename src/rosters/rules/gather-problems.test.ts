import { expect, test } from 'vitest';
import { gatherProblems } from './gather-problems.ts';
import type { RosterProblem } from './roster-row.ts';

function missing(row: number, id: string, more: Partial<RosterProblem> = {}): RosterProblem {
  const place = { sheet: 'enrollments', row, column: 4 };
  const said = {
    code: 'roster_reference_missing',
    severity: 'must',
    params: { id },
    suggestion: null,
  } as const;
  return { ...said, ...place, ...more };
}

test('58,000 enrollments of one missing class are one problem with their number', () => {
  const rows = Array.from({ length: 58_000 }, (_, i) => missing(i + 2, 'k-77'));
  expect(gatherProblems(rows)).toEqual([
    missing(2, 'k-77', {
      params: { id: 'k-77', also: 57_999, alsoRows: '3, 4, 5, 6, 7, 8, 9, 10 … 58001' },
    }),
  ]);
});

test('different causes, columns and severities stay apart, and what stands once is as it was', () => {
  const problems = [
    missing(2, 'k-1'),
    missing(3, 'k-2'),
    missing(4, 'k-1', { column: 6 }),
    missing(5, 'k-1', { severity: 'look' }),
    missing(6, 'k-1', { sheet: null, row: null }),
  ];
  const gathered = gatherProblems(problems);
  expect(gathered).toHaveLength(5);
  expect(gathered).toEqual(expect.arrayContaining(problems));
});

test('of thousands of causes of one kind the first twenty stand alone and the others are counted', () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => missing(i + 2, `u-${i}`));
  const gathered = gatherProblems(rows);
  expect(gathered.slice(0, 20)).toEqual(rows.slice(0, 20));
  expect(gathered.slice(20)).toEqual([
    missing(22, '', { code: 'roster_more_alike', params: { count: 2_980, firstRow: 22, lastRow: 3_001 } }),
  ]);
  expect(gatherProblems(rows.slice(0, 21))).toEqual(rows.slice(0, 21));
});

test('rows of people keep their own problem until more than twenty share a cause', () => {
  const odd = (row: number) => missing(row, '', { code: 'roster_phone_odd', sheet: 'users', params: {} });
  const isOfPeople = (sheet: string) => sheet === 'users';
  const twenty = Array.from({ length: 20 }, (_, i) => odd(i + 2));
  expect(gatherProblems(twenty, isOfPeople)).toEqual(twenty);
  expect(gatherProblems([...twenty, odd(22)], isOfPeople)).toHaveLength(1);
});
