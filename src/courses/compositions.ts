import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';

/**
 * Brings the enrollments of composed teaching classes in line with their homeroom classes: who is at home in one of them is a
 * pupil, who is not any more leaves today. Set-based; run again it changes nothing.
 *
 * A class that begins later gets its pupils from its first day on. Pupils in their own right and exempted ones are left alone.
 * An enrollment that would have begun today or later never was.
 *
 * @param today - the school's day, `YYYY-MM-DD`.
 * @param classIds - only these teaching classes; default: all of the school.
 */
export async function composeClasses(
  trx: Trx,
  {
    schoolId,
    today,
    classIds = null,
  }: { schoolId: string; today: string; classIds?: readonly string[] | null },
): Promise<{ joined: number; left: number }> {
  const { rows: composed } = await sql`
    SELECT 1 FROM class_compositions c JOIN classes k ON k.id = c.class_id WHERE k.school_id = ${schoolId} LIMIT 1
  `.execute(trx);
  // Most schools have none, and an import of a county should not look through all of its pupils for them.
  if (classIds === null && composed.length === 0) return { joined: 0, left: 0 };
  // A whole university at once: tens of thousands of rows, each looked up in the index that keeps ranges apart.
  if (classIds === null) await sql`SET LOCAL statement_timeout = '5min'`.execute(trx);
  const wanted = sql`
    SELECT DISTINCT ON (k.id, e.person_id) k.id AS class_id, e.person_id, c.homeroom_id,
      greatest(${today}::date, coalesce(lower(k.during), ${today}::date)) AS begins, upper(k.during) AS ends
    FROM classes k
    JOIN class_compositions c ON c.class_id = k.id
    JOIN enrollments e ON e.class_id = c.homeroom_id AND e.role = 'pupil' AND e.is_home
      AND e.during @> greatest(${today}::date, coalesce(lower(k.during), ${today}::date))
    WHERE k.school_id = ${schoolId} AND (${classIds}::uuid[] IS NULL OR k.id = ANY (${classIds}::uuid[]))
      AND coalesce(upper(k.during) > ${today}::date, true)
      AND NOT EXISTS (SELECT FROM class_exemptions x WHERE x.class_id = k.id AND x.person_id = e.person_id)
    ORDER BY k.id, e.person_id, c.homeroom_id
  `;
  const stale = sql`
    e.by_class_id IS NOT NULL AND e.role = 'pupil'
    AND e.class_id IN (SELECT id FROM classes WHERE school_id = ${schoolId}
      AND (${classIds}::uuid[] IS NULL OR id = ANY (${classIds}::uuid[])))
    AND NOT EXISTS (SELECT FROM (${wanted}) w WHERE w.class_id = e.class_id AND w.person_id = e.person_id)
  `;
  const never = await sql`
    DELETE FROM enrollments e WHERE ${stale} AND lower(e.during) >= ${today}::date
  `.execute(trx);
  const ended = await sql`
    UPDATE enrollments e SET during = daterange(lower(e.during), ${today}::date)
    WHERE ${stale} AND e.during @> ${today}::date
  `.execute(trx);
  const made = await sql`
    INSERT INTO enrollments (class_id, person_id, role, is_home, during, by_class_id)
    WITH wanted AS MATERIALIZED (${wanted}), there AS MATERIALIZED (
      SELECT e.class_id, e.person_id, e.during FROM enrollments e
      WHERE e.role = 'pupil' AND e.class_id IN (SELECT class_id FROM wanted)
    )
    SELECT w.class_id, w.person_id, 'pupil', false, daterange(w.begins, w.ends), w.homeroom_id FROM wanted w
    WHERE NOT EXISTS (SELECT FROM there e WHERE e.class_id = w.class_id AND e.person_id = w.person_id
      AND e.during && daterange(w.begins, w.ends))
  `.execute(trx);
  return {
    joined: Number(made.numAffectedRows ?? 0n),
    left: Number(never.numAffectedRows ?? 0n) + Number(ended.numAffectedRows ?? 0n),
  };
}

/** Says of which homeroom classes teaching classes are made, in place of what was said of them before. */
export async function replaceCompositions(
  trx: Trx,
  compositions: readonly { readonly classId: string; readonly homeroomIds: readonly string[] }[],
): Promise<void> {
  const pairs = compositions.flatMap(({ classId, homeroomIds }) =>
    homeroomIds.map((homeroomId) => ({ classId, homeroomId })),
  );
  const classIds = pairs.map(({ classId }) => classId);
  const homeroomIds = pairs.map(({ homeroomId }) => homeroomId);
  await sql`
    DELETE FROM class_compositions c WHERE c.class_id = ANY (${compositions.map(({ classId }) => classId)}::uuid[])
      AND NOT EXISTS (SELECT FROM unnest(${classIds}::uuid[], ${homeroomIds}::uuid[]) AS p (class_id, homeroom_id)
        WHERE p.class_id = c.class_id AND p.homeroom_id = c.homeroom_id)
  `.execute(trx);
  await sql`
    INSERT INTO class_compositions (class_id, homeroom_id)
    SELECT * FROM unnest(${classIds}::uuid[], ${homeroomIds}::uuid[]) ON CONFLICT DO NOTHING
  `.execute(trx);
}
