import { sql, type RawBuilder } from 'kysely';
import type { ExpectationState } from '../../facts/tables.ts';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import { askTogether } from '../../platform/group-commit.ts';
import type { LessonStatus } from '../tables.ts';
import { changesOf, type ChangeRow } from './changes.ts';

export interface PupilRow {
  readonly pupilId: string;
  readonly name: string;
  readonly schoolId: string;
  readonly schoolName: string;
  readonly className: string | null;
  readonly yearGroup: string | null;
  readonly stages: string[];
}

interface Viewer {
  readonly personId: string;
  readonly isGuardian: boolean;
}

/**
 * The pupils each viewer sees: themselves, or the children they are guardian of on that day; with their school's own
 * day. `place` says which viewer.
 */
function pupilsOf(viewers: readonly Viewer[]): RawBuilder<PupilRow & { place: number }> {
  return sql`
    WITH asked AS MATERIALIZED (
      SELECT now, (now AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date AS day FROM app_now() now),
    viewers AS (
      SELECT * FROM unnest(${viewers.map((one) => one.personId)}::uuid[], ${viewers.map((one) => one.isGuardian)}::boolean[])
        WITH ORDINALITY v (id, is_guardian, place)),
    pupils AS (
      SELECT place, id FROM viewers WHERE NOT is_guardian
      UNION
      SELECT v.place, g.pupil_id FROM viewers v JOIN guardianships g ON g.guardian_id = v.id AND v.is_guardian
      JOIN asked ON g.during @> asked.day
    )
    SELECT pupils.place::int - 1 AS place, card.person_id AS "pupilId", card.name, school.id AS "schoolId", school.name AS "schoolName",
      home.class_name AS "className", home.year_group AS "yearGroup", school.stages,
      school.tz AS "timeZone", (asked.now AT TIME ZONE school.tz - interval '4 hours')::date AS day
    FROM pupils
    JOIN people_cards card ON card.person_id = pupils.id AND card.status = 'active'
    JOIN asked ON true
    LEFT JOIN LATERAL (
      SELECT c.name AS class_name, c.year_group, c.school_id FROM enrollments e JOIN classes c ON c.id = e.class_id
      WHERE e.person_id = pupils.id AND e.is_home AND e.role = 'pupil' AND e.during @> asked.day LIMIT 1
    ) home ON true
    JOIN org_scope scope ON scope.org_id = card.home_org_id
    JOIN orgs school ON school.id = coalesce(home.school_id, scope.school_id, card.home_org_id)
    ORDER BY pupils.place, home.year_group NULLS LAST, card.name, card.person_id`;
}

export async function selectPupils(db: Db, _granted: Granted, viewer: Viewer): Promise<PupilRow[]> {
  const { rows } = await sql<PupilRow>`/* prepared */ ${pupilsOf([viewer])}`.execute(db);
  return rows;
}

/** A lesson of a pupil's day. */
export interface LessonOfDay {
  readonly lessonId: string;
  readonly period: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly title: string;
  readonly topic: string | null;
  readonly leadName: string | null;
  readonly mode: string;
  readonly link: string | null;
  readonly status: LessonStatus;
  /** What became of it for the pupil; null before the day was opened. */
  readonly reach: ExpectationState | null;
}

/** A lesson that was missed and can be heard again. */
export interface MissedRow {
  readonly day: string;
  readonly lessonId: string;
  readonly period: number | null;
  readonly title: string;
  readonly voiceSeconds: number;
  readonly heardSeconds: number;
}

export interface PupilDayRow extends PupilRow {
  readonly timeZone: string;
  /** The school's today, `YYYY-MM-DD`. */
  readonly day: string;
  readonly weekNo: number | null;
  readonly dayKind: 'teaching' | 'off' | 'closure';
  /** In the order of their time; moved-away ones left out, cancelled ones shown. */
  readonly lessons: LessonOfDay[];
  /** Of the last `MAKE_UP_DAYS` days, newest first, 20 at most. */
  readonly missed: MissedRow[];
  /** Changes of today's and tomorrow's plan, newest first. */
  readonly changes: ChangeRow[];
  /** What was told for the rest of the day and still stands. */
  readonly told: { readonly sentAt: Date; readonly adultName: string } | null;
}

/** Days back in which a missed lesson is still offered to be made up. */
export const MAKE_UP_DAYS = 7;

