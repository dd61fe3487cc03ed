import path from 'node:path';
import type pg from 'pg';
import { startSealer } from './audit/seal.ts';
import { inProcessBus } from './bus.ts';
import { openClock } from './clock.ts';
import type { Config } from './config.ts';
import type { ServerContext } from './context.ts';
import { openDatabase } from './database.ts';
import { localFileStore } from './files.ts';
import { openJobs } from './jobs.ts';
import { createLogger, type Logger } from './log.ts';
import { openSecrets } from './secrets.ts';
import { findWallGap, wallGapSentence, type WallGap } from './wall/role.ts';

const CLOCK_FRESH_MS = 2_000;

export interface OpenedContext {
  readonly ctx: ServerContext;
  /** Ends jobs, seals the last audit lines, ends the pool, and waits for their connections to close; the database itself is the caller's. */
  close(): Promise<void>;
}

/**
 * Connects everything a capability works with. The database is migrated already; the jobs are started by the caller,
 * once they are declared.
 *
 * @param options.work - false: background jobs are sent only, not done in this process.
 */
export async function openContext(
  config: Config,
  connection: pg.PoolConfig,
  { log = createLogger({ level: config.logLevel }), work = true }: { log?: Logger; work?: boolean } = {},
): Promise<OpenedContext> {
  let gap: WallGap | null = null;
  const { db, pool, close } = openDatabase(connection, {
    isWalled: () => gap === null,
    onIdleError: (err) => log.warn({ err }, 'database.idle'),
  });
  gap = await findWallGap(db);
  if (gap !== null) log.warn({ gap, remedy: wallGapSentence(gap).en }, 'wall.missing');
  const bus = inProcessBus({ onError: (err, topic) => log.error({ err, topic }, 'bus.handler') });
  const clock = await openClock(db);
  bus.subscribe('clock.moved', () => {
    clock.refresh(db).catch((error: unknown) => log.error({ err: error }, 'clock.refresh'));
  });
  // The command line moves the clock from a process of its own, whose messages do not reach this one.
  const clockWatch = setInterval(() => {
    if (work) clock.refresh(db).catch((error: unknown) => log.debug({ err: error }, 'clock.refresh'));
  }, CLOCK_FRESH_MS).unref();
  const jobs = openJobs({ connection, log, work });
  const ctx: ServerContext = {
    db,
    pool,
    now: clock.now,
    config,
    log,
    bus,
    jobs,
    files: localFileStore(path.join(config.dataDir, 'files')),
    secrets: await openSecrets(config.dataDir),
  };
  const sealer = startSealer({ db, secrets: ctx.secrets, dataDir: config.dataDir }, log);
  return {
    ctx,
    async close() {
      clearInterval(clockWatch);
      await jobs.stop();
      await sealer.stop();
      await close();
    },
  };
}
