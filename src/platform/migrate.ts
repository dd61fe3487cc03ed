import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sql } from 'kysely';
import { Migrator, type MigrationProvider } from 'kysely/migration';

import { capabilityOrder } from '../capability-order.ts';
import type { Db } from './database.ts';
import { errorCode } from './start-refusal.ts';
import { applyViews, dropViews, type ViewFile } from './views.ts';

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

/**
 * Brings the database to the state of the source: runs what has not run, then renews the views.
 *
 * Each file is one transaction, under an advisory lock, so that several nodes may start at once.
 * Forward only.
 *
 * @throws {MigrationFailed} with the name of the file.
 */
export async function migrate(db: Db, root = sourceRoot): Promise<MigrationReport> {
  const migrator = migratorOf(db, await readMigrations(root));
  const applied: string[] = [];
  for (;;) {
    const name = await migrateOne(db, migrator);
    if (name === null) break;
    applied.push(name);
  }
  return { applied, viewsChanged: await applyViews(db, await readViews(root)) };
}

/** Names of the migrations that have not run on this database. */
export async function pendingMigrations(db: Db, root = sourceRoot): Promise<string[]> {
  const all = await migratorOf(db, await readMigrations(root)).getMigrations();
  return all.filter((migration) => migration.executedAt === undefined).map(({ name }) => name);
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

function migratorOf(db: Db, files: ReadonlyMap<string, string>): Migrator {
  const provider: MigrationProvider = {
    async getMigrations() {
      const entries = [...files].map(([name, text]) => [
        name,
        {
          async up(trx: Db) {
            // The pool's limits are for requests; a migration may take as long as it needs, once it has its locks.
            await sql`SET LOCAL statement_timeout = 0`.execute(trx);
            await sql.raw(text).execute(trx);
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

/** Texts of the migrations of all capabilities by name. */
async function readMigrations(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const path of glob('*/migrations/*.sql', { cwd: root })) {
    const name = basename(path, '.sql');
    if (!migrationName.test(name)) throw new Error(`${path} is not named YYYYMMDDHHMMSS_table__what.sql`);
    if (found.has(name)) throw new Error(`two capabilities have a migration ${name}`);
    found.set(name, await readFile(join(root, path), 'utf8'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function readViews(root: string): Promise<ViewFile[]> {
  const files: (ViewFile & { order: number })[] = [];
  for await (const path of glob('*/views.sql', { cwd: root })) {
    const order = capabilityOrder.indexOf(dirname(path));
    if (order < 0) throw new Error(`${dirname(path)} publishes views but is not in src/capability-order.ts`);
    files.push({ path, text: await readFile(join(root, path), 'utf8'), order });
  }
  return files.sort((a, b) => a.order - b.order);
}
