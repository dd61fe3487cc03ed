import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { processBirth } from '../processes.ts';
import { binariesVersion, findBinaries } from './binaries.ts';
import { chooseIdentity } from './identity.ts';
import { longestSocketPath, socketName } from './layout.ts';
import { findRunning, stopPostmaster } from './postmaster.ts';
import { startPostgres, type EmbeddedPostgres, type PostgresState } from './supervisor.ts';

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let dataDir: string;
const folders: string[] = [];

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nol-supervisor-'));
  folders.push(folder);
  return folder;
};

beforeEach(async () => {
  dataDir = await newFolder();
});

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    const left = await findRunning({ cluster: join(folder, 'postgres', 'cluster') });
    if (left) await stopPostmaster(left.postmaster);
    await rm(folder, { recursive: true, force: true });
  }
});

const withClient = async <T>(connection: pg.ClientConfig, use: (client: pg.Client) => Promise<T>) => {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

const oneValue = async (postgres: EmbeddedPostgres, query: string) =>
  withClient(
    postgres.connection,
    async (client) => (await client.query({ text: query, rowMode: 'array' })).rows[0]?.[0],
  );

/** Another process that starts the database, as a killed application would have. */
async function startElsewhere(folder: string): Promise<{ app: ChildProcess; pid: number }> {
  const app = fork(join(import.meta.dirname, '../testing/postgres-holder.ts'), [folder], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [pid] = (await once(app, 'message')) as [number];
  return { app, pid };
}

async function killHard(app: ChildProcess): Promise<void> {
  app.kill('SIGKILL');
  await once(app, 'exit');
}

test('it speaks on a socket in its own folder only, asks for a password and checks its pages', async () => {
  const postgres = await startPostgres({ dataDir, log });
  expect(await oneValue(postgres, 'SHOW listen_addresses')).toBe('');
  expect(await oneValue(postgres, 'SHOW data_checksums')).toBe('on');
  expect(await oneValue(postgres, 'SHOW fsync')).toBe('on');
  expect(
    await oneValue(
      postgres,
      `SELECT concat(datlocprovider, datlocale) FROM pg_database WHERE datname = 'nol'`,
    ),
  ).toBe('bC.UTF-8');
  await expect(withClient({ ...postgres.connection, password: 'guess' }, async () => 1)).rejects.toThrow(
    'password',
  );
  await withClient({ connectionString: postgres.url }, async (client) => client.query('SELECT 1'));
  expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o077).toBe(0);
  await postgres.stop();
  await postgres.stop();
  expect(processBirth(postgres.pid)).toBeNull();
});

test('a killed postmaster comes back by itself, and every acknowledged row is there once', async () => {
  const states: PostgresState[] = [];
  const postgres = await startPostgres({ dataDir, log, onStateChange: (state) => states.push(state) });
  const pool = new pg.Pool({ ...postgres.connection, max: 8 });
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE written (n int PRIMARY KEY)');
  const acknowledged: number[] = [];
  let next = 0;
  const writing = new AbortController();
  const writer = async () => {
    while (!writing.signal.aborted) {
      const n = next++;
      const done = await pool.query('INSERT INTO written VALUES ($1)', [n]).then(
        () => true,
        () => sleep(5).then(() => false),
      );
      if (done) acknowledged.push(n);
    }
  };
  const writers = Array.from({ length: 8 }, writer);
  for (let round = 0; round < 5; round++) {
    await sleep(200);
    const before = postgres.pid;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(postgres.pid).not.toBe(before), { timeout: 60_000, interval: 5 });
    await vi.waitFor(() => pool.query('SELECT 1'), { timeout: 60_000, interval: 5 });
  }
  writing.abort();
  await Promise.all(writers);
  const { rows } = await pool.query<{ n: number }>('SELECT n FROM written');
  const there = new Set(rows.map(({ n }) => n));
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
  expect(states.filter((state) => state === 'restarting')).toHaveLength(5);
  await pool.end();
  await postgres.stop();
});

test('a killed session of the database costs that session only', async () => {
  const postgres = await startPostgres({ dataDir, log });
  const client = new pg.Client(postgres.connection);
  const lost = once(client, 'error');
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
  await lost;
  await vi.waitFor(() => oneValue(postgres, 'SELECT 1'), { timeout: 10_000, interval: 10 });
  expect(postgres.state).toBe('ready');
  await postgres.stop();
});

test('the database of a killed application is taken over as it runs', async () => {
  const { app, pid } = await startElsewhere(dataDir);
  await killHard(app);
  expect(processBirth(pid)).not.toBeNull();
  const postgres = await startPostgres({ dataDir, log });
  expect([postgres.pid, postgres.adopted]).toEqual([pid, true]);
  // And it is watched: killed, it comes back.
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect(postgres.pid).not.toBe(pid), { timeout: 10_000 });
  await vi.waitFor(() => oneValue(postgres, 'SELECT 1'), { timeout: 10_000 });
  await postgres.stop();
  expect(processBirth(postgres.pid)).toBeNull();
});

