import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db, Trx } from '../../platform/database.ts';
import type { ExpectationState, Way } from '../../facts/tables.ts';
import type { Evidence } from '../rules/attendance.ts';
import { unpackEvidence } from '../rules/packed-evidence.ts';
import type { DayState } from '../rules/day.ts';
import type { Reason } from '../rules/follow-up.ts';
import type { ContestReason } from '../tables.ts';

/** A pupil's school and class on a day, for use cases of families. */
export async function selectPupilPlace(
  db: Db,
  { pupilId, day }: { pupilId: string; day: string },
): Promise<{ schoolId: string; classId: string | null } | undefined> {
  const { rows } = await sql<{ schoolId: string; classId: string | null }>`
    SELECT coalesce(h.school_id, s.school_id, c.home_org_id) AS "schoolId", h.class_id AS "classId"
    FROM people_cards c LEFT JOIN org_scope s ON s.org_id = c.home_org_id
    LEFT JOIN LATERAL (SELECT * FROM home_classes(${day}::date) h WHERE h.person_id = c.person_id LIMIT 1) h ON true
    WHERE c.person_id = ${pupilId}
  `.execute(db);
  return rows[0];
}

/** School of a person's home unit; undefined when there is no such person. */
export async function selectHomeSchool(db: Db, pupilId: string): Promise<string | undefined> {
  const { rows } = await sql<{ schoolId: string }>`
    SELECT coalesce(s.school_id, c.home_org_id) AS "schoolId"
    FROM people_cards c LEFT JOIN org_scope s ON s.org_id = c.home_org_id WHERE c.person_id = ${pupilId}
  `.execute(db);
  return rows[0]?.schoolId;
}

/** Who will be told: the adult named for the pupil, and who stands in. */
export async function selectAdultOf(
  db: Db,
  { pupilId, day, schoolId }: { pupilId: string; day: string; schoolId: string },
): Promise<{ adultId: string | null; adultName: string | null; deputyId: string | null }> {
  const { rows } = await sql<{ adultId: string | null; adultName: string | null; deputyId: string | null }>`
    SELECT a.adult_id AS "adultId", c.name AS "adultName", coalesce(a.deputy_id, head.person_id) AS "deputyId"
    FROM (SELECT) one LEFT JOIN LATERAL adult_for(${pupilId}, ${day}::date) a ON true
    LEFT JOIN people_cards c ON c.person_id = a.adult_id
    LEFT JOIN LATERAL school_head(${schoolId}, a.adult_id) head ON true
  `.execute(db);
  return rows[0] ?? { adultId: null, adultName: null, deputyId: null };
}

export interface ToldRow {
  readonly id: string;
  readonly lessonId: string | null;
  readonly courseTitle: string | null;
  readonly period: number | null;
  readonly reason: Reason;
  readonly toldAt: Date;
  readonly adultName: string | null;
  readonly dueAt: Date;
  readonly canWithdraw: boolean;
}

/** What a family said today and has not taken back. */
export async function selectTold(
  db: Db,
  _granted: Granted<'reach.tellCannotAttend'>,
  { pupilId, day }: { pupilId: string; day: string },
): Promise<ToldRow[]> {
  const { rows } = await sql<ToldRow>`
    SELECT t.id, t.planned_id AS "lessonId", l.course_title AS "courseTitle", l.period, t.reason, t.told_at AS "toldAt",
      adult.name AS "adultName", f.due_at AS "dueAt",
      f.state = 'open' AND NOT EXISTS (
        SELECT FROM contact_log log WHERE log.follow_up_id = f.id AND log.at >= t.told_at) AS "canWithdraw"
    FROM cannot_attend t JOIN follow_ups f ON f.id = t.follow_up_id
    LEFT JOIN people_cards adult ON adult.person_id = f.adult_id
    LEFT JOIN lesson_cards l ON l.school_day = t.school_day AND l.lesson_id = t.planned_id
    WHERE t.person_id = ${pupilId} AND t.school_day = ${day}::date AND t.withdrawn_at IS NULL
    ORDER BY t.told_at
  `.execute(db);
  return rows;
}

