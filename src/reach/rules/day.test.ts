import { expect, test } from 'vitest';
import { defaultRules } from './attendance.ts';
import { judgeDay, type DayPart } from './day.ts';

const close = new Date('2026-11-18T18:00:00+08:00');
const part = (state: DayPart['state'], some: Partial<DayPart> = {}): DayPart => ({
  state,
  way: state === 'missed' || state === 'open' ? null : 'live',
  settled: state !== 'open',
  excusedByStaff: false,
  reachedAt: state === 'present' ? new Date('2026-11-18T09:00:00+08:00') : null,
  ...some,
});
const replayed = part('madeUp', { way: 'recording', reachedAt: new Date('2026-11-18T21:00:00+08:00') });
const every = { ...defaultRules, dayNeeds: 'everyLesson' as const };

test.each([
  {
    why: 'one lesson of two is enough by default',
    parts: [part('present'), part('missed')],
    state: 'reached',
  },
  { why: 'nothing yet, nothing due', parts: [part('open')], state: 'pending' },
  {
    why: 'the first lesson missed, another to come',
    parts: [part('missed'), part('open')],
    state: 'unreached',
  },
  { why: 'here now is not yet taught', parts: [part('present', { settled: false })], state: 'pending' },
  { why: 'half a lesson is not reached', parts: [part('leftEarly')], state: 'unreached' },
  {
    why: 'a recording heard at nine in the evening',
    parts: [part('missed'), replayed],
    state: 'reachedLate',
  },
  { why: 'ill, agreed by an adult', parts: [part('excused', { excusedByStaff: true })], state: 'excused' },
  {
    why: 'no data, told by the family: no absence, not reached',
    parts: [part('excused')],
    state: 'unreached',
  },
  {
    why: 'told before the lesson is not yet decided',
    parts: [part('excused', { settled: false })],
    state: 'pending',
  },
  {
    why: 'a school that asks for every lesson',
    parts: [part('present'), part('missed')],
    rules: every,
    state: 'unreached',
  },
  {
    why: 'every lesson, the last one late',
    parts: [part('present'), replayed],
    rules: every,
    state: 'reachedLate',
  },
])('$why: $state', ({ parts, rules = defaultRules, state }) => {
  expect(judgeDay(parts, rules, close)?.state).toBe(state);
});

test('who has nothing to attend is not counted', () => {
  expect(judgeDay([part('cancelled')], defaultRules, close)).toBeNull();
});

test('the way of the day is the one most lessons came by', () => {
  const phone = part('reached', { way: 'phone', reachedAt: close });
  expect(judgeDay([phone, phone, part('present')], defaultRules, close)).toMatchObject({
    way: 'phone',
    expected: 3,
    reached: 3,
  });
});
