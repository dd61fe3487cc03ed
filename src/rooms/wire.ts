// The lesson log as bytes: used by the server, the teacher's page, the pupil's page and any later reader.
// Imports nothing and needs no browser newer than Chromium 80 or Safari 13. Described in docs/lesson-log.md.

/** Version written as the first byte of every feed answer and every event segment. */
export const FEED_VERSION = 1;
export const EVENTS_VERSION = 1;

export const VOICE_SAMPLE_RATE = 48_000;
/** One Opus frame; shorter frames with DTX stall the segment cutter in a pause (measured). */
export const VOICE_FRAME_MS = 60;
export const VOICE_SEGMENT_FRAMES = 33;
export const VOICE_SEGMENT_MS = VOICE_FRAME_MS * VOICE_SEGMENT_FRAMES;
export const VOICE_BITRATE = 16_000;
/** Number of the voice track's init segment (ftyp + moov); segments count from 1. */
export const VOICE_INIT_N = 0;

export const SEGMENT_MAX_BYTES = 256 * 1024;
export const PAGES_PER_LESSON_MAX = 300;
export const PAGE_UPLOAD_MAX_BYTES = 4 * 1024 * 1024;
export const PAGE_LARGE_BYTES = 60 * 1024;
export const PAGE_SMALL_BYTES = 15 * 1024;
export const PAGE_TEXT_MAX = 4000;

/** Longest time the feed keeps a request waiting for the next voice, in seconds. */
export const FEED_HOLD_SECONDS = 8;
export const FEED_DEFAULT_BYTES = 64 * 1024;
export const FEED_MAX_BYTES = 512 * 1024;

export const CHAT_MAX_CHARS = 500;
export const POLL_PROMPT_MAX_CHARS = 200;
export const POLL_OPTION_MAX_CHARS = 100;
export const POLL_WRITTEN_MAX_CHARS = 200;
export const POLL_OPTIONS = { least: 2, most: 8 } as const;
/** How long a question may stay open, in seconds. */
export const POLL_SECONDS = { least: 15, most: 1800 } as const;
/** An answer that was on a weak line when the time was up still counts, in seconds. */
export const POLL_LATE_SECONDS = 15;
/** How long a countdown may run, in seconds. */
export const TIMER_SECONDS = { least: 30, most: 3600 } as const;
export const HEARTBEAT_SECONDS = 60;
export const TICKET_SECONDS = 30;
export const ROOM_OPENS_MINUTES = 10;

/** Page coordinates run from 0 to this over the page's WIDTH, on both axes (a tall page has a larger y). */
export const PAGE_UNITS = 8192;
/** Strokes name their colour by place in this list; append only. */
export const INK_COLOURS = ['#1b2a33', '#1f5fbf', '#0b7a5a', '#b5471b', '#7a3fb0', '#fafaf5'] as const;
export const TOOL_PEN = 1;
export const TOOL_MARKER = 2;

const TRACK_NUMBERS = { voice: 1, events: 2, talk: 3, pages: 4 } as const;
export type TrackName = keyof typeof TRACK_NUMBERS;
export const TRACK_NAMES: readonly TrackName[] = ['voice', 'events', 'talk', 'pages'];

/** Thrown by every decoder of this file; the message says what is wrong and at which byte. */
export class WireError extends Error {
  override name = 'WireError';
}

// ---------------------------------------------------------------- feed

/** One row of the log as it travels: times in milliseconds of lesson time. */
export interface FeedFrame {
  track: TrackName;
  n: number;
  startMs: number;
  durationMs: number;
  bytes: Uint8Array;
}

export const FEED_FRAME_HEAD_BYTES = 17;

/**
 * One feed answer: the version byte, then the frames in the order given.
 *
 * @throws {WireError} when a number does not fit an unsigned 32-bit field.
 */
