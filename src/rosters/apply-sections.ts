import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';
import type { Applying } from './apply-draft.ts';
import { externalSource } from './query-school.ts';

/**
 * Courses, teaching classes and members of a draft, and the ids under which another system knows people and classes.
 *
 * Runs after persons, home enrollments and staff. Members and classes that the file no longer names end today, when the
 * importer said that leaving ends.
 */
export async function writeSections(trx: Trx, applying: Applying): Promise<void> {
  const { draftId, schoolId, today, leavingAct } = applying;
  await keepExternalIds(trx, applying);
  const { rows: staged } = await sql`
    SELECT 1 WHERE EXISTS (SELECT FROM roster_draft_sections WHERE draft_id = ${draftId})
      OR EXISTS (SELECT FROM roster_draft_members WHERE draft_id = ${draftId})
  `.execute(trx);
  if (staged.length === 0) return;
  await sql`
    INSERT INTO courses (school_id, code, title, subject)
    SELECT DISTINCT ON (course_code) ${schoolId}::uuid, course_code, course_title, subject FROM roster_draft_sections
    WHERE draft_id = ${draftId} AND kind = 'scheduled' AND outcome = 'created' ORDER BY course_code, n
    ON CONFLICT (school_id, code) DO NOTHING
  `.execute(trx);
  await sql`
    WITH made AS (
      INSERT INTO classes (id, school_id, org_id, kind, name, course_id, term_id, year_group, class_no, during)
      SELECT s.class_id, ${schoolId}::uuid, ${schoolId}::uuid, s.kind, s.name, c.id, s.term_id, s.year_group, s.class_no,
        daterange(${today}::date, s.ends_on + 1)
      FROM roster_draft_sections s
      LEFT JOIN courses c ON s.kind = 'scheduled' AND c.school_id = ${schoolId} AND c.code = s.course_code
      WHERE s.draft_id = ${draftId} AND s.outcome = 'created' AND NOT EXISTS (SELECT FROM classes x WHERE x.id = s.class_id)
      RETURNING id
    )
    INSERT INTO course_groups (class_id) SELECT id FROM made
  `.execute(trx);
  await sql`
    UPDATE classes c SET name = s.name FROM roster_draft_sections s
    WHERE s.draft_id = ${draftId} AND s.outcome = 'changed' AND c.id = s.class_id
  `.execute(trx);
  if (leavingAct === 'end') await endMembers(trx, applying);
  await sql`
    INSERT INTO enrollments (class_id, person_id, role, is_home, during)
    SELECT DISTINCT m.class_id, m.person_id, m.role, false, daterange(${today}::date, upper(c.during))
    FROM roster_draft_members m JOIN classes c ON c.id = m.class_id
    WHERE m.draft_id = ${draftId} AND m.outcome = 'created'
      AND NOT EXISTS (SELECT FROM enrollments e WHERE e.class_id = m.class_id AND e.person_id = m.person_id
        AND e.role = m.role AND e.during && daterange(${today}::date, upper(c.during)))
  `.execute(trx);
}

async function endMembers(trx: Trx, { draftId, today }: Applying): Promise<void> {
  await sql`
    DELETE FROM enrollments e USING roster_draft_members m
    WHERE m.draft_id = ${draftId} AND m.outcome = 'ended' AND e.class_id = m.class_id AND e.person_id = m.person_id
      AND e.role = m.role AND NOT e.is_home AND lower(e.during) >= ${today}::date
  `.execute(trx);
  await sql`
    UPDATE enrollments e SET during = daterange(lower(e.during), ${today}::date) FROM roster_draft_members m
    WHERE m.draft_id = ${draftId} AND m.outcome = 'ended' AND e.class_id = m.class_id AND e.person_id = m.person_id
      AND e.role = m.role AND NOT e.is_home AND e.during @> ${today}::date
  `.execute(trx);
  // A class that was made today keeps its day: what refers to it must find it.
  await sql`
    UPDATE classes c SET during = daterange(lower(c.during), greatest(${today}::date, lower(c.during) + 1))
    FROM roster_draft_sections s
    WHERE s.draft_id = ${draftId} AND s.outcome = 'ended' AND c.id = s.class_id AND c.during @> ${today}::date
  `.execute(trx);
}

/** The newest file wins: an id that another person, class or school had before is this one's now. */
async function keepExternalIds(trx: Trx, { draftId, schoolId }: Applying): Promise<void> {
  const source = externalSource(schoolId);
  await sql`
    INSERT INTO external_ids (source, kind, external_id, entity_id)
    SELECT DISTINCT ON (external_id) ${source}, 'person', external_id, person_id FROM roster_draft_rows
    WHERE draft_id = ${draftId} AND external_id IS NOT NULL AND outcome <> 'blocked' AND external_id <> person_id::text
    ORDER BY external_id, n
    ON CONFLICT (source, kind, external_id) DO UPDATE SET entity_id = excluded.entity_id
    WHERE external_ids.entity_id <> excluded.entity_id
  `.execute(trx);
  await sql`
    INSERT INTO external_ids (source, kind, external_id, entity_id)
    SELECT DISTINCT ON (external_id) ${source}, 'class', external_id, class_id FROM roster_draft_sections
    WHERE draft_id = ${draftId} AND external_id IS NOT NULL AND outcome <> 'ended' AND external_id <> class_id::text
    ORDER BY external_id, n
    ON CONFLICT (source, kind, external_id) DO UPDATE SET entity_id = excluded.entity_id
    WHERE external_ids.entity_id <> excluded.entity_id
  `.execute(trx);
  // Departments of the school count as the school: a later set of changes may name them alone.
  await sql`
    INSERT INTO external_ids (source, kind, external_id, entity_id)
    SELECT DISTINCT ${source}, 'org', unit, school_id
    FROM roster_drafts, jsonb_array_elements_text(coalesce(facts -> 'units', '[]')) AS unit
    WHERE id = ${draftId} AND unit <> school_id::text
    ON CONFLICT (source, kind, external_id) DO NOTHING
  `.execute(trx);
}
