import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';

/** First lesson after an instant that stands in the pupil's published plan, within three weeks. */
export async function selectOptionalNextLesson(
  db: Db,
  _granted: Granted,
  { pupilId, afterDay }: { pupilId: string; afterDay: string },
): Promise<{ day: string; startsAt: Date; courseTitle: string } | undefined> {
  const { rows } = await sql<{ day: string; startsAt: Date; courseTitle: string }>`
    /* prepared */ SELECT l.school_day AS day, l.starts_at AS "startsAt", l.course_title AS "courseTitle"
    FROM enrollments e
    JOIN lesson_audiences a ON a.class_id = e.class_id
      AND a.school_day > ${afterDay}::date AND a.school_day <= ${afterDay}::date + 21
    JOIN lesson_cards l ON l.school_day = a.school_day AND l.lesson_id = a.lesson_id AND l.status = 'planned'
    WHERE e.person_id = ${pupilId} AND e.role = 'pupil' AND e.during @> a.school_day
    ORDER BY l.starts_at LIMIT 1
  `.execute(db);
  return rows[0];
}

export interface RoomCount {
  readonly lessonId: string;
  readonly expected: number;
  readonly reached: number;
  readonly missed: number;
}

/** How many are expected in each lesson of a day, and what is known of them by now. */
export async function selectReachCounts(
  db: Db,
  { day, lessonIds }: { day: string; lessonIds: readonly string[] },
): Promise<RoomCount[]> {
  const { rows } = await sql<RoomCount>`
    SELECT planned_id AS "lessonId", count(*)::int AS expected,
      (count(*) FILTER (WHERE state IN ('present', 'late', 'madeUp', 'reached')))::int AS reached,
      (count(*) FILTER (WHERE state IN ('missed', 'leftEarly')))::int AS missed
    FROM expectation_states
    WHERE school_day = ${day}::date AND planned_id = ANY (${[...lessonIds]}::uuid[])
    GROUP BY planned_id
  `.execute(db);
  return rows;
}

/** Name of a member of staff and the school their appointment stands in (their unit itself above schools). */
export async function selectTeacher(
  db: Db,
  _granted: Granted,
  { personId, orgId }: { personId: string; orgId: string },
): Promise<{ name: string; schoolId: string }> {
  const { rows } = await sql<{ name: string; schoolId: string }>`
    SELECT card.name, coalesce(s.school_id, s.org_id) AS "schoolId"
    FROM people_cards card, org_scope s WHERE card.person_id = ${personId} AND s.org_id = ${orgId}
  `.execute(db);
  const [row] = rows;
  if (!row) throw new Error('the appointment’s unit is gone');
  return row;
}

/** Classes in which somebody teaches or cares on a day, by enrollment. */
export async function selectOwnClasses(
  db: Db,
  _granted: Granted,
  { personId, day }: { personId: string; day: string },
): Promise<{ classId: string; name: string }[]> {
  const { rows } = await sql<{ classId: string; name: string }>`
    SELECT DISTINCT c.id AS "classId", c.name
    FROM enrollments e JOIN classes c ON c.id = e.class_id AND c.during @> ${day}::date
    WHERE e.person_id = ${personId} AND e.role IN ('teacher', 'classTeacher', 'counsellor', 'assistant')
      AND e.during @> ${day}::date
    ORDER BY c.name
  `.execute(db);
  return rows;
}
