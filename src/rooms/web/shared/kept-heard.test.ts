import { expect, test } from 'vitest';
import { createKeptHeard } from './kept-heard.ts';

/** What one tab keeps. */
function aTab(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

function play(heard: ReturnType<typeof createKeptHeard>, fromMs: number, toMs: number): void {
  for (let at = fromMs; at <= toMs; at += 250) heard.sample(at, true, 1, at);
}

test('what was heard before a reload still counts in the same minute', () => {
  const tab = aTab();
  play(createKeptHeard('lesson-pupil', tab), 0, 20_000);
  const again = createKeptHeard('lesson-pupil', tab);
  play(again, 24_000, 50_000);
  expect(again.inMinuteMs(0)).toBe(46_000);
});

test('hearing it again after a reload counts once', () => {
  const tab = aTab();
  play(createKeptHeard('lesson-pupil', tab), 0, 20_000);
  const again = createKeptHeard('lesson-pupil', tab);
  play(again, 16_000, 20_000);
  expect(again.inMinuteMs(0)).toBe(20_000);
});

test('two children on one telephone are counted apart', () => {
  const tab = aTab();
  play(createKeptHeard('lesson-one', tab), 0, 20_000);
  expect(createKeptHeard('lesson-other', tab).totalMs()).toBe(0);
});
