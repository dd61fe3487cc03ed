import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import type { Granted } from '../../platform/authorize.ts';

/** Names by id for words in refusals and on planner cards. */
export interface Names {
  readonly classes: ReadonlyMap<string, string>;
  readonly courses: ReadonlyMap<string, string>;
  readonly teachers: ReadonlyMap<string, string>;
  readonly classrooms: ReadonlyMap<string, string>;
}

/** Names of everything a school's plan refers to; teachers of other schools only when the plan has them. */
export async function selectNames(db: Db, _granted: Granted, schoolId: string): Promise<Names> {
  const { rows } = await sql<{
    kind: 'class' | 'course' | 'teacher' | 'classroom';
    id: string;
    name: string;
  }>`
    SELECT 'class' AS kind, id, name FROM classes WHERE school_id = ${schoolId}
    UNION ALL SELECT 'course', id, title FROM courses WHERE school_id = ${schoolId}
    UNION ALL SELECT 'classroom', id, name FROM classrooms WHERE school_id = ${schoolId}
    UNION ALL SELECT 'teacher', c.person_id, c.name FROM people_cards c WHERE c.person_id IN (
      SELECT person_id FROM school_teachers WHERE school_id = ${schoolId}
      UNION SELECT s.person_id FROM plan_item_staff s JOIN plan_items i ON i.id = s.plan_item_id WHERE i.school_id = ${schoolId}
      UNION SELECT s.person_id FROM lesson_staff s JOIN lessons l ON l.school_day = s.school_day AND l.id = s.lesson_id
        WHERE l.school_id = ${schoolId} AND l.school_day > (app_now() - interval '30 days')::date)
  `.execute(db);
  const of = (kind: string) =>
    new Map(rows.filter((row) => row.kind === kind).map((row) => [row.id, row.name]));
  return {
    classes: of('class'),
    courses: of('course'),
    teachers: of('teacher'),
    classrooms: of('classroom'),
  };
}

export interface TeacherRow {
  readonly personId: string;
  readonly name: string;
  readonly number: string;
  readonly readings: string[];
}

/** Who may teach in a school: staff with an appointment at or below it, in the order of their numbers. */
export async function selectTeachers(db: Db, _granted: Granted, schoolId: string): Promise<TeacherRow[]> {
  const { rows } = await sql<TeacherRow>`
    SELECT c.person_id AS "personId", c.name, c.number, c.name_readings AS readings
    FROM school_teachers t JOIN people_cards c ON c.person_id = t.person_id AND c.status = 'active'
    WHERE t.school_id = ${schoolId} ORDER BY c.number
  `.execute(db);
  return rows;
}

export async function isTeacherOf(db: Db, schoolId: string, personId: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM school_teachers WHERE school_id = ${schoolId} AND person_id = ${personId}
  `.execute(db);
  return rows.length > 0;
}
