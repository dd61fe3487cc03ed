import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import { externalSource } from '../query-school.ts';

export interface ExportedPerson {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly sex: 'male' | 'female' | 'unknown' | null;
  readonly kind: 'pupil' | 'staff';
  readonly classId: string | null;
  readonly roles: readonly string[];
}

export interface ExportedClass {
  readonly id: string;
  readonly kind: 'homeroom' | 'scheduled';
  readonly name: string;
  readonly yearGroup: string | null;
  readonly courseId: string | null;
  readonly termId: string | null;
}

export interface ExportedMember {
  readonly classId: string;
  readonly personId: string;
  readonly role: 'pupil' | 'teacher' | 'assistant' | 'classTeacher';
}

/** A school's roster on a day: people, classes, who is in them, and the ids under which another system knows them. */
export interface RosterExport {
  readonly school: { readonly id: string; readonly code: string; readonly name: string };
  readonly day: string;
  readonly persons: readonly ExportedPerson[];
  readonly classes: readonly ExportedClass[];
  readonly courses: readonly {
    readonly id: string;
    readonly code: string;
    readonly title: string;
    readonly subject: string | null;
  }[];
  readonly terms: readonly {
    readonly id: string;
    readonly title: string;
    readonly firstDay: string;
    readonly lastDay: string;
  }[];
  /** Beyond home classes, which stand with the pupils. */
  readonly members: readonly ExportedMember[];
  readonly externalIds: ReadonlyMap<string, string>;
}

/**
 * Reads what an export holds. Guardians, contacts, birthdays and accounts are not among it, nor are those who left, guests
 * of other schools, and staff whose only role decides over others.
 */
export async function selectExport(
  db: Db,
  _granted: Granted<'rosters.export'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<RosterExport> {
  const school = await db
    .selectFrom('orgs')
    .select(['id', 'code', 'name'])
    .where('id', '=', schoolId)
    .executeTakeFirstOrThrow();
  const persons = await sql<ExportedPerson>`
    SELECT p.id, p.number, p.name, p.sex, CASE WHEN a.roles IS NULL THEN 'pupil' ELSE 'staff' END AS kind,
      h.class_id AS "classId", coalesce(a.roles, '{}') AS roles
    FROM persons p
    LEFT JOIN (
      SELECT person_id, array_agg(DISTINCT role) AS roles FROM appointments WHERE role <> 'classRep' GROUP BY person_id
    ) a ON a.person_id = p.id
    LEFT JOIN enrollments h ON h.person_id = p.id AND h.is_home AND h.role = 'pupil' AND h.during @> ${day}::date
    WHERE p.home_org_id = ${schoolId} AND p.status = 'active'
      AND (a.roles IS NULL OR a.roles && ARRAY['teacher', 'classTeacher', 'counsellor'])
      AND NOT EXISTS (SELECT FROM guardianships g WHERE g.guardian_id = p.id)
    ORDER BY p.number
  `.execute(db);
  const classes = await sql<ExportedClass>`
    SELECT id, kind, name, year_group AS "yearGroup", course_id AS "courseId", term_id AS "termId" FROM classes
    WHERE school_id = ${schoolId} AND during @> ${day}::date ORDER BY kind, year_group, class_no, name
  `.execute(db);
  const courses = await sql<RosterExport['courses'][number]>`
    SELECT id, code, title, subject FROM courses WHERE school_id = ${schoolId} ORDER BY code
  `.execute(db);
  const terms = await sql<RosterExport['terms'][number]>`
    SELECT t.id, t.title, t.first_day::text AS "firstDay", t.last_day::text AS "lastDay"
    FROM orgs s JOIN orgs o ON o.path @> s.path JOIN terms t ON t.org_id = o.id WHERE s.id = ${schoolId} ORDER BY t.first_day
  `.execute(db);
  const members = await sql<ExportedMember>`
    SELECT e.class_id AS "classId", e.person_id AS "personId", e.role
    FROM classes c JOIN enrollments e ON e.class_id = c.id JOIN persons p ON p.id = e.person_id
    WHERE c.school_id = ${schoolId} AND c.during @> ${day}::date AND e.during @> ${day}::date AND NOT e.is_home
      AND e.role IN ('pupil', 'teacher', 'assistant', 'classTeacher') AND p.home_org_id = ${schoolId}
    ORDER BY c.name, e.role DESC, p.number
  `.execute(db);
  const ids = await sql<{ entityId: string; externalId: string }>`
    SELECT entity_id AS "entityId", external_id AS "externalId" FROM external_ids
    WHERE source = ${externalSource(schoolId)} ORDER BY external_id
  `.execute(db);
  return {
    school,
    day,
    persons: persons.rows,
    classes: classes.rows,
    courses: courses.rows,
    terms: terms.rows,
    members: members.rows,
    externalIds: new Map(ids.rows.map(({ entityId, externalId }) => [entityId, externalId])),
  };
}
