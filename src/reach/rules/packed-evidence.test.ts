import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Evidence } from './attendance.ts';
import { packEvidence, unpackEvidence } from './packed-evidence.ts';

const day = '2026-11-18';
// A lesson of the day, or a recording heard weeks later.
const instant = fc
  .integer({ min: Date.parse('2026-11-17T20:00:00Z'), max: Date.parse('2027-02-01T00:00:00Z') })
  .map((ms) => new Date(ms).toISOString());
const seconds = fc.nat({ max: 20_000 });
const evidence: fc.Arbitrary<Evidence> = fc.record(
  {
    enteredAt: instant,
    leftAt: instant,
    away: fc.array(fc.record({ from: instant, to: instant }, { noNullPrototype: true }), {
      minLength: 1,
      maxLength: 4,
    }),
    attendedSeconds: seconds,
    taughtSeconds: seconds,
    heardSeconds: seconds,
    voiceSeconds: seconds,
    lateMinutes: fc.nat({ max: 60 }),
    leftEarlyPercent: fc.integer({ min: 1, max: 100 }),
    madeUpPercent: fc.integer({ min: 1, max: 100 }),
    source: fc.string(),
    outcome: fc.string(),
    reason: fc.string({ unit: 'grapheme' }),
    excusedByStaff: fc.boolean(),
    notTaught: fc.constant(true),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('what is packed comes back as it was', () => {
  fc.assert(
    fc.property(evidence, (one) => {
      expect(unpackEvidence(packEvidence(one, day), day)).toEqual(one);
    }),
  );
});

test('a usual lesson takes a few letters', () => {
  const usual: Evidence = {
    enteredAt: '2026-11-18T00:58:12.345Z',
    leftAt: '2026-11-18T01:40:00.000Z',
    attendedSeconds: 2395,
    taughtSeconds: 2400,
  };
  expect(packEvidence(usual, day)).toBe('a22upl b3klmo c1uj d1uo');
});

test('a day kept as JSON before is still read', () => {
  expect(unpackEvidence('{"source": "rollCall", "outcome": "absent"}', day)).toEqual({
    source: 'rollCall',
    outcome: 'absent',
  });
});
