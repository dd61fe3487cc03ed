import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { copyIn, copyLine } from './copy-in.ts';
import { testDatabase } from './testing/database.ts';

const { db } = await testDatabase();
const STATEMENT = 'COPY copied (n, text, json, bytes) FROM STDIN';

beforeEach(async () => {
  await sql`DROP TABLE IF EXISTS copied`.execute(db);
  await sql`CREATE TABLE copied (n integer PRIMARY KEY, text text, json jsonb, bytes bytea)`.execute(db);
});

async function copied() {
  const { rows } = await sql<{ n: number; text: string }>`SELECT * FROM copied ORDER BY n`.execute(db);
  return rows;
}

test('every character arrives as it was', async () => {
  const texts = ['', 'a\tb\nc\rd\\e', '\\N', '\\.', '𬱖䶮镕', '"引号" , ; \'', 'x'.repeat(70_000)];
  const rows = await db
    .transaction()
    .execute((trx) =>
      copyIn(trx, STATEMENT, [
        texts.map((text, n) => copyLine([n, text, { text }, Buffer.from(text)])).join(''),
        copyLine([99, null, null, undefined]),
      ]),
    );
  expect(rows).toBe(8);
  const found = await copied();
  expect(found.slice(0, -1)).toEqual(
    texts.map((text, n) => ({ n, text, json: { text }, bytes: Buffer.from(text) })),
  );
  expect(found.at(-1)).toEqual({ n: 99, text: null, json: null, bytes: null });
});

test('a row that breaks a rule of the table undoes the whole copy, and the connection goes on', async () => {
  const copying = db.transaction().execute(async (trx) => {
    await sql`INSERT INTO copied (n, text) VALUES (1, 'before')`.execute(trx);
    await copyIn(trx, STATEMENT, [copyLine([2, 'a', null, null]), copyLine([2, 'b', null, null])]);
  });
  await expect(copying).rejects.toMatchObject({ code: '23505' });
  expect(await copied()).toEqual([]);
});

test('rows that cannot be made end the copy with their own error', async () => {
  function* broken() {
    yield copyLine([1, 'a', null, null]);
    throw new Error('no second row');
  }
  const copying = db.transaction().execute((trx) => copyIn(trx, STATEMENT, broken()));
  await expect(copying).rejects.toThrow('no second row');
  expect(await copied()).toEqual([]);
});
