import pg from 'pg';

import type { Config } from '../config.ts';
import { currentHolder, ensureDataFolder } from '../data-folder.ts';
import { requireKeyOfDatabase } from '../secrets.ts';
import { errorCode, StartRefusal } from '../start-refusal.ts';
import { ensureLayout, readPassword } from './layout.ts';
import { findRunning } from './postmaster.ts';
import { connectionTo, startPostgres, type PostgresState, type SupervisorLog } from './supervisor.ts';

/** The database of this installation: embedded or external. */
export interface OpenedPostgres {
  readonly connection: pg.PoolConfig;
  /** `external`, or what the supervisor says. */
  readonly state: PostgresState | 'external';
  readonly pid: number | null;
  stop(): Promise<void>;
}

interface OpenOptions {
  readonly log: SupervisorLog;
  readonly onStateChange?: (state: PostgresState) => void;
}

/** Opens the database for the server. The caller holds the data folder. @throws {StartRefusal} */
export async function openPostgres(config: Config, options: OpenOptions): Promise<OpenedPostgres> {
  if (config.databaseUrl !== null) return openExternal(config.databaseUrl);
  await requireKeyOfDatabase(config.dataDir);
  return startPostgres({ dataDir: config.dataDir, held: true, ...options });
}

/**
 * Opens the database for one command: the running server's, else its own for as long as the command
 * lasts.
 *
 * @returns `serverRuns`: whether the server is running beside us; `serverAddress`: where people find it, once it listens.
 */
export async function openPostgresForCommand(
  config: Config,
  options: OpenOptions,
): Promise<OpenedPostgres & { serverRuns: boolean; serverAddress: string | null }> {
  const dataDir = await ensureDataFolder(config.dataDir);
  const holder = await currentHolder(dataDir);
  const serverRuns = holder?.holder === 'server';
  const beside = { serverRuns, serverAddress: (serverRuns && holder.address) || null };
  if (config.databaseUrl !== null) return { ...(await openExternal(config.databaseUrl)), ...beside };
  if (!serverRuns) {
    await requireKeyOfDatabase(dataDir);
    const started = await startPostgres({ dataDir, holder: 'command', ...options });
    return {
      connection: started.connection,
      state: 'ready',
      pid: started.pid,
      stop: started.stop,
      ...beside,
    };
  }
  const layout = await ensureLayout(dataDir);
  const [running, password] = await Promise.all([findRunning(layout), readPassword(layout)]);
  if (running === null || password === null) {
    throw new StartRefusal('database_starting', {
      zh: '服务器正在启动，数据库尚未就绪。请稍后重试。',
      en: 'The server is starting and its database is not ready yet. Try again in a moment.',
    });
  }
  return {
    connection: connectionTo(running.sockets, password),
    state: 'ready',
    pid: running.postmaster.pid,
    // It is the server's.
    stop: async () => undefined,
    ...beside,
  };
}

async function openExternal(url: string): Promise<OpenedPostgres> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const major = Math.floor((rows[0]?.version ?? 0) / 10_000);
    if (major !== 18) {
      throw new StartRefusal('database_version', {
        zh: `DATABASE_URL 指向的是 PostgreSQL ${major}，本程序需要 18。`,
        en: `DATABASE_URL leads to PostgreSQL ${major}; this program needs 18.`,
      });
    }
  } catch (error) {
    throw externalRefusal(error);
  } finally {
    await client.end();
  }
  return { connection: { connectionString: url }, state: 'external', pid: null, stop: async () => undefined };
}

function externalRefusal(error: unknown): unknown {
  if (error instanceof StartRefusal) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  if (code === '28P01' || code === '28000') {
    return new StartRefusal(
      'database_password',
      {
        zh: 'DATABASE_URL 中的用户名或密码不被数据库接受。',
        en: 'The database does not accept the user or password in DATABASE_URL.',
      },
      { cause: error },
    );
  }
  return new StartRefusal(
    'database_unreachable',
    {
      zh: `无法连接 DATABASE_URL 指定的数据库：${reason || code}。请检查地址、网络，以及数据库是否已启动。`,
      en: `The database of DATABASE_URL cannot be reached: ${reason || code}. Check the address, the network and that the database runs.`,
    },
    { cause: error },
  );
}