test('the database of a killed application is replaced when its settings are no longer ours', async () => {
  const { app, pid } = await startElsewhere(dataDir);
  await killHard(app);
  const postgres = await startPostgres({ dataDir, log, settings: { work_mem: '5MB' } });
  expect(postgres.adopted).toBe(false);
  expect(processBirth(pid)).toBeNull();
  expect(await oneValue(postgres, 'SHOW work_mem')).toBe('5MB');
  await postgres.stop();
});

test('application and database killed together leave nothing in the way of the next start', async () => {
  const { app, pid } = await startElsewhere(dataDir);
  process.kill(pid, 'SIGKILL');
  await killHard(app);
  // The application may have been quick enough to start it again.
  const postgres = await startPostgres({ dataDir, log });
  expect(await oneValue(postgres, 'SELECT 1')).toBe(1);
  await postgres.stop();
});

test('a second start in the same folder is refused in words and harms nothing', async () => {
  const { app, pid } = await startElsewhere(dataDir);
  await expect(startPostgres({ dataDir, log })).rejects.toThrow(
    `in use by a program that is running (process ${app.pid}`,
  );
  expect(processBirth(pid)).not.toBeNull();
  await killHard(app);
});

test('two installations live side by side', async () => {
  const other = await newFolder();
  const [one, two] = await Promise.all([
    startPostgres({ dataDir, log }),
    startPostgres({ dataDir: other, log }),
  ]);
  await withClient(one.connection, (client) => client.query('CREATE TABLE mine ()'));
  expect(await oneValue(two, `SELECT to_regclass('mine')`)).toBeNull();
  await one.stop();
  expect(await oneValue(two, 'SELECT 1')).toBe(1);
  await two.stop();
});

test('a path too long for a socket gets one elsewhere that nobody else may enter', async () => {
  const deep = join(dataDir, 'a'.repeat(100));
  const postgres = await startPostgres({ dataDir: deep, log });
  expect(Buffer.byteLength(join(postgres.connection.host, socketName))).toBeLessThanOrEqual(
    longestSocketPath,
  );
  expect((await stat(postgres.connection.host)).mode & 0o777).toBe(0o700);
  expect(await oneValue(postgres, 'SELECT 1')).toBe(1);
  await postgres.stop();
  await rm(postgres.connection.host, { recursive: true });
});

test('a first start that was cut short is made again from the beginning', async () => {
  await mkdir(join(dataDir, 'postgres', 'cluster.draft', 'base'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'cluster.draft', 'PG_VERSION'), '18\n');
  const postgres = await startPostgres({ dataDir, log });
  expect(await oneValue(postgres, 'SELECT 1')).toBe(1);
  await postgres.stop();
});

test('a file where the data folder should be is named', async () => {
  await writeFile(join(dataDir, 'file'), '');
  await expect(startPostgres({ dataDir: join(dataDir, 'file'), log })).rejects.toThrow(
    'There is a file where the data folder',
  );
});

test('a data folder in which nobody may write is named', async () => {
  // Not even root may make folders here.
  await expect(startPostgres({ dataDir: '/sys/not-one-less', log })).rejects.toThrow(
    '/sys/not-one-less is not writable',
  );
});

test('a full disk is named, at the first start and later, and nothing stored is lost', async ({ skip }) => {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=140m,mode=700', 'tmpfs', dataDir]);
  if (mounted.status !== 0) skip('only root may mount a small disk');
  try {
    await writeFile(join(dataDir, 'filler'), Buffer.alloc(60_000_000));
    await expect(startPostgres({ dataDir, log })).rejects.toThrow('is full');
    await rm(join(dataDir, 'filler'));
    const postgres = await startPostgres({ dataDir, log });
    const pool = new pg.Pool({ ...postgres.connection, max: 1 });
    pool.on('error', () => undefined);
    await pool.query('CREATE TABLE kept AS SELECT 1 AS n');
    // Unlogged: the tables fill the disk, not PostgreSQL's log of changes.
    const grow = async () => {
      for (;;)
        await pool.query(
          `CREATE UNLOGGED TABLE t${Date.now()} AS SELECT repeat('x', 900) FROM generate_series(1, 5000)`,
        );
    };
    await expect(grow()).rejects.toThrow(/No space left|wrote only/);
    await withClient(postgres.connection, async (client) => {
      await client.query(
        `DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE tablename ~ '^t[0-9]' LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END $$`,
      );
    });
    expect(await oneValue(postgres, 'SELECT n FROM kept')).toBe(1);
    await pool.end();
    await postgres.stop();
  } finally {
    spawnSync('umount', ['-l', dataDir]);
  }
});

test('a cluster of another PostgreSQL is left alone', async () => {
  await mkdir(join(dataDir, 'postgres', 'cluster'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '17\n');
  await expect(startPostgres({ dataDir, log })).rejects.toThrow('is of PostgreSQL 17; this program needs 18');
});

test.runIf(process.getuid?.() === 0)(
  'root without user namespaces hands the database to a system user',
  async () => {
    const folder = join(dataDir, 'postgres');
    await mkdir(folder);
    const identity = await chooseIdentity(folder, await findBinaries(), { uid: 0, namespace: false });
    expect(identity.kind).toBe('user');
    expect(identity.uid).not.toBe(0);
    expect((await stat(folder)).uid).toBe(identity.uid);
    expect(await binariesVersion(identity.binaries)).toMatch(/^18\./);
  },
);
