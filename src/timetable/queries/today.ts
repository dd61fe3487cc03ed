import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangeKind } from '../tables.ts';

export interface PupilRow {
  readonly pupilId: string;
  readonly name: string;
  readonly schoolId: string;
  readonly schoolName: string;
  readonly className: string | null;
  readonly yearGroup: string | null;
  readonly stages: string[];
}

/** The pupils somebody sees on Today: themselves, or the children they are guardian of on that day. */
export async function selectPupils(
  db: Db,
  _granted: Granted,
  { personId, isGuardian }: { personId: string; isGuardian: boolean },
): Promise<PupilRow[]> {
  const { rows } = await sql<PupilRow>`
    /* prepared */ WITH asked AS (SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date AS day),
    pupils AS (
      SELECT ${personId}::uuid AS id WHERE NOT ${isGuardian}::boolean
      UNION
      SELECT g.pupil_id FROM guardianships g, asked
      WHERE ${isGuardian}::boolean AND g.guardian_id = ${personId} AND g.during @> asked.day
    )
    SELECT card.person_id AS "pupilId", card.name, school.id AS "schoolId", school.name AS "schoolName",
      home.class_name AS "className", home.year_group AS "yearGroup", school.stages
    FROM pupils
    JOIN people_cards card ON card.person_id = pupils.id AND card.status = 'active'
    JOIN asked ON true
    LEFT JOIN LATERAL (
      SELECT c.name AS class_name, c.year_group, c.school_id FROM enrollments e JOIN classes c ON c.id = e.class_id
      WHERE e.person_id = pupils.id AND e.is_home AND e.role = 'pupil' AND e.during @> asked.day LIMIT 1
    ) home ON true
    JOIN org_scope scope ON scope.org_id = card.home_org_id
    JOIN orgs school ON school.id = coalesce(home.school_id, scope.school_id, card.home_org_id)
    ORDER BY home.year_group NULLS LAST, card.name, card.person_id
  `.execute(db);
  return rows;
}

export interface MissedRow {
  readonly day: string;
  readonly lessonId: string;
  readonly period: number | null;
  readonly title: string;
  readonly voiceSeconds: number;
  readonly heardSeconds: number;
}

/** Lessons a pupil missed between two days that can be heard again, newest first. */
export async function selectMissed(
  db: Db,
  _granted: Granted,
  { pupilId, firstDay, lastDay }: { pupilId: string; firstDay: string; lastDay: string },
): Promise<MissedRow[]> {
  const { rows } = await sql<MissedRow>`
    /* prepared */ SELECT x.school_day AS day, x.planned_id AS "lessonId", l.period, l.course_title AS title,
      r.voice_seconds AS "voiceSeconds",
      coalesce((SELECT max(f.seconds) FROM standing_facts(x.school_day) f
        WHERE f.person_id = x.person_id AND f.planned_id = x.planned_id AND f.way = 'recording'), 0) AS "heardSeconds"
    FROM expectation_states x
    JOIN lesson_cards l ON l.school_day = x.school_day AND l.lesson_id = x.planned_id
    JOIN planned_runs r ON r.school_day = x.school_day AND r.planned_id = x.planned_id
    WHERE x.person_id = ${pupilId} AND x.school_day BETWEEN ${firstDay}::date AND ${lastDay}::date
      AND x.state IN ('missed', 'leftEarly') AND x.planned_kind = 'lesson'
      AND l.status = 'ended' AND l.log_id IS NOT NULL AND r.voice_seconds > 0
    ORDER BY x.starts_at DESC LIMIT 20
  `.execute(db);
  return rows;
}

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

export interface ChangeSide {
  readonly day: string;
  readonly period: number | null;
  readonly startsAt: string;
  readonly mode: string;
  readonly leadName: string | null;
}

export interface ChangeRow {
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly lessonId: string;
  readonly courseTitle: string;
  readonly classNames: string[];
  readonly before: ChangeSide | null;
  readonly after: ChangeSide | null;
  readonly reason: string | null;
  readonly changedAt: Date;
}

/**
 * Changes of the published plan for the days from `firstDay` on that touch these classes or this teacher; newest first.
 * A change counts for the day the lesson was on and for the day it went to.
 */
export async function selectChanges(
  db: Db,
  _granted: Granted,
  {
    schoolId,
    personId,
    pupilId,
    firstDay,
    lastDay,
  }: {
    schoolId: string;
    personId: string | null;
    pupilId: string | null;
    firstDay: string;
    lastDay: string;
  },
): Promise<ChangeRow[]> {
  const { rows } = await sql<ChangeRow>`
    /* prepared */ SELECT c.id AS "changeId", c.kind, c.lesson_id AS "lessonId", course.title AS "courseTitle",
      ARRAY(SELECT name FROM classes WHERE id = ANY (c.class_ids) ORDER BY name) AS "classNames",
      c.before || jsonb_build_object('leadName', was.name) - 'leadId' AS before,
      c.after || jsonb_build_object('leadName', now.name) - 'leadId' AS after,
      c.reason, c.changed_at AS "changedAt"
    FROM plan_changes c
    JOIN lessons l ON l.school_day = c.school_day AND l.id = c.lesson_id
    JOIN courses course ON course.id = l.course_id
    LEFT JOIN people_cards was ON was.person_id = (c.before ->> 'leadId')::uuid
    LEFT JOIN people_cards now ON now.person_id = (c.after ->> 'leadId')::uuid
    WHERE c.school_id = ${schoolId}
      AND (c.school_day BETWEEN ${firstDay}::date AND ${lastDay}::date
        OR (c.after ->> 'day')::date BETWEEN ${firstDay}::date AND ${lastDay}::date)
      AND (${personId}::uuid = ANY (c.staff_ids) OR EXISTS (
        SELECT FROM enrollments e WHERE e.person_id = ${pupilId}::uuid AND e.role = 'pupil'
          AND e.class_id = ANY (c.class_ids) AND e.during @> c.school_day))
    ORDER BY c.changed_at DESC, c.id DESC LIMIT 30
  `.execute(db);
  return rows;
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

/** What was told for the rest of a pupil's day and still stands; `told_absences` is published by reach for Today. */
export async function selectOptionalTold(
  db: Db,
  _granted: Granted,
  { pupilId, day }: { pupilId: string; day: string },
): Promise<{ sentAt: Date; adultName: string } | undefined> {
  const { rows } = await sql<{ sentAt: Date; adultName: string | null }>`
    /* prepared */ SELECT t.told_at AS "sentAt", t.adult_name AS "adultName" FROM told_absences t
    WHERE t.person_id = ${pupilId} AND t.school_day = ${day}::date AND t.planned_id IS NULL
    ORDER BY t.told_at DESC LIMIT 1
  `.execute(db);
  const [told] = rows;
  return told && { sentAt: told.sentAt, adultName: told.adultName ?? '' };
}
