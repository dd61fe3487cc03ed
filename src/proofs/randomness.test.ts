import { expect, test } from 'vitest';
import { claimDays, newClaimToken, newSpokenCode } from '../people/claims.ts';
import { guessRule } from '../people/guesses.ts';
import { newRecoveryCode } from '../people/recovery-codes.ts';
import { newSessionId } from '../people/sessions.ts';

/**
 * B-07: what the generators make, a million codes and a fifth of it of session ids. That nothing in server code takes
 * `Math.random` is a rule of the linter (`no-restricted-properties`).
 */
const many = 1_000_000;

/**
 * Pearson's statistic of counts that should be equal, as standard deviations from its mean. Six of them happen by chance
 * once in a thousand million runs.
 */
function deviation(counts: readonly number[]): number {
  const degrees = counts.length - 1;
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (statistic - degrees) / Math.sqrt(2 * degrees);
}

test.each([
  { name: 'session ids', make: newSessionId, bytes: 32, count: many / 5 },
  { name: 'claim tokens', make: newClaimToken, bytes: 16, count: many },
])(
  'of $count $name no two are the same, and every byte is as frequent as the others',
  ({ make, bytes, count }) => {
    const seen = new Set<string>();
    const counts = new Uint32Array(256);
    const buffer = Buffer.alloc(bytes);
    for (let made = 0; made < count; made++) {
      const value = make();
      seen.add(value);
      if (buffer.write(value, 'base64url') !== bytes) throw new Error(`${value} has not ${bytes} bytes`);
      for (let place = 0; place < bytes; place++) counts[buffer[place]!]! += 1;
    }
    expect(seen.size).toBe(count);
    expect(deviation([...counts])).toBeLessThan(6);
  },
  120_000,
);

test.each([
  { name: 'spoken codes', make: newSpokenCode, signs: '0123456789' },
  { name: 'recovery codes', make: newRecoveryCode, signs: '23456789abcdefghjkmnpqrstuvwxyz' },
])(
  'a million $name have every sign at every place equally often',
  ({ make, signs }) => {
    const counts = Array.from({ length: 8 }, () => new Uint32Array(128));
    for (let made = 0; made < many; made++) {
      const code = make();
      if (code.length !== 8) throw new Error(`${code} has not eight signs`);
      for (let place = 0; place < 8; place++) counts[place]![code.charCodeAt(place)]! += 1;
    }
    for (const ofPlace of counts) {
      const used = [...ofPlace.entries()].filter(([, count]) => count > 0);
      expect(used.map(([sign]) => String.fromCharCode(sign)).join('')).toBe(signs);
      expect(deviation(used.map(([, count]) => count))).toBeLessThan(6);
    }
  },
  120_000,
);

test('whoever guesses at a spoken code for as long as its card lives is right less than once in ten thousand times', () => {
  const guesses = guessRule.atOnce + (claimDays * 24 * 60) / guessRule.minutesEach;
  expect(guesses / 1e8).toBeLessThan(1e-4);
});
