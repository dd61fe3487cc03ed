import { expect, test } from 'vitest';
import { SampleClock } from './sample-clock.ts';

const block = 960;
const blockMs = 20;

/** Blocks as a healthy microphone gives them, up to 12 ms late. */
function speak(clock: SampleClock, fromMs: number, toMs: number): number {
  let silence = 0;
  for (let now = fromMs; now < toMs; now += blockMs) {
    const lateMs = (now / blockMs) % 3 === 0 ? 12 : 0;
    silence += clock.block(block, now + blockMs + lateMs, false).silence;
  }
  return silence;
}

test('a healthy microphone is left alone', () => {
  const clock = new SampleClock(0);
  expect(speak(clock, 0, 20_000)).toBe(0);
  expect(clock.written).toBe(20 * 48_000);
});

test('blocks that the machine lost are made up with silence, so that ink stays in step', () => {
  const clock = new SampleClock(0);
  speak(clock, 0, 5_000);
  const silence = speak(clock, 6_630, 14_000);
  expect(Math.abs(silence / 48 - 1_630)).toBeLessThan(40);
  expect(Math.abs(clock.written / 48 - 14_000)).toBeLessThan(40);
});

test('a burst that comes late is not a loss', () => {
  const clock = new SampleClock(0);
  speak(clock, 0, 5_000);
  for (let i = 0; i < 100; i++) clock.block(block, 7_000, false);
  expect(speak(clock, 7_000, 15_000)).toBe(0);
});

test('surplus is taken from pauses, never from words', () => {
  const clock = new SampleClock(0);
  speak(clock, 0, 4_000);
  for (let i = 0; i < 20; i++) clock.block(block, 4_000, false);
  let droppedLoud = 0;
  let droppedQuiet = 0;
  for (let now = 4_000; now < 20_000; now += blockMs) {
    const quiet = now % 1_000 < 200;
    const { drop } = clock.block(block, now + blockMs, quiet);
    if (drop && quiet) droppedQuiet++;
    if (drop && !quiet) droppedLoud++;
  }
  expect(droppedLoud).toBe(0);
  expect(droppedQuiet).toBeGreaterThanOrEqual(15);
});

test('without a microphone the lesson goes on in silence', () => {
  const clock = new SampleClock(0);
  let silence = 0;
  for (let now = 0; now <= 10_000; now += 100) silence += clock.tick(now);
  expect(silence / 48).toBeGreaterThan(9_500);
  expect(silence / 48).toBeLessThanOrEqual(10_000);
});

test('a worker that stood still does not take waiting words for a silent microphone', () => {
  const clock = new SampleClock(0);
  for (let now = 0; now < 5_000; now += 100) {
    speak(clock, now, now + 100);
    clock.tick(now + 100);
  }
  // The timer fires first after the stall; the blocks said meanwhile are still in the queue.
  expect(clock.tick(8_000)).toBe(0);
  for (let said = 5_000; said < 8_000; said += blockMs) clock.block(block, 8_001, false);
  expect(clock.written).toBe(8 * 48_000);
});

test('a laptop that slept leaves no hour of silence', () => {
  const clock = new SampleClock(0);
  speak(clock, 0, 5_000);
  const hourMs = 3_600_000;
  expect(speak(clock, hourMs, hourMs + 5_000)).toBe(0);
  expect(clock.written).toBe(10 * 48_000);
  expect(Math.abs(clock.lessonMsAt(hourMs + 5_000) - 10_000)).toBeLessThan(40);
});
