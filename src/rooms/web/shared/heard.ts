/** A half-open stretch of lesson time in milliseconds. */
export type Stretch = [fromMs: number, toMs: number];

/** What of a lesson a pupil really heard, measured at the loudspeaker's side: played, not fetched. */
export interface Heard {
  /**
   * Where playing stands now; call a few times a second.
   *
   * @param nowMs - any clock that only goes forward (`performance.now()`).
   */
  sample(positionMs: number, isPlaying: boolean, rate: number, nowMs: number): void;
  /** Sorted, apart, each moment once. */
  stretches(): readonly Stretch[];
  /** Milliseconds heard within one minute of lesson time (0 is the first). */
  inMinuteMs(minute: number): number;
  /** Milliseconds heard of the whole lesson, each moment once. */
  totalMs(): number;
}

/** The position may run ahead of the clock by this much between two samples before it counts as a jump. */
const jitterMs = 400;

/**
 * @param before - stretches heard earlier (another visit, another device).
 */
export function createHeard(before: readonly Stretch[] = []): Heard {
  let stretches: Stretch[] = [];
  let last: { positionMs: number; nowMs: number } | null = null;

  const add = (fromMs: number, toMs: number): void => {
    const joined: Stretch = [fromMs, toMs];
    const apart = stretches.filter((known) => {
      if (known[1] < joined[0] || known[0] > joined[1]) return true;
      joined[0] = Math.min(joined[0], known[0]);
      joined[1] = Math.max(joined[1], known[1]);
      return false;
    });
    apart.push(joined);
    stretches = apart.sort((a, b) => a[0] - b[0]);
  };
  for (const [fromMs, toMs] of before) if (toMs > fromMs) add(fromMs, toMs);

  return {
    sample(positionMs, isPlaying, rate, nowMs) {
      if (last && isPlaying) {
        const moved = positionMs - last.positionMs;
        // Moving faster than the voice plays is a jump: what lies between was not heard.
        if (moved > 0 && moved <= (nowMs - last.nowMs) * rate + jitterMs) add(last.positionMs, positionMs);
      }
      last = isPlaying ? { positionMs, nowMs } : null;
    },
    stretches: () => stretches,
    inMinuteMs: (minute) => overlapMs(stretches, minute * 60_000, (minute + 1) * 60_000),
    totalMs: () => overlapMs(stretches, 0, Infinity),
  };
}

/** Milliseconds of `stretches` that lie in `[fromMs, toMs)`. */
export function overlapMs(stretches: readonly Stretch[], fromMs: number, toMs: number): number {
  return stretches.reduce(
    (sum, [from, to]) => sum + Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs)),
    0,
  );
}