export function encodeFeed(frames: readonly FeedFrame[]): Uint8Array<ArrayBuffer> {
  let size = 1;
  for (const frame of frames) size += FEED_FRAME_HEAD_BYTES + frame.bytes.length;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out[0] = FEED_VERSION;
  let at = 1;
  for (const frame of frames) {
    view.setUint8(at, TRACK_NUMBERS[frame.track]);
    view.setUint32(at + 1, u32(frame.n, 'n'), true);
    view.setUint32(at + 5, u32(frame.startMs, 'startMs'), true);
    view.setUint32(at + 9, u32(frame.durationMs, 'durationMs'), true);
    view.setUint32(at + 13, frame.bytes.length, true);
    out.set(frame.bytes, at + FEED_FRAME_HEAD_BYTES);
    at += FEED_FRAME_HEAD_BYTES + frame.bytes.length;
  }
  return out;
}

/**
 * The frames of one feed answer, their bytes as views into `input` (no copy).
 *
 * Frames of a track this reader does not know are left out, so that older pages survive newer servers.
 *
 * @throws {WireError} on another version or an answer that was cut short: nothing of it may be used.
 */
export function decodeFeed(input: Uint8Array): FeedFrame[] {
  if (input.length === 0) throw new WireError('feed is empty: the version byte is missing');
  if (input[0] !== FEED_VERSION)
    throw new WireError(`feed has version ${input[0]}, this reader knows ${FEED_VERSION}`);
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const frames: FeedFrame[] = [];
  let at = 1;
  while (at < input.length) {
    if (at + FEED_FRAME_HEAD_BYTES > input.length)
      throw new WireError(`feed is cut short in a frame head at byte ${at}`);
    const length = view.getUint32(at + 13, true);
    const from = at + FEED_FRAME_HEAD_BYTES;
    if (from + length > input.length)
      throw new WireError(`feed is cut short in a frame of ${length} bytes at byte ${from}`);
    const track = trackOfNumber(view.getUint8(at));
    if (track !== undefined) {
      frames.push({
        track,
        n: view.getUint32(at + 1, true),
        startMs: view.getUint32(at + 5, true),
        durationMs: view.getUint32(at + 9, true),
        bytes: input.subarray(from, from + length),
      });
    }
    at = from + length;
  }
  return frames;
}

function trackOfNumber(number: number): TrackName | undefined {
  return TRACK_NAMES.find((name) => TRACK_NUMBERS[name] === number);
}

// ---------------------------------------------------------------- talk and pages (JSON rows)

export const ORDERS = [
  'pause',
  'resume',
  'muteAll',
  'unmuteAll',
  'chatAll',
  'chatStaff',
  'chatOff',
  'end',
] as const;
/** What the teacher's order keys say; `end` is final. */
export type Order = (typeof ORDERS)[number];

/** Who reads what pupils write: their class, the staff alone; or it is off. */
export type ChatScope = 'all' | 'staff' | 'off';

export const POLL_KINDS = ['single', 'multiple', 'trueFalse', 'number', 'text'] as const;
/** What may be answered: one option, several, true (0) or false (1), a decimal number, a short text. */
export type PollKind = (typeof POLL_KINDS)[number];

/** A question as the class sees it; the right answer is not in it. */
export interface PollQuestion {
  kind: PollKind;
  /** May be empty: the question stands on the page or was spoken. */
  prompt: string;
  /** Words of the options; an empty one is known by its letter alone. None for numbers and texts. */
  options: string[];
  /** Page that was shown; 0: the blank one. */
  pageN: number;
}

/** How a class answered, without names. */
export interface PollCounts {
  answered: number;
  /** Pupils per option. */
  chosen: number[];
  /** Numbers answered, most frequent first, at most twelve; texts are not counted. */
  numbers: { number: string; count: number }[];
}

/** The right answer: places of options, or a number; null: there is none. */
export type PollRight = { options: number[] } | { number: string } | null;

