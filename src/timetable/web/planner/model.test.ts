import { describe, expect, test } from 'vitest';
import type { Plan, Slot } from '../../contract.ts';
import { besides, courseMark, freePlaces, verdictFor, weekdaysOf } from './model.ts';

const periods = [1, 2, 3].map((period) => ({
  startsAt: `0${7 + period}:00`,
  endsAt: `0${7 + period}:40`,
  period,
  label: null,
}));

function aSlot(change: Partial<Slot> & { classId?: string; teacherId?: string } = {}): Slot {
  const { classId = 'five-one', teacherId = 'lin', ...slot } = change;
  const period = slot.period ?? 1;
  return {
    itemId: `${classId} ${slot.weekday ?? 1} ${period} ${slot.courseId ?? 'maths'}`,
    originId: '',
    courseId: 'maths',
    weekday: 1,
    period,
    periodTo: period,
    weeks: [1],
    mode: 'live',
    modeParams: {},
    classroomId: null,
    audiences: [{ classId, ownTeacherId: null }],
    staff: [{ personId: teacherId, duty: 'lead' }],
    held: false,
    teacherNames: [],
    ...slot,
  };
}

function aPlan(slots: Slot[]): Plan {
  return {
    days: [1, 2, 3, 4, 5].map((weekday) => ({
      day: `2026-11-2${2 + weekday}`,
      kind: 'teaching',
      teachesWeekday: weekday,
    })),
    bellPlans: [{ id: 'b', title: '', yearGroups: [], periods }],
    classes: [{ id: 'five-one', name: '五（1）班', kind: 'homeroom', yearGroup: '5' }],
    slots,
  } as unknown as Plan;
}

describe('what comes of putting a lesson on a place', () => {
  const maths = aSlot();
  test('an empty place of the class and its teacher is free', () => {
    expect(verdictFor(aPlan([maths]), maths, { weekday: 2, period: 1 })).toEqual({ kind: 'free' });
  });
  test('another lesson of the class swaps', () => {
    const chinese = aSlot({ period: 2, courseId: 'chinese', teacherId: 'shen' });
    expect(verdictFor(aPlan([maths, chinese]), maths, { weekday: 1, period: 2 })).toEqual({
      kind: 'swap',
      other: chinese,
    });
  });
  test('it does not swap when the other teacher is busy at the old place', () => {
    const chinese = aSlot({ period: 2, courseId: 'chinese', teacherId: 'shen' });
    const elsewhere = aSlot({ period: 1, classId: 'five-two', teacherId: 'shen' });
    expect(verdictFor(aPlan([maths, chinese, elsewhere]), maths, { weekday: 1, period: 2 })).toMatchObject({
      kind: 'busy',
      resource: 'class',
    });
  });
  test('the teacher in another class makes it busy, a recording there does not', () => {
    const elsewhere = aSlot({ weekday: 2, classId: 'five-two' });
    expect(verdictFor(aPlan([maths, elsewhere]), maths, { weekday: 2, period: 1 })).toMatchObject({
      kind: 'busy',
      resource: 'teacher',
      id: 'lin',
    });
    const recording = { ...elsewhere, mode: 'recording' };
    expect(verdictFor(aPlan([maths, recording]), maths, { weekday: 2, period: 1 }).kind).toBe('free');
  });
  test('a double lesson needs two periods', () => {
    const double = aSlot({ periodTo: 2 });
    expect(verdictFor(aPlan([double]), double, { weekday: 2, period: 3 })).toEqual({ kind: 'noBell' });
    expect(verdictFor(aPlan([double]), double, { weekday: 2, period: 2 })).toEqual({ kind: 'free' });
  });
});

test('free places come in the order of the week, without the place it is on and without days off', () => {
  const maths = aSlot();
  const plan = aPlan([maths, aSlot({ period: 2, courseId: 'chinese', teacherId: 'shen' })]);
  plan.days[1]!.kind = 'off';
  expect(freePlaces(plan, maths)).toEqual([
    { weekday: 1, period: 3 },
    { weekday: 3, period: 1 },
    { weekday: 3, period: 2 },
  ]);
});

test('a make-up Saturday shows under the weekday it teaches', () => {
  const plan = aPlan([]);
  plan.days[2]!.kind = 'off';
  plan.days.push({ day: '2026-11-28', kind: 'teaching', teachesWeekday: 3 });
  expect(weekdaysOf(plan)[2]).toEqual({ weekday: 3, day: '2026-11-28' });
});

test.each([
  ['up', { row: 0, column: 1 }],
  ['down', { row: 2, column: 1 }],
  ['left', { row: 1, column: 0 }],
  ['right', { row: 1, column: 1 }],
] as const)('%s goes to the next cell and stops at the edge', (direction, to) => {
  expect(besides({ row: 1, column: 1 }, direction, { rows: 3, columns: 2 })).toEqual(to);
});

test('a course is marked by its first character, rare ones too', () => {
  expect(courseMark('数学')).toBe('数');
  expect(courseMark('𬱖学')).toBe('𬱖');
});
