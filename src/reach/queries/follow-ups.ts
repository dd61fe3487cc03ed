import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';

/** What reached a person: a standing fact that made a planned thing count as reached. */
export interface ReachProof {
  readonly personId: string;
  readonly factId: string;
  readonly toAt: Date | null;
  readonly recordedAt: Date;
}

/** Those of the persons for whom a follow-up is open. */
export async function selectFollowedUp(db: Db, personIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ personId: string }>`
    SELECT person_id AS "personId" FROM follow_ups
    WHERE state = 'open' AND person_id = ANY (${[...personIds]}::uuid[])
  `.execute(db);
  return new Set(rows.map((row) => row.personId));
}

/**
 * Closes open follow-ups of persons whom a fact has reached since: on the last day the follow-up is about, or
 * later. What reached them before it was opened (they came to the first lesson and cannot attend the
 * next) closes nothing.
 *
 * @param proofs - what reached them on `day`; the earliest recorded one that counts is named as the reason.
 */
export async function closeReachedFollowUps(
  trx: Trx,
  { day, proofs, now }: { day: string; proofs: readonly ReachProof[]; now: Date },
): Promise<void> {
  if (proofs.length === 0) return;
  await sql`
    UPDATE follow_ups f SET state = 'closed', closed_at = ${now}, closed_by = 'fact', closed_fact_id = proof.fact_id, version = f.version + 1
    FROM (
      SELECT DISTINCT ON (o.id) o.id, fact.fact_id
      FROM unnest(
        ${proofs.map((proof) => proof.personId)}::uuid[], ${proofs.map((proof) => proof.factId)}::uuid[],
        ${proofs.map((proof) => proof.toAt)}::timestamptz[], ${proofs.map((proof) => proof.recordedAt)}::timestamptz[])
        AS fact (person_id, fact_id, to_at, recorded_at)
      JOIN follow_ups o ON o.person_id = fact.person_id AND o.state = 'open'
      WHERE ${day}::date >= (SELECT max(d.school_day) FROM follow_up_days d WHERE d.follow_up_id = o.id)
        AND CASE WHEN o.origin IN ('cannotAttend', 'byHand') THEN coalesce(fact.to_at, fact.recorded_at)
              ELSE greatest(fact.to_at, fact.recorded_at) END > o.opened_at
      ORDER BY o.id, fact.recorded_at
    ) proof
    WHERE f.id = proof.id AND f.state = 'open'
  `.execute(trx);
}

/**
 * Opens a follow-up for each unreached pupil of a closed day; a pupil who has one open gets the day added to it.
 *
 * The adult is the one named for that day, the deputy the one of the care duty, else somebody of the school's
 * heads. Left out: days for which an adult already closed a follow-up with a reason.
 *
 * @param among - only these persons (a correction after the close), or the whole school.
 * @returns persons with a new follow-up, and pupils for whom nobody answers.
 */
export async function openFollowUps(
  trx: Trx,
  {
    day,
    schoolId,
    dueAt,
    now,
    among = null,
  }: { day: string; schoolId: string; dueAt: Date; now: Date; among?: readonly string[] | null },
): Promise<{ opened: number; withoutAdult: number }> {
  const { rows } = await sql<{ opened: boolean; hasAdult: boolean }>`
    WITH unreached AS (
      SELECT r.person_id, r.class_id FROM reach_days r
      WHERE r.school_day = ${day}::date AND r.school_id = ${schoolId} AND r.state = 'unreached'
        AND (${among === null} OR r.person_id = ANY (${[...(among ?? [])]}::uuid[]))
        AND NOT EXISTS (
          SELECT FROM follow_ups f JOIN follow_up_days d ON d.follow_up_id = f.id
          WHERE f.person_id = r.person_id AND d.school_day = ${day}::date AND f.closed_by = 'reason')
    ),
    named AS (
      SELECT u.*, a.adult_id, coalesce(a.deputy_id, head.person_id) AS deputy_id
      FROM unreached u
      LEFT JOIN LATERAL adult_for(u.person_id, ${day}::date) a ON true
      LEFT JOIN LATERAL school_head(${schoolId}, a.adult_id) head ON true
    ),
    opened AS (
      INSERT INTO follow_ups (person_id, school_id, class_id, origin, adult_id, deputy_id, opened_at, due_at, reason)
      SELECT person_id, ${schoolId}, class_id, 'dayClose', adult_id, deputy_id, ${now}, ${dueAt}, NULL FROM named
      ON CONFLICT (person_id) WHERE state = 'open' DO NOTHING
      RETURNING id, person_id, adult_id
    ),
    days AS (
      INSERT INTO follow_up_days (follow_up_id, school_day)
      SELECT id, ${day}::date FROM opened
      UNION ALL
      SELECT f.id, ${day}::date FROM follow_ups f JOIN unreached u ON u.person_id = f.person_id WHERE f.state = 'open'
      ON CONFLICT DO NOTHING
    )
    SELECT o.id IS NOT NULL AS opened, n.adult_id IS NOT NULL AS "hasAdult"
    FROM named n LEFT JOIN opened o ON o.person_id = n.person_id
  `.execute(trx);
  return {
    opened: rows.filter((row) => row.opened).length,
    withoutAdult: rows.filter((row) => !row.hasAdult).length,
  };
}

