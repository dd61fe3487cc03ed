import { stat, copyFile, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { ensureDataFolder, holdDataFolder, type DataFolderHold, type Holder } from '../data-folder.ts';
import { diskFull, errorCode, StartRefusal } from '../start-refusal.ts';
import { binariesVersion, findBinaries } from './binaries.ts';
import { databaseName, databaseUser, ensureCluster, type Settings } from './cluster.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import { ensureLayout, ensurePassword, type Layout } from './layout.ts';
import { findRunning, launch, PostmasterEnded, stopPostmaster, type Postmaster } from './postmaster.ts';

/** What `pg` needs to connect. `host` is the folder of the unix socket. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** `restarting`: it died and comes back by itself. `failed`: it does not come back; tried on every 5 s. */
export type PostgresState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

/** The part of the logger that the supervisor uses. */
export interface SupervisorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmbeddedPostgres {
  readonly connection: PostgresConnection;
  readonly url: string;
  /** Process number of the postmaster; changes when it is restarted. */
  readonly pid: number;
  readonly state: PostgresState;
  /** Whether a database left running by a killed server was taken over. */
  readonly adopted: boolean;
  /** Stops the database and gives the data folder free. May be called twice. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly dataDir: string;
  readonly log: SupervisorLog;
  readonly onStateChange?: (state: PostgresState) => void;
  readonly holder?: Holder;
  /** The caller holds the data folder already, and gives it free itself. */
  readonly held?: boolean;
  /** Settings that win over ours; for tests. */
  readonly settings?: Settings;
}

/** How long a database that died is tried again before the alarm, in milliseconds. */
const restartLimitMs = 30_000;
const alarmRetryMs = 5_000;
const largestLogBytes = 20_000_000;

/**
 * Starts PostgreSQL in `DATA_DIR/postgres` and keeps it running until `stop()`.
 *
 * The first start makes the cluster. A database left running by a killed server is adopted when it is
 * healthy, of the same version and of the same settings, else stopped. It listens on a unix socket only.
 *
 * @throws {StartRefusal} with a sentence for the person at the terminal.
 */
export async function startPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const dataDir = await ensureDataFolder(options.dataDir);
  if (options.held) return supervise(dataDir, null, options);
  const hold = await holdDataFolder(dataDir, options.holder ?? 'server');
  try {
    return await supervise(dataDir, hold, options);
  } catch (error) {
    await hold.release();
    throw error;
  }
}

async function supervise(
  dataDir: string,
  hold: DataFolderHold | null,
  { log, onStateChange, settings }: StartOptions,
): Promise<EmbeddedPostgres> {
  let state: PostgresState = 'starting';
  const enter = (next: PostgresState) => {
    if (state === next) return;
    state = next;
    onStateChange?.(next);
  };
  const layout = await ensureLayout(dataDir);
  const identity = await chooseIdentity(layout.root, await findBinaries());
  const password = await ensurePassword(layout);
  const { settingsChanged } = await ensureCluster(layout, identity, password, settings);
  const found = await adoptOrStop(layout, identity, password, settingsChanged, log);
  const sockets = found?.sockets ?? layout.sockets;
  let postmaster = found?.postmaster ?? (await firstLaunch(layout, identity));
  const connection = connectionTo(sockets, password);
  await ensureDatabase(connection);
  enter('ready');
  log.info({ pid: postmaster.pid, runsAs: identity.kind, adopted: found !== null }, 'database ready');

  let stopping = false;
  let comingBack: Promise<void> = Promise.resolve();
  const bringBack = async () => {
    enter('restarting');
    log.warn({ pid: postmaster.pid }, 'database died, restarting');
    const diedAt = performance.now();
    const alarm = () => enter('failed');
    const next = await relaunch({ ...layout, sockets }, identity, () => stopping, alarm, log);
    if (next === null) return;
    postmaster = next;
    enter('ready');
    log.info({ pid: next.pid, downMs: Math.round(performance.now() - diedAt) }, 'database back');
    watch();
  };
  const watch = () => {
    void postmaster.ended.then(() => {
      if (!stopping) comingBack = bringBack();
    });
  };
  watch();
  const logKeeper = setInterval(() => void keepLogSmall(layout.log, log), 3_600_000);
  logKeeper.unref();

  let stopped: Promise<void> | null = null;
  return {
    connection,
    url: `postgresql://${databaseUser}:${password}@/${databaseName}?host=${encodeURIComponent(sockets)}`,
    get pid() {
      return postmaster.pid;
    },
    get state() {
      return state;
    },
    adopted: found !== null,
    stop() {
      stopped ??= (async () => {
        stopping = true;
        clearInterval(logKeeper);
        await stopPostmaster(postmaster);
        // It may have died just before: then its successor, on the way, is stopped by `relaunch`.
        await comingBack;
        await stopPostmaster(postmaster);
        enter('stopped');
        await hold?.release();
      })();
      return stopped;
    },
  };
}

