import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import type { PlannedThing } from '../../facts/service.ts';

/** School days that should be open now and are not: teaching days after their opening, within their own day. */
export async function selectDaysToOpen(db: Db): Promise<{ schoolId: string; day: string }[]> {
  const { rows } = await sql<{ schoolId: string; day: string }>`
    SELECT school_id AS "schoolId", day FROM school_day_cards
    WHERE opened_at IS NULL AND kind <> 'off' AND opens_at <= app_now() AND closes_at > app_now() - interval '10 hours'
    ORDER BY opens_at, school_id
  `.execute(db);
  return rows;
}

/**
 * Opened school days whose close has come: after the closing time and after the last lesson of the day.
 * Older days that nobody closed (the server was off) are closed too.
 */
export async function selectDaysToClose(
  db: Db,
): Promise<{ schoolId: string; day: string; closesAt: Date }[]> {
  const { rows } = await sql<{ schoolId: string; day: string; closesAt: Date }>`
    SELECT d.school_id AS "schoolId", d.day, d.closes_at AS "closesAt" FROM school_day_cards d
    WHERE d.opened_at IS NOT NULL AND d.closed_at IS NULL AND d.closes_at <= app_now()
      AND NOT EXISTS (
        SELECT FROM things_to_come t WHERE t.school_day = d.day AND t.school_id = d.school_id AND t.due_at > app_now())
    ORDER BY d.closes_at, d.school_id
  `.execute(db);
  return rows;
}

/** Days in which something may still end: opened and not closed, and the present day. */
export async function selectOpenDays(db: Db): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`
    SELECT DISTINCT day FROM school_day_cards
    WHERE opened_at IS NOT NULL AND closed_at IS NULL AND opens_at > app_now() - interval '3 days'
    UNION
    SELECT DISTINCT day FROM school_day_cards WHERE closed_at > app_now() - interval '10 hours'
  `.execute(db);
  return rows.map((row) => row.day);
}

