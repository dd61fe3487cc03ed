import { createHash } from 'node:crypto';

import { sql } from 'kysely';

import type { Db, Trx } from './database.ts';
import { errorCode } from './start-refusal.ts';

/** A `views.sql` of a capability: `CREATE OR REPLACE VIEW` and `CREATE OR REPLACE FUNCTION` only. */
export interface ViewFile {
  readonly path: string;
  readonly text: string;
}

interface Published {
  readonly kind: 'view' | 'function';
  readonly name: string;
}

/**
 * Creates the published views and functions when they differ from those last created.
 *
 * They are replaced in place; when PostgreSQL cannot do that (another row type), all are dropped and
 * created in the same transaction, so that nobody sees the database without them.
 *
 * @returns whether anything was done.
 */
export async function applyViews(db: Db, files: readonly ViewFile[]): Promise<boolean> {
  const hash = hashOfViews(files);
  try {
    return await db.transaction().execute((trx) => replaceViews(trx, files, hash, false));
  } catch (error) {
    // 42P13, 42P16: other columns or parameters than before. 2BP01: another view stands on it.
    if (!['42P13', '42P16', '2BP01'].includes(errorCode(error))) throw error;
    return db.transaction().execute((trx) => replaceViews(trx, files, hash, true));
  }
}

/** What stands in `schema_views` when these files are the published ones. */
export function hashOfViews(files: readonly ViewFile[]): string {
  return createHash('sha256')
    .update(JSON.stringify(['security_invoker', ...files.map((file) => file.text)]))
    .digest('hex');
}

/** Drops all published views, for a migration that changes what they stand on. */
export async function dropViews(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { published } = await lockViewSet(trx);
    await dropPublished(trx, published);
    await sql`DELETE FROM schema_views`.execute(trx);
  });
}

async function replaceViews(
  trx: Trx,
  files: readonly ViewFile[],
  hash: string,
  dropFirst: boolean,
): Promise<boolean> {
  const before = await lockViewSet(trx);
  if (before.hash === hash) return false;
  const published = files.flatMap((file) => publishedIn(file));
  const names = new Set(published.map(({ name }) => name));
  await dropPublished(
    trx,
    before.published.filter(({ name }) => dropFirst || !names.has(name)),
  );
  for (const file of files) {
    try {
      await sql.raw(file.text).execute(trx);
    } catch (error) {
      if (error instanceof Error) error.message = `${file.path}: ${error.message}`;
      throw error;
    }
  }
  // A view stands for its reader: with its owner's rights it would be a door in the second wall.
  for (const { kind, name } of published) {
    if (kind === 'view') await sql`ALTER VIEW ${sql.id(name)} SET (security_invoker = true)`.execute(trx);
  }
  await sql`DELETE FROM schema_views`.execute(trx);
  await sql`INSERT INTO schema_views (hash, published) VALUES (${hash}, ${JSON.stringify(published)})`.execute(
    trx,
  );
  return true;
}

async function lockViewSet(trx: Trx): Promise<{ hash: string | null; published: Published[] }> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('schema_views'))`.execute(trx);
  await sql`CREATE TABLE IF NOT EXISTS schema_views (hash text NOT NULL, published jsonb NOT NULL)`.execute(
    trx,
  );
  const { rows } = await sql<{ hash: string; published: Published[] }>`
    SELECT hash, published FROM schema_views`.execute(trx);
  return rows[0] ?? { hash: null, published: [] };
}

function publishedIn(file: ViewFile): Published[] {
  const found = file.text.matchAll(
    /^[ \t]*CREATE\s+(OR\s+REPLACE\s+)?(VIEW|FUNCTION)\s+([a-z_][a-z0-9_]*)/gim,
  );
  return [...found].map(([, replace, kind, name]) => {
    if (replace === undefined) throw new Error(`${file.path}: ${name} must be created with OR REPLACE`);
    return { kind: kind?.toUpperCase() === 'VIEW' ? 'view' : 'function', name: name ?? '' };
  });
}

async function dropPublished(trx: Trx, published: readonly Published[]): Promise<void> {
  for (const { kind, name } of published.toReversed()) {
    if (kind === 'view') {
      await sql`DROP VIEW IF EXISTS ${sql.id(name)}`.execute(trx);
      continue;
    }
    const { rows } = await sql<{ signature: string }>`
      SELECT oid::regprocedure::text AS signature FROM pg_proc
      WHERE proname = ${name} AND pronamespace = 'public'::regnamespace`.execute(trx);
    for (const { signature } of rows) await sql.raw(`DROP FUNCTION ${signature}`).execute(trx);
  }
}