/**
 * One row of the `talk` track, written by the server only.
 *
 * Persons are named by id; names come from the room's people list, never from the log.
 * `classId` null: for everyone in the lesson; otherwise only this class (and the staff) gets the row.
 * `lost` rows are given to staff only; `takenBack` says that the page is understood by now.
 * A chat line with `toStaff` and `reported` (a pupil reports the line of number `ofN`) are the staff's, too; `hidden`
 * takes a line from the class or shows it again.
 * `called` names the pupil whom the teacher calls, by lot. `at` is the server's instant, ISO 8601.
 */
export type TalkRow = { at: string; classId: string | null } & (
  | { kind: 'chat'; id: string; personId: string; staff: boolean; text: string; toStaff?: true }
  | { kind: 'hand'; personId: string; up: boolean }
  | { kind: 'lost'; personId: string; pageN: number; takenBack?: true }
  | { kind: 'order'; personId: string; order: Order }
  | { kind: 'rollCall'; id: string; personId: string; until: string }
  | { kind: 'rollCallAnswer'; id: string; personId: string }
  | { kind: 'poll'; id: string; personId: string; question: PollQuestion; until: string }
  | { kind: 'pollClosed'; id: string; personId: string }
  | { kind: 'pollShown'; id: string; personId: string; counts: PollCounts; right: PollRight }
  | { kind: 'called'; id: string; personId: string }
  | { kind: 'timer'; id: string; personId: string; until: string }
  | { kind: 'timerStopped'; id: string; personId: string }
  | { kind: 'reported'; personId: string; ofN: number }
  | { kind: 'hidden'; ofN: number; isHidden: boolean }
  | { kind: 'removed'; personId: string }
);

/** One row of the `pages` track: the images are at `/api/logs/:logId/pages/:sha256?size=`. */
export interface PageRow {
  /** Of the uploaded image, lower-case hex: the address of both sizes. */
  sha256: string;
  /** Pixels of the large image. */
  width: number;
  height: number;
  largeBytes: number;
  smallBytes: number;
  /** Text found on the page by the teacher's page, for readers and search; may be empty. */
  text: string;
}

/**
 * JSON of a talk or page row.
 *
 * @throws {WireError} when the bytes are not JSON of an object.
 */
