import { sql } from 'kysely';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Actor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { rolledBackDatabase } from '../platform/testing/rolled-back.ts';
import { asReader, currentReader } from '../platform/wall/reader.ts';
import { openSchoolDay } from '../reach/school-day.ts';
import { roomsOf } from '../rooms/rooms.ts';
import { standAt, WEDNESDAY } from '../timetable/testing/school.ts';
import { hatsOf, type Hat } from './hats.ts';
import { ask, askingFor, operationsOf, type Operation } from './operations.ts';
import { protectedTables, unprotectedTables } from './protected-tables.ts';
import { namesOf, questions } from './questions.ts';
import { plantInProtected, planted } from './secrets-of-families.ts';
import { aTenant, type Tenant } from './tenants.ts';

/**
 * A-10: the first wall is taken away – `authorize` says yes to everybody – and strangers ask everything about a school that is
 * not theirs. What the tables of names, numbers and notes hold stays in them by the policies of the database alone.
 */
vi.mock(import('../platform/authorize.ts'), async (original) => ({
  ...(await original()),
  authorize: (async (_db: unknown, actor: Actor, action: { name: string }, subject: unknown) => {
    actor.granted.add(action.name);
    if (currentReader() === null) withoutReader.add(action.name);
    return { actor, subject };
  }) as never,
}));

/** Actions that were authorised outside of a reader's scope: statements after that would be the owner's. */
const withoutReader = new Set<string>();

const database = await rolledBackDatabase();
const { app, db, ctx, clock } = await buildTestApp(database);

let operations: ReadonlyMap<string, Operation>;
let tenant: Tenant;
let strangers: Hat[];

beforeAll(async () => {
  await standAt(db, WEDNESDAY);
  await clock.refresh(db);
  tenant = await aTenant(ctx, '');
  await plantInProtected(ctx, tenant);
  const other = await aTenant(ctx, '');
  strangers = hatsOf(ctx, tenant, other).filter(({ name }) => name === 'stranger');
  operations = new Map(operationsOf(app).map((operation) => [operation.id, operation]));
});

/** One of each kind: with `authorize` saying yes, staff who stand alike are alike. */
const asking: readonly string[] = ['schoolAdmin', 'teacher', 'pupil', 'guardian', 'anonymous'];

async function askEverything(
  chosen: (operation: Operation) => boolean,
  judge: (said: { hat: Hat; operation: Operation; status: number; body: string }) => Promise<string | null>,
): Promise<{ wrong: string[]; answered: number; cells: number }> {
  const wrong: string[] = [];
  let answered = 0;
  let cells = 0;
  const rooms = roomsOf(ctx);
  const { logId = '', schoolDay = '', lessonId = '' } = tenant.ids;
  for (const hat of strangers.filter(({ role }) => asking.includes(role))) {
    await database.takenBack(async () => {
      const { headers, ids } = await hat.put();
      for (const question of questions) {
        const operation = operations.get(question.operation);
        if (!operation || !chosen(operation)) continue;
        await database.takenBack(async () => {
          rooms.standings.forget(logId);
          rooms.logs.forget({ schoolDay, lessonId });
          const names = namesOf(question, { ...tenant.ids, ...ids });
          const answer = await ask(app, askingFor(operation, names, headers, question.body));
          cells += 1;
          if (answer.statusCode < 400) answered += 1;
          const body = answer.rawPayload.toString('utf8');
          const found = await judge({ hat, operation, status: answer.statusCode, body });
          if (found) wrong.push(`${hat.role} × ${operation.id}: ${answer.statusCode}, ${found}`);
        });
      }
    });
  }
  return { wrong, answered, cells };
}

test('with the application check switched off no read gives a stranger what the protected tables hold', async () => {
  const { wrong, answered, cells } = await askEverything(
    ({ method }) => method === 'GET',
    async ({ body }) => {
      const found = planted.filter((text) => body.includes(text));
      return found.length > 0 ? `told ${found.join()}` : null;
    },
  );
  expect(wrong).toEqual([]);
  // The first wall is really down: much else is answered.
  expect(answered).toBeGreaterThan(cells / 3);
  expect([...withoutReader]).toEqual([]);
}, 300_000);

test('the same strangers are told when the policies are gone: what is asked would find a hole', async () => {
  await database.takenBack(async () => {
    for (const { table } of protectedTables) {
      await sql`ALTER TABLE ${sql.table(table)} DISABLE ROW LEVEL SECURITY`.execute(db);
    }
    const { wrong } = await askEverything(
      ({ method }) => method === 'GET',
      async ({ body }) => (planted.some((text) => body.includes(text)) ? 'told' : null),
    );
    expect(wrong.length).toBeGreaterThan(10);
  });
}, 300_000);

