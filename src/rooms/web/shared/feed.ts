import { decodeFeed, type FeedFrame } from '../../wire.ts';

/** Next number wanted of each track. */
export interface FeedCursor {
  voice: number;
  events: number;
  talk: number;
  pages: number;
}

/** How the one request of the page is doing. */
export type FeedState =
  | { kind: 'connecting' }
  | { kind: 'flowing' }
  | { kind: 'broken'; sinceMs: number }
  | { kind: 'refused'; status: number; code: string; detail: string };

export interface FeedAnswer {
  frames: readonly FeedFrame[];
  /** Bytes per second of this answer on its way here, or `null` when it was too small to tell. */
  bytesPerSecond: number | null;
}

export interface Feed {
  readonly cursor: Readonly<FeedCursor>;
  start(): void;
  /** Asks from other numbers on, dropping the request under way. */
  moveTo(cursor: Partial<FeedCursor>): void;
  /** Voice segments an answer waits for: 1 is two seconds, 2 (the lightest way) is four. */
  setStep(step: 1 | 2): void;
  /** While held no request is made: a recording has enough ahead. */
  hold(isHeld: boolean): void;
  /** Tries again at once, when the network came back. */
  retryNow(): void;
  stop(): void;
}

interface FeedOptions {
  logId: string;
  /** See `whoseQuery`. */
  whose: string;
  cursor: FeedCursor;
  step: 1 | 2;
  holdSeconds: number;
  maxBytes: number;
  onAnswer(answer: FeedAnswer): void;
  onState(state: FeedState): void;
}

/** Nothing arriving for this long while a body is on its way means the line is dead: ask again. */
const silenceMs = 15_000;
const retryAfterMs = [500, 1000, 2000, 4000];
/** An answer smaller than this says nothing of a line's speed. */
const measurableBytes = 3000;

/**
 * The one blocking request of a page: asks for the next voice, gets everything newer of the other tracks too.
 *
 * One request at a time, on purpose: HTTP/1.1 gives a phone six connections for all its tabs, and an answer that
 * was cut short is thrown away whole and asked for again from the same numbers, so nothing is lost or doubled.
 */
export function createFeed(options: FeedOptions): Feed {
  const cursor: FeedCursor = { ...options.cursor };
  let step = options.step;
  const status = { isRunning: false };
  let held = false;
  let aborter: AbortController | null = null;
  let wake: (() => void) | null = null;
  // Counts moves: an answer asked for before the last move is not used.
  let generation = 0;
  let hasInit = false;

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** One request; `null` when its answer is not wanted (moved on meanwhile) or was a refusal. */
  const ask = async (): Promise<FeedAnswer | null> => {
    const asked = generation;
    const controller = new AbortController();
    aborter = controller;
    let watchdog = setTimeout(() => controller.abort(), options.holdSeconds * 1000 + silenceMs);
    try {
      const { voice, events, talk, pages } = cursor;
      const response = await fetch(
        `/api/logs/${options.logId}/feed?voice=${voice}&events=${events}&talk=${talk}&pages=${pages}` +
          `&step=${step}&hold=${options.holdSeconds}&max=${options.maxBytes}${hasInit ? '' : '&init=1'}${options.whose}`,
        { cache: 'no-store', credentials: 'same-origin', signal: controller.signal },
      );
      if (!response.ok) {
        if (response.status >= 500 || response.status === 429)
          throw new Error(`feed answered ${response.status}`);
        const { code = '', detail = '' } = (await response.json()) as { code?: string; detail?: string };
        status.isRunning = false;
        options.onState({ kind: 'refused', status: response.status, code, detail });
        return null;
      }
      const startedMs = performance.now();
      const bytes = await readAll(response, () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => controller.abort(), silenceMs);
      });
      const tookMs = Math.max(5, performance.now() - startedMs);
      const frames = decodeFeed(bytes);
      if (asked !== generation) return null;
      for (const { track, n } of frames) cursor[track] = Math.max(cursor[track], n + 1);
      return {
        frames,
        bytesPerSecond: bytes.length < measurableBytes ? null : (bytes.length * 1000) / tookMs,
      };
    } finally {
      clearTimeout(watchdog);
      aborter = null;
    }
  };

  const loop = async (): Promise<void> => {
    options.onState({ kind: 'connecting' });
    let failures = 0;
    let brokenSinceMs = 0;
    while (status.isRunning) {
      if (held) {
        await sleep(60_000);
        continue;
      }
      const asked = generation;
      const askedAtMs = performance.now();
      let answer: FeedAnswer | null = null;
      try {
        answer = await ask();
      } catch {
        // A move aborts the request on purpose. Anything else is the line or the server: say so and go on trying.
        if (!status.isRunning || asked !== generation) continue;
        if (brokenSinceMs === 0) brokenSinceMs = performance.now();
        options.onState({ kind: 'broken', sinceMs: brokenSinceMs });
        await sleep(retryAfterMs[Math.min(failures, retryAfterMs.length - 1)]!);
        failures += 1;
        continue;
      }
      if (!answer) continue;
      failures = 0;
      brokenSinceMs = 0;
      options.onState({ kind: 'flowing' });
      options.onAnswer(answer);
      // A server that answers empty at once would be asked without end.
      if (answer.frames.length === 0 && performance.now() - askedAtMs < 1000) await sleep(1000);
    }
  };

  return {
    cursor,
    start() {
      if (status.isRunning) return;
      status.isRunning = true;
      void loop();
    },
    moveTo(next) {
      generation += 1;
      Object.assign(cursor, next);
      if (aborter) aborter.abort();
      if (wake) wake();
    },
    setStep(next) {
      step = next;
    },
    hold(isHeld) {
      held = isHeld;
      if (!isHeld && wake) wake();
    },
    retryNow() {
      if (wake) wake();
    },
    stop() {
      status.isRunning = false;
      generation += 1;
      if (aborter) aborter.abort();
      if (wake) wake();
    },
  };
}

async function readAll(response: Response, onProgress: () => void): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    onProgress();
    parts.push(value);
    size += value.length;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
