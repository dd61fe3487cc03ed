import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { openDatabase } from './database.ts';
import { testDatabase } from './testing/database.ts';

const { connection, pool } = await testDatabase();

test('a database that goes away in the middle of a transaction fails that transaction and nothing else', async () => {
  const { db, close } = openDatabase(connection, { max: 1 });
  const transaction = db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx);
    await pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    // The loss is noticed here, while no statement is under way.
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    await sql`SELECT 1`.execute(trx);
  });
  await expect(transaction).rejects.toThrow(/not queryable|terminat/);
  const { rows } = await sql<{ one: number }>`SELECT 1 AS one`.execute(db);
  expect(rows).toEqual([{ one: 1 }]);
  await close();
});

test('closing waits for the connections themselves, so that a database stopped after it has nobody to tell', async () => {
  const { pool: own, close } = openDatabase(connection, { max: 1 });
  const { rows } = await own.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const backend = rows[0]?.pid ?? 0;
  // A backend that has not yet read that its client is leaving, as on a busy machine.
  process.kill(backend, 'SIGSTOP');
  let isClosed = false;
  const closing = close().then(() => (isClosed = true));
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  expect(isClosed).toBe(false);
  process.kill(backend, 'SIGCONT');
  await closing;
});

test('a pool that was never used closes', async () => {
  const { close } = openDatabase(connection);
  await expect(close()).resolves.toBeUndefined();
});

test('a marked statement is planned once a connection, whatever its values', async () => {
  const { db, close } = openDatabase(connection, { max: 1 });
  for (const n of [1, 2, 3]) {
    const { rows } = await sql<{ n: number }>`
      /* prepared */ SELECT ${n}::int AS n`.execute(db);
    expect(rows).toEqual([{ n }]);
    await sql`SELECT ${n}::int AS other`.execute(db);
  }
  const { rows } = await sql<{ statement: string; plans: number }>`
    SELECT statement, (generic_plans + custom_plans)::int AS plans FROM pg_prepared_statements`.execute(db);
  expect(rows).toEqual([{ statement: expect.stringContaining('prepared'), plans: 3 }]);
  await close();
});

test('an error inside a marked statement is told and costs nothing that comes after', async () => {
  const { db, close } = openDatabase(connection, { max: 1 });
  const divide = async (by: number) => {
    const { rows } = await sql<{ is: number }>`/* prepared */ SELECT 6 / ${by}::int AS is`.execute(db);
    return rows[0]?.is;
  };
  await expect(divide(0)).rejects.toThrow('division by zero');
  expect(await divide(2)).toBe(3);
  await close();
});
