import { describe, expect, test } from 'vitest';
import { compareWeek, type StandingLesson } from './difference.ts';
import type { PlannedLesson } from './week.ts';

const now = new Date('2026-11-25T00:00:00Z');
const teaching = {
  courseId: 'maths',
  mode: 'live',
  modeParams: {},
  classroomId: null,
  audiences: [{ classId: 'five-one', ownTeacherId: null }],
  staff: [{ personId: 'lin', duty: 'lead' as const }],
};
const hours = (day: string, period: number) => ({
  day,
  period,
  periodTo: period,
  startsAt: new Date(`${day}T0${period}:00:00Z`),
  endsAt: new Date(`${day}T0${period}:40:00Z`),
});
const planned = (change: Partial<PlannedLesson> = {}): PlannedLesson => ({
  ...teaching,
  itemId: 'item',
  originId: 'origin',
  weekNo: 13,
  ...hours('2026-11-26', 1),
  ...change,
});
const standing = (change: Partial<StandingLesson> = {}): StandingLesson => ({
  ...teaching,
  id: 'lesson',
  originId: 'origin',
  status: 'planned',
  changedByHand: false,
  ...hours('2026-11-26', 1),
  ...change,
});
const short = (found: ReturnType<typeof compareWeek>) => ({
  added: found.added.length,
  moved: found.moved.length,
  changed: found.changed.length,
  cancelled: found.cancelled.length,
  unchanged: found.unchanged,
  tooLate: found.tooLate,
});
const nothing = { added: 0, moved: 0, changed: 0, cancelled: 0, unchanged: 0, tooLate: 0 };

describe('what publishing would change', () => {
  test.each<[string, PlannedLesson[], StandingLesson[], Partial<typeof nothing>]>([
    ['a new slot is added', [planned()], [], { added: 1 }],
    ['an equal lesson stays', [planned()], [standing()], { unchanged: 1 }],
    ['another hour moves it', [planned(hours('2026-11-26', 2))], [standing()], { moved: 1 }],
    ['another day moves it', [planned(hours('2026-11-27', 1))], [standing()], { moved: 1 }],
    [
      'another teacher changes it',
      [planned({ staff: [{ personId: 'shen', duty: 'lead' }] })],
      [standing()],
      { changed: 1 },
    ],
    ['a slot that is gone cancels it', [], [standing()], { cancelled: 1 }],
    ['a slot in the past is too late', [planned(hours('2026-11-24', 1))], [], { tooLate: 1 }],
    [
      'a lesson is not moved into the past',
      [planned(hours('2026-11-24', 1))],
      [standing()],
      { unchanged: 1 },
    ],
    ['what is over stays though its slot is gone', [], [standing(hours('2026-11-24', 1))], { unchanged: 1 }],
    [
      'what runs stays though its slot moved',
      [planned(hours('2026-11-27', 1))],
      [standing({ status: 'live' })],
      { unchanged: 1 },
    ],
    [
      'what was changed by hand stays',
      [planned(hours('2026-11-27', 1))],
      [standing({ changedByHand: true })],
      { unchanged: 1 },
    ],
    [
      'what was cancelled by hand stays cancelled',
      [planned()],
      [standing({ status: 'cancelled', changedByHand: true })],
      { unchanged: 1 },
    ],
    [
      'what a publication cancelled can come back',
      [planned()],
      [standing({ status: 'cancelled' })],
      { added: 1 },
    ],
    ['the trace of a moved lesson is no lesson', [planned()], [standing({ status: 'moved' })], { added: 1 }],
    [
      'a lesson started at once is none of the pattern’s',
      [],
      [standing({ originId: null })],
      { unchanged: 1 },
    ],
  ])('%s', (_why, plan, published, expected) => {
    expect(short(compareWeek(plan, published, now))).toEqual({ ...nothing, ...expected });
  });

  test('the order in which teachers and classes are listed is no change', () => {
    const two = {
      staff: [
        { personId: 'a', duty: 'lead' as const },
        { duty: 'own' as const, personId: 'b' },
      ],
    };
    const turned = {
      staff: [
        { personId: 'b', duty: 'own' as const },
        { duty: 'lead' as const, personId: 'a' },
      ],
    };
    expect(short(compareWeek([planned(two)], [standing(turned)], now)).unchanged).toBe(1);
  });

  test('a weekday taught twice in a week keeps each lesson on its own day', () => {
    const days = ['2026-11-26', '2026-11-28'];
    const plan = days.map((day) => planned(hours(day, 1)));
    const published = days.toReversed().map((day) => standing({ id: day, ...hours(day, 1) }));
    expect(short(compareWeek(plan, published, now))).toEqual({ ...nothing, unchanged: 2 });
  });

  test('says which parts differ', () => {
    const to = planned({
      mode: 'external',
      modeParams: { link: 'https://meeting.example.org' },
      courseId: 'chinese',
    });
    expect(compareWeek([to], [standing()], now).changed[0]?.fields).toEqual(['course', 'mode']);
  });
});
