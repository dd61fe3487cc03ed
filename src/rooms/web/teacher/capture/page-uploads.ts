import type { KeptPage } from './segment-store.ts';
import type { SendOutcome } from './upload-queue.ts';

interface PageUploadsOptions {
  readonly send: (page: KeptPage, giveWay: AbortSignal) => Promise<SendOutcome>;
  /** The same picture in fewer bytes, for links on which the first try had to give way. */
  readonly shrink: (page: KeptPage, maxBytes: number) => Promise<KeptPage>;
  readonly voiceWaiting: () => number;
  /** Whether a lesson is running: before it, pages go as fast as they can. */
  readonly teaching: () => boolean;
  readonly wait: (ms: number) => Promise<void>;
  readonly onHeld: (page: KeptPage) => Promise<void>;
  readonly onRefused: (page: KeptPage, code: string) => Promise<void>;
}

/** Voice takes about 14 kbit/s and ink 2 of the 40 that a lesson may use; pages get the rest. */
const pageBytesPerSecond = 2_800;
/** With this many voice segments waiting, a page upload is broken off. */
const voiceMayWait = 2;
const lookMs = 250;
/** What a page may weigh after the first, second … upload that had to give way. */
const smallerBytes = [60_000, 30_000, 15_000] as const;

/** Sends page images one after the other, so slowly that the voice never waits for them. */
export class PageUploads {
  readonly #options: PageUploadsOptions;
  readonly #waiting: KeptPage[] = [];
  #running = false;

  constructor(options: PageUploadsOptions) {
    this.#options = options;
  }

  get unsent(): number {
    return this.#waiting.length;
  }

  /** Moves a page to the front: the teacher shows it now. The one under way stays first. */
  prefer(n: number): void {
    const index = this.#waiting.findIndex((page) => page.n === n);
    const [page] = index > 1 ? this.#waiting.splice(index, 1) : [];
    if (page) this.#waiting.splice(1, 0, page);
  }

  add(page: KeptPage): void {
    this.#waiting.push(page);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let page = this.#waiting[0]; page; page = this.#waiting[0]) await this.#sendUntilHeld(page);
    } finally {
      this.#running = false;
    }
  }

  async #sendUntilHeld(original: KeptPage): Promise<void> {
    let page = original;
    for (let brokenOff = 0; ;) {
      await this.#voiceFirst();
      const giveWay = new AbortController();
      const watching = this.#watchVoice(giveWay);
      const outcome = await this.#options.send(page, giveWay.signal);
      const gaveWay = giveWay.signal.aborted;
      giveWay.abort();
      await watching;
      if (outcome.kind === 'held' || outcome.kind === 'refused') {
        this.#waiting.shift();
        if (outcome.kind === 'held') await this.#options.onHeld(page);
        else await this.#options.onRefused(page, outcome.code);
        await this.#pace(page);
        return;
      }
      if (gaveWay) {
        const maxBytes = smallerBytes[Math.min(brokenOff++, smallerBytes.length - 1)] ?? page.bytes.length;
        if (page.bytes.length > maxBytes) page = await this.#options.shrink(original, maxBytes);
      }
      await this.#options.wait(1_000);
    }
  }

  async #voiceFirst(): Promise<void> {
    while (this.#options.teaching() && this.#options.voiceWaiting() > 1) await this.#options.wait(lookMs);
  }

  async #watchVoice(giveWay: AbortController): Promise<void> {
    while (!giveWay.signal.aborted) {
      if (this.#options.teaching() && this.#options.voiceWaiting() > voiceMayWait) giveWay.abort();
      else await this.#options.wait(lookMs);
    }
  }

  /** Rests as long as the page would have taken at its share of the uplink. */
  async #pace(page: KeptPage): Promise<void> {
    let restMs = (page.bytes.length / pageBytesPerSecond) * 1_000;
    for (; restMs > 0 && this.#options.teaching(); restMs -= lookMs) await this.#options.wait(lookMs);
  }
}
