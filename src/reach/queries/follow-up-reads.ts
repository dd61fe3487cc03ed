import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Way } from '../../facts/tables.ts';
import type { Db } from '../../platform/database.ts';
import type { DayState } from '../rules/day.ts';
import type { ContactMeans, ContactOutcome, Reason } from '../rules/follow-up.ts';

export interface FollowUpRow {
  readonly followUpId: string;
  readonly pupilId: string;
  readonly pupilName: string;
  readonly pupilNumber: string;
  readonly className: string;
  readonly origin: 'dayClose' | 'cannotAttend' | 'byHand';
  readonly reason: Reason | null;
  readonly openedAt: Date;
  readonly dueAt: Date;
  /** Days it is about, oldest first. */
  readonly days: string[];
  readonly adultId: string | null;
  readonly adultName: string | null;
  readonly deputyName: string | null;
  readonly isEscalated: boolean;
  readonly contacts: number;
  readonly lastContact: { at: string; means: ContactMeans; outcome: ContactOutcome } | null;
}

const followUpColumns = sql`
  f.id AS "followUpId", f.person_id AS "pupilId", p.name AS "pupilName", p.number AS "pupilNumber", c.name AS "className",
  f.origin, f.reason, f.opened_at AS "openedAt", f.due_at AS "dueAt", f.adult_id AS "adultId", adult.name AS "adultName",
  deputy.name AS "deputyName", f.escalated_at IS NOT NULL AS "isEscalated",
  (SELECT coalesce(json_agg(d.school_day ORDER BY d.school_day), '[]') FROM follow_up_days d WHERE d.follow_up_id = f.id) AS days,
  (SELECT count(*)::int FROM contact_log l WHERE l.follow_up_id = f.id) AS contacts,
  (SELECT json_build_object('at', l.at, 'means', l.means, 'outcome', l.outcome)
    FROM contact_log l WHERE l.follow_up_id = f.id ORDER BY l.at DESC LIMIT 1) AS "lastContact"`;
const followUpTables = sql`
  follow_ups f JOIN people_cards p ON p.person_id = f.person_id JOIN class_cards c ON c.class_id = f.class_id
  LEFT JOIN people_cards adult ON adult.person_id = f.adult_id LEFT JOIN people_cards deputy ON deputy.person_id = f.deputy_id`;

/** Open follow-ups in which a person is the adult or the deputy: worried first, then what is due first. */
export async function selectOwnFollowUps(
  db: Db,
  _granted: Granted<'reach.readOwnFollowUps'>,
  { personId }: { personId: string },
): Promise<FollowUpRow[]> {
  const { rows } = await sql<FollowUpRow>`
    SELECT ${followUpColumns} FROM ${followUpTables}
    WHERE f.state = 'open' AND ${personId} IN (f.adult_id, f.deputy_id)
    ORDER BY f.escalated_at IS NULL, (f.adult_id = ${personId}) DESC, f.due_at, p.number
  `.execute(db);
  return rows;
}

/** Open follow-ups of a school: nobody answers for it first, then what is due first. */
export async function selectSchoolFollowUps(
  db: Db,
  _granted: Granted<'reach.readSchoolFollowUps'>,
  { schoolId }: { schoolId: string },
): Promise<FollowUpRow[]> {
  const { rows } = await sql<FollowUpRow>`
    SELECT ${followUpColumns} FROM ${followUpTables}
    WHERE f.state = 'open' AND f.school_id = ${schoolId}
    ORDER BY f.adult_id IS NOT NULL, f.escalated_at IS NULL, f.due_at, p.number LIMIT 500
  `.execute(db);
  return rows;
}

/** Pupils for whom the last check found nobody. */
export async function selectGaps(
  db: Db,
  _granted: Granted<'reach.readSchoolFollowUps'>,
  { schoolId }: { schoolId: string },
): Promise<{ pupilId: string; pupilName: string; pupilNumber: string; className: string }[]> {
  const { rows } = await sql<{ pupilId: string; pupilName: string; pupilNumber: string; className: string }>`
    SELECT g.person_id AS "pupilId", p.name AS "pupilName", p.number AS "pupilNumber", c.name AS "className"
    FROM adult_gaps g JOIN people_cards p ON p.person_id = g.person_id JOIN class_cards c ON c.class_id = g.class_id
    WHERE g.school_id = ${schoolId} ORDER BY c.name, p.number LIMIT 500
  `.execute(db);
  return rows;
}

export interface MissedToday {
  readonly pupilId: string;
  readonly pupilName: string;
  readonly pupilNumber: string;
  readonly className: string;
  readonly expected: number;
  readonly reached: number;
  readonly missed: number;
  readonly state: DayState;
}

/**
 * Pupils who missed a lesson today and for whom this person is the named adult, without an open follow-up:
 * so that nobody waits for the day's close to look after a child.
 */
export async function selectMissedToday(
  db: Db,
  _granted: Granted<'reach.readOwnFollowUps'>,
  { personId, schoolId, day }: { personId: string; schoolId: string; day: string },
): Promise<MissedToday[]> {
  const { rows } = await sql<MissedToday>`
    SELECT r.person_id AS "pupilId", p.name AS "pupilName", p.number AS "pupilNumber", c.name AS "className",
      r.expected, r.reached, r.missed, r.state
    FROM reach_days r
    JOIN people_cards p ON p.person_id = r.person_id JOIN class_cards c ON c.class_id = r.class_id
    JOIN LATERAL adult_for(r.person_id, ${day}::date) a ON a.adult_id = ${personId}
    WHERE r.school_day = ${day}::date AND r.school_id = ${schoolId} AND r.missed > 0
      AND NOT EXISTS (SELECT FROM follow_ups f WHERE f.person_id = r.person_id AND f.state = 'open')
    ORDER BY r.state = 'unreached' DESC, r.missed DESC, p.number LIMIT 200
  `.execute(db);
  return rows;
}

