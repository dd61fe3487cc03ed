import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { openDatabase, type Database } from '../database.ts';
import { localFileStore } from '../files.ts';
import { findRunning, stopPostmaster } from '../postgres/postmaster.ts';
import { startPostgres, type EmbeddedPostgres } from '../postgres/supervisor.ts';
import { ensureKey, type BackupKey } from './backup-key.ts';
import { checkBackup } from './check.ts';
import { startContinuousBackup, dropSlot } from './continuous.ts';
import { backUpOnce } from './once.ts';
import { prune } from './prune.ts';
import { openRepository, readManifests, readStatus } from './repository.ts';
import { restore } from './restore.ts';
import { slotName } from './wal-shipper.ts';

const limit = { timeout: 240_000 };
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const folder = await mkdtemp(join(tmpdir(), 'nol-backup-'));
const dataDir = join(folder, 'data');
// A kill loses nothing of what the system holds; only a power cut would.
const settings = { fsync: 'off' };
let postgres: EmbeddedPostgres;
let database: Database;
let pool: pg.Pool;
let keys: BackupKey[];
const source = () => ({
  connection: postgres.connection,
  dataDir,
  cluster: join(dataDir, 'postgres', 'cluster'),
});
const store = localFileStore(join(dataDir, 'files'));
const root = (name: string) => join(folder, name);

beforeAll(async () => {
  postgres = await startPostgres({ dataDir, log, settings });
  database = openDatabase(postgres.connection, { max: 4 });
  pool = database.pool;
  await pool.query(`CREATE TABLE schema_migrations (name text);
    CREATE TABLE written (n int PRIMARY KEY, file text, filler text)`);
  ({ keys } = await ensureKey(dataDir));
}, 60_000);

afterAll(async () => {
  // A connection still open when the database stops would be told so, and nobody would listen.
  await database.close();
  await postgres.stop();
  for (const name of await readdir(folder)) {
    for (const inside of ['', 'restoring']) {
      const left = await findRunning({ cluster: join(folder, name, inside, 'postgres', 'cluster') });
      if (left) await stopPostmaster(left.postmaster);
    }
  }
  await rm(folder, { recursive: true, force: true });
});

let next = 0;
/** Rows share few files: each of them costs the disk two syncs. */
const contentOf = (n: number) => `file ${n % 20}`;
const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');

/** A stored file and the row that names it, as the product writes them. @returns the number, acknowledged. */
async function write(content?: string): Promise<number> {
  const n = next++;
  const sha256 = await store.put(Buffer.from(content ?? contentOf(n)));
  await pool.query('INSERT INTO written VALUES ($1, $2, $3)', [n, sha256, randomBytes(500).toString('hex')]);
  return n;
}

/** Writes without a pause until told to stop, or until the test is over. */
function keepWriting(): { stop(): Promise<number[]> } {
  const acknowledged: number[] = [];
  const over = new AbortController();
  const run = async () => {
    while (!over.signal.aborted) acknowledged.push(await write());
  };
  const runs = [run(), run()];
  onTestFinished(async () => {
    over.abort();
    await Promise.allSettled(runs);
  });
  return {
    async stop() {
      over.abort();
      await Promise.all(runs);
      return acknowledged;
    },
  };
}

/** Restores and looks into what came of it. */
async function restoreAndRead(
  from: string,
  { at = null, to = `restored-${randomBytes(3).toString('hex')}` }: { at?: Date | null; to?: string } = {},
) {
  const target = join(folder, to);
  let numbers: number[] = [];
  let named: string[] = [];
  const restored = await restore({
    repository: await openRepository(from),
    keys,
    dataDir: target,
    at,
    log,
    settings,
    async beforeUse({ connection }) {
      const client = new pg.Client(connection);
      await client.connect();
      const { rows } = await client.query<{ n: number; file: string }>(
        'SELECT n, file FROM written ORDER BY n',
      );
      numbers = rows.map(({ n }) => n);
      await client.end();
      named = [...new Set(rows.map(({ file }) => file))];
      return named;
    },
  });
  for (const sha256 of named) {
    const bytes = await localFileStore(join(target, 'files')).read(sha256);
    expect(hashOf(bytes.toString())).toBe(sha256);
  }
  expect(restored.lostFiles).toEqual([]);
  const left = await readdir(target);
  await rm(target, { recursive: true });
  return { restored, numbers, left };
}

