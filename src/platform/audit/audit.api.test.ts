import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

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

describe('whatever is done to a line, whichever it is', () => {
  /** Does each deed alone, to a chain that is whole again. @returns the deeds nobody noticed. */
  async function unnoticed(deeds: readonly string[]): Promise<string[]> {
    await sql`CREATE TABLE audit_lines_before AS SELECT * FROM audit_lines`.execute(db);
    const missed: string[] = [];
    try {
      for (const deed of deeds) {
        await tamper(deed);
        if ((await breaks()).length === 0) missed.push(deed);
        await tamper('TRUNCATE audit_lines; INSERT INTO audit_lines SELECT * FROM audit_lines_before');
        expect(await breaks()).toEqual([]);
      }
    } finally {
      await sql`DROP TABLE audit_lines_before`.execute(db);
    }
    return missed;
  }

  const allIds = async () => {
    const { rows } = await sql<{ id: string }>`SELECT id FROM audit_lines ORDER BY id`.execute(db);
    return rows.map(({ id }) => id);
  };

  test('each line taken out, and each told otherwise', async () => {
    const ids = await allIds();
    expect(ids).toHaveLength(12);
    const deeds = ids.flatMap((id) => [
      `DELETE FROM audit_lines WHERE id = '${id}'`,
      `UPDATE audit_lines SET detail = detail || '{"n": 99}' WHERE id = '${id}'`,
    ]);
    expect(await unnoticed(deeds)).toEqual([]);
  });

  test('each two lines put in the place of one another', async () => {
    const ids = await allIds();
    const pairs = ids.flatMap((one, place) => ids.slice(place + 1).map((other) => [one, other] as const));
    expect(pairs).toHaveLength(66);
    const deeds = pairs.map(
      ([one, other]) => `UPDATE audit_lines mine SET at = its.at, detail = its.detail FROM audit_lines its
        WHERE (mine.id, its.id) IN (('${one}', '${other}'), ('${other}', '${one}'))`,
    );
    expect(await unnoticed(deeds)).toEqual([]);
  });

  test('each seal’s lines hung under each other seal', async () => {
    const deeds = [1, 2, 3, 4].flatMap((one) =>
      [1, 2, 3, 4]
        .filter((other) => other !== one)
        .map((other) => `UPDATE audit_lines SET seal_no = ${other} WHERE seal_no = ${one}`),
    );
    expect(await unnoticed(deeds)).toEqual([]);
  });
});

test('with the clock set back a day lines still stand in the order they were sealed in, and none is lost', async () => {
  const yesterday = '019a0000-0000-7000-8000-000000000001';
  await sql`INSERT INTO audit_lines (id, at, actor_kind, action)
    VALUES (${yesterday}, clock_timestamp() - interval '1 day', 'operator', 'test.late')`.execute(db);
  await sealWaiting(sealing);
  await write(1);
  await sealWaiting(sealing);
  expect(await verifyAudit(sealing)).toMatchObject({ breaks: [], lines: 14, seals: 6, waiting: 0 });
  await tamper(`DELETE FROM audit_lines WHERE id = '${yesterday}'`);
  expect(await breaks()).toEqual([{ kind: 'removed', sealNo: 5, id: yesterday }]);
});

test('a writer killed between two lines leaves neither, and the chain goes on', async () => {
  const dying = await db.startTransaction().execute();
  await audit(dying, operatorActor(), { action: 'test.first' });
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(dying);
  await sql`SELECT pg_terminate_backend(${rows[0]!.pid}, 5000)`.execute(db);
  await expect(audit(dying, operatorActor(), { action: 'test.second' })).rejects.toThrow(
    /terminat|connection/i,
  );
  // Its connection is gone, and what it had begun with it; only the pool wants to hear of the end.
  await Promise.allSettled([dying.rollback().execute()]);
  await write(1);
  await sealWaiting(sealing);
  expect(await verifyAudit(sealing)).toMatchObject({ breaks: [], lines: 13, seals: 5, waiting: 0 });
});

test('a sealer killed before it noted the head is followed by one that goes on', async () => {
  const head = join(dataDir, 'audit', 'head.json');
  const older = await readFile(head);
  await write(2);
  await sealWaiting(sealing);
  await writeFile(head, older);
  expect(await breaks()).toEqual([]);
  await write(1);
  await sealWaiting(sealing);
  expect(await verifyAudit(sealing)).toMatchObject({ breaks: [], lines: 15, seals: 6, waiting: 0 });
});