/** Makes or finds the one open follow-up of a pupil and adds the day; a shorter deadline counts. */
export async function ensureFollowUp(
  trx: Trx,
  row: {
    pupilId: string;
    schoolId: string;
    classId: string;
    day: string;
    adultId: string | null;
    deputyId: string | null;
    reason: Reason;
    now: Date;
    dueAt: Date;
  },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO follow_ups AS f (person_id, school_id, class_id, origin, adult_id, deputy_id, opened_at, due_at, reason)
    VALUES (${row.pupilId}, ${row.schoolId}, ${row.classId}, 'cannotAttend', ${row.adultId}, ${row.deputyId}, ${row.now}, ${row.dueAt}, ${row.reason})
    ON CONFLICT (person_id) WHERE state = 'open' DO UPDATE SET due_at = least(f.due_at, excluded.due_at),
      reason = excluded.reason, version = f.version + 1
    RETURNING f.id
  `.execute(trx);
  const { id } = rows[0]!;
  await trx
    .insertInto('follow_up_days')
    .values({ follow_up_id: id, school_day: row.day })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return id;
}

export interface PupilLesson {
  readonly lessonId: string;
  readonly courseTitle: string | null;
  readonly teacherName: string | null;
  readonly period: number | null;
  readonly mode: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly state: ExpectationState;
  readonly way: Way | null;
  readonly settled: boolean;
  /** Whether it was taught here, so that it can be heard again. */
  readonly hasRecording: boolean;
  readonly evidence: Evidence | null;
  readonly contest: {
    contestId: string;
    state: 'open' | 'accepted' | 'declined';
    reason: ContestReason;
    answer: string | null;
  } | null;
}

/** One day of a pupil, lesson by lesson, with why each is what it is. */
export async function selectPupilDay(
  db: Db,
  _granted: Granted<'reach.readPupilDays'>,
  { pupilId, day }: { pupilId: string; day: string },
): Promise<PupilLesson[]> {
  const { rows } = await sql<Omit<PupilLesson, 'evidence'> & { evidence: string | null }>`
    SELECT x.planned_id AS "lessonId", l.course_title AS "courseTitle", l.lead_name AS "teacherName", l.period, l.mode,
      x.starts_at AS "startsAt", x.due_at AS "endsAt", x.state, x.way, x.settled, x.evidence,
      coalesce(l.status = 'ended' AND l.log_id IS NOT NULL, false) AS "hasRecording",
      (SELECT json_build_object('contestId', c.id, 'state', c.state, 'reason', c.reason, 'answer', c.answer) FROM contests c
        WHERE c.school_day = x.school_day AND c.person_id = x.person_id AND c.planned_id = x.planned_id
        ORDER BY c.opened_at DESC LIMIT 1) AS contest
    FROM expectation_cards x
    LEFT JOIN lesson_cards l ON l.school_day = x.school_day AND l.lesson_id = x.planned_id
    WHERE x.school_day = ${day}::date AND x.person_id = ${pupilId}
    ORDER BY x.starts_at, x.planned_id
  `.execute(db);
  return rows.map(({ evidence, ...row }) => ({
    ...row,
    evidence: evidence === null ? null : unpackEvidence(evidence, day),
  }));
}

export async function selectRecentDays(
  db: Db,
  _granted: Granted<'reach.readPupilDays'>,
  { pupilId, day }: { pupilId: string; day: string },
): Promise<DaySummary[]> {
  const { rows } = await sql<DaySummary>`
    SELECT school_day AS day, state, way, expected, reached, missed FROM reach_days
    WHERE person_id = ${pupilId} AND school_day <= ${day}::date AND school_day > ${day}::date - 30
    ORDER BY school_day DESC LIMIT 15
  `.execute(db);
  return rows;
}

export interface DaySummary {
  readonly day: string;
  readonly state: DayState;
  readonly way: Way | null;
  readonly expected: number;
  readonly reached: number;
  readonly missed: number;
}

export interface ChildDay {
  readonly pupilId: string;
  readonly name: string;
  readonly className: string | null;
  readonly schoolName: string;
  readonly state: DayState | null;
  readonly expected: number;
  readonly reached: number;
  readonly missed: number;
  readonly beads: { period: number | null; state: ExpectationState; lessonId: string }[];
  readonly followUp: { adultName: string | null; dueAt: string } | null;
}

/** A guardian's children on a day, those in need first. */
export async function selectChildren(
  db: Db,
  _granted: Granted<'reach.readOwnChildren'>,
  { guardianId, day }: { guardianId: string; day: string },
): Promise<ChildDay[]> {
  const { rows } = await sql<ChildDay>`
    SELECT g.pupil_id AS "pupilId", p.name, h.class_name AS "className", school.name AS "schoolName", r.state,
      coalesce(r.expected, 0) AS expected, coalesce(r.reached, 0) AS reached, coalesce(r.missed, 0) AS missed,
      (SELECT coalesce(json_agg(json_build_object('period', l.period, 'state', x.state, 'lessonId', x.planned_id) ORDER BY x.starts_at), '[]')
        FROM expectation_cards x LEFT JOIN lesson_cards l ON l.school_day = x.school_day AND l.lesson_id = x.planned_id
        WHERE x.school_day = ${day}::date AND x.person_id = g.pupil_id) AS beads,
      (SELECT json_build_object('adultName', adult.name, 'dueAt', f.due_at) FROM follow_ups f
        LEFT JOIN people_cards adult ON adult.person_id = f.adult_id
        WHERE f.person_id = g.pupil_id AND f.state = 'open') AS "followUp"
    FROM guardian_cards g JOIN people_cards p ON p.person_id = g.pupil_id AND p.status = 'active'
    LEFT JOIN LATERAL (SELECT * FROM home_classes(${day}::date) h WHERE h.person_id = g.pupil_id LIMIT 1) h ON true
    JOIN org_scope school ON school.org_id = coalesce(h.school_id, p.home_org_id)
    LEFT JOIN reach_days r ON r.school_day = ${day}::date AND r.person_id = g.pupil_id
    WHERE g.guardian_id = ${guardianId}
    ORDER BY coalesce(r.missed, 0) DESC, p.number
  `.execute(db);
  return rows;
}

/** Name of a pupil, and the guardians by name and last digits, for the family's own pages. */
export async function selectFamily(
  db: Db,
  _granted: Granted<'reach.tellCannotAttend'> | Granted<'reach.readPupilDays'>,
  pupilId: string,
): Promise<{ pupilName: string; guardians: { personId: string; name: string; tail: string | null }[] }> {
  const { rows } = await sql<{
    pupilName: string;
    guardians: { personId: string; name: string; tail: string | null }[];
  }>`
    SELECT p.name AS "pupilName",
      (SELECT coalesce(json_agg(json_build_object('personId', g.guardian_id, 'name', g.name, 'tail', g.tail) ORDER BY g.tail IS NULL, g.name), '[]')
        FROM guardian_cards g WHERE g.pupil_id = p.person_id) AS guardians
    FROM people_cards p WHERE p.person_id = ${pupilId}
  `.execute(db);
  return rows[0]!;
}
