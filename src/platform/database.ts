import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';

/**
 * All tables of the product by name. Each capability adds its own rows from its `tables.ts`:
 * `declare module '../platform/database.ts' { interface Tables { orgs: OrgsTable } }`.
 */
// The interface is empty here on purpose: capabilities extend it by declaration merging.
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type
export interface Tables {}

export type Db = Kysely<Tables>;
export type Trx = Transaction<Tables>;

// Dates stay `YYYY-MM-DD` strings (a school day is not an instant) and counts come as numbers:
// no bigint of ours exceeds 2^53, and `count(*)` is the only bigint that leaves the database.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => Number(text));

/**
 * A connection whose loss never ends the process.
 *
 * The pool listens for errors on idle connections and a statement reports its own; in between, inside a
 * transaction, nobody would, and an unheard `error` event ends the process. The next statement reports it.
 */
export class LossTolerantClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

export interface Database {
  readonly db: Db;
  /** For the named prepared statements of the hot paths only. */
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Opens the pool. Connections that die while idle (database restart) are dropped quietly and replaced
 * by the next query; a query under way rejects, and its caller retries by its idempotency key.
 *
 * @param connection - what `pg` takes: socket folder or host, user, password, database.
 * @param options.max - most connections of this process, 1 or more.
 */
export function openDatabase(
  connection: pg.PoolConfig,
  { max = 20, onIdleError = () => {} }: { max?: number; onIdleError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({
    ...connection,
    Client: LossTolerantClient,
    max,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'not-one-less',
  });
  pool.on('error', onIdleError);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}
