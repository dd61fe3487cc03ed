import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';

export interface LessonCardRow {
  readonly day: string;
  readonly lessonId: string;
  readonly schoolId: string;
  readonly title: string;
  readonly topic: string | null;
  readonly period: number | null;
  readonly periodTo: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly mode: string;
  readonly link: string | null;
  readonly status: 'planned' | 'live' | 'ended' | 'cancelled';
  readonly version: number;
  readonly logId: string | null;
  readonly leadId: string | null;
  readonly leadName: string | null;
  readonly classroom: string | null;
  readonly classes: readonly { readonly classId: string; readonly name: string }[];
}

/** Which lessons are asked for; exactly one of class, teacher, pupil or school decides. */
export type LessonFilter = { readonly firstDay: string; readonly lastDay: string } & (
  | { readonly classId: string }
  | { readonly teacherId: string }
  | { readonly pupilId: string }
  | { readonly schoolId: string }
);

/** Keys of the lessons asked for; drives the plan by the index of class, teacher or pupil instead of a whole day. */
function keysOf(filter: LessonFilter) {
  const days = sql`BETWEEN ${filter.firstDay}::date AND ${filter.lastDay}::date`;
  if ('schoolId' in filter) {
    return sql`SELECT l.school_day, l.id FROM lessons l WHERE l.school_id = ${filter.schoolId} AND l.school_day ${days}`;
  }
  if ('classId' in filter) {
    return sql`SELECT a.school_day, a.lesson_id FROM lesson_audiences a
      WHERE a.class_id = ${filter.classId} AND a.school_day ${days}`;
  }
  if ('teacherId' in filter) {
    return sql`SELECT s.school_day, s.lesson_id FROM lesson_staff s
      WHERE s.person_id = ${filter.teacherId} AND s.duty <> 'observer' AND s.school_day ${days}
      UNION SELECT a.school_day, a.lesson_id FROM lesson_audiences a
      WHERE a.own_teacher_id = ${filter.teacherId} AND a.school_day ${days}`;
  }
  // Membership of the lesson's own day: after a change of class the old week stays the old class's.
  return sql`SELECT a.school_day, a.lesson_id FROM enrollments e JOIN lesson_audiences a ON a.class_id = e.class_id
      AND a.school_day ${days} AND e.during @> a.school_day
    WHERE e.person_id = ${filter.pupilId} AND e.role = 'pupil'`;
}

/** Published lessons between two days in the order of their time; moved-away rows left out, cancelled ones shown. */
export async function selectLessonCards(
  db: Db,
  _granted: Granted,
  filter: LessonFilter,
): Promise<LessonCardRow[]> {
  const { rows } = await sql<LessonCardRow>`
    /* prepared */ SELECT l.school_day AS day, l.lesson_id AS "lessonId", l.school_id AS "schoolId", l.course_title AS title, l.topic, l.period,
      l.period_to AS "periodTo", l.starts_at AS "startsAt", l.ends_at AS "endsAt", l.mode, l.mode_params ->> 'link' AS link,
      l.status, l.version, l.log_id AS "logId", l.lead_id AS "leadId", l.lead_name AS "leadName",
      l.classroom_name AS classroom,
      (SELECT coalesce(json_agg(json_build_object('classId', c.class_id, 'name', c.class_name) ORDER BY c.class_name), '[]')
       FROM lesson_classes c WHERE c.school_day = l.school_day AND c.lesson_id = l.lesson_id) AS classes
    FROM lesson_cards l
    WHERE l.school_day BETWEEN ${filter.firstDay}::date AND ${filter.lastDay}::date
      AND (l.school_day, l.lesson_id) IN (${keysOf(filter)})
    ORDER BY l.starts_at, l.lesson_id
  `.execute(db);
  return rows;
}
