import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { readPassword } from '../../src/platform/postgres/layout.ts';
import { findRunning } from '../../src/platform/postgres/postmaster.ts';
import { connectionTo } from '../../src/platform/postgres/supervisor.ts';
import {
  removeServerData,
  startServerProcess,
  type ServerProcess,
} from '../../src/platform/testing/server-process.ts';

export interface BenchedProduct {
  readonly server: ServerProcess;
  readonly host: string;
  readonly port: number;
  /** The same database, beside the server: for making data and for references. */
  readonly database: Database;
  close(): Promise<void>;
}

/** The product as `npm start` runs it, in its own process, with an empty database of its own. */
export async function startProduct({
  connections = 4,
}: { connections?: number } = {}): Promise<BenchedProduct> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nol-bench-'));
  const server = await startServerProcess({ dataDir, env: { LOG_LEVEL: 'warn' } });
  const root = join(dataDir, 'postgres');
  const running = await findRunning({ cluster: join(root, 'cluster') });
  const password = await readPassword({ root });
  if (running === null || password === null)
    throw new Error('the database of the benched server is not there');
  const database = openDatabase(connectionTo(running.sockets, password), { max: connections });
  const { hostname, port } = new URL(server.url);
  return {
    server,
    host: hostname,
    port: Number(port),
    database,
    async close() {
      await database.close();
      await server.stop();
      await removeServerData(dataDir);
    },
  };
}
