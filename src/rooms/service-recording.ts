import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { recordFacts } from '../facts/service.ts';
import { readLog, takePart } from './actions.ts';
import { readLogRows, trackNumber } from './log-rows.ts';
import { fromMultirange, lengthOf, toMultirange } from './ranges.ts';
import type { Range } from './ranges.ts';
import type { Rooms } from './rooms.ts';
import { isMadeUp } from './rules.ts';
import { requireReader } from './service-feed.ts';
import { lessonCard } from './service-join.ts';
import type { LogState } from './tables.ts';
import { decodeEvents } from './wire.ts';

/** What a page needs to begin reading a log, live or recorded. */
export interface Manifest {
  readonly logId: string;
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly state: LogState | 'waiting';
  readonly muted: boolean;
  /** Highest number held of each track; -1 (voice) or 0: none. */
  readonly lastVoice: number;
  readonly lastEvents: number;
  readonly lastTalk: number;
  readonly lastPages: number;
  /** Lesson time held so far, or of the whole lesson. */
  readonly durationMs: number;
  readonly serverTime: Date;
  readonly courseTitle: string;
  readonly topic: string | null;
  readonly teacherName: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly openedAt: Date | null;
  readonly endedAt: Date | null;
  /** Of the one who asks; null for staff. */
  readonly heard: Heard | null;
}

/** How much of a lesson one pupil has heard, each second once and only what the server gave out. */
export interface Heard {
  readonly ranges: readonly Range[];
  readonly countedSeconds: number;
  readonly taughtSeconds: number;
  readonly neededSeconds: number;
  readonly madeUp: boolean;
}

/** The state of a log. @throws {AppError} 403 `removed_from_room`, 404. */
export async function readManifest(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  logId: string,
): Promise<Manifest> {
  await authorize(rooms.ctx.db, actor, readLog, { logId });
  const reader = await requireReader(rooms, actor, logId, personId);
  const { schoolDay, lessonId } = reader.standing;
  const [card, found] = await Promise.all([
    lessonCard(rooms, { schoolDay, lessonId }),
    sql<{
      state: LogState;
      muted: boolean;
      opened_at: Date | null;
      ended_at: Date | null;
      duration_ms: number;
      now: Date;
      last: (number | null)[];
    }>`
      SELECT l.state, l.muted, l.opened_at, l.ended_at, coalesce(l.ended_ms, log_voice_ms(l.id)) AS duration_ms, app_now() AS now,
        ARRAY(SELECT greatest(
            (SELECT max(t.n) FROM log_tail t WHERE t.log_id = l.id AND t.track = track),
            (SELECT max(upper(p.ns)) - 1 FROM log_parts p WHERE p.log_id = l.id AND p.track = track))
          FROM generate_series(1, 4) track ORDER BY track) AS last
      FROM lesson_logs l WHERE l.id = ${logId}::uuid`.execute(rooms.ctx.db),
  ]);
  const log = found.rows[0];
  if (card === undefined || log === undefined) throw notFound();
  return {
    logId,
    schoolDay,
    lessonId,
    state: log.state === 'ended' || log.opened_at !== null ? log.state : 'waiting',
    muted: log.muted,
    lastVoice: log.last[0] ?? -1,
    lastEvents: log.last[1] ?? 0,
    lastTalk: log.last[2] ?? 0,
    lastPages: log.last[3] ?? 0,
    durationMs: log.duration_ms,
    serverTime: log.now,
    courseTitle: card.courseTitle,
    topic: card.topic,
    teacherName: card.teacherName,
    startsAt: card.startsAt,
    endsAt: card.endsAt,
    openedAt: log.opened_at,
    endedAt: log.ended_at,
    heard: reader.standing.standing === 'pupil' ? await selectHeard(rooms.ctx.db, logId, personId) : null,
  };
}

/** Where to seek to: the beginning of every voice segment, and the pages as chapters. */
export interface LogIndex {
  readonly durationMs: number;
  /** `[n, startMs]` of every voice segment, ascending. */
  readonly voice: readonly (readonly [number, number])[];
  /** Page turns in the order of the lesson; page 0 is the blank board. */
  readonly chapters: readonly {
    readonly pageN: number;
    readonly startMs: number;
    readonly eventsN: number;
  }[];
}