/** Lessons by membership of their own day: after a change of class the old days stay the old class's. */
const lessonsOfPupil = sql`
  SELECT l.lesson_id AS "lessonId", l.period, l.starts_at AS "startsAt", l.ends_at AS "endsAt", l.course_title AS title,
    l.topic, l.lead_name AS "leadName", l.mode, l.mode_params ->> 'link' AS link, l.status, x.state AS reach
  FROM lesson_cards l
  LEFT JOIN expectation_states x ON x.school_day = p.day AND x.planned_id = l.lesson_id AND x.person_id = p."pupilId"
  WHERE l.school_day = p.day AND l.lesson_id = ANY (ARRAY(
    SELECT a.lesson_id FROM enrollments e JOIN lesson_audiences a ON a.class_id = e.class_id AND a.school_day = p.day
    WHERE e.person_id = p."pupilId" AND e.role = 'pupil' AND e.during @> p.day))
  ORDER BY l.starts_at, l.lesson_id`;

const missedByPupil = sql`
  SELECT x.school_day AS day, x.planned_id AS "lessonId", l.period, l.course_title AS title,
    r.voice_seconds AS "voiceSeconds",
    coalesce((SELECT max(f.seconds) FROM standing_facts(x.school_day) f
      WHERE f.person_id = x.person_id AND f.planned_id = x.planned_id AND f.way = 'recording'), 0) AS "heardSeconds"
  FROM expectation_states x
  JOIN lesson_cards l ON l.school_day = x.school_day AND l.lesson_id = x.planned_id
  JOIN planned_runs r ON r.school_day = x.school_day AND r.planned_id = x.planned_id
  WHERE x.person_id = p."pupilId" AND x.school_day BETWEEN p.day - ${MAKE_UP_DAYS}::int AND p.day
    AND x.state IN ('missed', 'leftEarly') AND x.planned_kind = 'lesson'
    AND l.status = 'ended' AND l.log_id IS NOT NULL AND r.voice_seconds > 0
  ORDER BY x.starts_at DESC LIMIT 20`;

const changesForPupil = changesOf({
  schoolId: sql`p."schoolId"`,
  firstDay: sql`p.day`,
  lastDay: sql`p.day + 1`,
  touches: sql`EXISTS (
    SELECT FROM enrollments e WHERE e.person_id = p."pupilId" AND e.role = 'pupil'
      AND e.class_id = ANY (c.class_ids) AND e.during @> c.school_day)`,
});

/** `told_absences` is published by reach for Today. */
const toldOfPupil = sql`
  SELECT t.told_at AS "sentAt", coalesce(t.adult_name, '') AS "adultName" FROM told_absences t
  WHERE t.person_id = p."pupilId" AND t.school_day = p.day AND t.planned_id IS NULL
  ORDER BY t.told_at DESC LIMIT 1`;

const listOf = (rows: RawBuilder<unknown>) => sql`(SELECT coalesce(json_agg(one), '[]') FROM (${rows}) one)`;

/** Today of the pupils somebody sees, in one statement: everybody asks for it in the minutes before the bell. */
export async function selectPupilDays(db: Db, _granted: Granted, viewer: Viewer): Promise<PupilDayRow[]> {
  return askPupilDays(db, viewer);
}

const askPupilDays = askTogether(
  async (db, viewers: readonly Viewer[]): Promise<PupilDayRow[][]> => {
    const { rows } = await sql<PupilDayRow & { place: number }>`
      /* prepared */ SELECT p.*, d.week_no AS "weekNo", coalesce(d.kind, 'off') AS "dayKind",
        ${listOf(lessonsOfPupil)} AS lessons, ${listOf(missedByPupil)} AS missed,
        ${listOf(changesForPupil)} AS changes, (SELECT to_json(told) FROM (${toldOfPupil}) told) AS told
      FROM (${pupilsOf(viewers)}) p LEFT JOIN school_day_cards d ON d.school_id = p."schoolId" AND d.day = p.day
    `.execute(db);
    const found = viewers.map((): PupilDayRow[] => []);
    for (const { place, ...row } of rows) found[place]!.push(withInstants(row));
    return found;
  },
  { maxItems: 50 },
);

/** Inside a list instants come as text. */
function withInstants(row: PupilDayRow): PupilDayRow {
  return {
    ...row,
    lessons: row.lessons.map((one) => ({
      ...one,
      startsAt: new Date(one.startsAt),
      endsAt: new Date(one.endsAt),
    })),
    changes: row.changes.map((one) => ({ ...one, changedAt: new Date(one.changedAt) })),
    told: row.told && { ...row.told, sentAt: new Date(row.told.sentAt) },
  };
}
