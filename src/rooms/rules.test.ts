import { describe, expect, test } from 'vitest';
import { modeNamed, MODES } from './modes.ts';
import {
  endOfLesson,
  heardStretches,
  isMadeUp,
  taughtSecondsAfterBell,
  isMeetingLink,
  presenceState,
  roomState,
} from './rules.ts';

const now = new Date('2026-11-23T01:00:00Z');
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);

test.each([
  { lastSeenAt: null, queueMs: null, heard: null, state: 'missing', why: 'never came' },
  { lastSeenAt: secondsAgo(5), queueMs: null, heard: null, state: 'here', why: 'just came' },
  { lastSeenAt: secondsAgo(90), queueMs: 0, heard: 60_000, state: 'here', why: 'silent for exactly 90 s' },
  { lastSeenAt: secondsAgo(91), queueMs: 0, heard: 60_000, state: 'left', why: 'silent for longer' },
  { lastSeenAt: secondsAgo(5), queueMs: 10_001, heard: 60_000, state: 'weak', why: 'more than 10 s behind' },
  { lastSeenAt: secondsAgo(5), queueMs: 0, heard: 0, state: 'weak', why: 'there, but without sound' },
] as const)('a pupil who $why is shown as $state', ({ lastSeenAt, queueMs, heard, state }) => {
  expect(presenceState({ lastSeenAt, queueMs, heardMsLastMinute: heard }, now)).toBe(state);
});

test.each([
  { held: 60_000, said: null, open: 70_000, end: 60_000, why: 'the page says nothing' },
  { held: 60_000, said: 90_000, open: 95_000, end: 90_000, why: 'half a minute is still in the queue' },
  { held: 60_000, said: 9e9, open: 95_000, end: 155_000, why: 'nobody speaks longer than the room is open' },
  { held: 60_000, said: 10, open: 95_000, end: 60_000, why: 'what is held was said' },
])('the lesson ends at $end ms when $why', ({ held, said, open, end }) => {
  expect(endOfLesson(held, said, open)).toBe(end);
});

test.each([
  { counted: 80, taught: 100, madeUp: true, why: 'exactly at the share' },
  { counted: 79, taught: 100, madeUp: false, why: 'a second short' },
  { counted: 0, taught: 0, madeUp: false, why: 'nothing was taught' },
])('$counted of $taught seconds: made up is $madeUp ($why)', ({ counted, taught, madeUp }) => {
  expect(isMadeUp(counted, taught, 0.8)).toBe(madeUp);
});

test.each([
  {
    minutes: [
      [0, 60_000],
      [1, 58_000],
      [2, 60_000],
    ],
    stretches: [[0, 180_000]],
    why: 'seams between segments do not cut a lesson up',
  },
  {
    minutes: [
      [3, 20_000],
      [4, 60_000],
    ],
    stretches: [[220_000, 300_000]],
    why: 'who came late heard the end of the minute',
  },
  {
    minutes: [
      [4, 60_000],
      [5, 10_000],
    ],
    stretches: [[240_000, 310_000]],
    why: 'who left heard the beginning of the minute',
  },
  {
    minutes: [
      [7, 60_000],
      [1, 60_000],
    ],
    stretches: [
      [60_000, 120_000],
      [420_000, 480_000],
    ],
    why: 'away in between',
  },
  { minutes: [[2, 0]], stretches: [], why: 'there without sound' },
] as const)('minutes heard become stretches: $why', ({ minutes, stretches }) => {
  expect(heardStretches(minutes.map(([minute, heardMs]) => ({ minute, heardMs })))).toEqual(stretches);
});

test('voice before the bell is not taught time', () => {
  const bell = new Date('2026-11-23T01:00:00Z');
  const early = new Date(bell.getTime() - 120_000);
  expect(taughtSecondsAfterBell(early, 600_000, bell)).toBe(480);
  expect(taughtSecondsAfterBell(bell, 600_000, bell)).toBe(600);
  expect(taughtSecondsAfterBell(early, 60_000, bell)).toBe(0);
});

test('a room no teacher has come into is waiting', () => {
  expect(roomState({ state: 'live', openedAt: null })).toBe('waiting');
  expect(roomState({ state: 'paused', openedAt: now })).toBe('paused');
  expect(roomState({ state: 'ended', openedAt: null })).toBe('ended');
});

test.each([
  ['https://meeting.example.edu.cn/j/123', true],
  ['http://meeting.example.edu.cn/j/123', false],
  ['javascript:alert(1)', false],
  ['https://user:secret@meeting.example.edu.cn', false],
  ['腾讯会议 123 456', false],
  [undefined, false],
])('meeting link %j is accepted: %s', (link, accepted) => {
  expect(isMeetingLink(link)).toBe(accepted);
});

describe('ways of teaching', () => {
  const lesson = { startsAt: new Date('2026-11-23T00:00:00Z'), endsAt: new Date('2026-11-23T00:40:00Z') };
  const thresholds = { leftEarlyPercent: 70, madeUpPercent: 80 };

  test('a live room opens ten minutes early for pupils and stays open over the bell', () => {
    const { from, until } = MODES.live.window(lesson, 'pupil');
    expect([from.toISOString(), until?.toISOString()]).toEqual([
      '2026-11-22T23:50:00.000Z',
      '2026-11-23T01:40:00.000Z',
    ]);
  });

  test('a recording never closes', () => {
    expect(MODES.recording.window(lesson, 'pupil').until).toBeNull();
  });

  test.each([
    { mode: 'live', way: 'live', seconds: 1680, outcome: null, complete: true },
    { mode: 'live', way: 'live', seconds: 1679, outcome: null, complete: false },
    { mode: 'live', way: 'recording', seconds: 1920, outcome: null, complete: true },
    { mode: 'live', way: 'recording', seconds: 1900, outcome: null, complete: false },
    { mode: 'live', way: 'phone', seconds: null, outcome: 'reached', complete: true },
    { mode: 'live', way: 'phone', seconds: null, outcome: 'noAnswer', complete: false },
    { mode: 'external', way: 'external', seconds: null, outcome: null, complete: false },
    { mode: 'external', way: 'external', seconds: null, outcome: 'present', complete: true },
    { mode: 'external', way: 'external', seconds: 1700, outcome: null, complete: true },
    { mode: 'contacted', way: 'visit', seconds: null, outcome: 'taught', complete: true },
    { mode: 'contacted', way: 'paper', seconds: null, outcome: 'given', complete: true },
    { mode: 'contacted', way: 'phone', seconds: null, outcome: 'unreachable', complete: false },
    { mode: 'questions', way: 'live', seconds: 60, outcome: null, complete: true },
    { mode: 'phone', way: 'paper', seconds: null, outcome: 'handedOver', complete: true },
  ] as const)(
    '$mode lesson, $way, $seconds s, $outcome: complete is $complete',
    ({ mode, way, seconds, outcome, complete }) => {
      expect(modeNamed(mode).isComplete({ way, seconds, outcome }, 2400, thresholds)).toBe(complete);
    },
  );

  test('every way falls back to a way there is, and the last resort is a person', () => {
    for (const mode of Object.values(MODES)) {
      let at = mode;
      for (let steps = 0; at.fallsBackTo !== null; steps++) {
        expect(steps).toBeLessThan(5);
        at = modeNamed(at.fallsBackTo);
      }
      expect(at.entrance).toBe('none');
    }
  });

  test('a way nobody has built cannot be planned', () => {
    expect(() => modeNamed('hologram')).toThrow('unknown lesson mode');
    expect(() => modeNamed('toString')).toThrow('unknown lesson mode');
  });
});
