import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { currentReader, standAs, type Reader } from './wall/reader.ts';

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

  /**
   * A statement that begins with the mark `prepared` (a comment) is sent by name: the database plans it once a
   * connection instead of each time. For the pages that everybody opens at the bell; their texts are few and fixed.
   */
  override query = ((...args: unknown[]) => {
    const [text, values, ...rest] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? statementName(text) : null;
    return Reflect.apply(super.query, this, name === null ? args : [{ name, text, values }, ...rest]);
  }) as pg.Client['query'];
}

const preparedMark = /^\s*\/\* prepared \*\//;
const statementNames = new Map<string, string>();

/** Name of a marked statement, the same in every process; null for all others. */
function statementName(text: string): string | null {
  if (!preparedMark.test(text)) return null;
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `p_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    statementNames.set(text, name);
  }
  return name;
}

export interface Database {
  /** Within a request its statements are the reader's (`wall/reader.ts`), else the owner's. */
  readonly db: Db;
  /** The owner's connections, for the named prepared statements of the hot paths only. */
  readonly pool: pg.Pool;
  /** Settles when the last connection is really closed (at most 5 s), so that the database may be stopped after it. */
  close(): Promise<void>;
}

/**
 * Opens the pool. Connections that die while idle (database restart) are dropped quietly and replaced
 * by the next query; a query under way rejects, and its caller retries by its idempotency key.
 *
 * @param connection - what `pg` takes: socket folder or host, user, password, database.
 * @param options.max - most connections of this process, 1 or more; readers have as many of their own.
 * @param options.isWalled - false on a database that has no role for readers: their statements are the owner's, too.
 */
export function openDatabase(
  connection: pg.PoolConfig,
  {
    max = 20,
    isWalled = () => true,
    onIdleError = () => {},
  }: { max?: number; isWalled?: () => boolean; onIdleError?: (error: Error) => void } = {},
): Database {
  const open = () => {
    const pool = new pg.Pool({
      application_name: 'not-one-less',
      ...connection,
      Client: LossTolerantClient,
      max,
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: 10_000,
      statement_timeout: 30_000,
      lock_timeout: 10_000,
      idle_in_transaction_session_timeout: 30_000,
    });
    pool.on('error', onIdleError);
    return { pool, allClosed: connectionsOf(pool) };
  };
  const owner = open();
  const readers = open();
  const standing = new WeakMap<pg.PoolClient, Reader>();
  const connect = async (): Promise<pg.PoolClient> => {
    const reader = isWalled() ? currentReader() : null;
    if (reader === null) return owner.pool.connect();
    const client = await readers.pool.connect();
    if (standing.get(client)?.personId === reader.personId) return client;
    standing.delete(client);
    try {
      await client.query(standAs(reader));
    } catch (error) {
      client.release(true);
      throw error;
    }
    standing.set(client, reader);
    return client;
  };
  const end = async (): Promise<void> => {
    for (const { pool } of [owner, readers]) if (!pool.ending) await pool.end();
  };
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect, end, options: owner.pool.options } }),
  });
  return {
    db,
    pool: owner.pool,
    async close() {
      // Kysely ends only a pool that it has used itself.
      await db.destroy();
      await end();
      await Promise.all([owner.allClosed(), readers.allClosed()]);
    },
  };
}

/** How long a connection may take to close, in milliseconds: one to a machine that is gone never does. */
const closeLimitMs = 5_000;

/**
 * Counts the connections of a pool.
 *
 * `pool.end()` settles when the last connection was *asked* to close: a database that is stopped right then still tells
 * it that it was terminated.
 *
 * @returns waits until every connection that was opened is closed.
 */
function connectionsOf(pool: pg.Pool): () => Promise<void> {
  const open = new Set<pg.PoolClient>();
  let noneLeft: (() => void) | undefined;
  pool.on('connect', (client) => open.add(client));
  pool.on('remove', (client) => {
    open.delete(client);
    if (open.size === 0) noneLeft?.();
  });
  return () =>
    new Promise((resolve) => {
      const limit = setTimeout(resolve, closeLimitMs);
      noneLeft = () => {
        clearTimeout(limit);
        resolve();
      };
      if (open.size === 0) noneLeft();
    });
}