export interface FollowUpDetail extends FollowUpRow {
  readonly state: 'open' | 'closed';
  readonly closedAt: Date | null;
  readonly closedBy: 'fact' | 'reason' | 'withdrawn' | null;
  readonly closingReason: string | null;
  readonly schoolId: string;
  readonly recentDays: {
    day: string;
    state: DayState;
    way: Way | null;
    expected: number;
    reached: number;
  }[];
  readonly log: {
    at: string;
    means: ContactMeans;
    outcome: ContactOutcome;
    reason: Reason | null;
    note: string | null;
    byName: string;
    day: string;
  }[];
  readonly told: { toldAt: string; reason: Reason; plannedId: string | null; byName: string }[];
  /** Numbers only by their last four digits. */
  readonly guardians: { personId: string; name: string; tail: string | null }[];
}

export async function selectFollowUp(
  db: Db,
  _granted: Granted<'reach.handleFollowUp'>,
  { followUpId }: { followUpId: string },
): Promise<FollowUpDetail> {
  const { rows } = await sql<FollowUpDetail>`
    SELECT ${followUpColumns}, f.state, f.closed_at AS "closedAt", f.closed_by AS "closedBy", f.closing_reason AS "closingReason",
      f.school_id AS "schoolId",
      (SELECT coalesce(json_agg(d ORDER BY d.day), '[]') FROM (
        SELECT r.school_day AS day, r.state, r.way, r.expected, r.reached FROM reach_days r
        WHERE r.person_id = f.person_id AND r.school_day > (f.opened_at - interval '14 days')::date
        ORDER BY r.school_day DESC LIMIT 10) d) AS "recentDays",
      (SELECT coalesce(json_agg(json_build_object('at', l.at, 'means', l.means, 'outcome', l.outcome, 'reason', l.reason,
          'note', l.note, 'byName', doer.name, 'day', l.school_day) ORDER BY l.at), '[]')
        FROM contact_log l JOIN people_cards doer ON doer.person_id = l.by_person_id WHERE l.follow_up_id = f.id) AS log,
      (SELECT coalesce(json_agg(json_build_object('toldAt', t.told_at, 'reason', t.reason, 'plannedId', t.planned_id,
          'byName', teller.name) ORDER BY t.told_at), '[]')
        FROM cannot_attend t JOIN people_cards teller ON teller.person_id = t.told_by
        WHERE t.follow_up_id = f.id AND t.withdrawn_at IS NULL) AS told,
      (SELECT coalesce(json_agg(json_build_object('personId', g.guardian_id, 'name', g.name, 'tail', g.tail)
          ORDER BY g.tail IS NULL, g.name), '[]')
        FROM guardian_cards g WHERE g.pupil_id = f.person_id) AS guardians
    FROM ${followUpTables} WHERE f.id = ${followUpId}
  `.execute(db);
  return rows[0]!;
}

export interface OwnRunning {
  readonly day: string;
  readonly lessonId: string;
  readonly classId: string;
  readonly className: string;
  readonly courseTitle: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly expected: number;
  readonly missing: number;
}

/** Lessons that run now and this person teaches, or of a class this person answers for. */
export async function selectOwnRunning(
  db: Db,
  _granted: Granted<'reach.readOwnFollowUps'>,
  { personId, day, now }: { personId: string; day: string; now: Date },
): Promise<OwnRunning[]> {
  const { rows } = await sql<OwnRunning>`
    WITH mine AS (
      SELECT m.class_id FROM class_members(${day}::date) m WHERE m.person_id = ${personId} AND m.role IN ('classTeacher', 'counsellor')
    ),
    own AS (
      SELECT c.lesson_id, c.class_id, c.class_name FROM lesson_classes c JOIN mine USING (class_id) WHERE c.school_day = ${day}::date
      UNION
      SELECT c.lesson_id, c.class_id, c.class_name
      FROM lesson_teachers t JOIN lesson_classes c ON c.school_day = t.school_day AND c.lesson_id = t.lesson_id
      WHERE t.school_day = ${day}::date AND t.person_id = ${personId}
    )
    SELECT l.school_day AS day, l.lesson_id AS "lessonId", o.class_id AS "classId", o.class_name AS "className",
      l.course_title AS "courseTitle", l.starts_at AS "startsAt", l.ends_at AS "endsAt", n.expected, n.missing
    FROM own o JOIN lesson_cards l ON l.school_day = ${day}::date AND l.lesson_id = o.lesson_id
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS expected, count(*) FILTER (WHERE x.state = 'open')::int AS missing FROM expectation_cards x
      WHERE x.school_day = ${day}::date AND x.planned_id = o.lesson_id AND x.via_class_id = o.class_id) n
    WHERE l.starts_at <= ${now} AND l.ends_at > ${now} AND l.status NOT IN ('cancelled', 'ended')
    ORDER BY l.starts_at, o.class_name
  `.execute(db);
  return rows;
}
