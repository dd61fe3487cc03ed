import type pg from 'pg';
import type { Bus } from './bus.ts';
import type { Config } from './config.ts';
import type { Db } from './database.ts';
import type { FileStore } from './files.ts';
import type { Jobs } from './jobs.ts';
import type { Logger } from './log.ts';
import type { Secrets } from './secrets.ts';

/** What a capability gets to work with; made once per process, passed explicitly. */
export interface ServerContext {
  readonly db: Db;
  /** Named prepared statements of the hot paths only. */
  readonly pool: pg.Pool;
  /** The product's clock (a demo region's clock is offset). Deadlines are decided by SQL `app_now()`. */
  now(): Date;
  readonly config: Config;
  readonly log: Logger;
  readonly bus: Bus;
  readonly jobs: Jobs;
  readonly files: FileStore;
  readonly secrets: Secrets;
}
