import { sql } from 'kysely';
import type { Place } from '../people/access.ts';
import type { Db } from '../platform/database.ts';

/** A class in a lesson: the class, and the staff of the lesson. */
export async function placeOfClassInLesson(
  db: Db,
  { day, lessonId, classId }: { day: string; lessonId: string; classId: string },
): Promise<Place | null> {
  const { rows } = await sql<{ orgId: string; staffIds: string[] }>`
    /* prepared */ SELECT card.org_id AS "orgId", ARRAY(
      SELECT t.person_id FROM lesson_teachers t WHERE t.school_day = ${day}::date AND t.lesson_id = ${lessonId}) AS "staffIds"
    FROM lesson_classes c JOIN class_cards card ON card.class_id = c.class_id
    WHERE c.school_day = ${day}::date AND c.lesson_id = ${lessonId} AND c.class_id = ${classId}
  `.execute(db);
  const found = rows[0];
  return found ? { orgId: found.orgId, classIds: [classId], staffIds: found.staffIds, day } : null;
}

/**
 * A follow-up stands with those who answer for it and nobody else of the class: other teachers of the pupil
 * have no business in a family's reasons.
 */
export async function placeOfFollowUp(db: Db, { followUpId }: { followUpId: string }): Promise<Place | null> {
  const found = await db
    .selectFrom('follow_ups')
    .select(['school_id', 'adult_id', 'deputy_id'])
    .where('id', '=', followUpId)
    .executeTakeFirst();
  return found ? { orgId: found.school_id, staffIds: present([found.adult_id, found.deputy_id]) } : null;
}

/** Whoever looks after a pupil now: the adult named for today and the deputy, of the duty or of an open follow-up. */
export async function placeOfCare(db: Db, { pupilId }: { pupilId: string }): Promise<Place | null> {
  const { rows } = await sql<{ orgId: string; staffIds: (string | null)[] }>`
    SELECT c.home_org_id AS "orgId", ARRAY(
      SELECT unnest(ARRAY[a.adult_id, a.deputy_id])
      FROM adult_for(c.person_id, (app_now() AT TIME ZONE s.tz - interval '4 hours')::date) a
      UNION
      SELECT unnest(ARRAY[f.adult_id, f.deputy_id]) FROM follow_ups f WHERE f.person_id = c.person_id AND f.state = 'open') AS "staffIds"
    FROM people_cards c JOIN org_scope s ON s.org_id = c.home_org_id WHERE c.person_id = ${pupilId}
  `.execute(db);
  const found = rows[0];
  return found ? { orgId: found.orgId, staffIds: present(found.staffIds) } : null;
}

/** A contest stands with who answers for the pupil and who taught the lesson. */
export async function placeOfContest(db: Db, { contestId }: { contestId: string }): Promise<Place | null> {
  const { rows } = await sql<{ orgId: string; staffIds: (string | null)[] }>`
    SELECT c.school_id AS "orgId", ARRAY(
      SELECT unnest(ARRAY[a.adult_id, a.deputy_id]) FROM adult_for(c.person_id, c.school_day) a
      UNION
      SELECT t.person_id FROM lesson_teachers t WHERE t.school_day = c.school_day AND t.lesson_id = c.planned_id) AS "staffIds"
    FROM contests c WHERE c.id = ${contestId}
  `.execute(db);
  const found = rows[0];
  return found ? { orgId: found.orgId, staffIds: present(found.staffIds) } : null;
}

function present(ids: readonly (string | null)[]): string[] {
  return ids.filter((id) => id !== null);
}
