import { sql } from 'kysely';
import type { Place } from '../people/access.ts';
import type { Db } from '../platform/database.ts';

export interface LessonKey {
  /** School day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly lessonId: string;
}

/** Where a lesson stands: its school, its classes and those who teach it, on its day. */
export async function placeOfLesson(db: Db, { day, lessonId }: LessonKey): Promise<Place | null> {
  const { rows } = await sql<{ orgId: string; classIds: string[]; staffIds: string[] }>`
    SELECT l.school_id AS "orgId",
      ARRAY(SELECT c.class_id FROM lesson_classes c WHERE c.school_day = l.school_day AND c.lesson_id = l.id) AS "classIds",
      ARRAY(SELECT t.person_id FROM lesson_teachers t WHERE t.school_day = l.school_day AND t.lesson_id = l.id
        AND t.duty <> 'observer') AS "staffIds"
    FROM lessons l WHERE l.school_day = ${day}::date AND l.id = ${lessonId}
  `.execute(db);
  return rows[0] ? { ...rows[0], day } : null;
}

/** The same without its classes: `ownClass` then means "teaches this very lesson". */
export async function placeOfTaughtLesson(db: Db, key: LessonKey): Promise<Place | null> {
  const place = await placeOfLesson(db, key);
  return place && { ...place, classIds: [] };
}

/** Where a lesson for several classes of one school would stand; null when a class is of another school. */
export async function placeOfClasses(
  db: Db,
  { classIds }: { classIds: readonly string[] },
): Promise<Place | null> {
  const rows = await db
    .selectFrom('classes')
    .select(['id', 'school_id'])
    .where('id', 'in', classIds)
    .execute();
  const [first] = rows;
  const known =
    rows.length === new Set(classIds).size && rows.every((row) => row.school_id === first?.school_id);
  return first && known ? { orgId: first.school_id, classIds: rows.map(({ id }) => id) } : null;
}
