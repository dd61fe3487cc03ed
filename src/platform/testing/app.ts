import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll } from 'vitest';
import { buildApp, startJobs } from '../../app.ts';
import { inProcessBus } from '../bus.ts';
import { openClock, type Clock } from '../clock.ts';
import { readConfig } from '../config.ts';
import type { ServerContext } from '../context.ts';
import { localFileStore } from '../files.ts';
import type { Jobs } from '../jobs.ts';
import { createLogger } from '../log.ts';
import { secretsFrom } from '../secrets.ts';
import { asOwner } from '../wall/reader.ts';
import { testDatabase, type TestDatabase } from './database.ts';

export interface TestApp extends TestDatabase {
  readonly app: FastifyInstance;
  readonly ctx: ServerContext;
  readonly clock: Clock;
  /** Lines the product logged; tests look for what must not be in them. */
  readonly logLines: string[];
  /** Runs a declared job now, as its cron would. */
  runJob(name: string, data?: object): Promise<void>;
}

/**
 * The product as production builds it, on a fresh database; jobs run at once when they are sent.
 *
 * @param given - another database of this test file, e.g. one that takes everything back.
 */
export async function buildTestApp(given?: TestDatabase): Promise<TestApp> {
  const database = given ?? (await testDatabase());
  const dataDir = mkdtempSync(path.join(tmpdir(), 'nol-test-'));
  const logLines: string[] = [];
  const log = createLogger({ level: 'debug', destination: { write: (line) => void logLines.push(line) } });
  const clock = await openClock(database.db);
  const handlers: Handlers = new Map();
  const ctx: ServerContext = {
    db: database.db,
    pool: database.pool,
    now: clock.now,
    config: readConfig({ DATA_DIR: dataDir, PUBLIC_URL: 'http://localhost' }, 'local'),
    log,
    bus: inProcessBus({
      onError: (error) => {
        throw error;
      },
    }),
    jobs: immediateJobs(handlers),
    files: localFileStore(path.join(dataDir, 'files')),
    secrets: secretsFrom(Buffer.alloc(32, 7)),
  };
  await startJobs(ctx);
  const app = await buildApp(ctx, { verifyAuthorisation: true });
  await app.ready();
  afterAll(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    ...database,
    app,
    ctx,
    clock,
    logLines,
    async runJob(name, data = {}) {
      const handler = handlers.get(name);
      if (!handler) throw new Error(`No job is declared as ${name}.`);
      await handler(data as never, new AbortController().signal);
    },
  };
}

type Handlers = Map<string, (data: never, stopping: AbortSignal) => Promise<void>>;

/** The queue's contract without waiting: a sent job is done when `send` returns. */
function immediateJobs(handlers: Handlers): Jobs {
  return {
    async define(name, _options, handler) {
      handlers.set(name, handler as typeof handler & ((data: never) => Promise<void>));
    },
    async start() {},
    async send(name, data, options = {}) {
      const handler = handlers.get(name);
      if (!handler) throw new Error(`No job is declared as ${name}.`);
      if (options.startAfter && options.startAfter > new Date()) return;
      await asOwner('job', () => handler(data as never, new AbortController().signal));
    },
    async dropOutward() {
      return 0;
    },
    async stop() {},
  };
}
