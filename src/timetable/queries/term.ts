import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import type { NewClass } from '../term/plan-term.ts';

export interface TermSlot {
  readonly originId: string;
  readonly sourceKey: string;
  readonly sourceHash: string | null;
}

/** Slots of these courses that came from a term list. */
export async function selectTermSlots(
  db: Db,
  { schoolId, termId, courseNames }: { schoolId: string; termId: string; courseNames: readonly string[] },
): Promise<TermSlot[]> {
  const { rows } = await sql<TermSlot>`
    SELECT DISTINCT i.origin_id AS "originId", i.source_key AS "sourceKey", i.source_hash AS "sourceHash"
    FROM plan_items i JOIN courses c ON c.id = i.course_id AND c.title = ANY (${[...courseNames]}::text[])
    WHERE i.school_id = ${schoolId} AND i.term_id = ${termId} AND i.source_key LIKE 'term %'
  `.execute(db);
  return rows;
}

/** Courses of these titles, made where the school has none; the oldest wins where titles repeat. */
export async function ensureCourses(
  trx: Trx,
  schoolId: string,
  courses: readonly { readonly title: string; readonly code: string | null }[],
): Promise<Map<string, string>> {
  await sql`
    INSERT INTO courses (school_id, code, title)
    SELECT DISTINCT ON (w.title) ${schoolId}::uuid, coalesce(nullif(w.code, ''), w.title), w.title
    FROM unnest(${courses.map(({ title }) => title)}::text[], ${courses.map(({ code }) => code ?? '')}::text[]) AS w (title, code)
    WHERE NOT EXISTS (SELECT FROM courses c WHERE c.school_id = ${schoolId} AND c.title = w.title)
    ORDER BY w.title, w.code
    ON CONFLICT (school_id, code) DO NOTHING
  `.execute(trx);
  // A code that another title holds: the course goes by its title instead.
  await sql`
    INSERT INTO courses (school_id, code, title)
    SELECT DISTINCT ${schoolId}::uuid, w.title, w.title FROM unnest(${courses.map(({ title }) => title)}::text[]) AS w (title)
    WHERE NOT EXISTS (SELECT FROM courses c WHERE c.school_id = ${schoolId} AND c.title = w.title)
    ON CONFLICT (school_id, code) DO NOTHING
  `.execute(trx);
  return selectCourseIds(trx, schoolId);
}

/** Ids of a school's courses by title. */
export async function selectCourseIds(db: Db, schoolId: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ title: string; id: string }>`
    SELECT DISTINCT ON (title) title, id FROM courses WHERE school_id = ${schoolId} ORDER BY title, id
  `.execute(db);
  return new Map(rows.map(({ title, id }) => [title, id]));
}

/** Classrooms of these names, made where they are new. */
export async function ensureClassrooms(trx: Trx, schoolId: string, names: readonly string[]): Promise<void> {
  await sql`
    INSERT INTO classrooms (school_id, name) SELECT DISTINCT ${schoolId}::uuid, unnest(${[...names]}::text[])
    ON CONFLICT (school_id, name) DO NOTHING
  `.execute(trx);
}

export async function selectClassroomIds(db: Db, schoolId: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('classrooms')
    .where('school_id', '=', schoolId)
    .select(['id', 'name'])
    .execute();
  return new Map(rows.map(({ name, id }) => [name, id]));
}

/** Makes classes with their course groups: teaching classes for the term, homeroom classes from its first day on. */
export async function insertClasses(
  trx: Trx,
  {
    schoolId,
    term,
    classes,
    courseIds,
  }: {
    schoolId: string;
    term: { readonly id: string; readonly firstDay: string; readonly lastDay: string };
    classes: readonly NewClass[];
    courseIds: ReadonlyMap<string, string>;
  },
): Promise<Map<string, string>> {
  const rows = classes.map(({ name, kind, courseName, yearGroup, classNo }) => ({
    name,
    kind,
    course_id: kind === 'scheduled' ? courseIds.get(courseName) : null,
    year_group: yearGroup,
    class_no: classNo,
  }));
  const { rows: made } = await sql<{ id: string; name: string }>`
    WITH made AS (
      INSERT INTO classes (school_id, org_id, kind, name, course_id, term_id, year_group, class_no, during)
      SELECT ${schoolId}, ${schoolId}, r.kind, r.name, r.course_id,
        CASE WHEN r.kind = 'scheduled' THEN ${term.id}::uuid END, r.year_group, r.class_no,
        daterange(${term.firstDay}::date, CASE WHEN r.kind = 'scheduled' THEN ${term.lastDay}::date + 1 END)
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS r (name text, kind text, course_id uuid, year_group text, class_no smallint)
      RETURNING id, name
    ), groups AS (INSERT INTO course_groups (class_id) SELECT id FROM made)
    SELECT id, name FROM made
  `.execute(trx);
  return new Map(made.map(({ name, id }) => [name, id]));
}
