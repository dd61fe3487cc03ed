import { expect, test } from 'vitest';
import type { LessonCard, ShownWeek } from '../../contract.ts';
import { lessonsAt, lessonsOutside, shownDays, weekBeside, weekRows } from './shown-week.ts';

const lesson = (change: Partial<LessonCard>): LessonCard =>
  ({ day: '2026-11-25', period: 1, periodTo: 1, status: 'planned', ...change }) as LessonCard;
const week = {
  today: '2026-11-25',
  days: [
    { day: '2026-11-25', kind: 'teaching', teachesWeekday: 3 },
    { day: '2026-11-26', kind: 'off', teachesWeekday: null },
    { day: '2026-11-28', kind: 'off', teachesWeekday: null },
  ],
  periods: [
    { startsAt: '08:30', endsAt: '08:55', period: 1, label: null },
    { startsAt: '08:55', endsAt: '09:10', period: null, label: '眼保健操' },
    { startsAt: '09:10', endsAt: '09:35', period: 2, label: null },
    { startsAt: '09:35', endsAt: '09:50', period: null, label: null },
    { startsAt: '09:50', endsAt: '10:15', period: 3, label: null },
    { startsAt: '10:15', endsAt: '10:30', period: null, label: '课间操' },
  ],
  lessons: [
    lesson({}),
    lesson({ period: 1, periodTo: 2, day: '2026-11-28' }),
    lesson({ period: null, periodTo: null }),
  ],
} as unknown as ShownWeek;

test('the week shows teaching days, and a day off only when something stands on it', () => {
  expect(shownDays(week).map(({ day }) => day)).toEqual(['2026-11-25', '2026-11-28']);
});

test('rows end with the last lesson; a named break stands between, an unnamed one does not', () => {
  expect(weekRows(week).map((row) => (row.kind === 'period' ? row.period : row.label))).toEqual([
    1,
    '眼保健操',
    2,
  ]);
});

test('a double lesson stands in both of its periods, a lesson without period apart', () => {
  expect(lessonsAt(week, '2026-11-28', 2)).toHaveLength(1);
  expect(lessonsAt(week, '2026-11-25', 2)).toHaveLength(0);
  expect(lessonsOutside(week)).toHaveLength(1);
});

test('the weeks before and after begin on their Monday', () => {
  expect(weekBeside(week, null, -1)).toBe('2026-11-16');
  expect(weekBeside(week, '2026-11-29', 1)).toBe('2026-11-30');
});
