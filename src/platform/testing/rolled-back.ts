import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll } from 'vitest';
import type { Tables } from '../database.ts';
import { LossTolerantClient } from '../database.ts';
import { currentReader, standAs, type Reader } from '../wall/reader.ts';
import { testDatabase, type TestDatabase } from './database.ts';

export interface RolledBackDatabase extends TestDatabase {
  /** Runs something and takes back whatever it wrote, once nothing is under way any more. May be nested. */
  takenBack<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Rows written so far, by table, whether taken back or not. */
  rowsWritten(): Promise<Readonly<Record<string, number>>>;
}

/**
 * A fresh database whose whole use is one transaction on one connection, so that thousands of writes can be tried on the
 * same rows. Transactions of the product become savepoints, one after the other.
 *
 * What the product keeps in memory is not taken back.
 */
export async function rolledBackDatabase(): Promise<RolledBackDatabase> {
  const database = await testDatabase();
  const client = new LossTolerantClient(database.connection);
  await client.connect();
  await client.query('BEGIN');
  afterAll(() => client.end());
  const lender = new Lender(client);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: lender.pool }) });
  let depth = 0;
  let counted: Readonly<Record<string, number>> = {};
  return {
    ...database,
    db,
    pool: lender.pool,
    async takenBack(run) {
      await lender.untilQuiet();
      depth += 1;
      const name = `taken_back_${depth}`;
      await client.query(`SAVEPOINT ${name}`);
      try {
        return await run();
      } finally {
        await lender.untilQuiet();
        await lender.takeBack(name);
        depth -= 1;
      }
    },
    async rowsWritten() {
      await lender.untilQuiet();
      if (!lender.hasWritten) return counted;
      lender.hasWritten = false;
      lender.standAs(null);
      const { rows } = await client.query<{ relname: string; rows: number }>(
        `SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_xact_user_tables
         WHERE n_tup_ins + n_tup_upd + n_tup_del > 0`,
      );
      counted = Object.fromEntries(rows.map(({ relname, rows: count }) => [relname, count]));
      return counted;
    },
  };
}

type Query = (...args: unknown[]) => Promise<unknown>;

/** Lends one connection to everybody; savepoints nest, so only one transaction is let in at a time. */
class Lender {
  readonly pool: pg.Pool;
  /** Whether a statement that might write was sent since somebody took note. */
  hasWritten = true;
  readonly #client: pg.Client;
  /** Undefined: not known, since something was taken back. */
  #standing: Reader | null | undefined = null;
  #underWay = 0;
  #serial = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(client: pg.Client) {
    this.#client = client;
    this.pool = {
      query: this.#lend(null).query,
      connect: async () => this.#lend(currentReader()),
      end: async () => undefined,
      on: () => undefined,
    } as unknown as pg.Pool;
  }

  async untilQuiet(): Promise<void> {
    do await nextTurn();
    while (this.#underWay > 0);
  }

  /** Goes right before a statement; the two follow each other on the connection. */
  standAs(reader: Reader | null): void {
    if (this.#standing === reader) return;
    this.#standing = reader;
    const failed = (): void => {
      this.#standing = undefined;
    };
    const stand = reader === null ? 'RESET ROLE' : standAs(reader);
    this.#client.query(stand as string).catch(failed);
  }

  /** What was set since goes with the rest. */
  async takeBack(savepoint: string): Promise<unknown> {
    this.#standing = undefined;
    return this.#client.query(`ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`);
  }

  /** @param reader - on whose behalf; null for the owner. */
  #lend(reader: Reader | null) {
    let savepoint: string | undefined;
    let done = (): void => undefined;
    const query = async (...args: unknown[]): Promise<unknown> => {
      const send = this.#client.query.bind(this.#client) as Query;
      const text = textOf(args[0]);
      if (/^(begin|start transaction)/i.test(text)) {
        this.#underWay += 1;
        const before = this.#turn;
        this.#turn = new Promise((resolve) => {
          done = resolve;
        });
        await before;
        savepoint = `trx_${(this.#serial += 1)}`;
        return send(`SAVEPOINT ${savepoint}`);
      }
      if (savepoint !== undefined && /^(commit|rollback)$/i.test(text)) {
        const name = savepoint;
        savepoint = undefined;
        try {
          return await (/^commit$/i.test(text) ? send(`RELEASE SAVEPOINT ${name}`) : this.takeBack(name));
        } finally {
          this.#underWay -= 1;
          done();
        }
      }
      this.#underWay += 1;
      this.hasWritten ||= /\b(insert|update|delete|merge)\b/i.test(textOf(args[0]));
      this.standAs(reader);
      try {
        return await send(...args);
      } finally {
        this.#underWay -= 1;
      }
    };
    return { query, release: () => undefined, on: () => undefined, off: () => undefined };
  }
}

/** A statement comes as text, or as an object that holds it. */
function textOf(given: unknown): string {
  return typeof given === 'string' ? given : ((given as { text?: string }).text ?? '');
}
