import { tmpdir } from 'node:os';
import pg from 'pg';
import { Kysely, PostgresDialect } from 'kysely';
import { buildApp } from '../../src/app.ts';
import { inProcessBus } from '../../src/platform/bus.ts';
import { readConfig } from '../../src/platform/config.ts';
import { localFileStore } from '../../src/platform/files.ts';
import { createLogger } from '../../src/platform/log.ts';
import { secretsFrom } from '../../src/platform/secrets.ts';

/** The OpenAPI document of the product, from its routes; no database is asked. */
export async function describeApi(): Promise<object> {
  // A pool connects at its first query, and describing asks none.
  const pool = new pg.Pool({ host: 'no-database.invalid' });
  const app = await buildApp({
    db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
    pool,
    now: () => new Date(0),
    config: readConfig({ DATA_DIR: tmpdir() }, 'local'),
    log: createLogger({ level: 'silent' }),
    bus: inProcessBus({
      onError: (error) => {
        throw error;
      },
    }),
    jobs: {
      define: async () => undefined,
      send: async () => {
        throw new Error('No job runs while the API is described.');
      },
      start: async () => undefined,
      dropOutward: async () => 0,
      stop: async () => undefined,
    },
    files: localFileStore(tmpdir()),
    secrets: secretsFrom(Buffer.alloc(32)),
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  await pool.end();
  return document;
}
