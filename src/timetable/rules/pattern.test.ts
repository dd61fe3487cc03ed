import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bellFault, bellsFor, timesOf } from './bells.ts';
import { editParts, weekRanges, weeksInScope } from './pattern.ts';
import { standardBells } from './standard-bells.ts';
import { lessonsOfWeek, type PlanItem } from './week.ts';

const item = (change: Partial<PlanItem> = {}): PlanItem => ({
  id: 'a',
  originId: 'a',
  courseId: 'maths',
  weekday: 1,
  period: 1,
  periodTo: 1,
  weeks: [1, 2, 3, 4],
  mode: 'live',
  modeParams: {},
  classroomId: null,
  audiences: [{ classId: 'five-one', ownTeacherId: null }],
  staff: [{ personId: 'lin', duty: 'lead' }],
  ...change,
});

test.each([
  ['week', [3]],
  ['following', [3, 4]],
  ['all', [1, 2, 3, 4]],
] as const)('an edit of %s in week 3 reaches the weeks %j', (scope, weeks) => {
  expect(weeksInScope([1, 2, 3, 4], 3, scope)).toEqual(weeks);
});

describe('editing the parts of a slot', () => {
  test('one week is split off, the rest stays under its id', () => {
    const parts = editParts([item()], { itemId: 'a', weeks: [3], edit: { period: 4, periodTo: 4 } });
    expect(parts.map(({ id, period, weeks }) => [id, period, weeks])).toEqual([
      ['a', 1, [1, 2, 4]],
      [null, 4, [3]],
    ]);
  });
  test('all weeks keep the id', () => {
    const parts = editParts([item()], { itemId: 'a', weeks: [1, 2, 3, 4], edit: { weekday: 2 } });
    expect(parts).toMatchObject([{ id: 'a', weekday: 2 }]);
  });
  test('the last week removed leaves nothing', () => {
    expect(editParts([item()], { itemId: 'a', weeks: [1, 2, 3, 4], edit: null })).toEqual([]);
  });
  test('whatever is edited and taken back, each week is taught once and the parts join again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        fc.integer({ min: 2, max: 5 }),
        (weeks, period) => {
          const edited = editParts([item()], { itemId: 'a', weeks, edit: { period, periodTo: period } });
          expect(edited.flatMap((part) => part.weeks).sort()).toEqual([1, 2, 3, 4]);
          const stored = edited.map((part, index) => ({ ...part, id: part.id ?? `new ${index}` }));
          const touched = stored.find((part) => part.period === period)!;
          const back = editParts(stored, { itemId: touched.id, weeks, edit: { period: 1, periodTo: 1 } });
          expect(back).toHaveLength(1);
          expect(back[0]?.weeks).toEqual([1, 2, 3, 4]);
        },
      ),
    );
  });
});

test.each([
  [[1, 2, 3, 4], { ranges: '1-4', parity: null }],
  [[1, 3, 5, 7], { ranges: '1-7', parity: 'odd' }],
  [[2, 4, 6], { ranges: '2-6', parity: 'even' }],
  [[2, 4, 6, 7, 8, 9], { ranges: '2,4,6-9', parity: null }],
  [[5], { ranges: '5', parity: null }],
  [[], { ranges: '', parity: null }],
] as const)('weeks %j are written %j', (weeks, written) => {
  expect(weekRanges(weeks)).toEqual(written);
});

describe('bells', () => {
  const general = { id: '1', title: '', yearGroups: [], periods: standardBells(1) };
  const small = {
    id: '2',
    title: '',
    yearGroups: ['1', '2'],
    periods: [{ startsAt: '09:00', endsAt: '09:20', period: 1, label: null }],
  };
  test('a year group’s own plan goes before the general one', () => {
    expect(bellsFor([general, small], '1')?.id).toBe('2');
    expect(bellsFor([general, small], '5')?.id).toBe('1');
    expect(bellsFor([small], null)).toBeNull();
  });
  test('a double lesson lasts from its first to its last period', () => {
    expect(timesOf(general, 1, 2)).toEqual({ startsAt: '08:00', endsAt: '09:30' });
    expect(timesOf(small, 1, 2)).toBeNull();
  });
  const row = (startsAt: string, endsAt: string, period: number | null) => ({
    startsAt,
    endsAt,
    period,
    label: null,
  });
  test.each([
    [[], 'bell_plan_empty'],
    [[row('09:00', '09:10', null)], 'bell_plan_empty'],
    [[row('09:00', '09:00', 1)], 'bell_period_reversed'],
    [[row('09:00', '09:40', 1), row('09:30', '10:00', 2)], 'bell_periods_overlap'],
    [[row('09:00', '09:40', 2), row('10:00', '10:40', 1)], 'bell_periods_out_of_order'],
  ])('%j is refused as %s', (periods, code) => {
    expect(bellFault(periods)?.code).toBe(code);
  });
  test.each([1, 8, 12])('the usual day for %i periods is sound', (periods) => {
    expect(bellFault(standardBells(periods))).toBeNull();
  });
});

describe('the lessons of a week', () => {
  const ask = (change: Partial<Parameters<typeof lessonsOfWeek>[0]> = {}) =>
    lessonsOfWeek({
      items: [item()],
      weekNo: 2,
      days: [{ day: '2026-11-23', teachesWeekday: 1 }],
      bells: [{ id: '1', title: '', yearGroups: [], periods: standardBells(1) }],
      yearGroupOf: new Map([['five-one', '5']]),
      timeZone: 'Asia/Shanghai',
      ...change,
    });
  test('a slot becomes a lesson on its weekday at its hour of the school’s clock', () => {
    expect(ask().lessons).toMatchObject([{ day: '2026-11-23', startsAt: new Date('2026-11-23T00:00:00Z') }]);
  });
  test('not in a week it is not taught in, not on a day off', () => {
    expect(ask({ weekNo: 9 }).lessons).toEqual([]);
    expect(ask({ days: [{ day: '2026-11-24', teachesWeekday: 2 }] }).lessons).toEqual([]);
  });
  test('a make-up Saturday teaches the weekday it was given; one nobody decided teaches nothing', () => {
    expect(ask({ days: [{ day: '2026-11-28', teachesWeekday: 1 }] }).lessons).toMatchObject([
      { day: '2026-11-28' },
    ]);
    expect(ask({ days: [{ day: '2026-11-28', teachesWeekday: null }] }).lessons).toEqual([]);
  });
  test('classes whose bells ring at other times cannot have one lesson', () => {
    const joint = item({
      audiences: ['five-one', 'one-one'].map((classId) => ({ classId, ownTeacherId: null })),
    });
    const bells = [
      { id: '1', title: '', yearGroups: [], periods: standardBells(1) },
      {
        id: '2',
        title: '',
        yearGroups: ['1'],
        periods: [{ startsAt: '09:00', endsAt: '09:20', period: 1, label: null }],
      },
    ];
    const yearGroupOf = new Map([
      ['five-one', '5'],
      ['one-one', '1'],
    ]);
    expect(ask({ items: [joint], bells, yearGroupOf })).toEqual({
      lessons: [],
      unplaced: [{ itemId: 'a', reason: 'bells_differ' }],
    });
    expect(ask({ bells: [] }).unplaced).toEqual([{ itemId: 'a', reason: 'no_bell_plan' }]);
    expect(ask({ items: [item({ period: 19, periodTo: 19 })] }).unplaced[0]?.reason).toBe('no_such_period');
  });
});
