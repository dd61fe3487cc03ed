import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { NewFact, PlannedThing, Run } from './service.ts';

/** Partitions of the month; made on demand so that a fact for a day long ago or ahead is never lost. */
export async function ensureMonths(trx: Trx, day: string): Promise<void> {
  await sql`
    SELECT ensure_month_partition('expectations', ${day}::date), ensure_month_partition('facts', ${day}::date)
  `.execute(trx);
}

/** The id of a fact, made of its natural key; SQL `fact_id` makes the same. */
export function factId({ source, sourceKey }: Pick<NewFact, 'source' | 'sourceKey'>): string {
  const hex = createHash('sha256').update(`${source} ${sourceKey}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/**
 * Writes facts of one day; what is already there under its natural key stays as it was.
 *
 * @returns ids and persons of the facts that are new.
 */
export async function insertFacts(
  trx: Trx,
  facts: readonly NewFact[],
): Promise<{ id: string; person_id: string }[]> {
  return trx
    .insertInto('facts')
    .values(
      facts.map((fact) => ({
        school_day: fact.schoolDay,
        id: factId(fact),
        person_id: fact.personId,
        planned_id: fact.plannedId ?? null,
        way: fact.way,
        from_at: fact.fromAt ?? null,
        to_at: fact.toAt ?? null,
        seconds: fact.seconds ?? null,
        outcome: fact.outcome ?? null,
        source: fact.source,
        recorder_id: fact.recorderId ?? null,
        recorded_at: fact.recordedAt ?? sql<Date>`app_now()`,
        supersedes: fact.supersedes ?? null,
        detail: fact.detail ? JSON.stringify(fact.detail) : null,
      })),
    )
    .onConflict((conflict) => conflict.columns(['school_day', 'id']).doNothing())
    .returning(['id', 'person_id'])
    .execute();
}

export async function markDirty(trx: Trx, day: string, personIds: readonly string[]): Promise<void> {
  await sql`SELECT mark_dirty(${day}::date, ${[...personIds]}::uuid[])`.execute(trx);
}

/** Persons from whom something planned was expected; cancelled ones too, because they must be recounted. */
export async function markDirtyOfPlanned(trx: Trx, day: string, plannedId: string): Promise<void> {
  await sql`
    SELECT mark_dirty(${day}::date, ARRAY(
      SELECT person_id FROM expectations WHERE school_day = ${day}::date AND planned_id = ${plannedId}::uuid))
  `.execute(trx);
}

export async function upsertRun(trx: Trx, run: Run): Promise<void> {
  await sql`
    INSERT INTO runs (school_day, planned_id, started_at, ended_at, taught_seconds, voice_seconds)
    VALUES (${run.schoolDay}::date, ${run.plannedId}::uuid, ${run.startedAt}::timestamptz, ${run.endedAt ?? null}::timestamptz,
      ${run.taughtSeconds ?? null}::integer, ${run.voiceSeconds ?? null}::integer)
    ON CONFLICT (school_day, planned_id) DO UPDATE SET
      started_at = least(runs.started_at, excluded.started_at),
      ended_at = excluded.ended_at,
      taught_seconds = coalesce(excluded.taught_seconds, runs.taught_seconds),
      voice_seconds = coalesce(excluded.voice_seconds, runs.voice_seconds)
  `.execute(trx);
}

/** One school day is opened or followed by one writer at a time; others wait and then find nothing to do. */
export async function lockSchoolDay(trx: Trx, schoolId: string, day: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`expectations ${schoolId} ${day}`}, 0))`.execute(
    trx,
  );
}

/**
 * Brings the expectations of one school and day in line with the plan and the class sets of that day.
 *
 * One statement each for what is new, changed and gone. A pupil in two audiences of one planned thing
 * gets one expectation, through the home class when it is among them. What has begun is left alone:
 * a move between classes takes effect with the next lesson (`firstTime` makes everything).
 *
 * @returns the persons touched, for the recount.
 */
export async function syncExpectations(
  trx: Trx,
  {
    schoolId,
    day,
    planned,
    firstTime,
  }: { schoolId: string; day: string; planned: readonly PlannedThing[]; firstTime: boolean },
): Promise<{ added: number; changed: number; cancelled: number; personIds: string[] }> {
  const plannedIds = [...new Set(planned.map((row) => row.plannedId))];
  const touched = await sql<{ what: 'added' | 'changed' | 'cancelled'; person_id: string }>`
    WITH planned AS (
      SELECT * FROM unnest(
        ${planned.map((row) => row.plannedId)}::uuid[], ${planned.map((row) => row.plannedKind)}::text[],
        ${planned.map((row) => row.viaClassId)}::uuid[], ${planned.map((row) => row.startsAt)}::timestamptz[],
        ${planned.map((row) => row.dueAt)}::timestamptz[]) AS p (planned_id, planned_kind, via_class_id, starts_at, due_at)
    ),
    wanted AS (
      SELECT DISTINCT ON (p.planned_id, m.person_id) p.*, m.person_id
      FROM planned p
      JOIN class_members(${day}::date) m ON m.class_id = p.via_class_id AND m.role = 'pupil'
      JOIN people_cards card ON card.person_id = m.person_id AND card.status = 'active'
      ORDER BY p.planned_id, m.person_id, m.is_home DESC, p.via_class_id
    ),
    clock AS (SELECT app_now() AS now),
    -- Read by the keys of this school's plan: the day holds the whole cell, and nothing here may go through all of it.
    held AS MATERIALIZED (
      SELECT x.planned_id, x.person_id FROM expectations x
      WHERE x.school_day = ${day}::date AND x.planned_id = ANY (${plannedIds}::uuid[])
    ),
    cancelled AS (
      UPDATE expectations x SET state = 'cancelled', way = NULL, best_fact_id = NULL, evidence = NULL, settled = true
      FROM clock
      WHERE x.school_day = ${day}::date AND x.school_id = ${schoolId}::uuid AND x.state <> 'cancelled'
        AND x.via_class_id = ANY (ARRAY(SELECT class_id FROM class_cards WHERE school_id = ${schoolId}::uuid))
        AND (x.starts_at > clock.now OR NOT EXISTS (
          SELECT FROM planned p WHERE p.planned_id = x.planned_id))
        AND NOT EXISTS (
          SELECT FROM wanted w WHERE w.planned_id = x.planned_id AND w.person_id = x.person_id)
      RETURNING x.person_id
    ),
    changed AS (
      UPDATE expectations x SET starts_at = w.starts_at, due_at = w.due_at, settled = false,
        via_class_id = CASE WHEN x.starts_at > clock.now THEN w.via_class_id ELSE x.via_class_id END,
        state = CASE WHEN x.state = 'cancelled' THEN 'open' ELSE x.state END
      FROM wanted w, clock
      WHERE x.school_day = ${day}::date AND x.planned_id = ANY (${plannedIds}::uuid[])
        AND x.planned_id = w.planned_id AND x.person_id = w.person_id AND x.school_id = ${schoolId}::uuid
        AND (x.starts_at <> w.starts_at OR x.due_at <> w.due_at OR x.state = 'cancelled'
          OR (x.via_class_id <> w.via_class_id AND x.starts_at > clock.now))
      RETURNING x.person_id
    ),
    added AS (
      INSERT INTO expectations (school_day, planned_id, person_id, planned_kind, school_id, via_class_id, starts_at, due_at)
      SELECT ${day}::date, w.planned_id, w.person_id, w.planned_kind, ${schoolId}::uuid, w.via_class_id, w.starts_at, w.due_at
      FROM wanted w, clock
      WHERE (${firstTime} OR w.starts_at > clock.now
          -- A lesson put into the plan after it began (started at once) reaches its whole class.
          OR NOT EXISTS (SELECT FROM held WHERE held.planned_id = w.planned_id))
        AND NOT EXISTS (
          SELECT FROM held WHERE held.planned_id = w.planned_id AND held.person_id = w.person_id)
      ON CONFLICT DO NOTHING
      RETURNING person_id
    )
    SELECT 'cancelled' AS what, person_id FROM cancelled
    UNION ALL SELECT 'changed', person_id FROM changed
    UNION ALL SELECT 'added', person_id FROM added
  `.execute(trx);
  if (touched.rows.length > 0) await upsertDuePlans(trx, { schoolId, day, planned });
  const count = (what: string) => touched.rows.filter((row) => row.what === what).length;
  return {
    added: count('added'),
    changed: count('changed'),
    cancelled: count('cancelled'),
    personIds: [...new Set(touched.rows.map((row) => row.person_id))],
  };
}

/** Everything planned of a school's day is due at its end, until it was judged after it. */
async function upsertDuePlans(
  trx: Trx,
  { schoolId, day, planned }: { schoolId: string; day: string; planned: readonly PlannedThing[] },
): Promise<void> {
  await sql`
    INSERT INTO due_plans (school_day, planned_id, school_id, due_at)
    SELECT ${day}::date, p.planned_id, ${schoolId}::uuid, max(p.due_at)
    FROM unnest(${planned.map((row) => row.plannedId)}::uuid[], ${planned.map((row) => row.dueAt)}::timestamptz[]) AS p (planned_id, due_at)
    GROUP BY p.planned_id
    ON CONFLICT (school_day, planned_id, school_id) DO UPDATE SET due_at = excluded.due_at
  `.execute(trx);
}

/** A planned thing that runs again is judged again after its end. */
export async function markDueAgain(trx: Trx, day: string, plannedId: string): Promise<void> {
  await sql`
    INSERT INTO due_plans (school_day, planned_id, school_id, due_at)
    SELECT school_day, planned_id, school_id, max(due_at) FROM expectations
    WHERE school_day = ${day}::date AND planned_id = ${plannedId}::uuid AND state <> 'cancelled' GROUP BY 1, 2, 3
    ON CONFLICT DO NOTHING
  `.execute(trx);
}

/** What was expected of one person on one day, in the order of the day; cancelled ones left out. */
export async function selectExpectationsOf(db: Db, { personId, day }: { personId: string; day: string }) {
  return db
    .selectFrom('expectations')
    .where('school_day', '=', day)
    .where('person_id', '=', personId)
    .where('state', '<>', 'cancelled')
    .orderBy('starts_at')
    .orderBy('planned_id')
    .select([
      'planned_id',
      'planned_kind',
      'via_class_id',
      'starts_at',
      'due_at',
      'state',
      'way',
      'evidence',
      'settled',
    ])
    .execute();
}
