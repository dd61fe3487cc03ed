import type pg from 'pg';
import type { FileStore } from '../platform/files.ts';
import { decodeSealedPart } from './sealed-part.ts';
import type { LogRow } from './sealed-part.ts';
import { runStatement } from './statements.ts';
import { TRACK_NAMES } from './wire.ts';
import type { TrackName } from './wire.ts';

/** As the database numbers the tracks; the same numbers as on the wire. */
export function trackNumber(track: TrackName): number {
  return TRACK_NAMES.indexOf(track) + 1;
}

interface TailRow {
  n: number;
  start_ms: number;
  duration_ms: number;
  sha256: Buffer;
  bytes: Buffer;
}

const SELECT_TAIL = {
  name: 'rooms.log_tail.select',
  text: `SELECT n, start_ms, duration_ms, sha256, bytes FROM log_tail
    WHERE log_id = $1 AND track = $2 AND n >= $3 ORDER BY n LIMIT $4`,
};
const SELECT_PARTS = {
  name: 'rooms.log_parts.select',
  text: `SELECT file_sha256, lower(ns) AS first_n FROM log_parts
    WHERE log_id = $1 AND track = $2 AND NOT ns << int4multirange(int4range($3, NULL)) ORDER BY lower(ns)`,
};

export interface LogStore {
  readonly pool: pg.Pool;
  readonly parts: SealedParts;
}

/**
 * Rows of a track from number `fromN` on, ascending, wherever they lie: in sealed objects, the live tail or both.
 *
 * @param limit - at least this many rows are given when there are as many.
 */
export async function readLogRows(
  { pool, parts }: LogStore,
  logId: string,
  track: TrackName,
  fromN: number,
  limit: number,
): Promise<LogRow[]> {
  // The tail first: a row sealed between the two reads is then seen twice, never missed.
  const tail = await runStatement<TailRow>(pool, SELECT_TAIL, [logId, trackNumber(track), fromN, limit]);
  const rows = new Map<number, LogRow>();
  const sealed = await runStatement<{ file_sha256: string; first_n: number }>(pool, SELECT_PARTS, [
    logId,
    trackNumber(track),
    fromN,
  ]);
  for (const { file_sha256: sha256, first_n: firstN } of sealed) {
    // Late uploads fill gaps, so parts may overlap: enough rows is not enough while the next part begins among them.
    if (rows.size >= limit && firstN > Math.max(...rows.keys())) break;
    for (const row of await parts.read(sha256)) if (row.n >= fromN) rows.set(row.n, row);
  }
  for (const row of tail) {
    rows.set(row.n, {
      n: row.n,
      startMs: row.start_ms,
      durationMs: row.duration_ms,
      sha256: row.sha256.toString('hex'),
      bytes: row.bytes,
    });
  }
  return [...rows.values()].toSorted((a, b) => a.n - b.n);
}

/** Sealed objects, the lately read ones kept in memory: a class hears the same minutes of a recording. */
export interface SealedParts {
  read(sha256: string): Promise<readonly LogRow[]>;
}

/** @param maxBytes - memory the kept objects may take. */
export function sealedParts(files: FileStore, maxBytes = 64 * 1024 * 1024): SealedParts {
  const kept = new Map<string, Promise<{ rows: LogRow[]; size: number }>>();
  let bytes = 0;
  async function load(sha256: string): Promise<{ rows: LogRow[]; size: number }> {
    const object = await files.read(sha256);
    bytes += object.length;
    return { rows: decodeSealedPart(object).rows, size: object.length };
  }
  return {
    async read(sha256) {
      const known = kept.get(sha256);
      if (known !== undefined) {
        kept.delete(sha256);
        kept.set(sha256, known);
        return (await known).rows;
      }
      const loading = load(sha256);
      kept.set(sha256, loading);
      try {
        const { rows } = await loading;
        for (const [oldest, entry] of kept) {
          if (bytes <= maxBytes || oldest === sha256) break;
          kept.delete(oldest);
          bytes -= (await entry).size;
        }
        return rows;
      } catch (error) {
        // An object that could not be read now may be readable later: a failure is not kept.
        kept.delete(sha256);
        throw error;
      }
    },
  };
}
