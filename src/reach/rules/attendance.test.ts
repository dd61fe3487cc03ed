import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODES } from '../../rooms/modes.ts';
import { defaultRules, judge, type PlannedSpan, type RunSpan, type StandingFact } from './attendance.ts';
import { isReachedState } from './day.ts';

const at = (clock: string) => new Date(`2026-11-18T${clock}:00+08:00`);
const planned: PlannedSpan = { startsAt: at('09:00'), dueAt: at('09:40'), mode: MODES.live };
const ran: RunSpan = {
  startedAt: at('09:00'),
  endedAt: at('09:40'),
  taughtSeconds: null,
  voiceSeconds: 2000,
};
const evening = at('21:00');
let serial = 0;
const fact = (some: Partial<StandingFact>): StandingFact => ({
  id: `f${(serial += 1)}`,
  plannedId: 'lesson',
  way: 'live',
  fromAt: null,
  toAt: null,
  seconds: null,
  outcome: null,
  source: 'room',
  recordedAt: at('09:40'),
  ...some,
});
const there = (from: string, to: string) => fact({ fromAt: at(from), toAt: at(to) });
const heard = (seconds: number, ranges?: [number, number][]) =>
  fact({ way: 'recording', source: 'recording', seconds, ...(ranges ? { heard: ranges } : {}) });
const said = (source: string, outcome: string, way: StandingFact['way'] = 'live') =>
  fact({ source, outcome, way });

describe('the state of one lesson after its end', () => {
  test.each<[string, StandingFact[], RunSpan | null, string]>([
    ['there from the bell to the end', [there('09:00', '09:40')], ran, 'present'],
    ['ten minutes after the bell is not late', [there('09:10', '09:40')], ran, 'present'],
    ['eleven minutes after the bell is late', [there('09:11', '09:40')], ran, 'late'],
    ['69 of 100 minutes is not the whole lesson', [there('09:00', '09:27')], ran, 'leftEarly'],
    ['70 of 100 minutes is', [there('09:00', '09:28')], ran, 'present'],
    ['two visits add up', [there('09:00', '09:15'), there('09:20', '09:40')], ran, 'present'],
    ['the same minutes twice do not', [there('09:00', '09:20'), there('09:00', '09:20')], ran, 'leftEarly'],
    [
      'in the room all the time, with 20 minutes really heard',
      [{ ...there('09:00', '09:40'), seconds: 1200 }],
      ran,
      'leftEarly',
    ],
    ['looked in at the door and was never heard of again', [there('09:01', '09:01')], ran, 'leftEarly'],
    ['looked in a minute before the bell only', [there('08:55', '08:59')], ran, 'leftEarly'],
    ['nobody saw the pupil', [], ran, 'missed'],
    ['80 % of the voice makes up', [heard(1600)], ran, 'madeUp'],
    ['79 % does not', [heard(1580)], ran, 'missed'],
    [
      'first half live, second half in the recording',
      [there('09:00', '09:20'), heard(1100, [[1200, 2300]])],
      ran,
      'madeUp',
    ],
    ['the same half live and again', [there('09:00', '09:20'), heard(1100, [[0, 1100]])], ran, 'leftEarly'],
    ['waited for a teacher who never came', [there('08:55', '09:40')], null, 'missed'],
    ['a call in which the lesson was taught', [said('contact', 'taught', 'phone')], ran, 'reached'],
    ['a call that nobody answered', [said('contact', 'noAnswer', 'phone')], ran, 'missed'],
    [
      'the teacher called the roll and the pupil was not there',
      [there('09:00', '09:40'), said('rollCall', 'absent')],
      ran,
      'missed',
    ],
    ['absent at roll call and then made up', [said('rollCall', 'absent'), heard(1900)], ran, 'madeUp'],
    [
      'a correction is believed against the roll call',
      [said('rollCall', 'absent'), said('correction', 'present')],
      ran,
      'present',
    ],
    [
      'a roll call answered in a lesson hardly attended',
      [there('09:00', '09:05'), said('rollCall', 'present')],
      ran,
      'leftEarly',
    ],
    ['told why not', [said('excuse', 'noData', 'excused')], ran, 'excused'],
    [
      'told why not, and came',
      [said('excuse', 'noData', 'excused'), there('09:00', '09:40')],
      ran,
      'present',
    ],
    ['told why not, and took it back', [said('excuse', 'withdrawn', 'excused')], ran, 'missed'],
    [
      'a paper pack for the day',
      [fact({ plannedId: null, way: 'paper', source: 'contact', outcome: 'given' })],
      ran,
      'reached',
    ],
  ])('%s', (_why, facts, run, state) => {
    expect(judge(planned, run, facts, defaultRules, evening).state).toBe(state);
  });

  test('a teacher who comes late makes nobody late', () => {
    const late = { ...ran, startedAt: at('09:12') };
    expect(judge(planned, late, [there('09:13', '09:40')], defaultRules, evening)).toMatchObject({
      state: 'present',
      evidence: { taughtSeconds: 28 * 60, attendedSeconds: 27 * 60 },
    });
  });

  test('time in which the lesson was paused is not asked for', () => {
    const paused = { ...ran, taughtSeconds: 20 * 60 };
    expect(judge(planned, paused, [there('09:00', '09:15')], defaultRules, evening).state).toBe('present');
  });

  test('an external meeting needs no run of ours: roll call is enough', () => {
    const outside = { ...planned, mode: MODES.external };
    expect(
      judge(outside, null, [said('rollCall', 'present', 'external')], defaultRules, evening),
    ).toMatchObject({
      state: 'present',
      way: 'external',
      evidence: { source: 'rollCall' },
    });
  });

  test.each<[keyof typeof MODES, StandingFact[], string]>([
    ['external', [fact({ way: 'external', source: 'external' })], 'missed'],
    ['external', [{ ...there('09:00', '09:35'), way: 'external', source: 'external' }], 'present'],
    ['external', [said('contact', 'taught', 'visit')], 'reached'],
    ['contacted', [said('contact', 'given', 'paper')], 'reached'],
    ['contacted', [said('contact', 'noAnswer', 'visit')], 'missed'],
    ['recording', [heard(1600)], 'reached'],
    ['questions', [there('09:05', '09:09')], 'present'],
  ])('a lesson taught as %s, %j: %s', (mode, facts, state) => {
    const taughtRun = MODES[mode].entrance === 'room' || mode === 'recording' ? ran : null;
    expect(judge({ ...planned, mode: MODES[mode] }, taughtRun, facts, defaultRules, evening).state).toBe(
      state,
    );
  });

  test('the evidence says when one entered, was away, and how much was heard', () => {
    const { evidence } = judge(
      planned,
      ran,
      [there('09:02', '09:10'), there('09:14', '09:40')],
      defaultRules,
      evening,
    );
    expect(evidence).toEqual({
      enteredAt: at('09:02').toISOString(),
      leftAt: at('09:40').toISOString(),
      away: [{ from: at('09:10').toISOString(), to: at('09:14').toISOString() }],
      attendedSeconds: 34 * 60,
      taughtSeconds: 40 * 60,
    });
  });

  test('a lesson nobody taught says so', () => {
    expect(judge(planned, null, [], defaultRules, evening)).toMatchObject({
      state: 'missed',
      evidence: { notTaught: true },
    });
  });
});

