import { readLogRows } from './log-rows.ts';
import type { LogStore } from './log-rows.ts';
import type { LogRow } from './sealed-part.ts';
import type { Standing } from './tables.ts';
import { decodeJsonRow, encodeFeed, TRACK_NAMES, VOICE_INIT_N } from './wire.ts';
import type { FeedFrame, TalkRow, TrackName } from './wire.ts';

/** Minutes of voice a process keeps of a running lesson; who is further behind reads from the store. */
const VOICE_ROWS_KEPT = 200;

/** A number missing for this long while later ones came is given up while the lesson runs; the recording may have it. */
const GAP_GIVEN_UP_MS = 15_000;

/** Rows for everyone that do not wait for the next voice: orders, the roll, what is asked of the class, countdowns. */
export const URGENT_FOR_ALL: ReadonlySet<TalkRow['kind']> = new Set([
  'order',
  'rollCall',
  'poll',
  'pollClosed',
  'pollShown',
  'timer',
  'timerStopped',
]);

/** Rows that no pupil gets: who was lost, who answered the roll, who reported, who was taken out. */
const ONLY_STAFF: ReadonlySet<TalkRow['kind']> = new Set(['lost', 'rollCallAnswer', 'reported', 'removed']);

/** What one request of a pupil's page asks: the number it wants next of every track. */
export interface FeedQuery {
  readonly voice: number;
  readonly events: number;
  readonly talk: number;
  readonly pages: number;
  /** Voice segments the answer waits for. */
  readonly step: number;
  /** Whether the init segment of the voice is wanted too. */
  readonly init: boolean;
  readonly maxBytes: number;
}

/** Who reads: decides which talk rows they get. */
export interface Reader {
  readonly standing: Standing;
  readonly classId: string | null;
}

export interface FeedAnswer {
  readonly body: Buffer;
  /** Seconds of lesson time of the voice in it, `[from, to)`; null when there is none. */
  readonly servedSeconds: readonly [number, number] | null;
}

interface TalkEntry {
  readonly frame: FeedFrame;
  readonly row: TalkRow;
}

/**
 * The end of a running lesson in this process's memory: rows of all tracks without gap.
 *
 * Rows come from the store only, or after their commit; a message that something came is enough, a lost message
 * is made good by the next look.
 */
export class LiveLog {
  readonly logId: string;
  private readonly store: LogStore;
  private readonly rows: Record<'voice' | 'events' | 'pages', Map<number, FeedFrame>> = {
    voice: new Map(),
    events: new Map(),
    pages: new Map(),
  };
  private readonly talk = new Map<number, TalkEntry>();
  /** Numbers of chat lines that the class does not see now. */
  private readonly hidden = new Set<number>();
  /** Rows that came before an earlier one did. */
  private readonly early: Record<TrackName, Map<number, LogRow>> = {
    voice: new Map(),
    events: new Map(),
    talk: new Map(),
    pages: new Map(),
  };
  private readonly next: Record<TrackName, number> = { voice: 0, events: 1, talk: 1, pages: 1 };
  private answers = new Map<string, FeedAnswer>();
  /** Since when something is missing before rows that came early. */
  private readonly gapSince: Partial<Record<TrackName, number>> = {};
  /** Number of the latest talk row that nobody may be kept waiting for and that all get. */
  private urgentTalkN = 0;
  /** The teacher has ended the lesson: nobody waits here any more. */
  ended = false;
  private initSegment: FeedFrame | undefined;
  private loading: Promise<void> | null = null;

  constructor(store: LogStore, logId: string) {
    this.store = store;
    this.logId = logId;
  }

  /** Number of the row that will come next. */
  nextN(track: TrackName): number {
    return this.next[track];
  }

