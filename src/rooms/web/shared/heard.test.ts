import { expect, test } from 'vitest';
import { createHeard, overlapMs } from './heard.ts';

/** Plays from one position to another at a speed, sampled every 250 ms. */
function play(heard: ReturnType<typeof createHeard>, fromMs: number, toMs: number, rate = 1, clock = 0) {
  for (let at = fromMs; at <= toMs; at += 250 * rate) {
    heard.sample(at, true, rate, clock + (at - fromMs) / rate);
  }
  heard.sample(toMs, false, rate, clock + (toMs - fromMs) / rate);
}

test('what was played is heard', () => {
  const heard = createHeard();
  play(heard, 0, 10_000);
  expect(heard.stretches()).toEqual([[0, 10_000]]);
});

test('seeking ahead does not count what was skipped', () => {
  const heard = createHeard();
  heard.sample(0, true, 1, 0);
  heard.sample(250, true, 1, 250);
  heard.sample(600_000, true, 1, 500);
  heard.sample(600_250, true, 1, 750);
  expect(heard.stretches()).toEqual([
    [0, 250],
    [600_000, 600_250],
  ]);
});

test('hearing the same minute twice counts once', () => {
  const heard = createHeard();
  play(heard, 0, 10_000);
  play(heard, 5_000, 15_000);
  expect(heard.totalMs()).toBe(15_000);
});

test('double speed is heard in full and faster than double is a jump', () => {
  const heard = createHeard();
  play(heard, 0, 20_000, 2);
  expect(heard.totalMs()).toBe(20_000);
  heard.sample(100_000, true, 2, 0);
  heard.sample(104_000, true, 2, 1000);
  expect(heard.totalMs()).toBe(20_000);
});

test('a paused lesson is not heard', () => {
  const heard = createHeard();
  heard.sample(0, false, 1, 0);
  heard.sample(250, false, 1, 250);
  expect(heard.stretches()).toEqual([]);
});

test('a minute reports only its own part', () => {
  const heard = createHeard();
  play(heard, 50_000, 70_000);
  expect([heard.inMinuteMs(0), heard.inMinuteMs(1), heard.inMinuteMs(2)]).toEqual([10_000, 10_000, 0]);
});

test('what was heard on another visit joins in', () => {
  const heard = createHeard([
    [0, 1000],
    [5000, 6000],
  ]);
  play(heard, 1000, 5000);
  expect(heard.stretches()).toEqual([[0, 6000]]);
  expect(overlapMs(heard.stretches(), 500, 700)).toBe(200);
});
