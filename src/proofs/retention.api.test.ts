import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { aTenant } from './tenants.ts';

/**
 * H-06: what is kept for a time only is gone when the time is over, and nothing else is. A school with something of
 * everything, and a year and a half goes by: the product's clock goes forward, and what is judged by the real
 * clock is written as long ago.
 */
const { db, ctx, clock, runJob } = await buildTestApp();
const YEARS = '18 months';

/** Kept for a time, and judged by the real clock: column of the moment. */
const BY_REAL_CLOCK: readonly (readonly [table: string, moments: readonly string[]])[] = [
  ['claims', ['expires_at']],
  ['sessions', ['last_seen_at', 'expires_at']],
  ['idempotency_keys', ['created_at']],
  ['guess_brakes', ['free_at']],
  ['roster_drafts', ['created_at']],
  ['roster_sync_runs', ['started_at']],
  ['timetable_imports', ['created_at']],
  ['unit_imports', ['created_at']],
  ['room_tickets', ['expires_at']],
  ['support_uses', ['at']],
];
/** Goes with a lesson's recording, by the product's clock. */
const WITH_THE_RECORDING = [
  'lesson_logs',
  'log_tail',
  'talk_keys',
  'log_heard',
  'polls',
  'poll_answers',
  'presence',
];

async function counted(tables: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

async function otherTables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`.execute(
    db,
  );
  const timed = new Set([
    ...BY_REAL_CLOCK.map(([table]) => table),
    ...WITH_THE_RECORDING,
    // Go with their draft.
    ...rows.map(({ name }) => name).filter((name) => name.startsWith('roster_draft_')),
    // Work lists, not stores: emptied as they are worked off.
    'dirty_classes',
    'due_plans',
    'loose_files',
    'org_tree_changes',
  ]);
  return rows.map(({ name }) => name).filter((name) => !timed.has(name));
}

const timed = [...BY_REAL_CLOCK.map(([table]) => table), ...WITH_THE_RECORDING];

async function purge(): Promise<void> {
  for (const job of ['people.purge', 'rosters.purge', 'timetable.purge', 'rooms.sweep', 'rooms.purge'])
    await runJob(job);
}

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  const { ids } = await aTenant(ctx, '');
  const { accountId } = await db
    .selectFrom('accounts')
    .select('id as accountId')
    .where('person_id', '=', ids['teacherId'] ?? '')
    .executeTakeFirstOrThrow();
  await sql`INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at)
    VALUES (sha256('a'), ${accountId}, 'staff', 36000, clock_timestamp() + interval '10 hours')`.execute(db);
  await sql`INSERT INTO claims (account_id, token_hash, spoken_hash, expires_at)
    VALUES (${accountId}, sha256('b'), sha256('c'), clock_timestamp() + interval '7 days')`.execute(db);
  await sql`INSERT INTO guess_brakes (name_hash, free_at)
    VALUES (sha256('d'), clock_timestamp() + interval '1 hour')`.execute(db);
  await sql`INSERT INTO idempotency_keys (actor_key, key, request_hash)
    VALUES ('somebody', 'a key of it', sha256('e'))`.execute(db);
  await sql`INSERT INTO roster_sync_runs (school_id, by_hand, state, day, finished_at)
    VALUES (${ids['schoolId']}, true, 'unchanged', ${ids['day']}, clock_timestamp())`.execute(db);
  await sql`INSERT INTO room_tickets (ticket_hash, school_day, lesson_id, person_id, standing, expires_at)
    VALUES (sha256('f'), ${ids['day']}, ${ids['lessonId']}, ${ids['pupilId']}, 'observer', clock_timestamp() + interval '30 seconds')`.execute(
    db,
  );
  await sql`INSERT INTO support_uses (grant_id, operation, url_path) VALUES (${ids['grantId']}, 'getOrg', '/api/orgs')`.execute(
    db,
  );
  await sql`INSERT INTO poll_answers (poll_id, person_id, via_class_id, chosen, answered_at)
    VALUES (${ids['pollId']}, ${ids['pupilId']}, ${ids['classId']}, '{1}', app_now())`.execute(db);
  await sql`INSERT INTO log_heard (log_id, person_id) VALUES (${ids['logId']}, ${ids['pupilId']})`.execute(
    db,
  );
  await sql`INSERT INTO presence (school_day, lesson_id, person_id, minute, heard_ms, step, queue_ms, via_class_id)
    VALUES (${ids['day']}, ${ids['lessonId']}, ${ids['pupilId']}, 1, 60000, 1, 0, ${ids['classId']})`.execute(
    db,
  );
}, 120_000);

test('tonight nothing of it goes', async () => {
  const before = await counted(timed);
  expect(
    Object.entries(before)
      .filter(([, n]) => n === 0)
      .map(([table]) => table),
  ).toEqual([]);
  await purge();
  expect(await counted(timed)).toEqual(before);
}, 120_000);

test('a year and a half later all of it is gone, and nothing else', async () => {
  const others = await otherTables();
  const kept = await counted(others);
  for (const [table, moments] of BY_REAL_CLOCK) {
    const back = moments.map((moment) => sql`${sql.ref(moment)} = ${sql.ref(moment)} - ${YEARS}::interval`);
    await sql`UPDATE ${sql.table(table)} SET ${sql.join(back)}`.execute(db);
  }
  await sql`UPDATE clock SET clock_offset = clock_offset + ${YEARS}::interval`.execute(db);
  await clock.refresh(db);
  // The first run ends what was left open, the second finds it over.
  await purge();
  await purge();
  expect(await counted(timed)).toEqual(Object.fromEntries(timed.map((table) => [table, 0])));
  const after = await counted(others);
  // More is right: the forgotten room is ended, and its lesson counted.
  expect(others.filter((table) => (after[table] ?? 0) < (kept[table] ?? 0))).toEqual([]);
}, 120_000);