/**
 * A moment between what was written before and what is written after.
 *
 * The database counts microseconds, a `Date` and a moment of a restore milliseconds: the next whole one, once it is over.
 */
const databaseClock = async () => {
  const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const moment = new Date(rows[0]!.at.getTime() + 1);
  await pool.query('SELECT pg_sleep(0.01)');
  return moment;
};

test(
  'a backup under load holds all that was acknowledged before it ended, with files and keys',
  limit,
  async () => {
    const writing = keepWriting();
    await vi.waitFor(() => expect(next).toBeGreaterThan(50), { timeout: 60_000 });
    const before = next - 2;
    const manifest = await backUpOnce(source(), root('hot'), keys.at(-1)!);
    const acknowledged = await writing.stop();
    const { numbers, left } = await restoreAndRead(root('hot'));
    expect(acknowledged.filter((n) => n < before && !numbers.includes(n))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(left).toEqual(['files', 'keys', 'postgres']);
    expect(manifest.files.length).toBe(20);
    const check = await checkBackup(await openRepository(root('hot')), keys);
    expect(check.bases).toHaveLength(1);
    expect(check.databaseFiles).toBeGreaterThan(500);
  },
);

test(
  'a running backup keeps all but the last seconds when the machine is lost, and any moment between',
  limit,
  async () => {
    const backup = startContinuousBackup(source(), { root: root('running'), keepDays: 30, log, everyMs: 50 });
    await vi.waitFor(() => expect(backup.state.newestBaseAt).not.toBeNull(), { timeout: 60_000 });
    const first = await write();
    const moment = await databaseClock();
    const second = await write();
    const writing = keepWriting();
    // Beyond one segment of the log.
    await pool.query(
      `INSERT INTO written SELECT -n, $1, repeat(md5(n::text), 60) FROM generate_series(1, 20000) n`,
      [hashOf(contentOf(0))],
    );
    await pool.query('DELETE FROM written WHERE n < 0');
    const keptBefore = await databaseClock();
    const acknowledged = await writing.stop();
    const third = await write();
    await vi.waitFor(() => expect(backup.state.keptUntil! > keptBefore).toBe(true), { timeout: 30_000 });
    // From here on the machine is lost: what is in the folder is all there is.
    const atEnd = await restoreAndRead(root('running'));
    expect(acknowledged.filter((n) => !atEnd.numbers.includes(n)).length).toBeLessThan(acknowledged.length);
    const atMoment = await restoreAndRead(root('running'), { at: moment });
    expect(atMoment.numbers).toContain(first);
    expect(atMoment.numbers).not.toContain(second);
    await backup.stop();
    // Stopped in peace it holds everything.
    const whole = await restoreAndRead(root('running'));
    expect(whole.numbers).toContain(third);
    expect(acknowledged.filter((n) => !whole.numbers.includes(n))).toEqual([]);
    expect(backup.state.trouble).toBeNull();
  },
);

test('a running backup goes on where a killed one stopped', limit, async () => {
  const options = { root: root('again'), keepDays: 30, log, everyMs: 50 };
  const once = startContinuousBackup(source(), options);
  await vi.waitFor(() => expect(once.state.newestBaseAt).not.toBeNull(), { timeout: 60_000 });
  await once.stop();
  const between = await write();
  await pool.query('SELECT pg_switch_wal()');
  // What a kill leaves of a file that was being written.
  await mkdir(join(root('again'), 'wal'), { recursive: true });
  await writeFile(join(root('again'), 'wal', '0000000100000000000000FF.draft-1'), 'half');
  const again = startContinuousBackup(source(), options);
  const last = await write();
  const written = await databaseClock();
  await vi.waitFor(() => expect((again.state.keptUntil ?? 0) > written).toBe(true), { timeout: 30_000 });
  await again.stop();
  const repository = await openRepository(root('again'));
  expect(await readManifests(repository, keys)).toHaveLength(1);
  const { numbers } = await restoreAndRead(root('again'));
  expect(numbers).toEqual(expect.arrayContaining([between, last]));
});

test('a moment without any write after it is the end of the log', limit, async () => {
  const backup = startContinuousBackup(source(), { root: root('quiet'), keepDays: 30, log, everyMs: 50 });
  await vi.waitFor(() => expect(backup.state.newestBaseAt).not.toBeNull(), { timeout: 60_000 });
  const last = await write();
  const quiet = await databaseClock();
  await vi.waitFor(() => expect(backup.state.keptUntil! > quiet).toBe(true), { timeout: 30_000 });
  await backup.stop();
  expect((await restoreAndRead(root('quiet'), { at: quiet })).numbers).toContain(last);
  const late = new Date(Date.now() + 60_000);
  await expect(restoreAndRead(root('quiet'), { at: late })).rejects.toThrow('the backup reaches to');
  await expect(restoreAndRead(root('quiet'), { at: new Date(0) })).rejects.toThrow(
    'the earliest backup is of',
  );
});

test('moments between two single backups are refused, not guessed', limit, async () => {
  await backUpOnce(source(), root('gap'), keys.at(-1)!);
  await write();
  await pool.query('SELECT pg_switch_wal()');
  await write();
  await pool.query('SELECT pg_switch_wal()');
  const between = await databaseClock();
  await write();
  await backUpOnce(source(), root('gap'), keys.at(-1)!);
  const check = await checkBackup(await openRepository(root('gap')), keys);
  expect(check.gaps).toEqual([check.bases[0]!.stamp]);
  await expect(restoreAndRead(root('gap'), { at: between, to: 'gap-target' })).rejects.toThrow(
    'breaks off before it',
  );
  // And nothing is left of the attempt.
  expect(await readdir(join(folder, 'gap-target'))).toEqual([]);
});

test('a backup that stood still too long begins anew', limit, async () => {
  const options = { root: root('lost'), keepDays: 30, log, everyMs: 50 };
  const first = startContinuousBackup(source(), options);
  await vi.waitFor(() => expect(first.state.newestBaseAt).not.toBeNull(), { timeout: 60_000 });
  await first.stop();
  await dropSlot(source());
  const again = startContinuousBackup(source(), options);
  await vi.waitFor(() => expect(again.state.newestBaseAt).not.toBeNull(), { timeout: 60_000 });
  await again.stop();
  expect(await readManifests(await openRepository(root('lost')), keys)).toHaveLength(2);
  await dropSlot(source());
  const { rows } = await pool.query('SELECT FROM pg_replication_slots WHERE slot_name = $1', [slotName]);
  expect(rows).toEqual([]);
});

test('a restore overwrites nothing, and one cut short is not started by mistake', limit, async () => {
  const full = join(folder, 'full');
  await mkdir(full);
  await writeFile(join(full, 'mine'), 'x');
  await expect(restoreAndRead(root('hot'), { to: 'full' })).rejects.toThrow('is not empty (mine)');
  expect(await readFile(join(full, 'mine'), 'utf8')).toBe('x');
  const half = join(folder, 'half');
  await mkdir(join(half, 'restoring', 'postgres'), { recursive: true });
  await expect(startPostgres({ dataDir: half, log })).rejects.toThrow('was cut short');
  expect((await restoreAndRead(root('hot'), { to: 'half' })).numbers.length).toBeGreaterThan(0);
});

test('wrong folders, keys and owners are named', limit, async () => {
  await expect(openRepository(folder)).rejects.toThrow('is no backup folder');
  await expect(backUpOnce(source(), folder, keys.at(-1)!)).rejects.toThrow(
    'neither empty nor a backup folder',
  );
  const other = (await ensureKey(join(folder, 'other-key'))).keys;
  const repository = await openRepository(root('hot'));
  await expect(
    restore({
      repository,
      keys: other,
      dataDir: join(folder, 'x'),
      at: null,
      log,
      beforeUse: async () => [],
    }),
  ).rejects.toThrow(`needs the recovery key ${keys[0]!.id}`);
  const clear = JSON.parse(await readFile(join(root('hot'), 'repository.json'), 'utf8')) as object;
  const change = (part: object) =>
    writeFile(join(root('hot'), 'repository.json'), JSON.stringify({ ...clear, ...part }));
  await change({ systemIdentifier: '1' });
  await expect(backUpOnce(source(), root('hot'), keys.at(-1)!)).rejects.toThrow(
    'holds backups of another database',
  );
  await change({ writer: 'another' });
  await expect(backUpOnce(source(), root('hot'), keys.at(-1)!)).rejects.toThrow(
    'is written by another installation',
  );
  await backUpOnce(source(), root('hot'), keys.at(-1)!, { takeOver: true });
  expect(await readManifests(await openRepository(root('hot')), keys)).toHaveLength(2);
});

test('one changed byte anywhere is found by the check and refused by the restore', limit, async () => {
  await backUpOnce(source(), root('tampered'), keys.at(-1)!);
  const repository = await openRepository(root('tampered'));
  const all = (await readdir(root('tampered'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'repository.json')
    .map((entry) => join(entry.parentPath, entry.name));
  const stored = all.filter((file) => file.includes('/files/')).slice(0, 3);
  const files = [...all.filter((file) => !file.includes('/files/')), ...stored];
  for (const file of files) {
    const whole = await readFile(file);
    const changed = Buffer.from(whole);
    const at = Math.floor(whole.length / 2);
    changed[at] = changed[at]! ^ 0x10;
    await writeFile(file, changed);
    await expect(checkBackup(repository, keys)).rejects.toThrow(`${file} is damaged`);
    await writeFile(file, whole);
  }
  const [base] = await readManifests(repository, keys);
  const cluster = join(root('tampered'), 'base', base!.stamp, 'cluster');
  await appendFile(cluster, 'x');
  await expect(restoreAndRead(root('tampered'))).rejects.toThrow(`${cluster} is damaged`);
  await rm(cluster);
  await expect(restoreAndRead(root('tampered'))).rejects.toThrow(`${cluster} is damaged`);
});

test('a stored file that is gone from the backup is named, and the rest comes back', limit, async () => {
  await write('lost');
  await backUpOnce(source(), root('fileless'), keys.at(-1)!);
  const sha256 = hashOf('lost');
  await rm(join(root('fileless'), 'files', sha256.slice(0, 2), sha256.slice(2)));
  const restored = await restore({
    repository: await openRepository(root('fileless')),
    keys,
    dataDir: join(folder, 'fileless-target'),
    at: null,
    log,
    settings,
    beforeUse: async () => [sha256],
  });
  expect(restored.lostFiles).toEqual([sha256]);
});

test('what is too old goes: bases, their log, files nobody names', limit, async () => {
  const key = keys.at(-1)!;
  const old = await write('old');
  await backUpOnce(source(), root('pruned'), key);
  const oldFile = hashOf('old');
  await store.delete(oldFile);
  await pool.query('DELETE FROM written WHERE n = $1', [old]);
  await pool.query('SELECT pg_switch_wal()');
  await backUpOnce(source(), root('pruned'), key);
  await pool.query('SELECT pg_switch_wal()');
  const last = await backUpOnce(source(), root('pruned'), key);
  const repository = await openRepository(root('pruned'));
  const kept = join(root('pruned'), 'files', oldFile.slice(0, 2), oldFile.slice(2));
  await utimes(kept, new Date(0), new Date(0));
  await mkdir(join(root('pruned'), 'base', '20200101T000000Z'));
  const logBefore = (await readdir(join(root('pruned'), 'wal'))).length;
  const now = new Date(Date.parse(last.stoppedAt) + 86_400_000);
  const removed = await prune(repository, keys, { keepDays: 1, now, present: last.files });
  expect(removed).toHaveLength(2);
  expect((await readdir(join(root('pruned'), 'wal'))).length).toBeLessThan(logBefore);
  expect(await readdir(join(kept, '..'))).not.toContain(oldFile.slice(2));
  expect((await checkBackup(repository, keys)).gaps).toEqual([]);
  await restoreAndRead(root('pruned'));
  expect(await readStatus(repository, keys)).not.toBeNull();
});
