import { encodeEvents } from '../../../wire.ts';
import type { HeldByServer } from './messages.ts';
import type { KeptSegment, LogState, SegmentStore, TimedEvent, WrittenTrack } from './segment-store.ts';
import { sha256Hex } from './send.ts';
import type { VoicePacket } from './voice-encoder.ts';
import type { VoiceSegment } from './voice-muxer.ts';

/**
 * Where writing goes on, from what this device kept and what the server holds.
 *
 * The higher of both wins. When the server is ahead, another device has taught on: what is open here would
 * overlap with it and is left out.
 */
export function resumePoint(logId: string, local: LogState | null, held: HeldByServer): LogState {
  const serverVoice = (held.lastVoice ?? 0) + 1;
  const fresh: LogState = {
    logId,
    nextVoice: Math.max(1, serverVoice),
    nextEvents: (held.lastEvents ?? 0) + 1,
    nextPage: (held.lastPage ?? 0) + 1,
    voiceEndMs: held.durationMs,
    initKept: held.lastVoice !== null,
    openPackets: [],
    openEvents: [],
    savedAt: 0,
  };
  if (!local) return fresh;
  const serverIsAhead = serverVoice > local.nextVoice;
  return {
    ...fresh,
    nextVoice: Math.max(fresh.nextVoice, local.nextVoice),
    nextEvents: Math.max(fresh.nextEvents, local.nextEvents),
    nextPage: Math.max(fresh.nextPage, local.nextPage),
    voiceEndMs: serverIsAhead ? held.durationMs : local.voiceEndMs,
    initKept: fresh.initKept || local.initKept,
    openPackets: serverIsAhead ? [] : local.openPackets,
    openEvents: serverIsAhead ? [] : local.openEvents,
  };
}

/** Numbers the segments of one log and keeps them, with the open rest, before anybody sends them. */
export class LogWriter {
  readonly #store: SegmentStore;
  readonly #onKept: (segment: KeptSegment) => void;
  #state: LogState;
  #events: TimedEvent[];
  #working: Promise<void> = Promise.resolve();
  #changed = false;

  constructor(store: SegmentStore, state: LogState, onKept: (segment: KeptSegment) => void) {
    this.#store = store;
    this.#state = state;
    this.#events = [...state.openEvents];
    this.#onKept = onKept;
  }

  get state(): LogState {
    return this.#state;
  }

  /** The init segment; only the first life of a log needs one. */
  init(bytes: Uint8Array<ArrayBuffer>): void {
    this.#queue(async () => {
      if (this.#state.initKept) return;
      this.#state = { ...this.#state, initKept: true };
      await this.#keep('voice', 0, { startMs: 0, durationMs: 0, bytes });
    });
  }

  /** @param openPackets - asked when the segment is kept: the packets after it. */
  voice(segment: VoiceSegment, openPackets: () => readonly VoicePacket[]): void {
    this.#queue(async () => {
      const n = this.#state.nextVoice;
      this.#state = {
        ...this.#state,
        nextVoice: n + 1,
        voiceEndMs: segment.startMs + segment.durationMs,
        openPackets: openPackets(),
      };
      await this.#keep('voice', n, segment);
    });
  }

  event(event: TimedEvent): void {
    this.#events.push(event);
    this.#changed = true;
  }

  openPacketsChanged(): void {
    this.#changed = true;
  }

  /** Cuts the events gathered so far into a segment, if there are any. */
  cutEvents(): void {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    this.#queue(async () => {
      const n = this.#state.nextEvents;
      this.#state = { ...this.#state, nextEvents: n + 1 };
      await this.#keep('events', n, eventSegment(events));
    });
  }

  /** Keeps what is not cut yet, so that a crash costs a quarter of a second and not two. */
  saveOpen(openPackets: readonly VoicePacket[]): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.#queue(async () => {
      this.#state = { ...this.#state, openPackets };
      await this.#store.keep(this.#stamped(), []);
    });
  }

  takePageNumber(): number {
    const n = this.#state.nextPage;
    this.#state = { ...this.#state, nextPage: n + 1 };
    this.#changed = true;
    return n;
  }

  /** @returns when everything given so far is kept. */
  settled(): Promise<void> {
    return this.#working;
  }

  #queue(act: () => Promise<void>): void {
    this.#working = this.#working.then(act);
  }

  async #keep(track: WrittenTrack, n: number, { startMs, durationMs, bytes }: VoiceSegment): Promise<void> {
    const segment: KeptSegment = {
      logId: this.#state.logId,
      track,
      n,
      startMs,
      durationMs,
      sha256: await sha256Hex(bytes),
      bytes,
      keptAt: Date.now(),
    };
    await this.#store.keep(this.#stamped(), [segment]);
    this.#onKept(segment);
  }

  #stamped(): LogState {
    return { ...this.#state, openEvents: this.#events, savedAt: Date.now() };
  }
}

function eventSegment(events: readonly TimedEvent[]): VoiceSegment {
  const startMs = events[0]?.atMs ?? 0;
  let lastMs = startMs;
  const relative = events.map(({ atMs, event }) => {
    // Order is what counts: an event never comes before the one drawn before it.
    lastMs = Math.max(lastMs, atMs);
    return { ...event, dtMs: lastMs - startMs };
  });
  return { startMs, durationMs: lastMs - startMs, bytes: encodeEvents(relative) };
}
