import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'kysely';
import type { Actor } from '../actor.ts';
import type { Db } from '../database.ts';
import { notFound } from '../errors.ts';

/** On whose behalf a request runs its statements: as the role `nol_app`, which the policies of the tables bind. */
export interface Reader {
  /** Null: somebody who is not signed in, whom no protected row is shown. */
  readonly personId: string | null;
}

/**
 * Work within a request that is not the reader's, by name. Under a reader's scope it would see a part and write the wrong
 * rest, or PostgreSQL refuses it; `docs/decisions/0010-row-level-security.md` says for each why it may.
 */
export type OwnerWork =
  /** One statement carries many people's writes and has no single reader. */
  | 'groupCommit'
  /** Somebody else hears of it; it is no part of the request. */
  | 'bus'
  | 'job'
  /** A school's day is opened at first use, for everybody in it. */
  | 'openDay'
  /** What became dirty is counted, whoever made it so. */
  | 'recount'
  /** Drafts are written with COPY and applied by way of temporary tables and new statistics. */
  | 'roster';

type Standing = { readonly reader: Reader } | { readonly owner: OwnerWork };

const standings = new AsyncLocalStorage<Standing>();

/** Null: statements are the owner's, as in jobs, on the command line and in work that was taken out by name. */
export function currentReader(): Reader | null {
  const standing = standings.getStore();
  return standing && 'reader' in standing ? standing.reader : null;
}

/** Runs something, and whatever it awaits, on behalf of one reader. */
export function asReader<Result>(reader: Reader, run: () => Result): Result {
  return standings.run({ reader }, run);
}

/** A reader of its own for every request: what they may see is asked anew each time. */
export function readerOf(actor: Actor): Reader {
  return { personId: actor.kind === 'person' ? actor.personId : null };
}

/** Takes something out of the reader's scope, by name. */
export function asOwner<Result>(work: OwnerWork, run: () => Result): Result {
  return standings.run({ owner: work }, run);
}

/**
 * The same for work on one school, which must stand in the reader's scope: what policies cannot guard is asked here.
 *
 * @throws {AppError} 404 when the school is outside the scope.
 */
export async function asOwnerOf<Result>(
  db: Db,
  schoolId: string,
  work: OwnerWork,
  run: () => Promise<Result>,
): Promise<Result> {
  if (currentReader() !== null) {
    const { rows } = await sql<{ holds: boolean | null }>`
      SELECT ${schoolId}::uuid = ANY (app_scope()) AS holds`.execute(db);
    if (rows[0]?.holds !== true) throw notFound();
  }
  return asOwner(work, run);
}

/** Sent before the first statement of another reader on a connection. What they may see is found by the policies that ask. */
export function standAs({ personId }: Reader): { name: string; text: string; values: [string | null] } {
  return {
    name: 'stand',
    text: `SELECT set_config('role', 'nol_app', false), set_config('app.person', coalesce($1, ''), false)`,
    values: [personId],
  };
}