/** What is planned for a school's own classes on a day, whichever school teaches it. */
export async function selectPlanned(
  db: Db,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<PlannedThing[]> {
  const { rows } = await sql<PlannedThing>`
    SELECT l.lesson_id AS "plannedId", 'lesson' AS "plannedKind", c.class_id AS "viaClassId",
      l.starts_at AS "startsAt", l.ends_at AS "dueAt"
    FROM lesson_classes c JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.lesson_id
    WHERE c.school_day = ${day}::date AND c.school_id = ${schoolId} AND l.status NOT IN ('cancelled', 'moved')
  `.execute(db);
  return rows;
}

/**
 * Opened days of which the plan or the class sets are no longer those that were followed last.
 *
 * One statement for the whole cell: a checksum per school over its lessons and its class members.
 */
export async function selectChangedPlans(
  db: Db,
): Promise<{ schoolId: string; day: string; signature: string }[]> {
  const { rows } = await sql<{ schoolId: string; day: string; signature: string }>`
    WITH open_days AS (
      SELECT school_id, day FROM school_day_cards
      WHERE opened_at IS NOT NULL AND closed_at IS NULL AND opens_at > app_now() - interval '1 day'
    ),
    days AS MATERIALIZED (SELECT DISTINCT day FROM open_days),
    -- Each part once for the whole cell: joined in, they would be counted anew for every school.
    plans AS MATERIALIZED (
      SELECT c.school_id, c.school_day AS day,
        bit_xor(hashtextextended(concat_ws(' ', c.lesson_id, c.class_id, l.starts_at, l.ends_at), 0)) AS sum
      FROM days JOIN lesson_classes c ON c.school_day = days.day
      JOIN lesson_cards l ON l.school_day = c.school_day AND l.lesson_id = c.lesson_id AND l.status NOT IN ('cancelled', 'moved')
      GROUP BY 1, 2
    ),
    members AS MATERIALIZED (
      SELECT days.day, m.school_id, bit_xor(hashtextextended(m.class_id::text || m.person_id::text, 0)) AS sum
      FROM days, class_members(days.day) m
      WHERE m.role = 'pupil' GROUP BY 1, 2
    )
    SELECT o.school_id AS "schoolId", o.day, coalesce(p.sum, 0) || ' ' || coalesce(m.sum, 0) AS signature
    FROM open_days o
    LEFT JOIN plans p ON p.school_id = o.school_id AND p.day = o.day
    LEFT JOIN members m ON m.school_id = o.school_id AND m.day = o.day
    LEFT JOIN followed_plans f ON f.school_id = o.school_id AND f.school_day = o.day
    WHERE f.signature IS DISTINCT FROM coalesce(p.sum, 0) || ' ' || coalesce(m.sum, 0)
  `.execute(db);
  return rows;
}

export async function upsertFollowedPlan(
  trx: Trx,
  { schoolId, day, signature }: { schoolId: string; day: string; signature: string },
): Promise<void> {
  await trx
    .insertInto('followed_plans')
    .values({ school_id: schoolId, school_day: day, signature })
    .onConflict((conflict) => conflict.columns(['school_day', 'school_id']).doUpdateSet({ signature }))
    .execute();
}

/** Asks for a recount of every class in which a pupil of the school is counted that day. */
export async function markSchoolDirty(
  trx: Trx,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<void> {
  await sql`
    SELECT mark_dirty(${day}::date, ARRAY(
      SELECT person_id FROM expectation_cards WHERE school_day = ${day}::date AND school_id = ${schoolId}
        AND via_class_id = ANY (ARRAY(SELECT class_id FROM class_cards WHERE school_id = ${schoolId}::uuid))
      UNION
      SELECT person_id FROM reach_days WHERE school_day = ${day}::date AND school_id = ${schoolId}))
  `.execute(trx);
}

/**
 * Pupils for whom nobody answers on a day, newly found for a school; those who found an adult leave the list.
 *
 * All pupils of a class who have no adult of their own have the same one, so the class is asked by one of them.
 */
export async function replaceAdultGaps(
  trx: Trx,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<{ gaps: number; personIds: string[] }> {
  const { rows } = await sql<{ personId: string; isGap: boolean; changed: boolean }>`
    WITH pupils AS MATERIALIZED (
      SELECT h.person_id, h.class_id FROM home_classes(${day}::date) h WHERE h.school_id = ${schoolId}
    ),
    answered AS MATERIALIZED (
      SELECT one.class_id FROM (
        SELECT DISTINCT ON (p.class_id) p.class_id, p.person_id FROM pupils p
        WHERE NOT EXISTS (SELECT FROM care_duties d WHERE d.pupil_id = p.person_id)) one
      WHERE EXISTS (SELECT FROM adult_for(one.person_id, ${day}::date))
    ),
    found AS (
      SELECT p.person_id, p.class_id FROM pupils p
      WHERE p.class_id NOT IN (SELECT class_id FROM answered)
        AND NOT EXISTS (SELECT FROM adult_for(p.person_id, ${day}::date))
    ),
    gone AS (
      DELETE FROM adult_gaps g WHERE g.school_id = ${schoolId} AND NOT EXISTS (SELECT FROM found f WHERE f.person_id = g.person_id)
      RETURNING g.person_id
    ),
    added AS (
      INSERT INTO adult_gaps (school_day, person_id, class_id, school_id)
      SELECT ${day}::date, person_id, class_id, ${schoolId} FROM found
      ON CONFLICT (school_id, person_id) DO NOTHING RETURNING person_id
    )
    SELECT person_id AS "personId", true AS "isGap", person_id IN (SELECT person_id FROM added) AS changed FROM found
    UNION ALL
    SELECT person_id, false, true FROM gone
  `.execute(trx);
  return {
    gaps: rows.filter((row) => row.isGap).length,
    personIds: rows.filter((row) => row.changed).map((row) => row.personId),
  };
}
