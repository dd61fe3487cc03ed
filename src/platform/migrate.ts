import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { sql } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';

import { capabilityOrder } from '../capability-order.ts';
import type { Db } from './database.ts';
import { errorCode, StartRefusal } from './start-refusal.ts';
import { applyViews, dropViews, hashOfViews, type ViewFile } from './views.ts';
import { buildWall } from './wall/role.ts';

const sourceRoot = fileURLToPath(new URL('..', import.meta.url));

/** `20260901093000_orgs__create`: stamp, table, what. */
const migrationName = /^\d{14}_[a-z0-9_]+$/;

export interface MigrationReport {
  /** Migrations run now, in order, by name. */
  readonly applied: readonly string[];
  readonly viewsChanged: boolean;
}

/** A migration that failed; the database stands as after the one before it. */
export class MigrationFailed extends Error {
  constructor(name: string, cause: unknown) {
    super(`migration ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'MigrationFailed';
  }
}

/** How a migration gets its locks while others write. */
export interface MigratePatience {
  /** A lock that is not free by then is given up with all that was done, so that writers behind it wait no longer. */
  readonly lockTimeoutMs: number;
  /** Tries, with `pauseMs` between them, before the start is refused. */
  readonly tries: number;
  readonly pauseMs: number;
}

const patience: MigratePatience = { lockTimeoutMs: 2_000, tries: 60, pauseMs: 500 };

/**
 * Brings the database to the state of the source: runs what has not run, then renews the views.
 *
 * Each file is one transaction, under an advisory lock, so that several nodes may start at once. An empty database gets
 * all of them in one, which is a second faster. Forward only: a database that a newer program has brought forward is left
 * as it is, when each migration that we do not know says that the program before it goes on working
 * (`-- compatible: yes` in its first line).
 *
 * @throws {MigrationFailed} with the name of the file.
 * @throws {StartRefusal} `database_newer`; `migration_blocked` when others hold its locks all the time.
 */
export async function migrate(
  db: Db,
  root = sourceRoot,
  { lockTimeoutMs, tries, pauseMs }: MigratePatience = patience,
): Promise<MigrationReport> {
  const files = await findMigrations(root);
  const views = await readViews(root);
  // The common start, on which nothing has changed, asks one question; a crashed server is waited for.
  if (await isUpToDate(db, files, views)) {
    await buildWall(db);
    return { applied: [], viewsChanged: false };
  }
  if (await isNewerAndCompatible(db, files)) return { applied: [], viewsChanged: false };
  for (let tried = 1; ; tried++) {
    try {
      return await migrateNow(db, files, views, lockTimeoutMs);
    } catch (error) {
      // 55P03: a lock was not free in time. 40P01: two wait for each other, and it was us who was given up.
      const cause = error instanceof MigrationFailed ? error.cause : error;
      if (!['55P03', '40P01'].includes(errorCode(cause))) throw error;
      if (tried >= tries) throw blocked(error);
      await sleep(pauseMs);
    }
  }
}

async function migrateNow(
  db: Db,
  files: ReadonlyMap<string, string>,
  views: readonly ViewFile[],
  lockTimeoutMs: number,
): Promise<MigrationReport> {
  const migrator = migratorOf(db, await readMigrations(files), lockTimeoutMs);
  const applied = (await isEmpty(db)) ? await migrateAtOnce(migrator) : [];
  for (;;) {
    const name = await migrateOne(db, migrator);
    if (name === null) break;
    applied.push(name);
  }
  const viewsChanged = await applyViews(db, views);
  await buildWall(db);
  return { applied, viewsChanged };
}

/** Names of the migrations that have not run on this database. */
export async function pendingMigrations(db: Db, root = sourceRoot): Promise<string[]> {
  const files = await findMigrations(root);
  const all = await migratorOf(db, await readMigrations(files)).getMigrations();
  return all.filter((migration) => migration.executedAt === undefined).map(({ name }) => name);
}

/** Which of these migrations this program does not know: those of a newer one. */
export async function unknownMigrations(names: readonly string[], root = sourceRoot): Promise<string[]> {
  const files = await findMigrations(root);
  return names.filter((name) => !files.has(name));
}

async function isUpToDate(
  db: Db,
  files: ReadonlyMap<string, string>,
  views: readonly ViewFile[],
): Promise<boolean> {
  try {
    const { rows } = await sql<{ names: string[]; views: string | null }>`
      SELECT ARRAY(SELECT name::text FROM schema_migrations) AS names, (SELECT hash FROM schema_views) AS views`.execute(
      db,
    );
    const { names = [], views: hash } = rows[0] ?? {};
    return (
      hash === hashOfViews(views) && names.length === files.size && names.every((name) => files.has(name))
    );
  } catch (error) {
    // 42P01: no such table, a database without any migration.
    if (errorCode(error) === '42P01') return false;
    throw error;
  }
}

/**
 * Whether a newer program has been here and this one may go on working beside or after it.
 *
 * @throws {StartRefusal} `database_newer` when it may not.
 */
async function isNewerAndCompatible(db: Db, files: ReadonlyMap<string, string>): Promise<boolean> {
  if (await isEmpty(db)) return false;
  const { rows } = await sql<{ name: string; compatible: boolean }>`
    SELECT name::text, coalesce(obj_description(to_regclass('schema_migrations'))::jsonb ? name::text, false) AS compatible
    FROM schema_migrations`.execute(db);
  const unknown = rows.filter(({ name }) => !files.has(name));
  if (unknown.length === 0) return false;
  const known = new Set(rows.map(({ name }) => name));
  const ours = [...files.keys()].filter((name) => !known.has(name));
  const [first] = [...unknown.filter(({ compatible }) => !compatible).map(({ name }) => name), ...ours];
  if (first === undefined) return true;
  throw new StartRefusal('database_newer', {
    zh: `数据库已被更新的程序升级（${first}），本程序不能使用它。请启动新程序；要退回旧程序，见 docs/runbooks/upgrade.md。`,
    en: `The database was brought forward by a newer program (${first}), and this one cannot work on it. Start the newer one; for the way back see docs/runbooks/upgrade.md.`,
  });
}

function blocked(cause: unknown): StartRefusal {
  const name = cause instanceof Error ? cause.message : '';
  return new StartRefusal(
    'migration_blocked',
    {
      zh: `数据库升级一直得不到所需的锁（${name}），没有任何改动。请在没有人使用时再启动，或停止占用数据库的程序。`,
      en: `The database's upgrade does not get the locks it needs (${name}); nothing was changed. Start again while nobody works, or stop what holds the database.`,
    },
    { cause },
  );
}

