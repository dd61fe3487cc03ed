import { PgBoss } from 'pg-boss';
import type pg from 'pg';
import { LossTolerantClient } from './database.ts';
import type { Logger } from './log.ts';

/** Background work that must not be lost: rows in PostgreSQL, at least once, so handlers are idempotent. */
export interface Jobs {
  /**
   * Declares a job before `start`.
   *
   * @param options.cron - five-field expression in the zone Asia/Shanghai; sends itself.
   * @param options.everySeconds - for boards that must be fresher than a minute.
   */
  define<Data extends object>(
    name: string,
    options: { cron?: string; everySeconds?: number; retryLimit?: number },
    handler: (data: Data) => Promise<void>,
  ): Promise<void>;
  /** @param options.singletonKey - one waiting job a key; a second send is the same job. */
  send(name: string, data: object, options?: { singletonKey?: string; startAfter?: Date }): Promise<void>;
  /** Waits until the running handlers are done, at most 10 s. */
  stop(): Promise<void>;
}

/**
 * Opens the queue (schema `jobs`) on the cell's own database.
 *
 * @param options.work - false: jobs can be sent but are done by the server, as in the command line.
 */
export async function openJobs({
  connection,
  log,
  work = true,
}: {
  connection: pg.PoolConfig;
  log: Logger;
  work?: boolean;
}): Promise<Jobs> {
  const boss = new PgBoss({
    ...(connection as ConstructorParameters<typeof PgBoss>[0] & object),
    // Handed on to its pool as it is, although its types do not say so.
    ...({ Client: LossTolerantClient } as object),
    schema: 'jobs',
    max: 4,
    application_name: 'not-one-less jobs',
    supervise: work,
    schedule: work,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'jobs.error'));
  await boss.start();
  const timers: NodeJS.Timeout[] = [];
  const known = new Set<string>();
  return {
    async define(name, { cron, everySeconds, retryLimit = 5 }, handler) {
      known.add(name);
      await boss.createQueue(name, { retryLimit, retryBackoff: true, policy: 'short' });
      if (!work) return;
      await boss.work(name, { pollingIntervalSeconds: 1 }, async (batch) => {
        for (const job of batch) {
          try {
            await handler(job.data as never);
          } catch (error) {
            log.error({ err: error, job: name }, 'job.failed');
            throw error;
          }
        }
      });
      if (cron) await boss.schedule(name, cron, {}, { tz: 'Asia/Shanghai' });
      if (everySeconds) {
        // The timer only asks for a job; what must not be lost is the row, and the next tick asks again.
        const timer = setInterval(() => {
          boss.send(name, {}, { singletonKey: 'tick' }).catch((error: unknown) => {
            log.warn({ err: error, job: name }, 'job.tick');
          });
        }, everySeconds * 1000);
        timer.unref();
        timers.push(timer);
      }
    },
    async send(name, data, options = {}) {
      if (!known.has(name)) throw new Error(`No job is declared as ${name}.`);
      await boss.send(name, data, options);
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await boss.stop({ graceful: true, timeout: 10_000, close: true });
    },
  };
}
