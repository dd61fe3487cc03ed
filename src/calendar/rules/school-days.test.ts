import { expect, test } from 'vitest';
import { nationalYears } from '../holidays.ts';
import { daysFrom } from './days.ts';
import { DEFAULT_HOURS, hoursOf, planSchoolDays, type Holiday } from './school-days.ts';

const autumn = { firstDay: '2026-09-01', lastDay: '2027-01-22', week1Monday: '2026-08-31' };
const national: Holiday[] = nationalYears().flatMap(({ days }) =>
  days.map(({ day, kind }) => ({ day, kind, teachesWeekday: null })),
);
const dayOf = (day: string, holidays = national) =>
  planSchoolDays(autumn, holidays, DEFAULT_HOURS).find((planned) => planned.day === day);

test('a term has one row for each of its days, holidays and weekends included', () => {
  expect(planSchoolDays(autumn, national, DEFAULT_HOURS).map(({ day }) => day)).toEqual(
    daysFrom(autumn.firstDay, autumn.lastDay),
  );
});

test.each([
  { day: '2026-11-25', kind: 'teaching', teaches: 3, week: 13, why: 'an ordinary Wednesday' },
  { day: '2026-11-28', kind: 'off', teaches: null, week: 13, why: 'a Saturday' },
  { day: '2026-10-01', kind: 'off', teaches: null, week: 5, why: 'National Day' },
  {
    day: '2026-10-10',
    kind: 'teaching',
    teaches: null,
    week: 6,
    why: 'a make-up Saturday nobody has decided yet',
  },
])('$day is $kind because it is $why', ({ day, kind, teaches, week }) => {
  expect(dayOf(day)).toMatchObject({ kind, teachesWeekday: teaches, weekNo: week });
});

test('a make-up day teaches the weekday that the school decided', () => {
  const decided: Holiday = { day: '2026-10-10', kind: 'makeUp', teachesWeekday: 3 };
  expect(dayOf('2026-10-10', [decided])).toMatchObject({ kind: 'teaching', teachesWeekday: 3 });
});

test('the day opens at four and closes at six in the evening, on the school’s own clock', () => {
  expect(dayOf('2026-11-25')).toMatchObject({
    opensAt: new Date('2026-11-24T20:00:00Z'),
    closesAt: new Date('2026-11-25T10:00:00Z'),
  });
  const [first] = planSchoolDays(autumn, [], hoursOf({ dayCloses: '22:30' }, 'Asia/Urumqi'));
  expect(first).toMatchObject({
    opensAt: new Date('2026-08-31T22:00:00Z'),
    closesAt: new Date('2026-09-01T16:30:00Z'),
  });
});

test.each([
  { settings: {}, closes: '18:00', weekdays: [1, 2, 3, 4, 5], why: 'nothing is set' },
  {
    settings: { dayCloses: '22:00', teachingWeekdays: [1, 2, 3, 4, 5, 6] },
    closes: '22:00',
    weekdays: [1, 2, 3, 4, 5, 6],
    why: 'a university sets both',
  },
  {
    settings: { dayCloses: 'evening', teachingWeekdays: [] },
    closes: '18:00',
    weekdays: [1, 2, 3, 4, 5],
    why: 'the settings are not usable',
  },
  {
    settings: { dayCloses: '03:00', teachingWeekdays: [0, 8, 2] },
    closes: '18:00',
    weekdays: [2],
    why: 'the day would close before it opens',
  },
])('hours fall back to the default when $why', ({ settings, closes, weekdays }) => {
  expect(hoursOf(settings, 'Asia/Shanghai')).toMatchObject({ dayCloses: closes, teachingWeekdays: weekdays });
});

test('the shipped holidays name each day once, and years without a notice have none', () => {
  for (const { year, published, notice, days } of nationalYears()) {
    expect(new Set(days.map(({ day }) => day)).size).toBe(days.length);
    expect(days.every(({ day }) => day.startsWith(`${year}-`))).toBe(true);
    expect(days.length > 0).toBe(published);
    expect(notice !== null).toBe(published);
  }
  expect(nationalYears().map(({ year }) => year)).toEqual([2025, 2026, 2027]);
});
