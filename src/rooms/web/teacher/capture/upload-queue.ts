import type { KeptSegment, WrittenTrack } from './segment-store.ts';

/** What became of one try to send a segment. */
export type SendOutcome =
  /** The server holds it; `next` is the lowest number that it does not hold. */
  | { kind: 'held'; next: number }
  /** No network, a time-out, a server that is restarting: try again. */
  | { kind: 'later' }
  /** The session is over; after signing in again it goes on. */
  | { kind: 'signIn' }
  /** It will never be taken; `code` says why. */
  | { kind: 'refused'; code: string };

/** `otherWriter`: another device writes this lesson; `refused`: the server takes no more of it. */
export type UploadState = 'fine' | 'retrying' | 'signIn' | 'otherWriter' | 'refused';

export interface UploadStatus {
  readonly state: UploadState;
  /** Code of the refusal, when there is one. */
  readonly code: string | null;
  readonly unsent: number;
  /** Lesson milliseconds of voice that only this device holds. */
  readonly unsentMs: number;
}

interface UploadQueueOptions {
  /** Highest numbers that the server held when this page came: what differs below them was said elsewhere. */
  readonly heldBefore: Readonly<Record<WrittenTrack, number>>;
  readonly send: (segment: KeptSegment) => Promise<SendOutcome>;
  readonly forget: (segments: readonly KeptSegment[]) => Promise<void>;
  readonly wait: (ms: number) => Promise<void>;
  readonly onChange: () => void;
}

const retryMs = 1_000;
/** Signing in is done by a person in another tab: asking more often helps nobody. */
const signInRetryMs = 5_000;

/**
 * Sends the kept segments in order, each track on its own connection, until the server holds them.
 *
 * Nothing leaves the queue but by the server's word: `held`, or the number being below its `next`.
 */
export class UploadQueue {
  readonly #options: UploadQueueOptions;
  readonly #tracks: Record<WrittenTrack, Map<number, KeptSegment>> = { voice: new Map(), events: new Map() };
  readonly #running = new Set<WrittenTrack>();
  readonly #states: Record<WrittenTrack, UploadState> = { voice: 'fine', events: 'fine' };
  #code: string | null = null;

  constructor(options: UploadQueueOptions) {
    this.#options = options;
  }

  add(segment: KeptSegment): void {
    this.#tracks[segment.track].set(segment.n, segment);
    void this.#run(segment.track);
    this.#options.onChange();
  }

  status(): UploadStatus {
    const voice = [...this.#tracks.voice.values()];
    const state = (['otherWriter', 'refused', 'signIn', 'retrying'] as const).find((one) =>
      Object.values(this.#states).includes(one),
    );
    return {
      state: state ?? 'fine',
      code: this.#code,
      unsent: voice.length + this.#tracks.events.size,
      unsentMs: voice.reduce((sum, { durationMs }) => sum + durationMs, 0),
    };
  }

  /** Lesson time of the first voice that the server does not hold; `null` when it holds all. */
  get firstUnsentMs(): number | null {
    return lowest(this.#tracks.voice)?.startMs ?? null;
  }

  /** Voice segments waiting; pages hold back while there is more than one. */
  get voiceWaiting(): number {
    return this.#tracks.voice.size;
  }

  async #run(track: WrittenTrack): Promise<void> {
    if (this.#running.has(track)) return;
    this.#running.add(track);
    try {
      for (let next = lowest(this.#tracks[track]); next; next = lowest(this.#tracks[track])) {
        if (!(await this.#sendOne(track, next))) return;
      }
    } finally {
      this.#running.delete(track);
    }
  }

  /** @returns whether the track may go on. */
  async #sendOne(track: WrittenTrack, segment: KeptSegment): Promise<boolean> {
    const outcome = await this.#options.send(segment);
    switch (outcome.kind) {
      case 'held':
        this.#enter(track, 'fine');
        await this.#drop(track, segment.n, outcome.next);
        return true;
      case 'later':
        this.#enter(track, 'retrying');
        await this.#options.wait(retryMs);
        return true;
      case 'signIn':
        this.#enter(track, 'signIn');
        await this.#options.wait(signInRetryMs);
        return true;
      case 'refused':
        return this.#refuse(track, segment, outcome.code);
    }
  }

  async #refuse(track: WrittenTrack, segment: KeptSegment, code: string): Promise<boolean> {
    // Each page life writes its own init segment (it carries a creation date); any of them opens the track. And
    // when another device has taught meanwhile, its words stand under the numbers that this one had not sent.
    const isInit = track === 'voice' && segment.n === 0;
    if (code === 'segment_differs' && (isInit || segment.n <= this.#options.heldBefore[track])) {
      await this.#drop(track, segment.n, 0);
      return true;
    }
    this.#code = code;
    this.#enter(track, code === 'segment_differs' ? 'otherWriter' : 'refused');
    return false;
  }

  async #drop(track: WrittenTrack, n: number, next: number): Promise<void> {
    const queue = this.#tracks[track];
    const held = [...queue.values()].filter((segment) => segment.n === n || segment.n < next);
    for (const segment of held) queue.delete(segment.n);
    await this.#options.forget(held);
    this.#options.onChange();
  }

  #enter(track: WrittenTrack, state: UploadState): void {
    if (this.#states[track] === state) return;
    this.#states[track] = state;
    this.#options.onChange();
  }
}

function lowest(segments: ReadonlyMap<number, KeptSegment>): KeptSegment | undefined {
  let first: KeptSegment | undefined;
  for (const segment of segments.values()) if (!first || segment.n < first.n) first = segment;
  return first;
}
