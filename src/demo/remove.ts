import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';

/**
 * Which ids of the demo a column of this name can hold. Names are the product's own (one word per thing),
 * so a table that a capability adds tomorrow is emptied without being named here; a test proves it.
 */
const idSets: Readonly<Record<string, string>> = {
  org_id: 'demo_orgs',
  school_id: 'demo_orgs',
  home_org_id: 'demo_orgs',
  person_id: 'demo_persons',
  pupil_id: 'demo_persons',
  guardian_id: 'demo_persons',
  adult_id: 'demo_persons',
  deputy_id: 'demo_persons',
  actor_id: 'demo_persons',
  account_id: 'demo_accounts',
  class_id: 'demo_classes',
  home_class_id: 'demo_classes',
  via_class_id: 'demo_classes',
  lesson_id: 'demo_lessons',
  planned_id: 'demo_lessons',
  log_id: 'demo_logs',
};

/**
 * Deletes every row that belongs to a unit, person, class or lesson of the demo, children before parents.
 *
 * @returns how many rows went.
 */
export async function removeRegion(trx: Trx): Promise<number> {
  await sql`CREATE TEMP TABLE demo_orgs ON COMMIT DROP AS SELECT id FROM orgs WHERE is_demo`.execute(trx);
  await sql`CREATE TEMP TABLE demo_persons ON COMMIT DROP AS
    SELECT id FROM persons WHERE home_org_id IN (SELECT id FROM demo_orgs)`.execute(trx);
  await sql`CREATE TEMP TABLE demo_accounts ON COMMIT DROP AS
    SELECT id FROM accounts WHERE person_id IN (SELECT id FROM demo_persons)`.execute(trx);
  await sql`CREATE TEMP TABLE demo_classes ON COMMIT DROP AS
    SELECT id FROM classes WHERE school_id IN (SELECT id FROM demo_orgs)`.execute(trx);
  await sql`CREATE TEMP TABLE demo_lessons ON COMMIT DROP AS
    SELECT id FROM lessons WHERE school_id IN (SELECT id FROM demo_orgs)`.execute(trx);
  await sql`CREATE TEMP TABLE demo_logs ON COMMIT DROP AS
    SELECT id FROM lesson_logs WHERE school_id IN (SELECT id FROM demo_orgs)`.execute(trx);
  let removed = 0;
  const tables = await tablesChildrenFirst(trx);
  for (const { table, columns } of tables) {
    const conditions = columns.flatMap((column) => {
      const set = idSets[column];
      return set ? [sql`${sql.ref(column)} IN (SELECT id FROM ${sql.table(set)})`] : [];
    });
    const own = ownSet[table];
    if (own) conditions.push(sql`id IN (SELECT id FROM ${sql.table(own)})`);
    const parents = foreignRows[table];
    if (parents) conditions.push(parents);
    if (conditions.length === 0) continue;
    const result =
      await sql`DELETE FROM ${sql.table(table)} WHERE ${sql.join(conditions, sql` OR `)}`.execute(trx);
    removed += Number(result.numAffectedRows ?? 0);
  }
  await sql`DELETE FROM idempotency_keys
    WHERE actor_key IN (SELECT 'person:' || id FROM demo_persons)`.execute(trx);
  return removed;
}

const ownSet: Readonly<Record<string, string>> = {
  orgs: 'demo_orgs',
  persons: 'demo_persons',
  accounts: 'demo_accounts',
  classes: 'demo_classes',
  lessons: 'demo_lessons',
  lesson_logs: 'demo_logs',
};

/** Tables that hang on another table's rows without naming one of the ids above. */
const foreignRows: Readonly<Record<string, ReturnType<typeof sql<boolean>>>> = {
  bell_periods: sql<boolean>`bell_plan_id IN (SELECT id FROM bell_plans WHERE school_id IN (SELECT id FROM demo_orgs))`,
  external_ids: sql<boolean>`entity_id IN (SELECT id FROM demo_persons UNION SELECT id FROM demo_orgs UNION SELECT id FROM demo_classes)`,
  roll_call_answers: sql<boolean>`roll_call_id IN (SELECT id FROM roll_calls WHERE lesson_id IN (SELECT id FROM demo_lessons))`,
};

/** Base tables of the product with their columns; a table comes before those it refers to. */
async function tablesChildrenFirst(trx: Trx): Promise<{ table: string; columns: string[] }[]> {
  const { rows } = await sql<{ table: string; columns: string[]; parents: string[] }>`
    SELECT c.relname AS table,
      (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      (SELECT coalesce(array_agg(DISTINCT p.relname::text), '{}') FROM pg_constraint k JOIN pg_class p ON p.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS parents
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY c.relname
  `.execute(trx);
  const ordered: { table: string; columns: string[] }[] = [];
  const left = new Map(rows.map((row) => [row.table, row]));
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ table }) => ![...left.values()].some(({ parents }) => parents.includes(table)),
    );
    if (free.length === 0)
      throw new Error(`Tables refer to each other in a circle: ${[...left.keys()].join(', ')}`);
    for (const { table, columns } of free) {
      ordered.push({ table, columns });
      left.delete(table);
    }
  }
  return ordered;
}
