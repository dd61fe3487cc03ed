import { sql } from 'kysely';
import type { ExpectationState, Way } from '../../facts/tables.ts';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { Evidence } from '../rules/attendance.ts';
import { unpackEvidence } from '../rules/packed-evidence.ts';
import type { DayState } from '../rules/day.ts';
import type { ContactMeans, ContactOutcome, Reason } from '../rules/follow-up.ts';

export interface LessonOfBoard {
  readonly lessonId: string;
  readonly courseTitle: string;
  readonly period: number | null;
  readonly mode: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly teacherId: string | null;
  readonly teacherName: string | null;
  readonly status: string;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** A teacher has come into the room; null: nobody has, or the lesson has no room of ours. */
  readonly openedAt: Date | null;
  readonly classId: string;
  readonly className: string;
  readonly schoolId: string;
}

const lessonColumns = sql`
  l.lesson_id AS "lessonId", l.course_title AS "courseTitle", l.period, l.mode, l.starts_at AS "startsAt", l.ends_at AS "endsAt",
  l.lead_id AS "teacherId", l.lead_name AS "teacherName", l.status, coalesce(run.started_at, l.started_at) AS "startedAt",
  coalesce(run.ended_at, room.ended_at, l.ended_at) AS "endedAt", room.opened_at AS "openedAt", c.class_id AS "classId", c.class_name AS "className", c.school_id AS "schoolId"`;
const lessonTables = sql`
  lesson_classes c JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.lesson_id
  LEFT JOIN planned_runs run ON run.school_day = l.school_day AND run.planned_id = l.lesson_id
  LEFT JOIN room_states room ON room.school_day = l.school_day AND room.lesson_id = l.lesson_id`;

export interface BoardPupil {
  readonly personId: string;
  readonly name: string;
  readonly number: string;
  readonly state: ExpectationState;
  readonly way: Way | null;
  readonly evidence: Evidence | null;
  /** Last sign from the pupil's page in this lesson; null when it never came. */
  readonly lastSeenAt: Date | null;
}

/** A class in a lesson, with its pupils in the order of their numbers. */
export interface LessonWithPupils extends LessonOfBoard {
  readonly timeZone: string;
  /** Of the school's own rules that hold on the day; null: it has none. */
  readonly lateMinutes: number | null;
  /** The day's time has come and nobody has opened it yet. */
  readonly dayWaits: boolean;
  readonly pupils: BoardPupil[];
}

/** Everything of a class's board but what is known of those who are missing, in one statement. */
export async function selectLessonWithPupils(
  db: Db,
  _granted: Granted<'reach.readClassBoard'>,
  { day, lessonId, classId }: { day: string; lessonId: string; classId: string },
): Promise<LessonWithPupils | undefined> {
  const { rows } = await sql<LessonWithPupils>`
    /* prepared */ SELECT ${lessonColumns}, scope.tz AS "timeZone",
      (SELECT r.late_minutes FROM attendance_rules r WHERE r.school_id = c.school_id AND r.holds_from <= ${day}::date
        ORDER BY r.holds_from DESC LIMIT 1) AS "lateMinutes",
      EXISTS (SELECT FROM school_day_cards d WHERE d.school_id = c.school_id AND d.day = ${day}::date
        AND d.kind <> 'off' AND d.opens_at <= app_now() AND d.opened_at IS NULL) AS "dayWaits",
      (SELECT coalesce(json_agg(one), '[]') FROM (
        SELECT x.person_id AS "personId", p.name, p.number, x.state, x.way, x.evidence, seen.to_at AS "lastSeenAt"
        FROM expectation_cards x JOIN people_cards p ON p.person_id = x.person_id
        LEFT JOIN room_presence seen ON seen.school_day = x.school_day AND seen.lesson_id = x.planned_id AND seen.person_id = x.person_id
        WHERE x.school_day = ${day}::date AND x.planned_id = ${lessonId} AND x.via_class_id = ${classId}
        ORDER BY length(p.number), p.number) one) AS pupils
    FROM ${lessonTables} JOIN org_scope scope ON scope.org_id = c.school_id
    WHERE c.school_day = ${day}::date AND c.lesson_id = ${lessonId} AND c.class_id = ${classId}
  `.execute(db);
  const [row] = rows;
  return row && { ...row, pupils: row.pupils.map((pupil) => fromJson(pupil, day)) };
}

