/**
 * Brings a microphone's own rate to 48 kHz, block by block.
 *
 * Only needed where the browser refuses an AudioContext of another rate than the microphone's (Firefox). Linear
 * interpolation: speech lies far below the band where it would be heard.
 */
export class Resampler {
  readonly #step: number;
  #position = 0;
  #last = 0;

  /** @param fromRate - samples per second that come in. @param toRate - samples per second that go out. */
  constructor(fromRate: number, toRate: number) {
    this.#step = fromRate / toRate;
  }

  /** Next block at the target rate; its length varies by one sample so that none is lost over time. */
  push(block: Float32Array): Float32Array {
    if (this.#step === 1) return block;
    const out = new Float32Array(Math.max(0, Math.ceil((block.length - this.#position) / this.#step)));
    let count = 0;
    let position = this.#position;
    for (; position < block.length; position += this.#step) {
      const index = Math.floor(position);
      const before = index === 0 ? this.#last : (block[index - 1] ?? 0);
      const after = block[index] ?? 0;
      out[count++] = before + (after - before) * (position - index);
    }
    this.#position = position - block.length;
    this.#last = block.at(-1) ?? this.#last;
    return out.subarray(0, count);
  }
}
