import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { currentHolder } from '../data-folder.ts';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { findRunning, stopPostmaster } from '../postgres/postmaster.ts';
import { startPostgres, type EmbeddedPostgres, type PostgresConnection } from '../postgres/supervisor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Socket at which test files ask for the shared cluster. */
    testClusterSocket: string;
  }
}

/** Name of the migrated database that every test database is a copy of. */
export const templateName = 'template_migrated';

/** Folders of test clusters in the temporary folder; what a killed run left there is swept by the next. */
export const testFolderPrefix = 'nol-test-';

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * One cluster for all test files of a run, started when the first of them asks.
 *
 * A run of pure rule tests starts no database at all.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepAbandoned();
  const folder = await mkdtemp(join(tmpdir(), testFolderPrefix));
  let cluster: Promise<EmbeddedPostgres> | null = null;
  const server = await listen(join(folder, 'ask'), async () => {
    cluster ??= startTestCluster(folder);
    return (await cluster).connection;
  });
  project.provide('testClusterSocket', join(folder, 'ask'));
  return async () => {
    server.close();
    const started = await Promise.resolve(cluster).catch(() => null);
    await started?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A cluster with one migrated database, `templateName`; nothing in it survives a power cut. */
export async function startTestCluster(folder: string): Promise<EmbeddedPostgres> {
  const cluster = await startPostgres({
    dataDir: join(folder, 'data'),
    log: silentLog,
    // Nothing here must survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  const admin = openDatabase(cluster.connection, { max: 1 });
  await admin.pool.query(`CREATE DATABASE ${templateName}`);
  await admin.close();
  const template = openDatabase({ ...cluster.connection, database: templateName }, { max: 1 });
  await migrate(template.db);
  await template.close();
  return cluster;
}

async function listen(path: string, answer: () => Promise<PostgresConnection>): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void answer().then(
      (connection) => socket.end(JSON.stringify({ connection })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

// A run that was killed could not stop its cluster.
async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(testFolderPrefix)) continue;
    const folder = join(tmpdir(), name);
    const dataDir = join(folder, 'data');
    const found = await findRunning({ cluster: join(dataDir, 'postgres', 'cluster') });
    if (found === null || (await currentHolder(dataDir)) !== null) continue;
    await stopPostmaster(found.postmaster);
    await rm(folder, { recursive: true, force: true });
  }
}
