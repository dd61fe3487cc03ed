import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { ExpectationState, Way } from './tables.ts';

/** An expectation as the rules of attendance read it, with how its planned thing ran. */
export interface ExpectationToJudge {
  readonly plannedId: string;
  readonly personId: string;
  readonly schoolId: string;
  readonly viaClassId: string;
  readonly startsAt: Date;
  readonly dueAt: Date;
  readonly state: ExpectationState;
  readonly way: Way | null;
  readonly bestFactId: string | null;
  readonly settled: boolean;
  /** As it was packed when it was written. */
  readonly evidence: string | null;
  readonly run: {
    readonly startedAt: Date;
    readonly endedAt: Date | null;
    readonly taughtSeconds: number | null;
    readonly voiceSeconds: number | null;
  } | null;
}

export interface StandingFactRow {
  readonly id: string;
  readonly personId: string;
  readonly plannedId: string | null;
  readonly way: Way;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
  readonly seconds: number | null;
  readonly outcome: string | null;
  readonly source: string;
  readonly recordedAt: Date;
  readonly detail: Record<string, unknown> | null;
}

/** What the rules said of one expectation. */
export interface WrittenJudgement {
  readonly plannedId: string;
  readonly personId: string;
  readonly state: ExpectationState;
  readonly way: Way | null;
  readonly bestFactId: string | null;
  readonly settled: boolean;
  /** Packed by the caller's rules. */
  readonly evidence: string | null;
}

/**
 * Takes the oldest classes of the outbox, with all their rows, out of it; whoever takes them must recount
 * them in the same transaction. Rows that another transaction is taking are left to it.
 *
 * @param limit - most classes at once.
 */
export async function takeDirtyClasses(trx: Trx, limit: number): Promise<{ day: string; classId: string }[]> {
  const { rows } = await sql<{ day: string; classId: string }>`
    WITH oldest AS (
      SELECT school_day, class_id FROM dirty_classes GROUP BY school_day, class_id ORDER BY min(n) LIMIT ${limit}
    ),
    locked AS (
      SELECT d.n FROM dirty_classes d JOIN oldest USING (school_day, class_id) FOR UPDATE OF d SKIP LOCKED
    ),
    taken AS (DELETE FROM dirty_classes d USING locked WHERE d.n = locked.n RETURNING d.school_day, d.class_id)
    SELECT DISTINCT school_day AS day, class_id AS "classId" FROM taken
  `.execute(trx);
  return rows;
}

/** Age of the oldest row of the outbox in seconds; 0 when it is empty. */
export async function outboxAgeSeconds(db: Db): Promise<number> {
  const { rows } = await sql<{ age: number }>`
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 AS age FROM dirty_classes
  `.execute(db);
  return rows[0]?.age ?? 0;
}

/** Persons counted in these classes today, or through whom these classes were counted before (they may have moved). */
export async function selectPersonsOfClasses(
  db: Db,
  { day, classIds }: { day: string; classIds: readonly string[] },
): Promise<{ personId: string; classId: string }[]> {
  const { rows } = await sql<{ personId: string; classId: string }>`
    SELECT r.person_id AS "personId", r.class_id AS "classId"
    FROM roll_classes(${day}::date, ARRAY(
      SELECT h.person_id FROM home_classes(${day}::date) h WHERE h.class_id = ANY (${[...classIds]}::uuid[])
      UNION
      SELECT x.person_id FROM expectations x
      WHERE x.school_day = ${day}::date AND x.via_class_id = ANY (${[...classIds]}::uuid[]))) r
    WHERE r.class_id IS NOT NULL
  `.execute(db);
  return rows;
}

/** Everything expected of these persons on a day, cancelled ones left out. */
export async function selectToJudge(
  db: Db,
  { day, personIds }: { day: string; personIds: readonly string[] },
): Promise<ExpectationToJudge[]> {
  const { rows } = await sql<ExpectationToJudge>`
    SELECT x.planned_id AS "plannedId", x.person_id AS "personId", x.school_id AS "schoolId",
      x.via_class_id AS "viaClassId", x.starts_at AS "startsAt", x.due_at AS "dueAt", x.state, x.way,
      x.best_fact_id AS "bestFactId", x.settled, x.evidence
    FROM unnest(${[...personIds]}::uuid[]) AS p (person_id), LATERAL (
      -- Kept apart: each person by the index. The day as a whole is a million rows that the planner takes for a few.
      SELECT * FROM expectations x
      WHERE x.person_id = p.person_id AND x.school_day = ${day}::date AND x.state <> 'cancelled' OFFSET 0) x
    ORDER BY x.person_id, x.starts_at, x.planned_id
  `.execute(db);
  const runs = await selectRuns(db, day, [...new Set(rows.map((row) => row.plannedId))]);
  return rows.map((row) => ({ ...row, run: runs.get(row.plannedId) ?? null }));
}

