import { mkdtemp, open, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { openDatabase, type Database } from './database.ts';
import { localFileStore } from './files.ts';
import { startPostgres, type EmbeddedPostgres } from './postgres/supervisor.ts';
import { scrubDue, type Scrubbed } from './scrub.ts';
import { PASS_MS, readScrubState, scrubAlarm, SCRUB_STEPS } from './scrub-state.ts';

// A database of its own: one of its files is damaged.
const root = await mkdtemp(join(tmpdir(), 'nol-scrub-'));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let postgres: EmbeddedPostgres;
let database: Database;
let dataDir: string;
let made = 0;
let errors: unknown[];
let clock: number;

beforeAll(async () => {
  postgres = await startPostgres({ dataDir: join(root, 'database'), log: quiet });
  database = openDatabase(postgres.connection, { max: 2 });
  await database.pool.query('CREATE TABLE parts (sha256 text)');
});
afterAll(async () => {
  await database.close();
  await postgres.stop();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  dataDir = join(root, String((made += 1)));
  await localFileStore(join(dataDir, 'files')).put(Buffer.from('makes the folder'));
  await database.pool.query('TRUNCATE parts');
  errors = [];
  clock = Date.parse('2026-03-02T00:00:00Z');
});

const scrubbed = (): Scrubbed => ({
  db: database.db,
  files: localFileStore(join(dataDir, 'files')),
  dataDir,
  fileColumns: ['parts.sha256'],
  log: { info: () => undefined, error: (fields: unknown) => void errors.push(fields) } as Scrubbed['log'],
  now: () => new Date(clock),
});
const hour = 3_600_000;
/** Calls once an hour, as the queue does. */
async function hours(count: number): Promise<number> {
  let steps = 0;
  for (let n = 0; n < count; n++) {
    steps += await scrubDue(scrubbed());
    clock += hour;
  }
  return steps;
}
async function aStoredFile(text: string): Promise<{ sha256: string; place: string }> {
  const sha256 = await scrubbed().files.put(Buffer.from(text));
  await database.pool.query('INSERT INTO parts VALUES ($1)', [sha256]);
  return { sha256, place: join(dataDir, 'files', sha256.slice(0, 2), sha256.slice(2)) };
}

test('everything is read once in six days, in steps that go on where they were, and then again', async () => {
  await hours(72);
  const middle = await readScrubState(dataDir);
  expect(middle.step).toBeGreaterThan(SCRUB_STEPS / 3);
  expect(middle.step).toBeLessThan(SCRUB_STEPS);
  await hours(PASS_MS / hour - 72 + 2);
  expect(await readScrubState(dataDir)).toMatchObject({
    step: 1,
    lastPassAt: expect.any(String),
    damaged: [],
  });
});

test('after a week without the server all is read at once, and until then the alarm rings', async () => {
  await hours(1);
  clock += 8 * 24 * hour;
  expect(scrubAlarm(await readScrubState(dataDir), new Date(clock))).toMatch(/^255 of 256/);
  expect(await hours(1)).toBe(SCRUB_STEPS - 1);
  expect(scrubAlarm(await readScrubState(dataDir), new Date(clock))).toBeNull();
});

test('one flipped bit, a missing file and one cut short are found; what is whole again is forgotten', async () => {
  const files = await Promise.all(['one', 'two', 'three', 'four'].map((text) => aStoredFile(text)));
  const [flipped, gone, short] = files as [(typeof files)[0], (typeof files)[0], (typeof files)[0]];
  const bytes = await readFile(flipped.place);
  bytes[1]! ^= 4;
  await writeFile(flipped.place, bytes);
  await rm(gone.place);
  await writeFile(short.place, 'th');
  await hours(1);
  clock += PASS_MS;
  await hours(1);
  const { damaged } = await readScrubState(dataDir);
  const names = [flipped, gone, short].map(({ sha256 }) => sha256).sort();
  expect(damaged.map(({ what }) => what).sort()).toEqual(names);
  expect(errors).toHaveLength(3);
  for (const [place, text] of [
    [flipped.place, 'one'],
    [gone.place, 'two'],
  ] as const)
    await writeFile(place, text);
  await database.pool.query('DELETE FROM parts WHERE sha256 = $1', [short.sha256]);
  await hours(1);
  expect((await readScrubState(dataDir)).damaged).toEqual([]);
});

test('a file that no row ever named is removed after a day; one just written is not', async () => {
  const kept = await aStoredFile('kept');
  const { files } = scrubbed();
  const old = await files.put(Buffer.from('killed before its row'));
  const young = await files.put(Buffer.from('its row is on the way'));
  const place = (sha256: string) => join(dataDir, 'files', sha256.slice(0, 2), sha256.slice(2));
  for (const [sha256, age] of [
    [kept.sha256, 48],
    [old, 25],
    [young, 1],
  ] as const) {
    const at = new Date(clock + PASS_MS - age * hour);
    await utimes(place(sha256), at, at);
  }
  await hours(1);
  clock += PASS_MS - hour;
  await hours(1);
  expect(await Promise.all([kept.sha256, old, young].map((one) => files.size(one)))).toEqual([4, null, 21]);
});

test('a page of a table that the disk gave back wrong is found by its checksum', async () => {
  await database.pool.query(
    `CREATE TABLE marks AS SELECT n, repeat('x', 500) AS text FROM generate_series(1, 200) n`,
  );
  const { rows } = await database.pool.query<{ file: string }>(
    `SELECT pg_relation_filepath('marks') AS file`,
  );
  await database.close();
  await postgres.stop();
  const handle = await open(join(root, 'database', 'postgres', 'cluster', rows[0]!.file), 'r+');
  await handle.write(Buffer.from('?'), 0, 1, 8192 * 2 + 4000);
  await handle.close();
  postgres = await startPostgres({ dataDir: join(root, 'database'), log: quiet });
  database = openDatabase(postgres.connection, { max: 2 });
  await hours(1);
  clock += PASS_MS;
  await hours(1);
  expect((await readScrubState(dataDir)).damaged).toMatchObject([{ kind: 'table', what: 'public.marks' }]);
  await sql`DROP TABLE marks`.execute(database.db);
  await hours(1);
  expect((await readScrubState(dataDir)).damaged).toEqual([]);
});
