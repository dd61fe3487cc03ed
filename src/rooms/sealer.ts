import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { FileStore } from '../platform/files.ts';
import { trackNumber } from './log-rows.ts';
import { claimFiles, loosenFiles, putLoose } from './loose-files.ts';
import { decodeSealedPart, encodeSealedPart } from './sealed-part.ts';
import type { LogRow } from './sealed-part.ts';
import { TRACK_NAMES } from './wire.ts';
import type { TrackName } from './wire.ts';

interface SealContext {
  readonly db: Db;
  readonly files: FileStore;
}

/** While a lesson runs, fewer rows than this stay where they are: many tiny objects cost more than rows. */
const LIVE_ROWS_WORTH_SEALING = 20;

/** Logs that have rows in the live tail. */
export async function selectLogsToSeal(db: Db): Promise<string[]> {
  const found = await sql<{ id: string }>`
    SELECT l.id FROM lesson_logs l WHERE EXISTS (SELECT FROM log_tail t WHERE t.log_id = l.id)
      OR (l.ended_at IS NOT NULL AND l.sealed_at IS NULL)`.execute(db);
  return found.rows.map(({ id }) => id);
}

/**
 * Moves rows of the live tail into durable objects: while the lesson runs what is complete without gap,
 * after its end everything, into one object per track.
 *
 * Safe to be killed anywhere: rows leave the database in the transaction that names their object, and that
 * only after object and folder are on disk. What a killed run left behind is noted as nobody's and swept.
 */
export async function sealLog(context: SealContext, logId: string): Promise<void> {
  const log = await context.db
    .selectFrom('lesson_logs')
    .select(['state', 'sealed_at'])
    .where('id', '=', logId)
    .executeTakeFirst();
  if (log === undefined) return;
  for (const track of TRACK_NAMES) {
    await (log.state === 'ended' ? sealEnded(context, logId, track) : sealLive(context, logId, track));
  }
  if (log.state !== 'ended' || log.sealed_at !== null) return;
  await context.db
    .updateTable('lesson_logs')
    .set({ sealed_at: sql<Date>`app_now()` })
    .where('id', '=', logId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('log_tail').select('n').where('log_id', '=', logId))),
    )
    .execute();
}

async function sealLive({ db, files }: SealContext, logId: string, track: TrackName): Promise<void> {
  const tail = await selectTail(db, logId, track);
  const sealedUpTo = await selectSealedUpTo(db, logId, track);
  const rows = tail.filter(({ n }, place) => n === sealedUpTo + 1 + place);
  if (rows.length < LIVE_ROWS_WORTH_SEALING) return;
  const object = encodeSealedPart(logId, track, rows);
  const sha256 = await putLoose(db, files, object, createHash('sha256').update(object).digest('hex'));
  await db
    .transaction()
    .execute((trx) => replaceByPart(trx, { logId, track, rows, object, sha256, oldParts: [] }));
}

async function sealEnded({ db, files }: SealContext, logId: string, track: TrackName): Promise<void> {
  const old = await db
    .selectFrom('log_parts')
    .select(['part_no', 'file_sha256'])
    .where('log_id', '=', logId)
    .where('track', '=', trackNumber(track))
    .orderBy('part_no')
    .execute();
  const tail = await selectTail(db, logId, track);
  if (tail.length === 0 && old.length <= 1) return;
  const all = new Map<number, LogRow>();
  for (const part of old) {
    for (const row of decodeSealedPart(await files.read(part.file_sha256)).rows) all.set(row.n, row);
  }
  for (const row of tail) all.set(row.n, row);
  const rows = [...all.values()].toSorted((a, b) => a.n - b.n);
  const object = encodeSealedPart(logId, track, rows);
  const sha256 = await putLoose(db, files, object, createHash('sha256').update(object).digest('hex'));
  await db.transaction().execute((trx) =>
    replaceByPart(trx, {
      logId,
      track,
      rows,
      object,
      sha256,
      oldParts: old.map((part) => part.part_no),
      tail,
    }),
  );
}

async function replaceByPart(
  trx: Trx,
  part: {
    logId: string;
    track: TrackName;
    rows: readonly LogRow[];
    object: Buffer;
    sha256: string;
    oldParts: readonly number[];
    /** Rows that leave the live tail; by default all of the part. */
    tail?: readonly LogRow[];
  },
): Promise<void> {
  const { logId, rows, oldParts, tail = rows } = part;
  const track = trackNumber(part.track);
  // One sealer at a time for a log; a second one finds the rows gone and gives up below.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${logId}, 0))`.execute(trx);
  const ns = tail.map(({ n }) => n);
  const left = await trx
    .deleteFrom('log_tail')
    .where('log_id', '=', logId)
    .where('track', '=', track)
    .where('n', '=', sql<number>`ANY (${ns}::int[])`)
    .executeTakeFirst();
  const dropped = await trx
    .deleteFrom('log_parts')
    .where('log_id', '=', logId)
    .where('track', '=', track)
    .where('part_no', '=', sql<number>`ANY (${[...oldParts]}::int[])`)
    .returning('file_sha256')
    .execute();
  if (Number(left.numDeletedRows) !== ns.length || dropped.length !== oldParts.length) {
    throw new Error(`log ${logId} was sealed by somebody else meanwhile`);
  }
  // Readers under way still read the old objects; the sweep takes them when nobody does any more.
  await loosenFiles(
    trx,
    dropped.map((old) => old.file_sha256),
  );
  await claimFiles(trx, [part.sha256]);
  const index = decodeSealedPart(part.object).index.rows;
  await sql`
    INSERT INTO log_parts (log_id, track, part_no, ns, rows, file_sha256, size_bytes)
    SELECT ${logId}, ${track},
      1 + coalesce((SELECT max(part_no) FROM log_parts WHERE log_id = ${logId} AND track = ${track}), 0),
      (SELECT range_agg(int4range(n, n + 1)) FROM unnest(${rows.map(({ n }) => n)}::int[]) n),
      ${JSON.stringify(index)}::jsonb, ${part.sha256}, ${part.object.length}`.execute(trx);
  if (part.track === 'voice') {
    const endMs = Math.max(...rows.map((row) => row.startMs + row.durationMs));
    await sql`UPDATE lesson_logs SET sealed_ms = greatest(sealed_ms, ${endMs}) WHERE id = ${logId}`.execute(
      trx,
    );
  }
}

async function selectTail(db: Db, logId: string, track: TrackName): Promise<LogRow[]> {
  const rows = await db
    .selectFrom('log_tail')
    .selectAll()
    .where('log_id', '=', logId)
    .where('track', '=', trackNumber(track))
    .orderBy('n')
    .execute();
  return rows.map((row) => ({
    n: row.n,
    startMs: row.start_ms,
    durationMs: row.duration_ms,
    sha256: row.sha256.toString('hex'),
    bytes: row.bytes,
  }));
}

/** Highest number up to which everything is sealed without gap; before the first: the number before it. */
async function selectSealedUpTo(db: Db, logId: string, track: TrackName): Promise<number> {
  const found = await sql<{ n: number | null }>`
    SELECT max(upper(ns)) - 1 AS n FROM log_parts WHERE log_id = ${logId} AND track = ${trackNumber(track)}`.execute(
    db,
  );
  return found.rows[0]?.n ?? (track === 'voice' ? -1 : 0);
}