export async function readIndex(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  logId: string,
): Promise<LogIndex> {
  await authorize(rooms.ctx.db, actor, readLog, { logId });
  await requireReader(rooms, actor, logId, personId);
  const voice = await sql<{ n: number; start_ms: number; end_ms: number }>`
    SELECT (r->>'n')::int AS n, (r->>'startMs')::int AS start_ms, (r->>'startMs')::int + (r->>'durationMs')::int AS end_ms
    FROM log_parts p, jsonb_array_elements(p.rows) r
    WHERE p.log_id = ${logId}::uuid AND p.track = ${trackNumber('voice')}
    UNION
    SELECT t.n, t.start_ms, t.start_ms + t.duration_ms FROM log_tail t
    WHERE t.log_id = ${logId}::uuid AND t.track = ${trackNumber('voice')}
    ORDER BY n`.execute(rooms.ctx.db);
  const events = await readLogRows(rooms.store, logId, 'events', 1, 100_000);
  const chapters = events.flatMap((row) =>
    decodeEvents(row.bytes).flatMap((event) =>
      event.kind === 'page'
        ? [{ pageN: event.pageN, startMs: row.startMs + event.dtMs, eventsN: row.n }]
        : [],
    ),
  );
  const segments = voice.rows.filter(({ n }) => n > 0);
  return {
    durationMs: Math.max(0, ...segments.map((row) => row.end_ms)),
    voice: segments.map((row) => [row.n, row.start_ms] as const),
    chapters,
  };
}

/**
 * Part of the voice the page shows as the goal. Whether a lesson counts as made up is judged by the attendance
 * rules of the school, from the seconds this capability reports.
 */
const MADE_UP_SHARE = 0.8;

async function selectHeard(db: Db, logId: string, personId: string): Promise<Heard> {
  const found = await sql<{ counted: string | null; taught_ms: number }>`
    SELECT (SELECT (h.served * h.heard)::text FROM log_heard h WHERE h.log_id = l.id AND h.person_id = ${personId}::uuid) AS counted,
      coalesce(l.ended_ms, log_voice_ms(l.id)) AS taught_ms
    FROM lesson_logs l WHERE l.id = ${logId}::uuid`.execute(db);
  const row = found.rows[0];
  if (row === undefined) throw notFound();
  const ranges = fromMultirange(row.counted ?? '{}');
  const countedSeconds = lengthOf(ranges);
  const taughtSeconds = Math.floor(row.taught_ms / 1000);
  return {
    ranges,
    countedSeconds,
    taughtSeconds,
    neededSeconds: Math.floor(taughtSeconds * MADE_UP_SHARE),
    madeUp: isMadeUp(countedSeconds, taughtSeconds, MADE_UP_SHARE),
  };
}

/**
 * Takes in which seconds of the lesson a pupil's page has played. What counts is what the server also gave out,
 * each second once; seeking counts nothing. When the school's share is reached the fact is written.
 *
 * @param ranges - seconds of lesson time, `[from, to)`.
 * @throws {AppError} 409 `lesson_running`: while it runs, presence counts minute by minute; 403, 404.
 */
export async function reportHeard(
  rooms: Rooms,
  { actor, personId, logId }: { actor: Actor; personId: string; logId: string },
  ranges: readonly Range[],
): Promise<Heard> {
  const { db } = rooms.ctx;
  await authorize(db, actor, takePart, { logId });
  const { standing } = await requireReader(rooms, actor, logId, personId);
  if (standing.standing !== 'pupil')
    throw new AppError(403, 'not_allowed', 'Only a pupil makes up a lesson.');
  if (standing.state !== 'ended') {
    throw new AppError(409, 'lesson_running', 'The lesson is running; presence counts minute by minute.');
  }
  await rooms.hub.flushSeen({ personId });
  return db.transaction().execute(async (trx) => {
    await sql`
      INSERT INTO log_heard (log_id, person_id, heard)
      VALUES (${logId}::uuid, ${personId}::uuid, ${toMultirange(ranges)}::int4multirange)
      ON CONFLICT (log_id, person_id) DO UPDATE SET heard = log_heard.heard + excluded.heard`.execute(trx);
    const heard = await selectHeard(trx, logId, personId);
    if (heard.countedSeconds > 0) {
      // Steps of a tenth of the lesson, and the goal itself: a fact for each would be a fact for every second.
      const tenth = Math.floor((heard.countedSeconds * 10) / Math.max(1, heard.taughtSeconds));
      await recordFacts(trx, [
        {
          schoolDay: standing.schoolDay,
          personId,
          plannedId: standing.lessonId,
          way: 'recording',
          seconds: heard.countedSeconds,
          source: 'recording',
          sourceKey: `${logId}:${personId}:${heard.madeUp ? 'madeUp' : 'part'}:${tenth}`,
          recordedAt: rooms.ctx.now(),
          detail: { heard: heard.ranges },
        },
      ]);
    }
    return heard;
  });
}

/** A page image by what was uploaded. @throws {AppError} 404. */
export async function readPageImage(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  { logId, sha256, size }: { logId: string; sha256: string; size: 'large' | 'small' },
): Promise<Buffer> {
  await authorize(rooms.ctx.db, actor, readLog, { logId });
  await requireReader(rooms, actor, logId, personId);
  const page = await rooms.ctx.db
    .selectFrom('log_pages')
    .select(['large_sha256', 'small_sha256'])
    .where('log_id', '=', logId)
    .where('sha256', '=', Buffer.from(sha256, 'hex'))
    .executeTakeFirst();
  if (page === undefined) throw notFound();
  return rooms.ctx.files.read(size === 'large' ? page.large_sha256 : page.small_sha256);
}