/** Inside a list instants and evidence come as text. */
function fromJson(pupil: BoardPupil, day: string): BoardPupil {
  const { evidence, lastSeenAt } = pupil as unknown as { evidence: string | null; lastSeenAt: string | null };
  return {
    ...pupil,
    evidence: evidence === null ? null : unpackEvidence(evidence, day),
    lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt),
  };
}

export interface KnownOfMissing {
  readonly personId: string;
  readonly isOwnCare: boolean;
  readonly adultName: string | null;
  readonly recent: { day: string; state: DayState; way: Way | null }[];
  readonly today: { state: ExpectationState; startsAt: string }[];
  readonly guardians: { personId: string; name: string; tail: string | null }[];
  readonly followUpId: string | null;
  readonly lastContact: { at: string; means: ContactMeans; outcome: ContactOutcome } | null;
  readonly reason: Reason | null;
}

/** What is known of pupils who are not there: the days before, the lessons of today, who was called, whose they are. */
export async function selectKnownOfMissing(
  db: Db,
  _granted: Granted<'reach.readClassBoard'>,
  { day, personIds, viewerId }: { day: string; personIds: readonly string[]; viewerId: string | null },
): Promise<KnownOfMissing[]> {
  if (personIds.length === 0) return [];
  const { rows } = await sql<KnownOfMissing>`
    /* prepared */ SELECT m.person_id AS "personId", coalesce(${viewerId}::uuid IN (a.adult_id, a.deputy_id, f.adult_id, f.deputy_id), false) AS "isOwnCare",
      adult.name AS "adultName", f.id AS "followUpId", f.reason,
      (SELECT coalesce(json_agg(r ORDER BY r.day), '[]') FROM (
        SELECT d.school_day AS day, d.state, d.way FROM reach_days d
        WHERE d.person_id = m.person_id AND d.school_day < ${day}::date AND d.school_day > ${day}::date - 14
        ORDER BY d.school_day DESC LIMIT 5) r) AS recent,
      (SELECT coalesce(json_agg(json_build_object('state', x.state, 'startsAt', x.starts_at) ORDER BY x.starts_at), '[]')
        FROM expectation_cards x WHERE x.school_day = ${day}::date AND x.person_id = m.person_id) AS today,
      (SELECT coalesce(json_agg(json_build_object('personId', g.guardian_id, 'name', g.name, 'tail', g.tail) ORDER BY g.tail IS NULL, g.name), '[]')
        FROM guardian_cards g WHERE g.pupil_id = m.person_id) AS guardians,
      (SELECT json_build_object('at', l.at, 'means', l.means, 'outcome', l.outcome) FROM contact_log l
        WHERE l.follow_up_id = f.id ORDER BY l.at DESC LIMIT 1) AS "lastContact"
    FROM unnest(${[...personIds]}::uuid[]) AS m (person_id)
    LEFT JOIN LATERAL adult_for(m.person_id, ${day}::date) a ON true
    LEFT JOIN follow_ups f ON f.person_id = m.person_id AND f.state = 'open'
    LEFT JOIN people_cards adult ON adult.person_id = coalesce(f.adult_id, a.adult_id)
  `.execute(db);
  return rows;
}

export interface RunningRow extends LessonOfBoard {
  readonly expected: number;
  readonly here: number;
  readonly excused: number;
  readonly otherWays: number;
  readonly missing: number;
  /** Of the missing, those a follow-up of today already has a contact for. */
  readonly contacted: number;
}