  /** Reads what came since the last look; several callers share one look. */
  refresh(): Promise<void> {
    this.loading ??= this.load().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  private async load(): Promise<void> {
    for (const track of TRACK_NAMES) {
      for (;;) {
        const before = this.next[track];
        const rows = await readLogRows(this.store, this.logId, track, before, 2000);
        for (const row of rows) this.add(track, row);
        if (rows.length < 2000 || this.next[track] === before) break;
      }
    }
  }

  /**
   * Takes in a committed row.
   *
   * @returns the rows that became readable by it: none when an earlier one is still missing.
   */
  add(track: TrackName, row: LogRow): FeedFrame[] {
    // A page that could not be read leaves a hole for good; its neighbours must not wait for it.
    if (track === 'pages') return this.addPage(row);
    if (row.n < this.next[track]) return [];
    this.early[track].set(row.n, row);
    const readable: FeedFrame[] = [];
    for (let n = this.next[track]; ; n++) {
      const next = this.early[track].get(n);
      if (next === undefined) break;
      this.early[track].delete(n);
      this.next[track] = n + 1;
      const { startMs, durationMs, bytes } = next;
      const frame: FeedFrame = { track, n, startMs, durationMs, bytes };
      if (track === 'voice' && n === VOICE_INIT_N) this.initSegment = frame;
      if (track === 'talk') this.addTalk(frame);
      else this.rows[track].set(n, frame);
      if (track === 'voice' && n > VOICE_ROWS_KEPT) this.rows.voice.delete(n - VOICE_ROWS_KEPT);
      readable.push(frame);
    }
    if (readable.length > 0) this.answers = new Map();
    if (this.early[track].size === 0 || readable.length > 0) delete this.gapSince[track];
    return readable;
  }

  /**
   * Goes on behind numbers that nobody sends any more: the device that held them broke in mid-lesson and another
   * one goes on. Thirty children must not wait for a sentence that is gone.
   *
   * @param nowMs - any clock that only goes forward.
   */
  skipLostNumbers(nowMs: number): void {
    for (const track of ['voice', 'events'] as const) {
      const { early } = this;
      if (early[track].size === 0) continue;
      const since = (this.gapSince[track] ??= nowMs);
      if (nowMs - since < GAP_GIVEN_UP_MS) continue;
      this.next[track] = Math.min(...early[track].keys());
      const first = early[track].get(this.next[track])!;
      early[track].delete(first.n);
      this.add(track, first);
    }
  }

  private addTalk(frame: FeedFrame): void {
    const row = decodeJsonRow<TalkRow>(frame.bytes);
    this.talk.set(frame.n, { frame, row });
    if (row.kind === 'order' && row.order === 'end') this.ended = true;
    if (row.kind === 'hidden') this.hidden[row.isHidden ? 'add' : 'delete'](row.ofN);
    if (URGENT_FOR_ALL.has(row.kind)) this.urgentTalkN = frame.n;
  }

  private addPage({ n, startMs, durationMs, bytes }: LogRow): FeedFrame[] {
    if (this.rows.pages.has(n)) return [];
    const frame: FeedFrame = { track: 'pages', n, startMs, durationMs, bytes };
    this.rows.pages.set(n, frame);
    this.next.pages = Math.max(this.next.pages, n + 1);
    this.answers = new Map();
    return [frame];
  }

  /** Whether the voice the reader waits for is here. */
  hasVoice(query: FeedQuery): boolean {
    return this.next.voice >= query.voice + query.step;
  }

  /** Whether there is an urgent row that the reader has not got yet, given between two of their requests. */
  hasUrgent(query: FeedQuery): boolean {
    return this.urgentTalkN >= query.talk;
  }

  /** Whether this memory reaches far enough back for the reader. */
  covers(query: FeedQuery): boolean {
    return query.voice >= this.next.voice || this.rows.voice.has(query.voice);
  }

  /** Everything new for a reader, voice last and at least one segment of it; readers who ask alike share one answer. */
  answer(query: FeedQuery, reader: Reader): FeedAnswer {
    const who = reader.standing === 'pupil' ? (reader.classId ?? '') : 'staff';
    const key = `${query.voice} ${query.events} ${query.talk} ${query.pages} ${query.maxBytes} ${query.init} ${who}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const others = [
      ...this.from('pages', query.pages),
      ...this.talkFor(query.talk, reader),
      ...this.from('events', query.events),
    ];
    const init = query.init && query.voice > VOICE_INIT_N ? this.initSegment : undefined;
    const voice = this.from('voice', query.voice);
    const answer = composeAnswer(others, init === undefined ? voice : [init, ...voice], query.maxBytes);
    this.answers.set(key, answer);
    return answer;
  }

  /** Rows of all tracks but the ink from the asked numbers on, whoever they are for. */
  framesSince(query: FeedQuery): FeedFrame[] {
    const talk = [...this.talk.values()].map(({ frame }) => frame).filter(({ n }) => n >= query.talk);
    return [...this.from('pages', query.pages), ...talk, ...this.from('voice', query.voice)];
  }

  private from(track: 'voice' | 'events' | 'pages', n: number): FeedFrame[] {
    const frames: FeedFrame[] = [];
    for (let at = n; at < this.next[track]; at++) {
      const frame = this.rows[track].get(at);
      if (frame !== undefined) frames.push(frame);
    }
    return frames;
  }

  private talkFor(n: number, reader: Reader): FeedFrame[] {
    const frames: FeedFrame[] = [];
    for (let at = n; at < this.next.talk; at++) {
      const entry = this.talk.get(at);
      if (entry === undefined || !mayRead(entry.row, reader)) continue;
      if (reader.standing === 'pupil' && this.hidden.has(at)) continue;
      frames.push(entry.frame);
    }
    return frames;
  }
}

/** Which talk rows a reader gets: staff all; pupils those of everyone and their own class, never who was lost. */
export function mayRead(row: TalkRow, reader: Reader): boolean {
  if (reader.standing !== 'pupil') return true;
  if (ONLY_STAFF.has(row.kind) || (row.kind === 'chat' && row.toStaff === true)) return false;
  return row.classId === null || row.classId === reader.classId;
}

/**
 * Puts frames into one answer of about `maxBytes`: the small tracks first, because a page or an order must not
 * wait for voice; then voice, at least one segment, so that a reader always moves on.
 */
export function composeAnswer(
  others: readonly FeedFrame[],
  voice: readonly FeedFrame[],
  maxBytes: number,
): FeedAnswer {
  const chosen: FeedFrame[] = [];
  let size = 1;
  let fromSecond = Number.POSITIVE_INFINITY;
  let toSecond = 0;
  for (const frame of others) {
    if (chosen.length > 0 && size + frame.bytes.length > maxBytes) break;
    chosen.push(frame);
    size += frame.bytes.length;
  }
  let voices = 0;
  for (const frame of voice) {
    if (voices > 0 && size + frame.bytes.length > maxBytes) break;
    chosen.push(frame);
    size += frame.bytes.length;
    if (frame.n === VOICE_INIT_N) continue;
    voices++;
    fromSecond = Math.min(fromSecond, Math.floor(frame.startMs / 1000));
    toSecond = Math.max(toSecond, Math.ceil((frame.startMs + frame.durationMs) / 1000));
  }
  const feed = encodeFeed(chosen);
  return {
    body: Buffer.from(feed.buffer, feed.byteOffset, feed.length),
    servedSeconds: voices > 0 ? [fromSecond, toSecond] : null,
  };
}
