import type { Pace } from '../shared/page-loader.ts';

/** Steps of the degradation ladder a live lesson moves between; `lightest` is voice and small pages. */
export type Step = 'standard' | 'lightest';

/** `auto`: the page decides; otherwise the pupil chose and nothing moves. */
export type StepChoice = 'auto' | Step;

export interface LadderState {
  readonly step: Step;
  readonly choice: StepChoice;
  /** When the step last changed, on the clock of the samples. */
  readonly changedAtMs: number;
  /** When the voice last ran dry. */
  readonly stalledAtMs: number;
  /** Stalls of the last minute. */
  readonly stallsAtMs: readonly number[];
  /** Smoothed; null until a large enough answer came. */
  readonly bytesPerSecond: number | null;
}

export type LinkSample =
  | { kind: 'stall'; nowMs: number }
  | { kind: 'speed'; nowMs: number; bytesPerSecond: number }
  | { kind: 'tick'; nowMs: number }
  | { kind: 'choose'; nowMs: number; choice: StepChoice };

/** Voice, ink and paced pages of the standard step need about 3 kB/s; below twice that nothing is left for a jam. */
const slowBytesPerSecond = 6_000;
const quickBytesPerSecond = 15_000;
const stallWindowMs = 60_000;
/** A line that failed must have been good for this long before more is asked of it. */
const calmMs = 90_000;

/** @param saver - the phone's own data saver is on, or the browser calls the line 2G: begin low. */
export function firstLadder(saver: boolean, nowMs: number): LadderState {
  return {
    step: saver ? 'lightest' : 'standard',
    choice: 'auto',
    changedAtMs: nowMs,
    stalledAtMs: nowMs,
    stallsAtMs: [],
    bytesPerSecond: null,
  };
}

/**
 * The step after one more thing was learnt about the line.
 *
 * Down at the second stall within a minute, or when an answer crawled in; up after 90 calm seconds on a line that
 * is clearly quick, so that nothing flaps.
 */
export function nextLadder(state: LadderState, sample: LinkSample): LadderState {
  const { nowMs } = sample;
  const next = { ...state };
  if (sample.kind === 'choose') {
    next.choice = sample.choice;
    if (sample.choice !== 'auto') next.step = sample.choice;
  } else if (sample.kind === 'stall') {
    next.stalledAtMs = nowMs;
    next.stallsAtMs = [...state.stallsAtMs.filter((at) => nowMs - at < stallWindowMs), nowMs];
  } else if (sample.kind === 'speed') {
    const before = state.bytesPerSecond;
    next.bytesPerSecond =
      before === null
        ? sample.bytesPerSecond
        : before * 0.6 + Math.min(sample.bytesPerSecond, 10 * before) * 0.4;
  }
  if (next.choice === 'auto') {
    const speed = next.bytesPerSecond;
    const isSlow = next.stallsAtMs.length >= 2 || (speed !== null && speed < slowBytesPerSecond);
    const calm = nowMs - Math.max(next.stalledAtMs, next.changedAtMs) >= calmMs;
    if (next.step === 'standard' && isSlow) next.step = 'lightest';
    else if (next.step === 'lightest' && calm && speed !== null && speed >= quickBytesPerSecond) {
      next.step = 'standard';
    }
  }
  if (next.step !== state.step) {
    next.changedAtMs = nowMs;
    next.stallsAtMs = [];
  }
  return next;
}

/**
 * How pages may be fetched now, so that voice never waits for them.
 *
 * @param aheadMs - voice in hand; with less than two seconds of it pieces get small and slow.
 */
export function pagePace({ step, bytesPerSecond }: LadderState, aheadMs: number): Pace {
  // 4 kB a second beside the voice was measured to cause no stall at 50 kbit/s.
  if (step === 'lightest') return { sizes: ['small'], ahead: 3, pieceBytes: 4096, everyMs: 1000 };
  if (bytesPerSecond === null || bytesPerSecond < 30_000 || aheadMs < 1500) {
    return { sizes: ['small', 'large'], ahead: 1, pieceBytes: 8192, everyMs: aheadMs < 1500 ? 1000 : 250 };
  }
  return { sizes: ['large'], ahead: 2, pieceBytes: 64 * 1024, everyMs: 0 };
}
