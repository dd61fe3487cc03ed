import { TRACK_NAMES } from './wire.ts';
import type { TrackName } from './wire.ts';

/** One row of the log, wherever it lies. Times in milliseconds of lesson time. */
export interface LogRow {
  readonly n: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** Lower-case hex of the bytes. */
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** Where a row lies inside a sealed object; `at` counts from the end of the index. */
export interface SealedRow {
  readonly n: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly sha256: string;
  readonly at: number;
  readonly length: number;
}

export interface SealedIndex {
  readonly version: 1;
  readonly logId: string;
  readonly track: TrackName;
  readonly rows: readonly SealedRow[];
}

const MAGIC = Buffer.from('NOLLOG01', 'latin1');
const HEAD_BYTES = MAGIC.length + 4;

/**
 * The object into which rows of one track are sealed; see docs/lesson-log.md.
 *
 * @param rows - ascending by `n`, none twice.
 * @throws {RangeError} when the rows are not in ascending order: such an object could not be read back whole.
 */
export function encodeSealedPart(logId: string, track: TrackName, rows: readonly LogRow[]): Buffer {
  let at = 0;
  const sealed = rows.map((row, place): SealedRow => {
    const before = rows[place - 1];
    if (before !== undefined && before.n >= row.n)
      throw new RangeError(`row ${row.n} follows row ${before.n}`);
    const entry = {
      n: row.n,
      startMs: row.startMs,
      durationMs: row.durationMs,
      sha256: row.sha256,
      at,
      length: row.bytes.length,
    };
    at += row.bytes.length;
    return entry;
  });
  const index: SealedIndex = { version: 1, logId, track, rows: sealed };
  const json = Buffer.from(JSON.stringify(index), 'utf8');
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(json.length, MAGIC.length);
  return Buffer.concat([head, json, ...rows.map((row) => row.bytes)]);
}

/**
 * Reads a sealed object; the rows' bytes are views into `object`.
 *
 * @throws {Error} when the object is not whole; the message names the log and what is wrong.
 */
export function decodeSealedPart(object: Buffer): { index: SealedIndex; rows: LogRow[] } {
  if (object.length < HEAD_BYTES || !object.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error('not a sealed lesson log: the mark NOLLOG01 is missing');
  }
  const indexEnd = HEAD_BYTES + object.readUInt32LE(MAGIC.length);
  if (indexEnd > object.length) throw new Error('sealed lesson log is cut short in its index');
  const index = JSON.parse(object.subarray(HEAD_BYTES, indexEnd).toString('utf8')) as SealedIndex;
  if (index.version !== 1)
    throw new Error(`sealed lesson log has version ${String(index.version)}, known is 1`);
  if (!TRACK_NAMES.includes(index.track))
    throw new Error(`sealed lesson log has unknown track ${index.track}`);
  const rows = index.rows.map((row): LogRow => {
    const from = indexEnd + row.at;
    if (from + row.length > object.length) {
      throw new Error(`sealed log ${index.logId}, ${index.track} ${row.n}: bytes are missing`);
    }
    return {
      n: row.n,
      startMs: row.startMs,
      durationMs: row.durationMs,
      sha256: row.sha256,
      bytes: object.subarray(from, from + row.length),
    };
  });
  return { index, rows };
}
