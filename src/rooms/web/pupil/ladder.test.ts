import { expect, test } from 'vitest';
import { firstLadder, nextLadder, pagePace, type LinkSample } from './ladder.ts';

function after(...samples: LinkSample[]) {
  return samples.reduce(nextLadder, firstLadder(false, 0));
}
const stall = (nowMs: number): LinkSample => ({ kind: 'stall', nowMs });
const speed = (nowMs: number, bytesPerSecond: number): LinkSample => ({
  kind: 'speed',
  nowMs,
  bytesPerSecond,
});
const tick = (nowMs: number): LinkSample => ({ kind: 'tick', nowMs });

test.each([
  { samples: [stall(1000)], step: 'standard', why: 'one hiccup is no slow network' },
  { samples: [stall(1000), stall(50_000)], step: 'lightest', why: 'two stalls within a minute' },
  { samples: [stall(1000), stall(70_000)], step: 'standard', why: 'two stalls far apart' },
  { samples: [speed(1000, 5_000)], step: 'lightest', why: 'an answer crawled in at 40 kbit/s' },
  { samples: [speed(1000, 500_000)], step: 'standard', why: 'a quick line' },
])('$why: $step', ({ samples, step }) => {
  expect(after(...samples).step).toBe(step);
});

test('a line that got quick again goes up after ninety calm seconds, not before', () => {
  const samples = [speed(1000, 5_000), speed(2000, 50_000), speed(3000, 50_000), speed(4000, 50_000)];
  expect(after(...samples, tick(80_000)).step).toBe('lightest');
  expect(after(...samples, tick(92_000)).step).toBe('standard');
  expect(after(...samples, stall(80_000), tick(92_000)).step).toBe('lightest');
});

test('what the pupil chose stays until they choose again', () => {
  const chosen: LinkSample = { kind: 'choose', nowMs: 0, choice: 'lightest' };
  expect(after(chosen, speed(1000, 500_000), tick(300_000)).step).toBe('lightest');
  const auto: LinkSample = { kind: 'choose', nowMs: 300_000, choice: 'auto' };
  expect(after(chosen, speed(1000, 500_000), auto).step).toBe('standard');
});

test('with the data saver on a lesson begins at the lightest step', () => {
  expect(firstLadder(true, 0).step).toBe('lightest');
});

test('the lightest step takes pages at four kilobytes a second and never the large ones', () => {
  expect(pagePace(firstLadder(true, 0), 8000)).toMatchObject({
    sizes: ['small'],
    pieceBytes: 4096,
    everyMs: 1000,
  });
});

test('with hardly any voice in hand a quick line too fetches pages slowly', () => {
  const quick = after(speed(1000, 500_000));
  expect(pagePace(quick, 500).everyMs).toBe(1000);
  expect(pagePace(quick, 4000)).toMatchObject({ sizes: ['large'], everyMs: 0 });
});
