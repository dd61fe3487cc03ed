import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { systemActor } from './actor.ts';
import { idempotent, purgeIdempotencyKeys, type RepeatableRequest } from './idempotency.ts';
import { testDatabase } from './testing/database.ts';

const { db } = await testDatabase();
await sql`CREATE TABLE written (text text)`.execute(db);

let serial = 0;
const request = (
  body: string,
  key = `key-${String((serial += 1)).padStart(8, '0')}`,
  job = 'writer',
): RepeatableRequest => ({
  actor: systemActor(job, []),
  key,
  requestHash: createHash('sha256').update(body).digest(),
});
const write = (asked: RepeatableRequest, text: string) =>
  idempotent(db, asked, async (trx) => {
    await sql`INSERT INTO written VALUES (${text})`.execute(trx);
    return { status: 201, resourceId: text };
  });
const count = async (text: string) =>
  (await sql<{ n: number }>`SELECT count(*)::int AS n FROM written WHERE text = ${text}`.execute(db)).rows[0]
    ?.n;

test('of the same write sent five times at once one is done, and all get its result', async () => {
  const asked = request('a');
  const results = await Promise.all(Array.from({ length: 5 }, () => write(asked, 'once')));
  expect(await count('once')).toBe(1);
  expect(results.map(({ status, resourceId }) => [status, resourceId])).toEqual(
    results.map(() => [201, 'once']),
  );
  expect(results.filter(({ repeated }) => repeated)).toHaveLength(4);
});

test('the same key with another content is refused and changes nothing', async () => {
  const asked = request('a');
  await write(asked, 'first');
  await expect(write(request('b', asked.key), 'second')).rejects.toMatchObject({
    status: 422,
    code: 'idempotency_key_reused',
  });
  expect(await count('second')).toBe(0);
});

test('one person’s key is another key for the next person', async () => {
  const asked = request('a');
  await write(asked, 'mine');
  expect(await write(request('b', asked.key, 'other'), 'theirs')).toMatchObject({ repeated: false });
});

test('a write that fails leaves its key free, for the next try', async () => {
  const asked = request('a');
  const failing = idempotent(db, asked, async (trx) => {
    await sql`INSERT INTO written VALUES ('half')`.execute(trx);
    throw new Error('in the middle');
  });
  await expect(failing).rejects.toThrow('in the middle');
  expect(await count('half')).toBe(0);
  expect(await write(asked, 'whole')).toMatchObject({ repeated: false });
});

test('keys go after two days', async () => {
  const [old, fresh] = [request('a'), request('b')];
  await write(old, 'old');
  await write(fresh, 'fresh');
  await sql`UPDATE idempotency_keys SET created_at = created_at - interval '49 hours' WHERE key = ${old.key}`.execute(
    db,
  );
  expect(await purgeIdempotencyKeys(db)).toBe(1);
  expect(await write(fresh, 'again')).toMatchObject({ repeated: true });
});