async function selectRuns(
  db: Db,
  day: string,
  plannedIds: string[],
): Promise<Map<string, ExpectationToJudge['run']>> {
  if (plannedIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('runs')
    .where('school_day', '=', day)
    .where('planned_id', 'in', plannedIds)
    .selectAll()
    .execute();
  return new Map(
    rows.map((row) => [
      row.planned_id,
      {
        startedAt: row.started_at,
        endedAt: row.ended_at,
        taughtSeconds: row.taught_seconds,
        voiceSeconds: row.voice_seconds,
      },
    ]),
  );
}

/** Facts of these persons for a day that no later fact supersedes. */
export async function selectStandingFacts(
  db: Db,
  { day, personIds }: { day: string; personIds: readonly string[] },
): Promise<StandingFactRow[]> {
  const { rows } = await sql<StandingFactRow>`
    SELECT f.id, f.person_id AS "personId", f.planned_id AS "plannedId", f.way, f.from_at AS "fromAt",
      f.to_at AS "toAt", f.seconds, f.outcome, f.source, f.recorded_at AS "recordedAt", f.detail
    FROM unnest(${[...personIds]}::uuid[]) AS p (person_id), LATERAL (
      SELECT * FROM facts f
      WHERE f.person_id = p.person_id AND f.school_day = ${day}::date AND NOT EXISTS (
        SELECT FROM facts s WHERE s.person_id = p.person_id AND s.school_day = ${day}::date AND s.supersedes = f.id)
      OFFSET 0) f
  `.execute(db);
  return rows;
}

/** Writes what the rules said; one statement, cancelled expectations stay cancelled. */
export async function writeJudgements(
  trx: Trx,
  day: string,
  judgements: readonly WrittenJudgement[],
): Promise<void> {
  if (judgements.length === 0) return;
  await sql`
    UPDATE expectations x SET state = j.state, way = j.way, best_fact_id = j.best_fact_id, settled = j.settled,
      evidence = j.evidence
    FROM unnest(
      ${judgements.map((row) => row.plannedId)}::uuid[], ${judgements.map((row) => row.personId)}::uuid[],
      ${judgements.map((row) => row.state)}::text[], ${judgements.map((row) => row.way)}::text[],
      ${judgements.map((row) => row.bestFactId)}::uuid[], ${judgements.map((row) => row.settled)}::boolean[],
      ${judgements.map((row) => row.evidence)}::text[])
      AS j (planned_id, person_id, state, way, best_fact_id, settled, evidence)
    WHERE x.school_day = ${day}::date AND x.planned_id = ANY (${[...new Set(judgements.map((row) => row.plannedId))]}::uuid[])
      AND x.planned_id = j.planned_id AND x.person_id = j.person_id AND x.state <> 'cancelled'
  `.execute(trx);
}

/**
 * Asks for a recount of every class in which something is over that was not judged since: the end of a
 * lesson changes states without any fact.
 *
 * @param days - days still open somewhere; a late run keeps an older day in the list.
 */
export async function markOverdueClasses(db: Db, days: readonly string[]): Promise<void> {
  await sql`
    WITH due AS (
      SELECT school_day, planned_id, school_id FROM due_plans WHERE school_day = ANY (${[...days]}::date[]) AND due_at <= app_now()
    ),
    unjudged AS MATERIALIZED (
      SELECT x.school_day, x.planned_id, x.school_id, x.person_id
      FROM due JOIN LATERAL (
        SELECT * FROM expectations x
        WHERE x.school_day = due.school_day AND x.planned_id = due.planned_id AND x.school_id = due.school_id
          AND NOT x.settled AND x.state <> 'cancelled' OFFSET 0) x ON true
    ),
    judged AS (
      DELETE FROM due_plans p USING due
      WHERE p.school_day = due.school_day AND p.planned_id = due.planned_id AND p.school_id = due.school_id AND p.due_at <= app_now()
        -- Hashed once; compared pair by pair, the end of a county's lesson would take minutes.
        AND (due.school_day, due.planned_id, due.school_id) NOT IN (SELECT school_day, planned_id, school_id FROM unjudged)
    )
    INSERT INTO dirty_classes (school_day, class_id)
    SELECT DISTINCT over.school_day, r.class_id
    FROM (SELECT school_day, array_agg(DISTINCT person_id) AS persons FROM unjudged GROUP BY school_day) over,
      roll_classes(over.school_day, over.persons) r
    WHERE r.class_id IS NOT NULL
  `.execute(db);
}
