import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { LessonKey } from './access.ts';

/** A published lesson as the room needs it. */
export interface LessonCard extends LessonKey {
  readonly schoolId: string;
  readonly courseTitle: string;
  readonly topic: string | null;
  readonly period: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly mode: string;
  readonly modeParams: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly teacherId: string | null;
  readonly teacherName: string | null;
  readonly classNames: readonly string[];
}

export async function selectOptionalLessonCard(
  db: Db,
  { schoolDay, lessonId }: LessonKey,
): Promise<LessonCard | undefined> {
  const found = await sql<{
    school_id: string;
    course_title: string;
    topic: string | null;
    period: number | null;
    starts_at: Date;
    ends_at: Date;
    mode: string;
    mode_params: Record<string, unknown>;
    status: string;
    lead_id: string | null;
    lead_name: string | null;
    class_names: string[];
  }>`
    SELECT c.*, ARRAY(
      SELECT a.class_name FROM lesson_classes a
      WHERE a.school_day = c.school_day AND a.lesson_id = c.lesson_id ORDER BY a.class_name) AS class_names
    FROM lesson_cards c WHERE c.school_day = ${schoolDay}::date AND c.lesson_id = ${lessonId}::uuid`.execute(
    db,
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    schoolDay,
    lessonId,
    schoolId: row.school_id,
    courseTitle: row.course_title,
    topic: row.topic,
    period: row.period,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    mode: row.mode,
    modeParams: row.mode_params,
    status: row.status,
    teacherId: row.lead_id,
    teacherName: row.lead_name,
    classNames: row.class_names,
  };
}

/**
 * Makes the log of a lesson when there is none yet. Whoever comes first does it; two at once make one.
 *
 * @param retentionUntil - last day the recording is kept.
 */
export async function ensureLog(
  db: Db,
  { schoolDay, lessonId, schoolId }: LessonKey & { schoolId: string },
  { epochSecret, retentionUntil }: { epochSecret: Buffer; retentionUntil: string },
): Promise<void> {
  await sql`SELECT ensure_month_partition('room_entries', ${schoolDay}::date),
    ensure_month_partition('presence', ${schoolDay}::date)`.execute(db);
  await db
    .insertInto('lesson_logs')
    .values({
      school_day: schoolDay,
      lesson_id: lessonId,
      school_id: schoolId,
      opened_at: null,
      opened_by: null,
      voice_started_at: null,
      ended_at: null,
      ended_ms: null,
      sealed_at: null,
      finished_at: null,
      epoch_secret: epochSecret,
      retention_until: retentionUntil,
    })
    .onConflict((conflict) => conflict.columns(['school_day', 'lesson_id']).doNothing())
    .execute();
}

/** A person of a room by name; for pupils only those of their own class are asked for. */
export interface RoomPerson {
  readonly personId: string;
  readonly name: string;
  readonly staff: boolean;
  readonly classId: string | null;
}

/** @param classId - null: everybody of the lesson. */
export async function selectRoomPeople(
  db: Db,
  { schoolDay, lessonId }: LessonKey,
  classId: string | null,
): Promise<RoomPerson[]> {
  const found = await sql<{ person_id: string; name: string; staff: boolean; class_id: string | null }>`
    SELECT DISTINCT ON (people.person_id) people.person_id, card.name, people.staff, people.class_id
    FROM (
      SELECT t.person_id, true AS staff, NULL::uuid AS class_id FROM lesson_teachers t
      WHERE t.school_day = ${schoolDay}::date AND t.lesson_id = ${lessonId}::uuid
      UNION ALL
      SELECT m.person_id, m.role <> 'pupil', a.class_id FROM lesson_classes a
      JOIN class_members(${schoolDay}::date) m ON m.class_id = a.class_id
      WHERE a.school_day = ${schoolDay}::date AND a.lesson_id = ${lessonId}::uuid
        AND (${classId}::uuid IS NULL OR a.class_id = ${classId}::uuid)
    ) people
    JOIN people_cards card ON card.person_id = people.person_id
    ORDER BY people.person_id, people.staff DESC`.execute(db);
  return found.rows.map((row) => ({
    personId: row.person_id,
    name: row.name,
    staff: row.staff,
    classId: row.class_id,
  }));
}
