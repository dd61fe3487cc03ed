import { sql } from 'kysely';
import type { Trx } from '../platform/database.ts';

/**
 * Which ids of the demo a column of this name can hold. Names are the product's own (one word per thing),
 * so a table that a capability adds tomorrow is emptied without being named here; a test proves it.
 */
const idSets: Readonly<Record<string, IdSet>> = {
  org_id: 'demo_orgs',
  school_id: 'demo_orgs',
  home_org_id: 'demo_orgs',
  person_id: 'demo_persons',
  pupil_id: 'demo_persons',
  guardian_id: 'demo_persons',
  adult_id: 'demo_persons',
  deputy_id: 'demo_persons',
  account_id: 'demo_accounts',
  class_id: 'demo_classes',
  home_class_id: 'demo_classes',
  via_class_id: 'demo_classes',
  lesson_id: 'demo_lessons',
  planned_id: 'demo_lessons',
  log_id: 'demo_logs',
};

type IdSet = 'demo_orgs' | 'demo_persons' | 'demo_accounts' | 'demo_classes' | 'demo_lessons' | 'demo_logs';

/**
 * Deletes every row that belongs to a unit, person, class or lesson of the demo.
 *
 * @returns how many rows went.
 */
export async function removeRegion(trx: Trx): Promise<number> {
  const ofDemo = sql`(SELECT id FROM orgs WHERE is_demo)`;
  const persons = sql`(SELECT id FROM persons WHERE home_org_id IN ${ofDemo})`;
  await sql`DELETE FROM idempotency_keys WHERE actor_key IN (SELECT 'person:' || p.id FROM ${persons} p)`.execute(
    trx,
  );
  return deleteBelonging(trx, {
    demo_orgs: sql`SELECT id FROM orgs WHERE is_demo`,
    demo_persons: sql`SELECT id FROM persons WHERE home_org_id IN ${ofDemo}`,
    demo_accounts: sql`SELECT id FROM accounts WHERE person_id IN ${persons}`,
    demo_classes: sql`SELECT id FROM classes WHERE school_id IN ${ofDemo}`,
    demo_lessons: sql`SELECT id FROM lessons WHERE school_id IN ${ofDemo}`,
    demo_logs: sql`SELECT id FROM lesson_logs WHERE school_id IN ${ofDemo}`,
  });
}

/** Deletes single lessons with their logs, entries, expectations and facts: earlier runs of the demo lesson. */
export async function removeLessons(trx: Trx, lessonIds: readonly string[]): Promise<number> {
  return deleteBelonging(trx, {
    demo_lessons: sql`SELECT unnest(${[...lessonIds]}::uuid[]) AS id`,
    demo_logs: sql`SELECT id FROM lesson_logs WHERE lesson_id = ANY (${[...lessonIds]}::uuid[])`,
  });
}

/** Deletes the rows that hold an id of the sets, children before parents. */
async function deleteBelonging(
  trx: Trx,
  sets: Partial<Record<IdSet, ReturnType<typeof sql>>>,
): Promise<number> {
  for (const [name, query] of Object.entries(sets)) {
    await sql`DROP TABLE IF EXISTS ${sql.id('pg_temp', name)}`.execute(trx);
    await sql`CREATE TEMP TABLE ${sql.table(name)} ON COMMIT DROP AS ${query}`.execute(trx);
  }
  let removed = 0;
  for (const { table, columns } of await tablesChildrenFirst(trx)) {
    if (appendOnly.has(table)) continue;
    const conditions = columns.flatMap((column) => {
      const set = idSets[column];
      return set && set in sets ? [sql`${sql.ref(column)} IN (SELECT id FROM ${sql.table(set)})`] : [];
    });
    const own = ownSet[table];
    if (own && own in sets) conditions.push(sql`id IN (SELECT id FROM ${sql.table(own)})`);
    const hanging = hangingRows[table];
    if (hanging && hanging.on in sets) conditions.push(hanging.condition);
    if (conditions.length === 0) continue;
    const result =
      await sql`DELETE FROM ${sql.table(table)} WHERE ${sql.join(conditions, sql` OR `)}`.execute(trx);
    removed += Number(result.numAffectedRows ?? 0);
  }
  return removed;
}

/**
 * Audit lines are never taken out, whoever asks: that something was done stays known, by ids that no longer lead to
 * anybody.
 */
const appendOnly: ReadonlySet<string> = new Set(['audit_lines', 'audit_seals']);

const ownSet: Readonly<Record<string, IdSet>> = {
  orgs: 'demo_orgs',
  persons: 'demo_persons',
  accounts: 'demo_accounts',
  classes: 'demo_classes',
  lessons: 'demo_lessons',
  lesson_logs: 'demo_logs',
};

/** Tables that hang on another table's rows without naming one of the ids above. */
const hangingRows: Readonly<Record<string, { on: IdSet; condition: ReturnType<typeof sql> }>> = {
  bell_periods: {
    on: 'demo_orgs',
    condition: sql`bell_plan_id IN (SELECT id FROM bell_plans WHERE school_id IN (SELECT id FROM demo_orgs))`,
  },
  external_ids: {
    on: 'demo_orgs',
    condition: sql`entity_id IN (SELECT id FROM demo_persons UNION SELECT id FROM demo_orgs UNION SELECT id FROM demo_classes)`,
  },
  roll_call_answers: {
    on: 'demo_lessons',
    condition: sql`roll_call_id IN (SELECT id FROM roll_calls WHERE lesson_id IN (SELECT id FROM demo_lessons))`,
  },
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
