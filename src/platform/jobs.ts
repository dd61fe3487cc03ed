import { PgBoss } from 'pg-boss';
import type pg from 'pg';
import { openDatabase } from './database.ts';
import type { Logger } from './log.ts';

/** Background work that must not be lost: rows in PostgreSQL, at least once, so handlers are idempotent. */
export interface Jobs {
  /**
   * Declares a job before `start`.
   *
   * @param options.cron - five-field expression in the zone Asia/Shanghai; sends itself.
   * @param options.everySeconds - for boards that must be fresher than a minute.
   * @param handler - `stopping` is aborted when the server stops: long work ends at the next place where it can.
   */
  define<Data extends object>(
    name: string,
    options: JobOptions,
    handler: (data: Data, stopping: AbortSignal) => Promise<void>,
  ): Promise<void>;
  /** Opens the queues of what was declared and begins to work on them. */
  start(): Promise<void>;
  /**
   * Waits for `start`, which must have been called.
   *
   * @param options.singletonKey - one waiting job a key; a second send is the same job.
   */
  send(name: string, data: object, options?: { singletonKey?: string; startAfter?: Date }): Promise<void>;
  /**
   * Takes away what waits to be sent out of the installation: after a restore it may have been sent already.
   *
   * @returns how many.
   */
  dropOutward(): Promise<number>;
  /** Waits until the running handlers are done, at most 10 s. */
  stop(): Promise<void>;
}

interface JobOptions {
  readonly cron?: string;
  readonly everySeconds?: number;
  readonly retryLimit?: number;
  /** Jobs of this name that one process works on at a time, 1 when left out. */
  readonly atOnce?: number;
  /** Its effect leaves the installation (a message, a call to another system): not done again after a restore. */
  readonly outward?: boolean;
}

interface Declared {
  readonly name: string;
  readonly options: JobOptions;
  readonly handler: (data: never, stopping: AbortSignal) => Promise<void>;
}

const zone = 'Asia/Shanghai';

/**
 * The queue (schema `jobs`) on the cell's own database, with connections of its own: a burst of requests must not keep
 * the day from being closed.
 *
 * @param options.work - false: jobs can be sent but are done by the server, as in the command line.
 */
export function openJobs({
  connection,
  log,
  work = true,
}: {
  connection: pg.PoolConfig;
  log: Logger;
  work?: boolean;
}): Jobs {
  const database = openDatabase(
    { ...connection, application_name: 'not-one-less jobs' },
    { max: 4, onIdleError: (err) => log.warn({ err }, 'jobs.idle') },
  );
  const boss = new PgBoss({
    db: { executeSql: (text: string, values?: unknown[]) => database.pool.query(text, values) },
    schema: 'jobs',
    supervise: work,
    schedule: work,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'jobs.error'));
  const declared = new Map<string, Declared>();
  /** Workers of this process by the name of their job. */
  const workers = new Map<string, readonly string[]>();
  const timers: NodeJS.Timeout[] = [];
  const stopping = new AbortController();
  let started: Promise<void> | undefined;

  const start = async () => {
    await boss.start();
    await openQueues(boss, [...declared.values()]);
    if (!work) return;
    const crons = new Map((await boss.getSchedules()).map((schedule) => [schedule.name, schedule]));
    for (const { name, options, handler } of declared.values()) {
      const { cron, everySeconds, atOnce = 1 } = options;
      const ids: string[] = [];
      while (ids.length < atOnce) {
        const id = await boss.work<object>(name, { pollingIntervalSeconds: 1 }, async (batch) => {
          for (const { data } of batch)
            await runJob(log, name, () => handler(data as never, stopping.signal));
        });
        ids.push(id);
      }
      workers.set(name, ids);
      const known = crons.get(name);
      if (cron && (known?.cron !== cron || known.timezone !== zone)) {
        await boss.schedule(name, cron, {}, { tz: zone });
      }
      if (everySeconds) timers.push(tickEvery(boss, log, name, everySeconds));
    }
  };

  return {
    async define(name, options, handler) {
      if (started !== undefined) throw new Error(`Job ${name} is declared after the start.`);
      declared.set(name, { name, options, handler: handler as Declared['handler'] });
    },
    start() {
      started ??= start();
      return started;
    },
    async send(name, data, options = {}) {
      if (!declared.has(name)) throw new Error(`No job is declared as ${name}.`);
      if (started === undefined) throw new Error(`Job ${name} is sent before the start.`);
      await started;
      await boss.send(name, data, options);
      // Whoever waits for it need not wait for the next look at the queue as well.
      if (!options.startAfter) for (const id of workers.get(name) ?? []) boss.notifyWorker(id);
    },
    async dropOutward() {
      const names = [...declared.values()].filter(({ options }) => options.outward).map(({ name }) => name);
      await started;
      const { rowCount } = await database.pool.query(
        `DELETE FROM jobs.job WHERE name = ANY($1) AND state IN ('created', 'retry', 'active')`,
        [names],
      );
      return rowCount ?? 0;
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort();
      await boss.stop({ graceful: true, timeout: 10_000 });
      await database.close();
    },
  };
}

/** Makes the queues that are not there yet; the common start, on which all are, asks once. */
async function openQueues(boss: PgBoss, declared: readonly Declared[]): Promise<void> {
  const known = new Set((await boss.getQueues()).map(({ name }) => name));
  for (const { name, options } of declared) {
    const { retryLimit = 5 } = options;
    if (!known.has(name)) await boss.createQueue(name, { retryLimit, retryBackoff: true, policy: 'short' });
  }
}

async function runJob(log: Logger, name: string, handle: () => Promise<void>): Promise<void> {
  try {
    await handle();
  } catch (error) {
    log.error({ err: error, job: name }, 'job.failed');
    throw error;
  }
}

/** The timer only asks for a job; what must not be lost is the row, and the next tick asks again. */
function tickEvery(boss: PgBoss, log: Logger, name: string, everySeconds: number): NodeJS.Timeout {
  const timer = setInterval(() => {
    boss.send(name, {}, { singletonKey: 'tick' }).catch((error: unknown) => {
      log.warn({ err: error, job: name }, 'job.tick');
    });
  }, everySeconds * 1000);
  return timer.unref();
}
