import { sql } from 'kysely';
import type { Trx } from '../../platform/database.ts';

/**
 * Closes open follow-ups of persons whom a fact has reached since: on the last day the follow-up is about, or
 * later. What reached them before it was opened (they came to the first lesson and cannot attend the
 * next) closes nothing.
 *
 * @returns the persons whose follow-up was closed.
 */
export async function closeReachedFollowUps(
  trx: Trx,
  { day, personIds, now }: { day: string; personIds: readonly string[]; now: Date },
): Promise<string[]> {
  const { rows } = await sql<{ personId: string }>`
    UPDATE follow_ups f SET state = 'closed', closed_at = ${now}, closed_by = 'fact', closed_fact_id = proof.fact_id, version = f.version + 1
    FROM (
      SELECT DISTINCT ON (o.id) o.id, x.best_fact_id AS fact_id
      FROM follow_ups o
      JOIN reach_days r ON r.person_id = o.person_id AND r.school_day = ${day}::date AND r.state IN ('reached', 'reachedLate')
      JOIN expectation_cards x ON x.school_day = ${day}::date AND x.person_id = o.person_id
        AND x.state IN ('present', 'late', 'madeUp', 'reached') AND (x.settled OR x.state IN ('madeUp', 'reached'))
      JOIN standing_facts(${day}::date) fact ON fact.id = x.best_fact_id
      WHERE o.state = 'open' AND o.person_id = ANY (${[...personIds]}::uuid[])
        AND ${day}::date >= (SELECT max(d.school_day) FROM follow_up_days d WHERE d.follow_up_id = o.id)
        AND CASE o.origin WHEN 'cannotAttend' THEN coalesce(fact.to_at, fact.recorded_at)
              ELSE greatest(fact.to_at, fact.recorded_at) END > o.opened_at
      ORDER BY o.id, fact.recorded_at
    ) proof
    WHERE f.id = proof.id AND f.state = 'open'
    RETURNING f.person_id AS "personId"
  `.execute(trx);
  return rows.map((row) => row.personId);
}
