import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type pg from 'pg';

import { LossTolerantClient } from '../database.ts';
import type { PostgresConnection } from '../postgres/supervisor.ts';
import { errorCode } from '../start-refusal.ts';
import type { Lsn } from './wal-names.ts';

/** The embedded database as a backup reads it: by its connection and by its folder. */
export interface DatabaseSource {
  readonly connection: pg.ClientConfig | PostgresConnection;
  readonly dataDir: string;
  readonly cluster: string;
}

export interface DatabaseFacts {
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
  readonly postgresVersion: string;
}

/** Where the log stands on disk. All that was committed before `at` lies before `lsn`. */
export interface WalPosition {
  readonly at: string;
  readonly timeline: number;
  readonly lsn: Lsn;
}

/** Opens a session of its own: a backup must not take a request's, and its limits are not a request's. */
export async function openSession({ connection }: Pick<DatabaseSource, 'connection'>): Promise<pg.Client> {
  const client = new LossTolerantClient({
    ...connection,
    application_name: 'not-one-less backup',
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  return client;
}

export async function selectFacts(session: pg.Client): Promise<DatabaseFacts> {
  const { rows } = await session.query<DatabaseFacts>(`
    SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
      (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS "segmentBytes",
      split_part(current_setting('server_version'), ' ', 1) AS "postgresVersion"`);
  return rows[0]!;
}

export async function selectPosition(session: pg.Client): Promise<WalPosition> {
  // The clock first: what was committed before it is in the log that is read after it.
  const { rows: clocks } = await session.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const { rows } = await session.query<{ lsn: Lsn; name: string }>(
    'SELECT lsn::text, pg_walfile_name(lsn) AS name FROM pg_current_wal_flush_lsn() AS lsn',
  );
  const { lsn, name } = rows[0]!;
  return { at: clocks[0]!.at.toISOString(), timeline: Number.parseInt(name.slice(0, 8), 16), lsn };
}

/** Name of this installation in a backup folder. Not part of a backup: what is restored is another one. */
export async function ensureInstallationId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'installation');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  await writeFile(file, `${randomUUID()}\n`, { mode: 0o600, flush: true });
  return (await readFile(file, 'utf8')).trim();
}
