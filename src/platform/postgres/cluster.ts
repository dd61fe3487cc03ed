import { spawn } from 'node:child_process';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { diskFull, errorCode, isDiskFull, StartRefusal } from '../start-refusal.ts';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

export const databaseUser = 'nol';
export const databaseName = 'nol';

/** Settings of PostgreSQL by name, as they stand in `postgresql.conf`. */
export type Settings = Readonly<Record<string, string>>;

// For a machine with two cores and 4 GB that serves a school. `local.conf` beside it wins.
const settings: Settings = {
  listen_addresses: "''",
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  // A backup that stands still holds the log so far; then the backup begins anew rather than fill the disk.
  max_slot_wal_keep_size: "'4GB'",
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  jit: 'off',
  io_workers: '2',
  password_encryption: "'scram-sha-256'",
  timezone: "'UTC'",
  log_timezone: "'UTC'",
  // Statements of a client that was killed must not hold locks against its successor.
  client_connection_check_interval: "'1s'",
  // Statements, parameters and details hold personal data: they stay out of the log.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: "'%m [%p] '",
};

/** What a new database and its first log of changes take, with room to work. */
const newClusterBytes = 128 * 1024 * 1024;

const hostRules = ['local all all scram-sha-256', 'local replication all scram-sha-256', ''].join('\n');

/**
 * Makes the cluster when there is none, and writes its settings.
 *
 * A first start cut short leaves nothing that the next one would trip over: the cluster is made aside
 * and renamed when it is whole.
 */
export async function ensureCluster(
  layout: Layout,
  identity: Identity,
  password: string,
  extra: Settings = {},
): Promise<{ settingsChanged: boolean }> {
  const version = await readVersion(layout);
  if (version === null) {
    if (await isDiskFull(layout.root, newClusterBytes)) throw diskFull(layout.root);
    await initialise(layout, identity, password);
  } else if (version !== '18') throw otherVersion(layout, version);
  return { settingsChanged: await writeSettings(layout, identity, { ...settings, ...extra }) };
}

async function readVersion(layout: Layout): Promise<string | null> {
  try {
    return (await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function initialise(layout: Layout, identity: Identity, password: string): Promise<void> {
  const draft = `${layout.cluster}.draft`;
  const passwordFile = join(layout.root, 'initdb-password');
  await rm(draft, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await own(passwordFile, identity);
  try {
    const { code, output } = await run(identity, identity.binaries.initdb, [
      `--pgdata=${draft}`,
      `--username=${databaseUser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
      // One sync of the file system instead of one for each of a thousand small files.
      '--sync-method=syncfs',
    ]);
    if (code !== 0) throw initialiseFailed(layout, output);
    await rename(draft, layout.cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function run(
  identity: Identity,
  program: string,
  programArgs: string[],
): Promise<{ code: number | null; output: string }> {
  const { file, args } = identity.command(program, programArgs);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: databaseEnvironment(),
      ...identity.spawnIds,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** English messages (they are read by the supervisor), and nothing of the application's own settings. */
export function databaseEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** @returns whether the settings differ from those written before. */
async function writeSettings(layout: Layout, identity: Identity, all: Settings): Promise<boolean> {
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const text = [
    '# Written at every start. Own settings belong into local.conf beside this file.',
    ...lines,
    "include_if_exists = 'local.conf'",
    '',
  ].join('\n');
  const file = join(layout.cluster, 'postgresql.conf');
  if ((await readFile(file, 'utf8')) === text) return false;
  for (const [path, content] of [
    [join(layout.cluster, 'pg_hba.conf'), hostRules],
    [file, text],
  ] as const) {
    await writeFile(`${path}.draft`, content, { mode: 0o600 });
    await own(`${path}.draft`, identity);
    await rename(`${path}.draft`, path);
  }
  return true;
}

async function own(file: string, identity: Identity): Promise<void> {
  if (identity.kind === 'user') await chown(file, identity.uid, identity.gid);
}

function initialiseFailed(layout: Layout, output: string): Error {
  if (/No space left on device|Disk quota exceeded|wrote only \d+ of/.test(output)) {
    return diskFull(layout.root);
  }
  const reason = output.split('\n').find((line) => /error|could not|fatal/i.test(line)) ?? output.trim();
  return new StartRefusal('database_not_created', {
    zh: `无法在 ${layout.root} 建立数据库：${reason}`,
    en: `The database could not be created in ${layout.root}: ${reason}`,
  });
}

function otherVersion(layout: Layout, version: string): StartRefusal {
  return new StartRefusal('database_version', {
    zh: `${layout.root} 中的数据库是 PostgreSQL ${version}，本程序需要 18。请用当时的程序备份后再导入，或用 DATA_DIR 指定另一个文件夹。`,
    en: `The database in ${layout.root} is of PostgreSQL ${version}; this program needs 18. Back it up with the program it came from, or name another folder with DATA_DIR.`,
  });
}
