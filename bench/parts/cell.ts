import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openClock, type Clock } from '../../src/platform/clock.ts';
import { openDatabase, type Database } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { startPostgres } from '../../src/platform/postgres/supervisor.ts';

export interface BenchedCell extends Database {
  readonly clock: Clock;
  readonly dataDir: string;
  /** Moves the product's clock; every later `app_now()` counts on from there. */
  setClock(now: Date): Promise<void>;
  end(): Promise<void>;
}

/**
 * The product's database without its server: for work of jobs, whose days a bench must be able to choose.
 *
 * @param settings - over the supervisor's own, as `name: value`.
 */
export async function startCell({
  connections = 8,
  settings = {},
}: { connections?: number; settings?: Record<string, string> } = {}): Promise<BenchedCell> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nol-bench-'));
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const postgres = await startPostgres({ dataDir, log: silent, settings });
  const database = openDatabase(postgres.connection, { max: connections });
  await migrate(database.db);
  const clock = await openClock(database.db);
  return {
    ...database,
    clock,
    dataDir,
    async setClock(now) {
      await sql`UPDATE clock SET clock_offset = ${now}::timestamptz - clock_timestamp()`.execute(database.db);
      await clock.refresh(database.db);
    },
    async end() {
      await database.close();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