async function isEmpty(db: Db): Promise<boolean> {
  const { rows } = await sql<{ is_empty: boolean }>`
    SELECT to_regclass('schema_migrations') IS NULL AS is_empty`.execute(db);
  return rows[0]?.is_empty ?? false;
}

/**
 * All files in one transaction. Should one of them fail nothing stays; one at a time they then run up to that file, and
 * it is named.
 *
 * @returns names of the migrations run; none when one failed.
 */
async function migrateAtOnce(migrator: Migrator): Promise<string[]> {
  const { error, results = [] } = await migrator.migrateToLatest();
  return error === undefined ? results.map(({ migrationName: name }) => name) : [];
}

/** @returns the name of the migration run, `null` when none is left. */
async function migrateOne(db: Db, migrator: Migrator): Promise<string | null> {
  for (let viewsDropped = false; ; viewsDropped = true) {
    const { error, results = [] } = await migrator.migrateUp();
    if (error === undefined) return results[0]?.migrationName ?? null;
    // A view stands on the column that the migration changes. It is created again afterwards.
    const viewInTheWay = ['2BP01', '0A000'].includes(errorCode(error));
    if (!viewInTheWay || viewsDropped) throw new MigrationFailed(results[0]?.migrationName ?? '', error);
    await dropViews(db);
  }
}

/** First line of a migration with which the program before it goes on working: tables and columns are added, none taken. */
const compatibleMark = '-- compatible: yes';

function migratorOf(
  db: Db,
  files: ReadonlyMap<string, string>,
  lockTimeoutMs = patience.lockTimeoutMs,
): Migrator {
  const provider: MigrationProvider = {
    async getMigrations() {
      const entries = [...files].map(([name, text]) => [
        name,
        {
          async up(trx: Db) {
            // The pool's limits are for requests; a migration may take as long as it needs, once it has its locks.
            await sql`SET LOCAL statement_timeout = 0`.execute(trx);
            await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(trx);
            await sql.raw(text).execute(trx);
            if (text.startsWith(compatibleMark)) await noteCompatible(trx, name);
          },
        },
      ]);
      return Object.fromEntries(entries);
    },
  };
  return new Migrator({
    db,
    provider,
    migrationTableName: 'schema_migrations',
    migrationLockTableName: 'schema_migrations_lock',
    // Capabilities are merged at their own pace: a late merge of an early stamp still runs.
    allowUnorderedMigrations: true,
  });
}

/**
 * Kept as the comment of the table of migrations, a JSON list of names: the program before this migration knows of no
 * place that this one would make.
 */
async function noteCompatible(trx: Db, name: string): Promise<void> {
  const { rows } = await sql<{ names: string[] | null }>`
    SELECT obj_description(to_regclass('schema_migrations'))::jsonb AS names`.execute(trx);
  const names = JSON.stringify([...(rows[0]?.names ?? []), name]);
  await sql`COMMENT ON TABLE schema_migrations IS ${sql.lit(names)}`.execute(trx);
}

/** Paths of the migrations of all capabilities by name, in their order. */
async function findMigrations(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const capability of await namesIn(root)) {
    for (const file of await namesIn(join(root, capability, 'migrations'))) {
      if (!file.endsWith('.sql')) continue;
      const path = join(root, capability, 'migrations', file);
      const name = basename(file, '.sql');
      if (!migrationName.test(name)) throw new Error(`${path} is not named YYYYMMDDHHMMSS_table__what.sql`);
      if (found.has(name)) throw new Error(`two capabilities have a migration ${name}`);
      found.set(name, path);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readMigrations(files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const texts = [...files].map(async ([name, path]) => [name, await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

async function readViews(root: string): Promise<ViewFile[]> {
  const files: (ViewFile & { order: number })[] = [];
  for (const capability of await namesIn(root)) {
    const path = join(capability, 'views.sql');
    const text = await readOptional(join(root, path));
    if (text === null) continue;
    const order = capabilityOrder.indexOf(capability);
    if (order < 0) throw new Error(`${capability} publishes views but is not in src/capability-order.ts`);
    files.push({ path, text, order });
  }
  return files.sort((a, b) => a.order - b.order);
}

/** What lies in a folder; nothing when there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}

async function readOptional(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null;
    throw error;
  }
}
