import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { AppError } from '../platform/errors.ts';
import { recordRun } from '../facts/service.ts';
import { teachLesson } from './actions.ts';
import { readLogRows, trackNumber } from './log-rows.ts';
import { claimFiles, putLoose } from './loose-files.ts';
import { makePageImages } from './page-images.ts';
import { logEnded, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { LATE_UPLOAD_HOURS } from './rules.ts';
import { runStatement } from './statements.ts';
import { decodeEvents, encodeJsonRow, PAGE_TEXT_MAX, PAGES_PER_LESSON_MAX, WireError } from './wire.ts';
import type { PageRow } from './wire.ts';

export interface Segment {
  readonly logId: string;
  readonly track: 'voice' | 'events';
  readonly n: number;
  readonly startMs: number;
  readonly durationMs: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: Buffer;
}

// The teacher's right, the end of the lesson and what is sealed already are one statement with the write itself.
const APPEND = {
  name: 'rooms.append',
  text: `WITH log AS (
      SELECT l.id, l.school_day, l.lesson_id, l.voice_started_at FROM lesson_logs l
      WHERE l.id = $1
        AND EXISTS (SELECT FROM room_standings(l.school_day, l.lesson_id, $8) s WHERE s.standing = 'teacher')
        AND (l.ended_at IS NULL OR ($4 < l.ended_ms AND app_now() < l.ended_at + make_interval(hours => $9)))
        AND NOT EXISTS (SELECT FROM log_parts p WHERE p.log_id = l.id AND p.track = $2 AND p.ns @> $3::int)
    ),
    written AS (
      INSERT INTO log_tail (log_id, track, n, start_ms, duration_ms, sha256, bytes)
      SELECT id, $2, $3, $4, $5, $6, $7 FROM log
      ON CONFLICT (log_id, track, n) DO NOTHING
      RETURNING n
    ),
    started AS (
      UPDATE lesson_logs l SET voice_started_at = app_now() - make_interval(secs => ($4 + $5) / 1000.0)
      FROM written, log WHERE l.id = log.id AND log.voice_started_at IS NULL AND $2 = 1 AND $3 > 0 AND l.voice_started_at IS NULL
      RETURNING l.voice_started_at
    )
    SELECT written.n, log.school_day, log.lesson_id, started.voice_started_at
    FROM written CROSS JOIN log LEFT JOIN started ON true`,
};

/**
 * Takes in one segment of the teacher's voice or ink. Answers after its commit, so what is answered stays.
 *
 * Repeating a segment changes nothing; other bytes under the same number are refused.
 *
 * @returns lowest number of this track not held yet: what the teacher's page sends next.
 * @throws {AppError} 400 `segment_damaged` when the bytes are not those of `sha256`, or ink cannot be read;
 *   409 `segment_differs`, `log_ended`; 404 when the lesson is not the actor's.
 */
export async function appendSegment(rooms: Rooms, actor: Actor, segment: Segment): Promise<{ next: number }> {
  const { db } = rooms.ctx;
  await authorize(db, actor, teachLesson, { logId: segment.logId });
  checkSegment(segment);
  const { logId, track, n, startMs, durationMs, sha256, bytes } = segment;
  const [written] = await runStatement<{
    n: number;
    school_day: string;
    lesson_id: string;
    voice_started_at: Date | null;
  }>(rooms.pool, APPEND, [
    logId,
    trackNumber(track),
    n,
    startMs,
    durationMs,
    Buffer.from(sha256, 'hex'),
    bytes,
    actor.kind === 'person' ? actor.personId : null,
    LATE_UPLOAD_HOURS,
  ]);
  if (written === undefined) await requireHeldAlike(rooms, actor, segment);
  else {
    rooms.hub.committed(logId, track, { n, startMs, durationMs, sha256, bytes });
    if (written.voice_started_at !== null) {
      const run = {
        schoolDay: written.school_day,
        plannedId: written.lesson_id,
        startedAt: written.voice_started_at,
      };
      await db.transaction().execute((trx) => recordRun(trx, run));
    }
  }
  return { next: await nextWanted(rooms, logId, track) };
}

function checkSegment({ track, sha256, bytes }: Segment): void {
  if (sha256HexOf(bytes) !== sha256) {
    throw new AppError(
      400,
      'segment_damaged',
      'The bytes that arrived are not those of the sha256; send them again.',
    );
  }
  if (track !== 'events') return;
  try {
    decodeEvents(bytes);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new AppError(400, 'segment_damaged', `The ink cannot be read: ${cause.message}.`, { cause });
  }
}

/** Nothing was written: because it is held already (fine when alike), or because it may not be. */
async function requireHeldAlike(rooms: Rooms, actor: Actor, segment: Segment): Promise<void> {
  const { logId, track, n, sha256 } = segment;
  await authorize(rooms.ctx.db, actor, teachLesson.whole, { logId });
  const [held] = (await readLogRows(rooms.store, logId, track, n, 1)).filter((row) => row.n === n);
  if (held === undefined) {
    const ended = logEnded();
    const log = await rooms.ctx.db
      .selectFrom('lesson_logs')
      .select('state')
      .where('id', '=', logId)
      .executeTakeFirst();
    if (log?.state === 'ended') throw ended;
    throw new AppError(403, 'not_allowed', 'Only the teacher of this lesson may write it.');
  }
  if (held.sha256 !== sha256) {
    throw new AppError(
      409,
      'segment_differs',
      `Number ${n} of ${track} is held already, with other content.`,
      {
        params: { n },
      },
    );
  }
}

const NEXT_WANTED = {
  name: 'rooms.next_wanted',
  text: `WITH held AS (
      SELECT range_agg(r) AS ns FROM (
        SELECT unnest(p.ns) AS r FROM log_parts p WHERE p.log_id = $1 AND p.track = $2
        UNION ALL
        SELECT int4range(t.n, t.n + 1) FROM log_tail t WHERE t.log_id = $1 AND t.track = $2) ranges
    )
    SELECT coalesce((SELECT upper(r) FROM held, unnest(held.ns) r WHERE r @> $3::int), $3::int) AS next`,
};

/** Lowest number of a track that the log does not hold yet. */
export async function nextWanted(rooms: Rooms, logId: string, track: 'voice' | 'events'): Promise<number> {
  const [row] = await runStatement<{ next: number }>(rooms.pool, NEXT_WANTED, [
    logId,
    trackNumber(track),
    track === 'voice' ? 0 : 1,
  ]);
  return row?.next ?? 0;
}

export interface PageUpload {
  readonly logId: string;
  /** From 1. */
  readonly n: number;
  /** Of the upload, lower-case hex. */
  readonly sha256: string;
  readonly text: string;
  readonly image: Buffer;
}

/**
 * Takes in one page of the lesson as an image and makes its two sizes. Answers when both are on disk and the
 * log names them. Pages that the teacher's page could not send before the end are taken as long as late voice is.
 *
 * @throws {AppError} 400 `segment_damaged`; 409 `page_differs`, `pages_full`, `log_ended`; 422 `page_not_image`.
 */
export async function appendPage(
  rooms: Rooms,
  actor: Actor,
  upload: PageUpload,
): Promise<PageRow & { n: number }> {
  const { db, files } = rooms.ctx;
  const { logId, n, sha256, image } = upload;
  await authorize(db, actor, teachLesson.whole, { logId });
  await requireTeacher(rooms, actor, logId);
  if (sha256HexOf(image) !== sha256) {
    throw new AppError(
      400,
      'segment_damaged',
      'The picture that arrived is not the one of the sha256; send it again.',
    );
  }
  if (n > PAGES_PER_LESSON_MAX) {
    throw new AppError(409, 'pages_full', `A lesson has at most ${PAGES_PER_LESSON_MAX} pages.`, {
      params: { most: PAGES_PER_LESSON_MAX },
    });
  }
  const held = await heldPage(rooms, logId, n);
  if (held !== null) return samePage(held, upload);
  const made = await makePageImages(image);
  const [large, small] = await Promise.all(
    [made.large, made.small].map((bytes) => putLoose(db, files, bytes, sha256HexOf(bytes))),
  );
  const row: PageRow = {
    sha256,
    width: made.width,
    height: made.height,
    largeBytes: made.large.length,
    smallBytes: made.small.length,
    text: upload.text.slice(0, PAGE_TEXT_MAX),
  };
  const bytes = Buffer.from(encodeJsonRow(row));
  const rowSha256 = createHash('sha256').update(bytes).digest();
  const startMs = await db.transaction().execute(async (trx) => {
    const log = await trx
      .selectFrom('lesson_logs')
      .select([
        sql<boolean>`coalesce(app_now() >= ended_at + make_interval(hours => ${LATE_UPLOAD_HOURS}), false)`.as(
          'is_closed',
        ),
        sql<number>`log_voice_ms(id)`.as('voice_ms'),
      ])
      .where('id', '=', logId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (log.is_closed) throw logEnded();
    const inserted = await trx
      .insertInto('log_tail')
      .values({
        log_id: logId,
        track: trackNumber('pages'),
        n,
        start_ms: log.voice_ms,
        duration_ms: 0,
        sha256: rowSha256,
        bytes,
      })
      .onConflict((conflict) => conflict.columns(['log_id', 'track', 'n']).doNothing())
      .returning('n')
      .executeTakeFirst();
    // Somebody sent the same number meanwhile; theirs stands and is compared below.
    if (inserted === undefined) return null;
    await trx
      .insertInto('log_pages')
      .values({
        log_id: logId,
        sha256: Buffer.from(sha256, 'hex'),
        n,
        large_sha256: large!,
        small_sha256: small!,
      })
      .onConflict((conflict) => conflict.columns(['log_id', 'sha256']).doNothing())
      .execute();
    await claimFiles(trx, [large!, small!]);
    return log.voice_ms;
  });
  if (startMs === null) return samePage((await heldPage(rooms, logId, n))!, upload);
  rooms.hub.committed(logId, 'pages', {
    n,
    startMs,
    durationMs: 0,
    sha256: rowSha256.toString('hex'),
    bytes,
  });
  return { ...row, n };
}

function sha256HexOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function heldPage(rooms: Rooms, logId: string, n: number): Promise<PageRow | null> {
  const [row] = (await readLogRows(rooms.store, logId, 'pages', n, 1)).filter((found) => found.n === n);
  return row === undefined ? null : (JSON.parse(Buffer.from(row.bytes).toString('utf8')) as PageRow);
}

function samePage(held: PageRow, upload: PageUpload): PageRow & { n: number } {
  if (held.sha256 === upload.sha256) return { ...held, n: upload.n };
  throw new AppError(409, 'page_differs', `Page ${upload.n} is another picture already.`, {
    params: { n: upload.n },
  });
}

async function requireTeacher(rooms: Rooms, actor: Actor, logId: string): Promise<void> {
  const standing = actor.kind === 'person' ? await rooms.standings.now(logId, actor.personId) : null;
  if (standing?.standing !== 'teacher') {
    throw await whyRefused(
      rooms.ctx.db,
      actor,
      teachLesson,
      { logId },
      new AppError(403, 'not_allowed', 'Only the teacher of this lesson may write it.'),
    );
  }
}