test('with the application check switched off no write of a stranger changes a row of the protected tables', async () => {
  const before = await rowsOfTenant();
  expect(Object.values(before).filter((rows) => rows.length === 0)).toEqual([]);
  const { wrong, answered } = await askEverything(
    ({ method }) => method !== 'GET',
    async ({ body }) => {
      const found = planted.filter((text) => body.includes(text));
      if (found.length > 0) return `told ${found.join()}`;
      const after = await rowsOfTenant();
      const changed = Object.keys(after).filter((table) => after[table]?.join() !== before[table]?.join());
      return changed.length > 0 ? `wrote ${changed.join()}` : null;
    },
  );
  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(50);
  expect([...withoutReader]).toEqual([]);
}, 300_000);

test('asked directly, a stranger sees no row of the school in any protected table, and who works there sees all', async () => {
  for (const hat of strangers) {
    await database.takenBack(async () => {
      const { headers } = await hat.put();
      const personId = await personOf(headers);
      expect(await asReader({ personId }, rowsOfTenant), `${hat.role} stranger`).toEqual(
        Object.fromEntries(protectedTables.map(({ table }) => [table, []])),
      );
    });
  }
  const own = await asReader({ personId: tenant.ids['adultId'] ?? '' }, rowsOfTenant);
  expect(own).toEqual(await rowsOfTenant());
});

test('whoever opens a school’s day opens it for everybody in it, not for what they may see', async () => {
  await database.takenBack(async () => {
    const { schoolId = '', schoolDay: day = '', followUpId } = tenant.ids;
    await sql`UPDATE school_days SET opened_at = NULL WHERE org_id = ${schoolId} AND day = ${day}`.execute(
      db,
    );
    await sql`UPDATE follow_ups SET adult_id = NULL WHERE id = ${followUpId}`.execute(db);
    const open = () => openSchoolDay(ctx.db, { schoolId, day, now: ctx.now() });
    expect(await asReader({ personId: null }, open)).toBe(true);
    const { rows } = await sql<{ named: boolean }>`
      SELECT adult_id IS NOT NULL AS named FROM follow_ups WHERE id = ${followUpId}`.execute(db);
    expect(rows).toEqual([{ named: true }]);
  });
});

/** Rows of the school in each protected table, as text in a fixed order. */
async function rowsOfTenant(): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  const mine = Object.values(tenant.ids).filter((id) => /^[0-9a-f-]{36}$/.test(id));
  for (const { table, key } of protectedTables) {
    const found = await sql<{ row: string }>`
      SELECT t::text AS row FROM ${sql.table(table)} t WHERE ${sql.ref(`t.${key}`)} = ANY (${mine}::uuid[]) ORDER BY 1`.execute(
      db,
    );
    rows[table] = found.rows.map(({ row }) => row);
  }
  return rows;
}

async function personOf(headers: Readonly<Record<string, string>>): Promise<string | null> {
  const { statusCode, body } = await app.inject({ url: '/api/me', headers });
  return statusCode === 200 ? (JSON.parse(body) as { personId: string }).personId : null;
}

test('every table with a name, a number or a note has a policy, or a reason why not', async () => {
  const { rows } = await sql<{ table: string; guarded: boolean; grade: number }>`
    SELECT c.relname AS "table", c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS guarded,
      max(substring(d.description FROM 'sensitivity=([0-9])')::int) AS grade
    FROM pg_class c LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid > 0 AND d.classoid = 'pg_class'::regclass
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.oid ORDER BY 1`.execute(db);
  const named = protectedTables.map(({ table }) => table);
  const guarded = rows.filter((row) => row.guarded).map(({ table }) => table);
  const graded = rows.filter(({ grade }) => grade >= 3).map(({ table }) => table);
  expect(named.filter((table) => !guarded.includes(table))).toEqual([]);
  expect(guarded.filter((table) => !named.includes(table))).toEqual([]);
  expect(graded.filter((table) => !guarded.includes(table)).toSorted()).toEqual(
    Object.keys(unprotectedTables).toSorted(),
  );
});

test('requests act as a role that policies bind, and no view is a door past them', async () => {
  const { rows } = await asReader({ personId: null }, () =>
    sql<{ role: string; bound: boolean; owned: number }>`
      SELECT current_user AS role, NOT r.rolsuper AND NOT r.rolbypassrls AS bound,
        (SELECT count(*)::int FROM pg_class c WHERE c.relowner = r.oid) AS owned
      FROM pg_roles r WHERE r.rolname = current_user`.execute(db),
  );
  expect(rows).toEqual([{ role: 'nol_app', bound: true, owned: 0 }]);
  const { rows: doors } = await sql<{ name: string }>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
      AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)`.execute(db);
  expect(doors).toEqual([]);
});