/** How to connect to the embedded database whose socket lies in `sockets`. */
export function connectionTo(sockets: string, password: string, database = databaseName): PostgresConnection {
  return { host: sockets, port: 5432, user: databaseUser, password, database };
}

/** Takes over what a killed server left running, or stops it. */
async function adoptOrStop(
  layout: Layout,
  identity: Identity,
  password: string,
  settingsChanged: boolean,
  log: SupervisorLog,
): Promise<{ postmaster: Postmaster; sockets: string } | null> {
  const found = await findRunning(layout);
  if (found === null) return null;
  const reason = settingsChanged
    ? 'settings changed'
    : await reasonAgainst(connectionTo(found.sockets, password, 'postgres'), identity);
  if (reason === null) return found;
  log.warn({ pid: found.postmaster.pid, reason }, 'stopping the database a killed server left running');
  await stopPostmaster(found.postmaster);
  return null;
}

async function reasonAgainst(connection: PostgresConnection, identity: Identity): Promise<string | null> {
  const until = performance.now() + 5_000;
  for (;;) {
    try {
      const running = await withClient(connection, async (client) => {
        const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
        return rows[0]?.server_version.split(' ')[0];
      });
      return running === (await binariesVersion(identity.binaries)) ? null : `version ${running}`;
    } catch (error) {
      if (performance.now() > until) return `does not answer: ${errorCode(error)}`;
      await sleep(50);
    }
  }
}

async function firstLaunch(layout: Layout, identity: Identity): Promise<Postmaster> {
  const until = performance.now() + restartLimitMs;
  for (;;) {
    try {
      return await launch(layout, identity);
    } catch (error) {
      if (!isPassing(error) || performance.now() > until) throw launchRefusal(layout, error);
      await sleep(50);
    }
  }
}

/** Starts again until it runs. @returns `null` when we were told to stop meanwhile. */
async function relaunch(
  layout: Layout,
  identity: Identity,
  isStopping: () => boolean,
  alarm: () => void,
  log: SupervisorLog,
): Promise<Postmaster | null> {
  const alarmAt = performance.now() + restartLimitMs;
  let alarmed = false;
  while (!isStopping()) {
    try {
      const next = await launch(layout, identity);
      if (!isStopping()) return next;
      await stopPostmaster(next);
      return null;
    } catch (error) {
      if (!alarmed && performance.now() > alarmAt) {
        alarmed = true;
        alarm();
        log.error({ err: error }, 'database does not come back');
      }
      await sleep(alarmed ? alarmRetryMs : isPassing(error) ? 20 : 200);
    }
  }
  return null;
}

// Seen after a kill: children of the dead postmaster still hold its memory for some milliseconds.
function isPassing(error: unknown): boolean {
  return (
    error instanceof PostmasterEnded &&
    /pre-existing shared memory block|is still in use|lock file .* already exists|is starting up/.test(
      error.output,
    )
  );
}

function launchRefusal(layout: Layout, error: unknown): unknown {
  if (!(error instanceof PostmasterEnded)) return error;
  if (/No space left on device|Disk quota exceeded/.test(error.output)) return diskFull(layout.root, error);
  const reason =
    error.output
      .trim()
      .split('\n')
      .find((line) => /FATAL|PANIC/.test(line)) ?? error.message;
  return new StartRefusal(
    'database_not_started',
    {
      zh: `数据库没有启动：${reason}（日志：${layout.log}）`,
      en: `The database did not start: ${reason} (log: ${layout.log})`,
    },
    { cause: error },
  );
}

async function ensureDatabase(connection: PostgresConnection): Promise<void> {
  try {
    await withClient(connection, async () => undefined);
  } catch (error) {
    // 3D000: there is no such database yet.
    if (errorCode(error) !== '3D000') throw error;
    await withClient({ ...connection, database: 'postgres' }, (client) =>
      client.query(`CREATE DATABASE ${databaseName}`),
    );
  }
}

async function withClient<T>(
  connection: PostgresConnection,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 });
  // A database that dies under an idle client is reported by the query in progress, if there is one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

// The database appends to the open file, so it is emptied in place.
async function keepLogSmall(file: string, log: SupervisorLog): Promise<void> {
  try {
    if ((await stat(file)).size < largestLogBytes) return;
    await copyFile(file, `${file}.1`);
    await truncate(file);
  } catch (error) {
    log.warn({ err: error }, 'database log not shortened');
  }
}
