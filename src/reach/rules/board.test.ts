import { describe, expect, test } from 'vitest';
import { lessonPhase, noFigures, tileOf, without } from './board.ts';

const at = (clock: string) => new Date(`2026-11-18T${clock}:00+08:00`);
const lesson = { startsAt: at('09:00'), endsAt: at('09:40'), opened: true, ended: false, needsTeacher: true };

describe('where a lesson stands', () => {
  test.each([
    { why: 'before the bell', given: { ...lesson, opened: false }, now: at('08:50'), phase: 'before' },
    {
      why: 'the bell has rung and no teacher came',
      given: { ...lesson, opened: false },
      now: at('09:08'),
      phase: 'waiting',
    },
    { why: 'taught', given: lesson, now: at('09:10'), phase: 'running' },
    { why: 'runs over', given: lesson, now: at('09:45'), phase: 'running' },
    { why: 'ended by the teacher', given: { ...lesson, ended: true }, now: at('09:30'), phase: 'ended' },
    { why: 'never taught at all', given: { ...lesson, opened: false }, now: at('09:41'), phase: 'ended' },
    {
      why: 'a television lesson needs no teacher of ours',
      given: { ...lesson, opened: false, needsTeacher: false },
      now: at('09:10'),
      phase: 'running',
    },
  ])('$why: $phase', ({ given, now, phase }) => {
    expect(lessonPhase(given, now)).toBe(phase);
  });
});

describe('what a tile says', () => {
  const now = at('09:12');
  const pupil = { state: 'open' as const, way: null, lastSeenAt: null };
  test.each([
    { why: 'not come', pupil, phase: 'running' as const, tile: 'missing' },
    { why: 'not come, and no teacher either', pupil, phase: 'waiting' as const, tile: 'waiting' },
    {
      why: 'here',
      pupil: { state: 'present' as const, way: 'live' as const, lastSeenAt: at('09:12') },
      phase: 'running' as const,
      tile: 'here',
    },
    {
      why: 'line lost',
      pupil: { state: 'present' as const, way: 'live' as const, lastSeenAt: at('09:09') },
      phase: 'running' as const,
      tile: 'lost',
    },
    {
      why: 'ill',
      pupil: { state: 'excused' as const, way: 'excused' as const, lastSeenAt: null },
      phase: 'running' as const,
      tile: 'excused',
    },
    {
      why: 'taught by telephone',
      pupil: { state: 'reached' as const, way: 'phone' as const, lastSeenAt: null },
      phase: 'running' as const,
      tile: 'otherWay',
    },
    {
      why: 'heard half of it',
      pupil: { state: 'leftEarly' as const, way: 'live' as const, lastSeenAt: at('09:20') },
      phase: 'ended' as const,
      tile: 'partly',
    },
    {
      why: 'never came',
      pupil: { state: 'missed' as const, way: null, lastSeenAt: null },
      phase: 'ended' as const,
      tile: 'missing',
    },
  ])('$why: $tile', ({ pupil: given, phase, tile }) => {
    expect(tileOf(given, phase, now)).toBe(tile);
  });
});

test('schools without data are in no figure of the sum', () => {
  const county = { ...noFigures, expected: 465, reached: 400, unreached: 65 };
  expect(without(county, [{ ...noFigures, expected: 65, unreached: 65 }])).toEqual({
    ...noFigures,
    expected: 400,
    reached: 400,
  });
});
