import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import { buildApp } from '../../src/app.ts';
import { inProcessBus } from '../../src/platform/bus.ts';
import { readConfig } from '../../src/platform/config.ts';
import type { ServerContext } from '../../src/platform/context.ts';
import { localFileStore } from '../../src/platform/files.ts';
import { createLogger } from '../../src/platform/log.ts';
import { secretsFrom } from '../../src/platform/secrets.ts';
import { quantile, round } from '../bench.ts';
import type { BenchedCell } from './cell.ts';

export interface CellApp {
  readonly ctx: ServerContext;
  /** Signs the holder of a role at a unit in. @returns the headers of their requests. */
  signIn(role: string, orgId: string): Promise<Record<string, string>>;
  /** Server time of a page's data, asked again and again. @returns milliseconds. */
  timeOf(
    paths: readonly string[],
    headers: Record<string, string>,
    times: number,
  ): Promise<{ p50Ms: number; p99Ms: number; bytes: number }>;
  close(): Promise<void>;
}

/** The product's routes over a cell, in this process and without its jobs: what a bench measures runs alone. */
export async function openCellApp(cell: BenchedCell): Promise<CellApp> {
  const ctx: ServerContext = {
    db: cell.db,
    pool: cell.pool,
    now: () => cell.clock.now(),
    config: readConfig({ DATA_DIR: cell.dataDir, PUBLIC_URL: 'http://localhost' }, 'local'),
    log: createLogger({ level: 'error' }),
    bus: inProcessBus({
      onError: (error) => {
        throw error;
      },
    }),
    jobs: {
      define: async () => undefined,
      start: async () => undefined,
      send: async () => undefined,
      dropOutward: async () => 0,
      stop: async () => undefined,
    },
    files: localFileStore(join(cell.dataDir, 'files')),
    secrets: secretsFrom(Buffer.alloc(32, 7)),
  };
  const app = await buildApp(ctx);
  await app.ready();
  return {
    ctx,
    async signIn(role, orgId) {
      const value = randomBytes(32).toString('base64url');
      const { rows } = await sql<{ appointmentId: string }>`
        WITH chosen AS (
          SELECT a.id, k.id AS account_id FROM appointments a JOIN accounts k ON k.person_id = a.person_id
          WHERE a.role = ${role} AND a.org_id = ${orgId} ORDER BY a.id LIMIT 1),
        session AS (
          INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at)
          SELECT ${createHash('sha256').update(value).digest()}, account_id, 'staff', 36000, clock_timestamp() + interval '10 hours'
          FROM chosen)
        SELECT id AS "appointmentId" FROM chosen`.execute(cell.db);
      return {
        cookie: `nol_80=${value}; nol_web=${value}`,
        'nol-client': 'bench',
        'nol-appointment': rows[0]!.appointmentId,
      };
    },
    async timeOf(paths, headers, times) {
      const taken: number[] = [];
      let bytes = 0;
      for (let n = 0; n < times + 5; n++) {
        const began = performance.now();
        const answer = await app.inject({ url: paths[n % paths.length]!, headers });
        // The first answers plan statements and compile code.
        if (n >= 5) taken.push(performance.now() - began);
        if (answer.statusCode !== 200)
          throw new Error(`${paths[n % paths.length]}: ${answer.statusCode} ${answer.body.slice(0, 300)}`);
        bytes = answer.rawPayload.length;
      }
      return { p50Ms: round(quantile(taken, 0.5), 1), p99Ms: round(quantile(taken, 0.99), 1), bytes };
    },
    close: () => app.close(),
  };
}