export function decodeJsonRow<Row extends TalkRow | PageRow>(bytes: Uint8Array): Row {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new WireError(`row is not JSON: ${String(cause)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WireError('row is not a JSON object');
  return value as Row;
}

export function encodeJsonRow(row: TalkRow | PageRow): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(row));
}

// ---------------------------------------------------------------- events (page turns and ink)

/** A sampled pen point: page units, and milliseconds since the event's own time. */
export interface InkPoint {
  x: number;
  y: number;
  tMs: number;
}

/** Something the teacher did on the page; `dtMs` is lesson time since the segment's `startMs`. */
export type LessonEvent = { dtMs: number } & (
  | { kind: 'page'; pageN: number }
  | { kind: 'strokeStart'; id: number; tool: number; colour: number; width: number }
  | { kind: 'strokePoints'; id: number; points: InkPoint[] }
  | { kind: 'strokeEnd'; id: number }
  | { kind: 'erase'; ids: number[] }
  | { kind: 'undo'; id: number }
  | { kind: 'pointer'; at: { x: number; y: number } | null }
  | { kind: 'clear' }
);

const EVENT_NUMBERS = {
  page: 1,
  strokeStart: 2,
  strokePoints: 3,
  strokeEnd: 4,
  erase: 5,
  undo: 6,
  pointer: 7,
  clear: 8,
} as const;

/**
 * One segment of the `events` track.
 *
 * Coordinates may lie outside the page (a stroke that leaves it) but must be whole numbers.
 *
 * @throws {WireError} when a number is not whole or does not fit 32 bits.
 */
export function encodeEvents(events: readonly LessonEvent[]): Uint8Array<ArrayBuffer> {
  const out = new Bytes();
  out.u8(EVENTS_VERSION);
  for (const event of events) {
    const payload = new Bytes();
    writePayload(payload, event);
    out.u8(EVENT_NUMBERS[event.kind]);
    out.varint(event.dtMs);
    const body = payload.done();
    out.varint(body.length);
    out.all(body);
  }
  return out.done();
}

function writePayload(out: Bytes, event: LessonEvent): void {
  switch (event.kind) {
    case 'page':
      return out.varint(event.pageN);
    case 'strokeStart':
      out.varint(event.id);
      out.u8(event.tool);
      out.u8(event.colour);
      return out.varint(event.width);
    case 'strokePoints': {
      out.varint(event.id);
      out.varint(event.points.length);
      const x = new Predictor();
      const y = new Predictor();
      const t = new Predictor();
      for (const point of event.points) {
        out.signed(x.error(point.x));
        out.signed(y.error(point.y));
        out.signed(t.error(point.tMs));
      }
      return;
    }
    case 'strokeEnd':
    case 'undo':
      return out.varint(event.id);
    case 'erase':
      out.varint(event.ids.length);
      for (const id of event.ids) out.varint(id);
      return;
    case 'pointer':
      if (event.at === null) return;
      out.signed(event.at.x);
      out.signed(event.at.y);
      return;
    case 'clear':
  }
}

/**
 * The events of one segment, in the order written.
 *
 * Types this reader does not know are skipped by their length, so that old players read newer logs.
 *
 * @throws {WireError} on another version, a segment cut short, or a payload shorter than it says.
 */
export function decodeEvents(input: Uint8Array): LessonEvent[] {
  const reader = new Reader(input, 0, input.length);
  const version = reader.u8();
  if (version !== EVENTS_VERSION)
    throw new WireError(`event segment has version ${version}, this reader knows ${EVENTS_VERSION}`);
  const events: LessonEvent[] = [];
  while (!reader.atEnd()) {
    const type = reader.u8();
    const dtMs = reader.varint();
    const event = readPayload(type, dtMs, reader.part(reader.varint()));
    if (event !== null) events.push(event);
  }
  return events;
}

function readPayload(type: number, dtMs: number, body: Reader): LessonEvent | null {
  switch (type) {
    case EVENT_NUMBERS.page:
      return { kind: 'page', dtMs, pageN: body.varint() };
    case EVENT_NUMBERS.strokeStart:
      return {
        kind: 'strokeStart',
        dtMs,
        id: body.varint(),
        tool: body.u8(),
        colour: body.u8(),
        width: body.varint(),
      };
    case EVENT_NUMBERS.strokePoints:
      return { kind: 'strokePoints', dtMs, id: body.varint(), points: readPoints(body) };
    case EVENT_NUMBERS.strokeEnd:
      return { kind: 'strokeEnd', dtMs, id: body.varint() };
    case EVENT_NUMBERS.erase: {
      // Each id takes at least a byte, so the list can never be longer than the payload itself.
      const ids = Array.from({ length: body.count(1) }, () => body.varint());
      return { kind: 'erase', dtMs, ids };
    }
    case EVENT_NUMBERS.undo:
      return { kind: 'undo', dtMs, id: body.varint() };
    case EVENT_NUMBERS.pointer:
      return { kind: 'pointer', dtMs, at: body.atEnd() ? null : { x: body.signed(), y: body.signed() } };
    case EVENT_NUMBERS.clear:
      return { kind: 'clear', dtMs };
    default:
      return null;
  }
}

function readPoints(body: Reader): InkPoint[] {
  const x = new Predictor();
  const y = new Predictor();
  const t = new Predictor();
  return Array.from({ length: body.count(3) }, () => ({
    x: x.value(body.signed()),
    y: y.value(body.signed()),
    tMs: t.value(body.signed()),
  }));
}

// ---------------------------------------------------------------- numbers

function u32(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new WireError(`${name} is not a whole number of 32 bits: ${value}`);
  return value;
}

/** A pen moves on as it moved: what is written is how far a value is from "same step as before". */
class Predictor {
  private last = 0;
  private step = 0;
  private first = true;

  error(value: number): number {
    const error = value - this.last - this.step;
    this.learn(value);
    return error;
  }

  value(error: number): number {
    const value = this.last + this.step + error;
    this.learn(value);
    return value;
  }

  private learn(value: number): void {
    // The first point is a place, not a step: without this the second would pay for it again.
    this.step = this.first ? 0 : value - this.last;
    this.first = false;
    this.last = value;
  }
}

class Bytes {
  private buffer = new Uint8Array(64);
  private size = 0;

  u8(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new WireError(`not a byte: ${value}`);
    this.room(1);
    this.buffer[this.size++] = value;
  }

  varint(value: number): void {
    let rest = u32(value, 'value');
    this.room(5);
    while (rest >= 0x80) {
      this.buffer[this.size++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.size++] = rest;
  }

  /** Zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …, by arithmetic because `<<` would wrap at 31 bits. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  all(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.size);
    this.size += bytes.length;
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.size);
  }

  private room(more: number): void {
    if (this.size + more <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.size + more));
    larger.set(this.buffer.subarray(0, this.size));
    this.buffer = larger;
  }
}

class Reader {
  private readonly input: Uint8Array;
  private readonly end: number;
  private at: number;

  constructor(input: Uint8Array, from: number, end: number) {
    this.input = input;
    this.at = from;
    this.end = end;
  }

  atEnd(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    if (this.at >= this.end) throw new WireError(`event segment is cut short at byte ${this.at}`);
    return this.input[this.at++]!;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (let bytes = 0; bytes < 5; bytes++) {
      const byte = this.u8();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return u32(value, 'varint');
      unit *= 0x80;
    }
    throw new WireError(`number is longer than five bytes before byte ${this.at}`);
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A list length that the remaining bytes can really hold, so that a forged one allocates nothing. */
  count(leastBytesEach: number): number {
    const count = this.varint();
    if (count * leastBytesEach > this.end - this.at)
      throw new WireError(`list of ${count} does not fit its event at byte ${this.at}`);
    return count;
  }

  part(length: number): Reader {
    if (this.at + length > this.end)
      throw new WireError(`event of ${length} bytes is cut short at byte ${this.at}`);
    const part = new Reader(this.input, this.at, this.at + length);
    this.at += length;
    return part;
  }
}

// ---------------------------------------------------------------- socket messages

/** What a page may send over the socket; the HTTP acts of the same names do the same. */
export type ClientMessage =
  | { type: 'chat'; clientId: string; text: string }
  | { type: 'hand'; up: boolean }
  | { type: 'lost'; pageN: number; takenBack?: boolean }
  | { type: 'heartbeat'; minute: number; heardMs: number; step: number; queueMs: number }
  | { type: 'rollCallAnswer'; id: string }
  | { type: 'order'; order: Order };

/** What the server sends over the socket. `ack` answers the message with the same `ref` (its clientId or type). */
export type ServerMessage =
  | { type: 'talk'; n: number; startMs: number; row: TalkRow }
  | { type: 'presence'; personId: string; state: PresenceState; at: string }
  | { type: 'pageAdded'; n: number }
  | { type: 'ack'; ref: string }
  | { type: 'refused'; ref: string; code: string; detail: string }
  | { type: 'closing'; code: 'removed' | 'ended' | 'signedOut' };

export const PRESENCE_STATES = ['missing', 'here', 'weak', 'left'] as const;
/** `weak`: here, but more than 10 s behind or without sound; `left`: was here, nothing heard for 90 s. */
export type PresenceState = (typeof PRESENCE_STATES)[number];
