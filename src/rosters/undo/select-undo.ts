import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { Sex } from '../rules/roster-row.ts';

/** What one row of an applied import did, beside how the person stands now. */
export interface UndoRow {
  readonly n: number;
  readonly sheet: string;
  readonly row: number;
  readonly kind: 'pupil' | 'staff';
  readonly outcome: 'created' | 'changed';
  readonly personId: string;
  readonly number: string;
  readonly name: string;
  readonly classId: string | null;
  readonly entersClass: boolean;
  readonly before: { readonly name?: string; readonly classId?: string | null; readonly sex?: Sex | null };
  readonly nowName: string;
  readonly nowSex: Sex | null;
  readonly nowClassId: string | null;
  readonly signedIn: boolean;
  readonly hasFacts: boolean;
}

/** Somebody whose class an import ended. */
export interface UndoLeaver {
  readonly personId: string;
  readonly number: string;
  readonly name: string;
  readonly sex: Sex | null;
  readonly classId: string | null;
  readonly nowClassId: string | null;
}

export interface UndoMember {
  readonly classId: string;
  readonly personId: string;
  readonly number: string;
  readonly role: string;
  readonly outcome: 'created' | 'ended';
  readonly isIn: boolean;
}

export interface UndoClass {
  readonly id: string;
  readonly name: string;
  readonly yearGroup: string | null;
  readonly classNo: number | null;
}

export interface UndoSource {
  readonly rows: readonly UndoRow[];
  readonly leavers: readonly UndoLeaver[];
  readonly members: readonly UndoMember[];
  readonly renamed: readonly {
    readonly id: string;
    readonly name: string;
    readonly before: string;
    readonly now: string;
  }[];
  /** Classes that exist today, by id. */
  readonly classes: ReadonlyMap<string, UndoClass>;
  readonly classesMade: number;
  readonly guardians: number;
}

/**
 * Reads what an applied import did and how that stands today.
 *
 * @param importDay - the school's day on which it was applied: enrollments that it ended end on it.
 */
export async function selectUndo(
  db: Db,
  _granted: Granted<'rosters.confirm'>,
  {
    draftId,
    schoolId,
    importDay,
    day,
    ended,
  }: {
    draftId: string;
    schoolId: string;
    importDay: string;
    day: string;
    ended: boolean;
  },
): Promise<UndoSource> {
  const rows = await sql<UndoRow>`
    SELECT r.n, r.sheet, r.row, r.kind, r.outcome, r.person_id AS "personId", r.number, r.name, r.class_id AS "classId",
      r.enters_class AS "entersClass", r.before, p.name AS "nowName", p.sex AS "nowSex", h.class_id AS "nowClassId",
      EXISTS (SELECT FROM accounts a WHERE a.person_id = p.id AND a.status = 'active') AS "signedIn",
      EXISTS (SELECT FROM fact_people f WHERE f.person_id = p.id) AS "hasFacts"
    FROM roster_draft_rows r JOIN persons p ON p.id = r.person_id
    LEFT JOIN enrollments h ON h.person_id = p.id AND h.is_home AND h.role = 'pupil' AND h.during @> ${day}::date
    WHERE r.draft_id = ${draftId} AND r.outcome IN ('created', 'changed') ORDER BY r.n
  `.execute(db);
  const leavers = await sql<UndoLeaver>`
    SELECT p.id AS "personId", p.number, p.name, p.sex, h.class_id AS "nowClassId",
      (SELECT e.class_id FROM enrollments e WHERE e.person_id = p.id AND e.is_home AND upper(e.during) = ${importDay}::date
        ORDER BY lower(e.during) DESC LIMIT 1) AS "classId"
    FROM roster_draft_leaving l JOIN persons p ON p.id = l.person_id
    LEFT JOIN enrollments h ON h.person_id = p.id AND h.is_home AND h.role = 'pupil' AND h.during @> ${day}::date
    WHERE l.draft_id = ${draftId} AND ${ended}::boolean ORDER BY p.number
  `.execute(db);
  const members = await sql<UndoMember>`
    WITH done AS (
      SELECT class_id, person_id, role, outcome FROM roster_draft_members
      WHERE draft_id = ${draftId} AND (outcome = 'created' OR outcome = 'ended' AND ${ended}::boolean)
      UNION
      -- Teaching classes of those whom the import took out of the school.
      SELECT e.class_id, e.person_id, e.role, 'ended' FROM roster_draft_leaving l
      JOIN enrollments e ON e.person_id = l.person_id AND NOT e.is_home AND upper(e.during) = ${importDay}::date
      WHERE l.draft_id = ${draftId} AND ${ended}::boolean
      UNION
      -- Class teachers: who took a class over, and whom they took it from.
      SELECT r.class_id, r.person_id, 'classTeacher', 'created' FROM roster_draft_rows r
      WHERE r.draft_id = ${draftId} AND r.kind = 'staff' AND r.enters_class AND r.class_id IS NOT NULL
      UNION
      SELECT e.class_id, e.person_id, e.role, 'ended' FROM roster_draft_rows r
      JOIN enrollments e ON e.class_id = r.class_id AND e.role = 'classTeacher' AND upper(e.during) = ${importDay}::date
      WHERE r.draft_id = ${draftId} AND r.kind = 'staff' AND r.enters_class AND e.person_id <> r.person_id
    )
    SELECT d.class_id AS "classId", d.person_id AS "personId", p.number, d.role, d.outcome,
      EXISTS (SELECT FROM enrollments e WHERE e.class_id = d.class_id AND e.person_id = d.person_id AND e.role = d.role
        AND e.during @> ${day}::date) AS "isIn"
    FROM done d JOIN persons p ON p.id = d.person_id
  `.execute(db);
  const renamed = await sql<UndoSource['renamed'][number]>`
    SELECT c.id, s.name, s.name_before AS before, c.name AS now FROM roster_draft_sections s JOIN classes c ON c.id = s.class_id
    WHERE s.draft_id = ${draftId} AND s.outcome = 'changed' AND s.name_before IS NOT NULL
  `.execute(db);
  const classes = await sql<UndoClass>`
    SELECT id, name, year_group AS "yearGroup", class_no AS "classNo" FROM classes
    WHERE school_id = ${schoolId} AND during @> ${day}::date
  `.execute(db);
  const counts = await sql<{ classesMade: number; guardians: number }>`
    SELECT (SELECT count(*)::int FROM (
        SELECT class_id FROM roster_draft_rows WHERE draft_id = ${draftId} AND new_class
        UNION SELECT class_id FROM roster_draft_sections WHERE draft_id = ${draftId} AND outcome = 'created') c) AS "classesMade",
      (SELECT count(*)::int FROM roster_draft_rows r WHERE r.draft_id = ${draftId} AND (r.guardian_cipher IS NOT NULL
        OR EXISTS (SELECT FROM roster_draft_guardians g WHERE g.draft_id = r.draft_id AND g.row_n = r.n))) AS guardians
  `.execute(db);
  return {
    rows: rows.rows,
    leavers: leavers.rows,
    members: members.rows,
    renamed: renamed.rows,
    classes: new Map(classes.rows.map((one) => [one.id, one])),
    classesMade: counts.rows[0]?.classesMade ?? 0,
    guardians: counts.rows[0]?.guardians ?? 0,
  };
}
