import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { LessonKey } from './access.ts';

/** A pupil of a lesson after it. */
export interface ReportedPresence {
  readonly personId: string;
  readonly name: string;
  readonly className: string;
  /** First and last sign in the room while it was taught; null: never came. */
  readonly cameAt: Date | null;
  readonly leftAt: Date | null;
  /** Of the lesson itself, not of its recording. */
  readonly heardSeconds: number;
  /** Roll calls answered. */
  readonly rollCalls: number;
}

/**
 * Who was in a lesson, and when. The minutes themselves are gone a day after the lesson; the facts made of them stay.
 * Who came after the end came to the recording.
 */
export async function selectReportedPresence(
  db: Db,
  { schoolDay, lessonId }: LessonKey,
): Promise<ReportedPresence[]> {
  const { rows } = await sql<ReportedPresence>`
    SELECT p.person_id AS "personId", card.name, c.class_name AS "className", came.entered_at AS "cameAt",
      CASE WHEN came.person_id IS NOT NULL THEN least(r.to_at, l.ended_at) END AS "leftAt",
      CASE WHEN came.person_id IS NULL THEN 0 ELSE greatest(r.heard_seconds, heard.seconds) END AS "heardSeconds",
      (SELECT count(*)::int FROM roll_call_results a WHERE a.school_day = ${schoolDay}::date
        AND a.lesson_id = p.lesson_id AND a.person_id = p.person_id) AS "rollCalls"
    FROM lesson_people(${schoolDay}::date) p
    JOIN people_cards card ON card.person_id = p.person_id
    JOIN lesson_classes c ON c.school_day = ${schoolDay}::date AND c.lesson_id = p.lesson_id AND c.class_id = p.via_class_id
    LEFT JOIN lesson_logs l ON l.school_day = ${schoolDay}::date AND l.lesson_id = p.lesson_id
    LEFT JOIN room_comings came ON came.school_day = ${schoolDay}::date AND came.lesson_id = p.lesson_id
      AND came.person_id = p.person_id
    LEFT JOIN room_presence r ON r.school_day = ${schoolDay}::date AND r.lesson_id = p.lesson_id
      AND r.person_id = came.person_id
    LEFT JOIN (
      SELECT f.person_id, sum(f.seconds)::int AS seconds FROM standing_facts(${schoolDay}::date) f
      WHERE f.planned_id = ${lessonId}::uuid AND f.source = 'room' GROUP BY f.person_id) heard ON heard.person_id = p.person_id
    WHERE p.lesson_id = ${lessonId}::uuid
    ORDER BY c.class_name, card.name, p.person_id`.execute(db);
  return rows;
}

/** Ids of the questions of a lesson, in the order in which they were asked. */
export async function selectPollIds(db: Db, { schoolDay, lessonId }: LessonKey): Promise<string[]> {
  const rows = await db
    .selectFrom('polls')
    .select('id')
    .where('school_day', '=', schoolDay)
    .where('lesson_id', '=', lessonId)
    .orderBy('asked_at')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** How a lesson's log stands, and the clock of its school. */
export async function selectReportedLog(
  db: Db,
  { schoolDay, lessonId }: LessonKey,
): Promise<
  { logId: string; endedAt: Date | null; taughtMs: number; rollCalls: number; timeZone: string } | undefined
> {
  const { rows } = await sql<{
    logId: string;
    endedAt: Date | null;
    taughtMs: number;
    rollCalls: number;
    timeZone: string;
  }>`
    SELECT s.log_id AS "logId", s.ended_at AS "endedAt", s.taught_ms AS "taughtMs", o.tz AS "timeZone",
      (SELECT count(*)::int FROM roll_calls q WHERE q.school_day = s.school_day AND q.lesson_id = s.lesson_id) AS "rollCalls"
    FROM room_states s JOIN org_scope o ON o.org_id = s.school_id
    WHERE s.school_day = ${schoolDay}::date AND s.lesson_id = ${lessonId}::uuid`.execute(db);
  return rows[0];
}
