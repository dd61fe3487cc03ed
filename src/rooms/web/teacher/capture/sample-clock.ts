/**
 * Keeps the counted samples of the voice in step with real time.
 *
 * Lesson time is voice sample time. A busy machine loses audio blocks (1.6 s in two minutes were measured), and
 * then ink stamped by the clock would slide away from the voice. So the count is compared with a monotonic clock:
 * what is missing is filled with silence, what is too much is taken from quiet places, never from words.
 */

export const sampleRate = 48_000;

/** Drift up to here is left alone: nobody hears it, and block jitter reaches it. */
const toleratedMs = 80;
/** Blocks arrive late in bursts but never early, so the smallest lag of a window is the true drift. */
const windowMs = 2_000;
/** After this many on-time ticks without a block the microphone is taken as silent (unplugged, refused, a call). */
const idleTicks = 8;
const tickMs = 100;
/** While silence stands in for the microphone we stay this far behind, so that returning sound still fits. */
const idleLagMs = 200;
/** A longer hole is a machine that slept: the lesson stood still, it is not filled with silence. */
const sleepMs = 10_000;

export class SampleClock {
  /** Samples on the lesson's time line, base included. */
  #written: number;
  /** Monotonic instant that stands for sample 0; null until the first sound or tick. */
  #zeroAtMs: number | null = null;
  #lastBlockAtMs = 0;
  #lastTickAtMs = 0;
  #quietTicks = 0;
  #windowEndsAtMs = 0;
  #smallestLag = Infinity;
  #surplus = 0;

  /** @param baseSamples - samples already on the time line (0 for a new lesson). */
  constructor(baseSamples: number) {
    this.#written = baseSamples;
  }

  get written(): number {
    return this.#written;
  }

  /** Lesson time runs from now on, without any block: what is recorded elsewhere brings its own times. */
  start(nowMs: number): void {
    this.#zeroAtMs ??= nowMs - this.#written / samplesPerMs;
  }

  /**
   * Accounts for one block of sound.
   *
   * @param samples - length of the block.
   * @param nowMs - monotonic instant at which it arrived.
   * @param quiet - whether the block holds no speech; only such blocks are ever dropped.
   * @returns silence to write before the block, in samples, and whether to drop the block.
   */
  block(samples: number, nowMs: number, quiet: boolean): { silence: number; drop: boolean } {
    this.#quietTicks = 0;
    this.#lastBlockAtMs = nowMs;
    if (this.#zeroAtMs === null) this.#zeroAtMs = nowMs - (this.#written + samples) / samplesPerMs;
    if (this.#surplus >= samples && quiet) {
      this.#surplus -= samples;
      return { silence: 0, drop: true };
    }
    const silence = this.#correct(samples, nowMs);
    this.#written += silence + samples;
    return { silence, drop: false };
  }

  #correct(samples: number, nowMs: number): number {
    const lag = this.#lag(nowMs) - samples;
    if (lag > sleepMs * samplesPerMs) {
      this.#standStill(lag);
      return 0;
    }
    this.#smallestLag = Math.min(this.#smallestLag, lag);
    if (nowMs < this.#windowEndsAtMs) return 0;
    const drift = this.#smallestLag;
    this.#windowEndsAtMs = nowMs + windowMs;
    this.#smallestLag = Infinity;
    if (drift === Infinity || Math.abs(drift) <= toleratedMs * samplesPerMs) {
      this.#surplus = 0;
      return 0;
    }
    if (drift > 0) return Math.round(drift);
    this.#surplus = Math.round(-drift);
    return 0;
  }

  /**
   * Called about every 100 ms by a timer.
   *
   * @returns silence to write now, in samples, because no sound has come for a while.
   */
  tick(nowMs: number): number {
    // A tick that comes late means that this thread stood still: blocks may wait behind us in the queue.
    const onTime = nowMs - this.#lastTickAtMs < tickMs * 3;
    this.#lastTickAtMs = nowMs;
    this.#zeroAtMs ??= nowMs - this.#written / samplesPerMs;
    this.#quietTicks = onTime && nowMs - this.#lastBlockAtMs > tickMs ? this.#quietTicks + 1 : 0;
    if (this.#quietTicks < idleTicks) return 0;
    const lag = this.#lag(nowMs);
    if (lag > sleepMs * samplesPerMs) this.#standStill(lag);
    const silence = Math.max(0, Math.round(this.#lag(nowMs) - idleLagMs * samplesPerMs));
    this.#written += silence;
    this.#smallestLag = Infinity;
    this.#windowEndsAtMs = nowMs + windowMs;
    return silence;
  }

  /** Lesson time in ms that belongs to a monotonic instant; never negative. */
  lessonMsAt(atMs: number): number {
    if (this.#zeroAtMs === null) return Math.round(this.#written / samplesPerMs);
    return Math.max(0, Math.round(atMs - this.#zeroAtMs));
  }

  #lag(nowMs: number): number {
    return (nowMs - (this.#zeroAtMs ?? nowMs)) * samplesPerMs - this.#written;
  }

  #standStill(lag: number): void {
    this.#zeroAtMs = (this.#zeroAtMs ?? 0) + lag / samplesPerMs;
    this.#smallestLag = Infinity;
  }
}

const samplesPerMs = sampleRate / 1_000;
