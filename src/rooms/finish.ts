import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { recordFacts, recordRun } from '../facts/service.ts';
import { endLesson } from '../timetable/service.ts';
import { loosenFiles } from './loose-files.ts';
import { heardStretches, taughtSecondsAfterBell } from './rules.ts';
import type { LogState } from './tables.ts';

/** Beats are taken in so long after the end; then presence is final. */
const LAST_BEATS_MINUTES = 11;
/** A lesson whose presence did not become facts within so long never will. */
const FINISHED_WITHIN_DAYS = 7;
/** A room in which nobody has spoken for so long after its bell is over, though nobody pressed the key. */
const FORGOTTEN_MINUTES = 20;

interface EndedLog {
  school_day: string;
  lesson_id: string;
  state: LogState;
  voice_started_at: Date | null;
  ended_at: Date | null;
  ended_ms: number | null;
  starts_at: Date | null;
}

/**
 * Turns the presence of an ended lesson into facts, and says how the lesson ran. May run again whenever minutes
 * came late: stretches already told are not told twice.
 */
export async function finishLesson(
  { db, now }: Pick<ServerContext, 'db' | 'now'>,
  logId: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const found = await sql<EndedLog>`
      SELECT l.school_day, l.lesson_id, l.state, l.voice_started_at, l.ended_at, l.ended_ms, c.starts_at
      FROM lesson_logs l LEFT JOIN lesson_cards c ON c.school_day = l.school_day AND c.lesson_id = l.lesson_id
      WHERE l.id = ${logId}::uuid FOR UPDATE OF l`.execute(trx);
    const log = found.rows[0];
    if (log?.state !== 'ended' || log.ended_at === null || log.ended_ms === null) return;
    if (log.voice_started_at !== null) {
      const started = log.voice_started_at;
      await writeStretches({ trx, now: now() }, { ...log, startedMs: started.getTime() });
      await recordRun(trx, {
        schoolDay: log.school_day,
        plannedId: log.lesson_id,
        startedAt: started,
        endedAt: log.ended_at < started ? started : log.ended_at,
        taughtSeconds: taughtSecondsAfterBell(started, log.ended_ms, log.starts_at ?? started),
        voiceSeconds: Math.floor(log.ended_ms / 1000),
      });
    }
    await trx
      .updateTable('lesson_logs')
      .set({ finished_at: sql<Date>`app_now()` })
      .where('id', '=', logId)
      .execute();
  });
}

async function writeStretches(
  { trx, now }: { trx: Parameters<typeof recordFacts>[0]; now: Date },
  log: { school_day: string; lesson_id: string; startedMs: number },
): Promise<void> {
  const rows = await trx
    .selectFrom('presence')
    .select(['person_id', 'minute', 'heard_ms'])
    .where('school_day', '=', log.school_day)
    .where('lesson_id', '=', log.lesson_id)
    .orderBy('person_id')
    .execute();
  const facts = [...Map.groupBy(rows, (row) => row.person_id)].flatMap(([personId, minutes]) =>
    heardStretches(minutes.map((row) => ({ minute: row.minute, heardMs: row.heard_ms }))).map(
      ([fromMs, toMs]) => ({
        schoolDay: log.school_day,
        personId,
        plannedId: log.lesson_id,
        way: 'live' as const,
        fromAt: new Date(log.startedMs + fromMs),
        toAt: new Date(log.startedMs + toMs),
        seconds: Math.round((toMs - fromMs) / 1000),
        source: 'room',
        sourceKey: `${log.lesson_id}:${personId}:${fromMs}-${toMs}`,
        recordedAt: now,
      }),
    ),
  );
  // A class at a time keeps the statement small; all of it is one transaction.
  for (let from = 0; from < facts.length; from += 500) await recordFacts(trx, facts.slice(from, from + 500));
}

/** Logs that ended and whose presence is not, or not finally, turned into facts. */
export async function selectLogsToFinish({ db }: Pick<ServerContext, 'db'>): Promise<string[]> {
  const found = await sql<{ id: string }>`
    SELECT id FROM lesson_logs
    WHERE ended_at IS NOT NULL AND ended_at > app_now() - make_interval(days => ${FINISHED_WITHIN_DAYS})
      AND (finished_at IS NULL
      OR (finished_at < ended_at + make_interval(mins => ${LAST_BEATS_MINUTES})
        AND app_now() >= ended_at + make_interval(mins => ${LAST_BEATS_MINUTES})))`.execute(db);
  return found.rows.map(({ id }) => id);
}

