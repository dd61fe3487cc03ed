import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import type pg from 'pg';
import { afterAll, inject } from 'vitest';

import { openDatabase, type Db } from '../database.ts';
import type { PostgresConnection } from '../postgres/supervisor.ts';
import { templateName } from './cluster.ts';

export interface TestDatabase {
  readonly db: Db;
  readonly pool: pg.Pool;
  readonly url: string;
  readonly connection: PostgresConnection;
}

/**
 * A fresh migrated database for this test file, dropped after it.
 *
 * Call it once at the top of the file: `const { db } = await testDatabase()`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const cluster = await askForCluster(inject('testClusterSocket'));
  const admin = openDatabase({ ...cluster, database: 'postgres' }, { max: 1 });
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin.pool.query(`CREATE DATABASE ${name} TEMPLATE ${templateName}`);
  const connection = { ...cluster, database: name };
  const database = openDatabase(connection, { max: 10 });
  afterAll(async () => {
    await database.close();
    await admin.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.close();
  });
  const url = `postgresql://${cluster.user}:${cluster.password}@/${name}?host=${encodeURIComponent(cluster.host)}`;
  return { db: database.db, pool: database.pool, url, connection };
}

async function askForCluster(path: string): Promise<PostgresConnection> {
  const answer = JSON.parse(await text(connect(path))) as
    | { connection: PostgresConnection }
    | { error: string };
  if ('error' in answer) throw new Error(`the test cluster did not start: ${answer.error}`);
  return answer.connection;
}