describe('while the lesson runs', () => {
  const running: RunSpan = { ...ran, endedAt: null };
  test.each<[string, StandingFact[], string]>([
    ['not come yet', [], 'open'],
    ['here', [there('09:00', '09:15')], 'present'],
    ['here, came late', [there('09:14', '09:15')], 'late'],
    ['just came through the door', [there('09:01', '09:01')], 'present'],
  ])('%s', (_why, facts, state) => {
    expect(judge(planned, running, facts, defaultRules, at('09:15'))).toMatchObject({
      state,
      settled: false,
    });
  });

  test('a lesson that nobody ended is over an hour after its planned end', () => {
    expect(judge(planned, running, [], defaultRules, at('10:39')).settled).toBe(false);
    expect(judge(planned, running, [], defaultRules, at('10:40'))).toMatchObject({
      state: 'missed',
      settled: true,
    });
  });
});

const minute = fc.integer({ min: -20, max: 60 });
const interval = fc.tuple(minute, minute).map(([a, b]) => {
  const from = new Date(at('09:00').getTime() + Math.min(a, b) * 60_000);
  return fact({ fromAt: from, toAt: new Date(at('09:00').getTime() + Math.max(a, b) * 60_000) });
});
const anyFact = fc.oneof(
  interval,
  fc.integer({ min: 0, max: 2400 }).map((seconds) => heard(seconds)),
  fc.constantFrom('present', 'absent').map((outcome) => said('rollCall', outcome)),
  fc.constantFrom('taught', 'noAnswer').map((outcome) => said('contact', outcome, 'phone')),
);
const judged = (facts: StandingFact[]) => judge(planned, ran, facts, defaultRules, evening);

describe('for any facts', () => {
  test('the order in which they were written does not matter', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 8 }), fc.integer(), (facts, seed) => {
        const shuffled = [...facts]
          .sort((a, b) => ((a.id!.length * 7 + seed) % 5) - ((b.id!.length * 3 + seed) % 5))
          .reverse();
        expect(judged(shuffled)).toEqual(judged(facts));
      }),
    );
  });

  test('a visit cut in two pieces counts like the whole', () => {
    fc.assert(
      fc.property(
        interval,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(interval, { maxLength: 4 }),
        (one, part, others) => {
          const cut = new Date(
            one.fromAt!.getTime() + Math.round(part * (one.toAt!.getTime() - one.fromAt!.getTime())),
          );
          const pieces = [
            { ...one, toAt: cut },
            { ...one, id: `${one.id}b`, fromAt: cut },
          ];
          const { bestFactId: _a, ...whole } = judged([one, ...others]);
          const { bestFactId: _b, ...cutUp } = judged([...pieces, ...others]);
          expect(cutUp).toEqual(whole);
        },
      ),
    );
  });

  test('more time in the room never makes a reached pupil unreached', () => {
    const withoutDenial = anyFact.filter((one) => one.source !== 'rollCall');
    fc.assert(
      fc.property(fc.array(withoutDenial, { maxLength: 6 }), interval, (facts, more) => {
        fc.pre(isReachedState(judged(facts).state));
        expect(isReachedState(judged([...facts, more]).state)).toBe(true);
      }),
    );
  });

  test('attended time is never longer than the taught window', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 10 }), (facts) => {
        const seconds = judged(facts).evidence?.attendedSeconds ?? 0;
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(40 * 60);
      }),
    );
  });
});
