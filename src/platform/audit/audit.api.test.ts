import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';

import { operatorActor } from '../actor.ts';
import { audit } from '../audit.ts';
import { secretsFrom } from '../secrets.ts';
import { testDatabase } from '../testing/database.ts';
import { sealWaiting, startSealer } from './seal.ts';
import { verifyAudit } from './verify.ts';
import { createLogger } from '../log.ts';

const { db } = await testDatabase();
const dataDir = await mkdtemp(join(tmpdir(), 'nol-audit-'));
const sealing = { db, dataDir, secrets: secretsFrom(Buffer.alloc(32, 9)) };
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** As a superuser who knows how to switch the product's own guards off. */
async function tamper(statement: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`SET LOCAL session_replication_role = replica`.execute(trx);
    await sql.raw(statement).execute(trx);
  });
}

const write = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      audit(db, operatorActor(), {
        action: 'test.act',
        subjectKind: 'thing',
        detail: { n, nested: { a: [1] } },
      }),
    ),
  );

const breaks = async () => (await verifyAudit(sealing)).breaks;
const idUnder = async (sealNo: number) => {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM audit_lines WHERE seal_no = ${sealNo} ORDER BY id LIMIT 1`.execute(db);
  return rows[0]!.id;
};

beforeEach(async () => {
  await tamper('TRUNCATE audit_lines, audit_seals');
  await rm(join(dataDir, 'audit'), { recursive: true, force: true });
  for (let seal = 0; seal < 4; seal++) {
    await write(3);
    await sealWaiting(sealing);
  }
});

test('an untouched chain is whole, and its head is noted outside the database', async () => {
  const report = await verifyAudit(sealing);
  expect(report).toMatchObject({ breaks: [], lines: 12, seals: 4, waiting: 0 });
  const noted = JSON.parse(await readFile(join(dataDir, 'audit', 'head.json'), 'utf8')) as unknown;
  expect(noted).toEqual(report.head);
});

test('a line that was rolled back is in no chain; one whose transaction was long comes under a later seal', async () => {
  const slow = await db.startTransaction().execute();
  await audit(slow, operatorActor(), { action: 'test.slow' });
  await write(1);
  await sealWaiting(sealing);
  await slow.commit().execute();
  expect((await verifyAudit(sealing)).waiting).toBe(1);
  await sealWaiting(sealing);
  expect(await verifyAudit(sealing)).toMatchObject({ breaks: [], lines: 14, seals: 6, waiting: 0 });
});

const columns = [
  `at = at + interval '1 microsecond'`,
  `actor_kind = 'system'`,
  `actor_id = uuidv7()`,
  `action = 'test.other'`,
  `subject_kind = NULL`,
  `subject_id = 'x'`,
  `org_id = uuidv7()`,
  `reason = ''`,
  `detail = '{}'`,
  `seal_no = 3`,
  `seal_no = NULL`,
];
test.each(columns)('a line changed by SET %s is named', async (set) => {
  const id = await idUnder(2);
  await tamper(`UPDATE audit_lines SET ${set} WHERE id = '${id}'`);
  expect(await breaks()).toContainEqual({ kind: 'changed', sealNo: 2, id });
});

test('a line that was unsealed and is sealed again is still found', async () => {
  const id = await idUnder(2);
  await tamper(`UPDATE audit_lines SET seal_no = NULL, action = 'test.other' WHERE id = '${id}'`);
  await sealWaiting(sealing);
  expect(await breaks()).toContainEqual({ kind: 'changed', sealNo: 2, id });
});

test('a removed line is named', async () => {
  const id = await idUnder(3);
  await tamper(`DELETE FROM audit_lines WHERE id = '${id}'`);
  expect(await breaks()).toEqual([{ kind: 'removed', sealNo: 3, id }]);
});

test.each([2, 99])('a line put under seal %i is named', async (sealNo) => {
  const id = '019aaaaa-0000-7000-8000-000000000001';
  await tamper(
    `INSERT INTO audit_lines (id, actor_kind, action, seal_no) VALUES ('${id}', 'operator', 'x', ${sealNo})`,
  );
  expect(await breaks()).toEqual([{ kind: 'inserted', sealNo, id }]);
});

test('a removed seal is named, in the middle and at the end', async () => {
  await tamper('DELETE FROM audit_lines WHERE seal_no = 2; DELETE FROM audit_seals WHERE seal_no = 2');
  expect(await breaks()).toEqual([{ kind: 'sealRemoved', sealNo: 2 }]);
  await tamper('DELETE FROM audit_lines WHERE seal_no = 4; DELETE FROM audit_seals WHERE seal_no = 4');
  expect(await breaks()).toContainEqual({ kind: 'sealRemoved', sealNo: 4 });
});

test('everything removed is noticed by the head', async () => {
  await tamper('TRUNCATE audit_lines, audit_seals');
  expect(await breaks()).toEqual([{ kind: 'sealRemoved', sealNo: 4 }]);
});

test('a chain made again without the key does not fit, nor does one made again with it against an older head', async () => {
  const { head } = await verifyAudit(sealing);
  const id = await idUnder(1);
  await tamper(`DELETE FROM audit_lines WHERE id = '${id}';
    UPDATE audit_lines SET seal_no = NULL; TRUNCATE audit_seals`);
  await sealWaiting({ ...sealing, secrets: secretsFrom(Buffer.alloc(32, 1)) });
  expect((await breaks()).length).toBeGreaterThan(0);
  await tamper('UPDATE audit_lines SET seal_no = NULL; TRUNCATE audit_seals');
  await sealWaiting(sealing);
  expect(await breaks()).toEqual([]);
  expect((await verifyAudit(sealing, [head!])).breaks).toEqual([{ kind: 'sealRemoved', sealNo: 4 }]);
});

test.each([
  `UPDATE audit_seals SET at = at + interval '1 second' WHERE seal_no = 2`,
  `UPDATE audit_seals SET previous_hash = hash WHERE seal_no = 2`,
  `UPDATE audit_seals SET hash = sha256('x') WHERE seal_no = 2`,
  `UPDATE audit_seals SET line_hashes = array_reverse(line_hashes) WHERE seal_no = 2`,
  `UPDATE audit_seals SET line_ids = array_reverse(line_ids) WHERE seal_no = 2`,
])('%s is found', async (statement) => {
  await tamper(statement);
  expect(await breaks()).toContainEqual({ kind: 'sealChanged', sealNo: 2 });
});

test.each([
  `UPDATE audit_lines SET action = 'x'`,
  `UPDATE audit_lines SET seal_no = 1`,
  'DELETE FROM audit_lines',
  'TRUNCATE audit_lines',
  'DELETE FROM audit_seals',
  `UPDATE audit_seals SET at = now()`,
  'TRUNCATE audit_seals',
])('the product itself cannot do %s', async (statement) => {
  await expect(sql.raw(statement).execute(db)).rejects.toThrow('never changed or removed');
  expect(await breaks()).toEqual([]);
});

test('sealers of several servers make one chain', async () => {
  const log = createLogger({ level: 'silent' });
  const sealers = Array.from({ length: 4 }, () => startSealer(sealing, log));
  for (let round = 0; round < 5; round++) {
    await write(40);
    await Promise.all([sealWaiting(sealing), sealWaiting(sealing), sealWaiting(sealing)]);
  }
  await Promise.all(sealers.map((sealer) => sealer.stop()));
  await sealWaiting(sealing);
  expect(await verifyAudit(sealing)).toMatchObject({ breaks: [], lines: 212, waiting: 0 });
});