/**
 * The open follow-up of a pupil, made now when there is none: somebody looks after the pupil before the day closes.
 *
 * @returns null when none is open and nothing is expected of the pupil that day.
 */
export async function ensureCaseByHand(
  trx: Trx,
  { pupilId, day, now, dueAt }: { pupilId: string; day: string; now: Date; dueAt: Date },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO follow_ups (person_id, school_id, class_id, origin, adult_id, deputy_id, opened_at, due_at)
    SELECT r.person_id, c.school_id, c.class_id, 'byHand', a.adult_id, coalesce(a.deputy_id, head.person_id), ${now}, ${dueAt}
    FROM roll_classes(${day}::date, ARRAY[${pupilId}]::uuid[]) r JOIN class_cards c ON c.class_id = r.class_id
    LEFT JOIN LATERAL adult_for(r.person_id, ${day}::date) a ON true
    LEFT JOIN LATERAL school_head(c.school_id, a.adult_id) head ON true
    WHERE EXISTS (SELECT FROM expectation_cards x WHERE x.school_day = ${day}::date AND x.person_id = r.person_id)
    ON CONFLICT (person_id) WHERE state = 'open' DO NOTHING
    RETURNING id
  `.execute(trx);
  const opened = rows[0]?.id;
  if (opened === undefined) {
    const held = await trx
      .selectFrom('follow_ups')
      .where('person_id', '=', pupilId)
      .where('state', '=', 'open')
      .select('id')
      .executeTakeFirst();
    return held?.id ?? null;
  }
  await trx.insertInto('follow_up_days').values({ follow_up_id: opened, school_day: day }).execute();
  return opened;
}

/** Gives open follow-ups that nobody answers for to the adult who does now. @returns how many found one. */
export async function nameMissingAdults(
  trx: Trx,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<number> {
  const { rows } = await sql`
    UPDATE follow_ups f SET adult_id = a.adult_id, deputy_id = coalesce(a.deputy_id, f.deputy_id), version = f.version + 1
    FROM follow_ups o, adult_for(o.person_id, ${day}::date) a
    WHERE o.id = f.id AND f.school_id = ${schoolId} AND f.state = 'open' AND a.adult_id IS NOT NULL
      AND (f.adult_id IS NULL OR NOT EXISTS (
        SELECT FROM people_cards c WHERE c.person_id = f.adult_id AND c.status = 'active'))
    RETURNING f.id
  `.execute(trx);
  return rows.length;
}

/** Locks a follow-up until the end of the transaction. */
export async function lockFollowUp(trx: Trx, followUpId: string) {
  const { rows } = await sql<{
    personId: string;
    schoolId: string;
    adultId: string | null;
    deputyId: string | null;
    state: 'open' | 'closed';
    dueAt: Date;
    days: string[];
  }>`
    SELECT f.person_id AS "personId", f.school_id AS "schoolId", f.adult_id AS "adultId", f.deputy_id AS "deputyId", f.state,
      f.due_at AS "dueAt",
      (SELECT coalesce(json_agg(d.school_day ORDER BY d.school_day), '[]') FROM follow_up_days d WHERE d.follow_up_id = f.id) AS days
    FROM follow_ups f WHERE f.id = ${followUpId} FOR UPDATE OF f
  `.execute(trx);
  const found = rows[0]!;
  const lastDay = found.days.at(-1);
  if (lastDay === undefined) throw new Error(`follow-up ${followUpId} is about no day`);
  return { ...found, lastDay };
}

/** School that a unit belongs to; null above schools and for an unknown unit. */
export async function schoolIdOfOrg(db: Db, orgId: string | null): Promise<string | null> {
  if (orgId === null) return null;
  const found = await db
    .selectFrom('org_scope')
    .select('school_id')
    .where('org_id', '=', orgId)
    .executeTakeFirst();
  return found?.school_id ?? null;
}
