import { describe, expect, test } from 'vitest';
import { byNeed, expectedBytes, lessonReach, lessonState, minutesToMakeUp } from './today.ts';

const at = (clock: string) => new Date(`2026-11-25T${clock}:00+08:00`);
const lesson = { status: 'planned' as const, startsAt: at('08:30'), endsAt: at('08:55') };

describe('where a lesson stands', () => {
  test.each([
    ['planned', '08:19', 'before'],
    ['planned', '08:20', 'open'],
    ['live', '08:25', 'open'],
    ['planned', '08:30', 'running'],
    ['planned', '08:55', 'ended'],
    ['live', '09:10', 'running'],
    ['ended', '08:40', 'ended'],
    ['cancelled', '08:40', 'cancelled'],
    ['moved', '08:40', 'cancelled'],
  ] as const)('%s at %s is %s', (status, clock, state) => {
    expect(lessonState({ ...lesson, status }, at('08:20'), at(clock))).toBe(state);
  });
});

test.each([
  [undefined, 'before', 'toCome'],
  ['open', 'running', 'running'],
  ['open', 'ended', 'running'],
  ['late', 'running', 'reached'],
  ['leftEarly', 'running', 'running'],
  ['leftEarly', 'ended', 'missed'],
  ['missed', 'ended', 'missed'],
  ['madeUp', 'ended', 'reached'],
  ['excused', 'before', 'excused'],
] as const)('an expectation %s of a lesson %s shows the bead %s', (expectation, state, bead) => {
  expect(lessonReach(expectation, state)).toBe(bead);
});

test('four fifths of the voice make a lesson up; what was heard counts', () => {
  expect(minutesToMakeUp(1500, 0)).toBe(20);
  expect(minutesToMakeUp(1500, 1141)).toBe(1);
  expect(minutesToMakeUp(1500, 1200)).toBe(0);
  expect(minutesToMakeUp(1500, 1500)).toBe(0);
});

test('a lesson of 40 minutes stays within what the design allows on the wire', () => {
  const whole = expectedBytes('room', 2400) ?? 0;
  expect(whole).toBeGreaterThan(4_000_000);
  expect(whole).toBeLessThan(6_500_000);
  expect(expectedBytes('none', 2400)).toBe(0);
  expect(expectedBytes('link', 2400)).toBeNull();
  expect(expectedBytes('recording', 0)).toBe(0);
});

test('the child who missed most comes first, then the one in a lesson, then the younger', () => {
  const child = (missed: number, running: number, isYounger: number) => ({ missed, running, isYounger });
  const sorted = [child(0, 0, 7), child(0, 1, 7), child(2, 0, 7), child(0, 0, 1)].sort(byNeed);
  expect(sorted).toEqual([child(2, 0, 7), child(0, 1, 7), child(0, 0, 1), child(0, 0, 7)]);
});
