import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { ExpectationState } from '../../facts/tables.ts';
import type { Evidence } from '../rules/attendance.ts';
import { unpackEvidence } from '../rules/packed-evidence.ts';
import type { ContestReason } from '../tables.ts';

export interface ContestRow {
  readonly contestId: string;
  readonly pupilId: string;
  readonly pupilName: string;
  readonly className: string | null;
  readonly day: string;
  readonly lessonId: string;
  readonly courseTitle: string | null;
  readonly startsAt: Date;
  readonly lessonState: ExpectationState;
  readonly evidence: Evidence | null;
  readonly reason: ContestReason;
  readonly note: string | null;
  readonly openedAt: Date;
  readonly openedByName: string;
}

type StoredContest = Omit<ContestRow, 'evidence'> & { readonly evidence: string | null };

function readable({ evidence, ...row }: StoredContest): ContestRow {
  return { ...row, evidence: evidence === null ? null : unpackEvidence(evidence, row.day) };
}

const contestColumns = sql`
  c.id AS "contestId", c.person_id AS "pupilId", p.name AS "pupilName", h.class_name AS "className", c.school_day AS day,
  c.planned_id AS "lessonId", l.course_title AS "courseTitle", x.starts_at AS "startsAt", x.state AS "lessonState", x.evidence,
  c.reason, c.note, c.opened_at AS "openedAt", opener.name AS "openedByName"`;
const contestTables = sql`
  contests c JOIN people_cards p ON p.person_id = c.person_id JOIN people_cards opener ON opener.person_id = c.opened_by
  JOIN expectation_cards x ON x.school_day = c.school_day AND x.planned_id = c.planned_id AND x.person_id = c.person_id
  LEFT JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.planned_id
  LEFT JOIN LATERAL (SELECT class_name FROM home_classes(c.school_day) h WHERE h.person_id = c.person_id LIMIT 1) h ON true`;

/** Open contests that this person may answer: of pupils they answer for, and of lessons they taught. */
export async function selectOwnContests(
  db: Db,
  _granted: Granted<'reach.readOwnFollowUps'>,
  { personId, schoolId }: { personId: string; schoolId: string },
): Promise<ContestRow[]> {
  const { rows } = await sql<StoredContest>`
    SELECT ${contestColumns} FROM ${contestTables}
    WHERE c.state = 'open' AND c.school_id = ${schoolId} AND (
      EXISTS (SELECT FROM lesson_teachers t WHERE t.school_day = c.school_day AND t.lesson_id = c.planned_id AND t.person_id = ${personId})
      OR EXISTS (SELECT FROM adult_for(c.person_id, c.school_day) a WHERE ${personId} IN (a.adult_id, a.deputy_id)))
    ORDER BY c.opened_at LIMIT 100
  `.execute(db);
  return rows.map(readable);
}

export async function selectSchoolContests(
  db: Db,
  _granted: Granted<'reach.readContests'>,
  { schoolId }: { schoolId: string },
): Promise<ContestRow[]> {
  const { rows } = await sql<StoredContest>`
    SELECT ${contestColumns} FROM ${contestTables} WHERE c.state = 'open' AND c.school_id = ${schoolId}
    ORDER BY c.opened_at LIMIT 200
  `.execute(db);
  return rows.map(readable);
}