/** Lessons of a school's classes around now with counts of the pupils of each class. */
export async function selectRunningLessons(
  db: Db,
  _granted: Granted<'reach.readSchoolBoard'>,
  { schoolId, day, now }: { schoolId: string; day: string; now: Date },
): Promise<RunningRow[]> {
  const { rows } = await sql<RunningRow>`
    SELECT ${lessonColumns}, n.expected, n.here, n.excused, n."otherWays", n.missing, n.contacted
    FROM ${lessonTables}
    JOIN class_cards card ON card.class_id = c.class_id
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS expected,
        count(*) FILTER (WHERE x.state IN ('present', 'late', 'leftEarly'))::int AS here,
        count(*) FILTER (WHERE x.state = 'excused')::int AS excused,
        count(*) FILTER (WHERE x.state IN ('reached', 'madeUp'))::int AS "otherWays",
        count(*) FILTER (WHERE x.state IN ('open', 'missed'))::int AS missing,
        count(*) FILTER (WHERE x.state IN ('open', 'missed') AND EXISTS (
          SELECT FROM follow_ups f JOIN contact_log log ON log.follow_up_id = f.id
          WHERE f.person_id = x.person_id AND f.state = 'open' AND log.school_day = ${day}::date))::int AS contacted
      FROM expectation_cards x
      WHERE x.school_day = ${day}::date AND x.planned_id = l.lesson_id AND x.via_class_id = c.class_id) n
    WHERE c.school_day = ${day}::date AND c.school_id = ${schoolId} AND l.status NOT IN ('cancelled', 'moved')
      AND l.starts_at <= ${now}::timestamptz + interval '10 minutes'
      AND (l.ends_at > ${now} OR (coalesce(run.started_at, l.started_at) IS NOT NULL AND coalesce(run.ended_at, l.ended_at) IS NULL
        AND l.ends_at > ${now}::timestamptz - interval '1 hour'))
    ORDER BY length(card.year_group), card.year_group, card.class_no, c.class_name
  `.execute(db);
  return rows;
}

/** When the next lesson of a school's classes begins on a day; null when none is to come. */
export async function selectNextLessonAt(
  db: Db,
  _granted: Granted<'reach.readSchoolBoard'>,
  { schoolId, day, now }: { schoolId: string; day: string; now: Date },
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    SELECT min(l.starts_at) AS at FROM lesson_classes c
    JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.lesson_id
    WHERE c.school_day = ${day}::date AND c.school_id = ${schoolId} AND l.status NOT IN ('cancelled', 'moved')
      AND l.starts_at > ${now}
  `.execute(db);
  return rows[0]?.at ?? null;
}

/** Pupils not reached by the lessons of each period of the day so far; waiting for a teacher is not counted while it lasts. */
export async function selectMissingByPeriod(
  db: Db,
  _granted: Granted<'reach.readSchoolBoard'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<{ period: number; missing: number; isOver: boolean }[]> {
  const { rows } = await sql<{ period: number; missing: number; isOver: boolean }>`
    SELECT l.period, coalesce(sum(n.missing), 0)::int AS missing, bool_and(l.ends_at <= app_now()) AS "isOver"
    FROM lesson_classes c JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.lesson_id
    LEFT JOIN LATERAL (
      SELECT count(*)::int AS missing FROM expectation_cards x
      WHERE x.school_day = ${day}::date AND x.planned_id = l.lesson_id AND x.via_class_id = c.class_id
        AND x.state IN ('missed', 'leftEarly')) n ON l.starts_at <= app_now()
    WHERE c.school_day = ${day}::date AND c.school_id = ${schoolId} AND l.period IS NOT NULL AND l.status <> 'cancelled'
    GROUP BY l.period ORDER BY l.period
  `.execute(db);
  return rows;
}

/** Follow-ups of a school whose deadline has passed, the oldest first, with whose they are. */
export async function selectOverdue(
  db: Db,
  _granted: Granted<'reach.readSchoolBoard'>,
  { schoolId }: { schoolId: string },
): Promise<
  {
    followUpId: string;
    pupilName: string;
    className: string;
    adultName: string | null;
    dueAt: Date;
    days: number;
  }[]
> {
  const { rows } = await sql<{
    followUpId: string;
    pupilName: string;
    className: string;
    adultName: string | null;
    dueAt: Date;
    days: number;
  }>`
    SELECT f.id AS "followUpId", p.name AS "pupilName", c.name AS "className", adult.name AS "adultName", f.due_at AS "dueAt",
      (SELECT count(*)::int FROM follow_up_days d WHERE d.follow_up_id = f.id) AS days
    FROM follow_ups f JOIN people_cards p ON p.person_id = f.person_id JOIN class_cards c ON c.class_id = f.class_id
    LEFT JOIN people_cards adult ON adult.person_id = f.adult_id
    WHERE f.school_id = ${schoolId} AND f.state = 'open' AND f.due_at < app_now()
    ORDER BY f.due_at LIMIT 100
  `.execute(db);
  return rows;
}