/** Logs of a school's day that ended and whose last minutes may not have become facts yet. */
export async function selectUnfinishedOf(
  { db }: Pick<ServerContext, 'db'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<string[]> {
  const found = await sql<{ id: string }>`
    SELECT id FROM lesson_logs
    WHERE school_id = ${schoolId}::uuid AND school_day = ${day}::date AND ended_at IS NOT NULL
      AND (finished_at IS NULL OR finished_at < ended_at + make_interval(mins => ${LAST_BEATS_MINUTES}))`.execute(
    db,
  );
  return found.rows.map(({ id }) => id);
}

/**
 * Ends rooms that everybody has left and nobody has ended, at the last voice they hold.
 *
 * @returns the logs ended.
 */
export async function endForgottenRooms({ db, bus }: Pick<ServerContext, 'db' | 'bus'>): Promise<string[]> {
  const ended = await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; day: string; lesson_id: string; ended_at: Date }>`
      UPDATE lesson_logs l SET state = 'ended', ended_ms = log_voice_ms(l.id),
        ended_at = least(app_now(), greatest(l.opened_at,
          coalesce(l.voice_started_at + make_interval(secs => log_voice_ms(l.id) / 1000.0), l.opened_at)))
      FROM lesson_cards c
      WHERE c.school_day = l.school_day AND c.lesson_id = l.lesson_id AND l.state <> 'ended' AND l.opened_at IS NOT NULL
        AND c.ends_at < app_now() - make_interval(mins => ${FORGOTTEN_MINUTES})
        AND coalesce(l.voice_started_at + make_interval(secs => log_voice_ms(l.id) / 1000.0), l.opened_at)
          < app_now() - make_interval(mins => ${FORGOTTEN_MINUTES})
      RETURNING l.id, l.school_day AS day, l.lesson_id, l.ended_at`.execute(trx);
    for (const { day, lesson_id: lessonId, ended_at: at } of rows)
      await endLesson(trx, { day, lessonId, at });
    return rows;
  });
  for (const { day, lesson_id: lessonId } of ended) bus.publish('lesson.changed', { day, lessonId });
  return ended.map(({ id }) => id);
}

/** Removes tickets nobody can use any more. */
export async function deleteOldTickets({ db }: Pick<ServerContext, 'db'>): Promise<void> {
  await sql`DELETE FROM room_tickets WHERE expires_at < clock_timestamp() - interval '1 minute'`.execute(db);
}

/** Nothing reads the minutes of a lesson this long after they became facts, in hours. */
const PRESENCE_HOURS = 24;
/** Lessons looked back at, in days: a server that was off for a month still clears what it left. */
const PRESENCE_LOOK_BACK_DAYS = 60;

/**
 * Removes the minutes of lessons whose facts are final: forty rows a pupil and lesson, of which the facts hold the sum.
 *
 * A lesson at a time, so that nobody waits and a kill loses nothing.
 *
 * @returns rows removed.
 */
export async function purgePresence({ db }: Pick<ServerContext, 'db'>): Promise<number> {
  const done = await sql<{ school_day: string; lesson_id: string }>`
    SELECT l.school_day, l.lesson_id FROM lesson_logs l
    WHERE l.ended_at BETWEEN app_now() - make_interval(days => ${PRESENCE_LOOK_BACK_DAYS})
        AND app_now() - make_interval(hours => ${PRESENCE_HOURS})
      AND (l.finished_at >= l.ended_at + make_interval(mins => ${LAST_BEATS_MINUTES})
        OR l.ended_at < app_now() - make_interval(days => ${FINISHED_WITHIN_DAYS}))
      AND EXISTS (SELECT FROM presence p WHERE p.school_day = l.school_day AND p.lesson_id = l.lesson_id)`.execute(
    db,
  );
  let removed = 0;
  for (const { school_day: day, lesson_id: lessonId } of done.rows) {
    const { numDeletedRows } = await db
      .deleteFrom('presence')
      .where('school_day', '=', day)
      .where('lesson_id', '=', lessonId)
      .executeTakeFirst();
    removed += Number(numDeletedRows);
  }
  return removed;
}

/**
 * Removes recordings whose time is over. Their files become nobody's in the same transaction and are swept; a page
 * image that another lesson also shows stays.
 */
export async function purgeOldLogs({ db }: Pick<ServerContext, 'db'>): Promise<number> {
  const old = await sql<{ id: string }>`
    SELECT id FROM lesson_logs WHERE retention_until < (app_now() AT TIME ZONE 'Asia/Shanghai')::date`.execute(
    db,
  );
  for (const { id } of old.rows) {
    await db.transaction().execute(async (trx) => {
      const parts = await trx
        .deleteFrom('log_parts')
        .where('log_id', '=', id)
        .returning('file_sha256')
        .execute();
      const pages = await trx
        .deleteFrom('log_pages')
        .where('log_id', '=', id)
        .returning(['large_sha256', 'small_sha256'])
        .execute();
      await loosenFiles(trx, [
        ...parts.map((part) => part.file_sha256),
        ...pages.flatMap((page) => [page.large_sha256, page.small_sha256]),
      ]);
      await deletePolls(trx, id);
      // Of a lesson whose facts never became final; of others they went the day after.
      await sql`DELETE FROM presence p USING lesson_logs l
        WHERE l.id = ${id}::uuid AND p.school_day = l.school_day AND p.lesson_id = l.lesson_id`.execute(trx);
      for (const table of ['log_tail', 'talk_keys', 'log_heard'] as const) {
        await trx.deleteFrom(table).where('log_id', '=', id).execute();
      }
      await trx.deleteFrom('lesson_logs').where('id', '=', id).execute();
    });
  }
  return old.rows.length;
}

/** What a class was asked and answered goes with the recording. */
async function deletePolls(trx: Trx, logId: string): Promise<void> {
  const ofLog = sql`SELECT p.id FROM polls p JOIN lesson_logs l ON l.school_day = p.school_day AND l.lesson_id = p.lesson_id
    WHERE l.id = ${logId}::uuid`;
  await sql`DELETE FROM poll_answers WHERE poll_id IN (${ofLog})`.execute(trx);
  await sql`DELETE FROM polls WHERE id IN (${ofLog})`.execute(trx);
}
