import { sql } from 'kysely';
import type { Granted } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';
import type { CurrentSchool } from './rules/sections.ts';

/** Where ids of a school's other systems are kept: each school its own, because two systems may give the same id. */
export function externalSource(schoolId: string): string {
  return `roster:${schoolId}`;
}

/** Teaching classes, members, terms and ids in other systems of a school on a day: what a set of tables is compared with. */
export async function selectCurrentSchool(
  db: Db,
  _granted: Granted<'rosters.check' | 'rosters.confirm'>,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<CurrentSchool> {
  const school = await db
    .selectFrom('orgs')
    .select(['id', 'code', 'name'])
    .where('id', '=', schoolId)
    .executeTakeFirstOrThrow();
  const terms = await sql<CurrentSchool['terms'][number]>`
    SELECT t.id, t.title, t.first_day::text AS "firstDay", t.last_day::text AS "lastDay"
    FROM orgs s JOIN orgs o ON o.path @> s.path JOIN terms t ON t.org_id = o.id
    WHERE s.id = ${schoolId} ORDER BY nlevel(o.path) DESC, t.first_day
  `.execute(db);
  const sections = await sql<CurrentSchool['sections'][number]>`
    SELECT id, name FROM classes WHERE school_id = ${schoolId} AND kind = 'scheduled' AND during @> ${day}::date
  `.execute(db);
  const members = await sql<CurrentSchool['members'][number]>`
    SELECT e.class_id AS "classId", e.person_id AS "personId", e.role FROM classes c JOIN enrollments e ON e.class_id = c.id
      JOIN persons p ON p.id = e.person_id AND p.home_org_id = ${schoolId}
    WHERE c.school_id = ${schoolId} AND c.during @> ${day}::date AND e.during @> ${day}::date AND NOT e.is_home
      AND e.role IN ('pupil', 'teacher', 'assistant', 'classTeacher')
  `.execute(db);
  const externalIds = await sql<CurrentSchool['externalIds'][number]>`
    SELECT kind, external_id AS "externalId", entity_id AS "entityId" FROM external_ids
    WHERE source = ${externalSource(schoolId)}
  `.execute(db);
  return {
    school,
    today: day,
    terms: terms.rows,
    sections: sections.rows,
    members: members.rows,
    externalIds: externalIds.rows,
  };
}
