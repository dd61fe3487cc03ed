import { createHeard, type Heard, type Stretch } from './heard.ts';

/** How much more must have been heard before it is written down again. */
const keepEveryMs = 1000;

/**
 * Heard time that outlives a reload of the page: the server keeps the most that was said of a minute, so a page that
 * began to count from nothing would lose what was heard of the same minute before.
 *
 * @param key - names lesson and pupil; a parent's telephone may follow for two children.
 */
export function createKeptHeard(key: string, storage: Storage = sessionStorage): Heard {
  const heard = createHeard(read(storage.getItem(key)));
  let keptMs = heard.totalMs();
  return {
    ...heard,
    sample(positionMs, isPlaying, rate, nowMs) {
      heard.sample(positionMs, isPlaying, rate, nowMs);
      const totalMs = heard.totalMs();
      if (totalMs - keptMs < keepEveryMs) return;
      keptMs = totalMs;
      storage.setItem(
        key,
        JSON.stringify(heard.stretches().map(([from, to]) => [Math.round(from), Math.round(to)])),
      );
    },
  };
}

function read(text: string | null): Stretch[] {
  return text === null ? [] : (JSON.parse(text) as Stretch[]);
}
