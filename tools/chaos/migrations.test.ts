import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';

import { migrate } from '../../src/platform/migrate.ts';
import { testDatabase } from '../../src/platform/testing/database.ts';
import { schemaText } from '../schema/catalogue.ts';
import { sqlStatements } from './sql-statements.ts';

/** The newest so many migrations are killed at each of their statements. */
const NEWEST = 4;
/** Persons there are when a migration begins; the figure stands in docs/security.md. */
const PERSONS = 20_000;

const source = join(import.meta.dirname, '../../src');
const { db, pool, url } = await testDatabase();
const root = await mkdtemp(join(tmpdir(), 'nol-migrations-'));
afterAll(() => rm(root, { recursive: true, force: true }));

const files = (await readdir(source, { recursive: true }))
  .filter((path) => /^\w+\/migrations\/\w+\.sql$/.test(path))
  .sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
const newest = files.slice(-NEWEST);

async function copy(path: string, text?: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  if (text === undefined) await cp(join(source, path), join(root, path));
  else await writeFile(join(root, path), text);
}

/** Waits in the database where the test wants to kill: seen from outside, and ended with its process. */
const pause = 'SELECT pg_sleep(600);';

async function untilPaused(child: ChildProcess): Promise<number> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the migration ended with ${child.exitCode} before its pause`);
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'migrate-child' AND wait_event = 'PgSleep'`,
    );
    if (rows[0]) return rows[0].pid;
  }
}

function startMigrating(): ChildProcess {
  return fork(join(import.meta.dirname, 'migrate-child.ts'), [url, root], { execArgv: [], stdio: 'inherit' });
}

/** Writes until told to stop. What was acknowledged is remembered outside the database. */
function keepWriting(schoolId: string): { acknowledged: Set<string>; stop(): Promise<void> } {
  const acknowledged = new Set<string>();
  const over = new AbortController();
  const writer = async () => {
    while (!over.signal.aborted) {
      const key = randomUUID();
      await pool.query(
        `WITH person AS (INSERT INTO persons (home_org_id, number, name) VALUES ($2, $1, 'x') RETURNING id)
         INSERT INTO audit_lines (actor_kind, action, subject_kind, subject_id) SELECT 'operator', 'test.write', 'key', $1 FROM person`,
        [key, schoolId],
      );
      acknowledged.add(key);
    }
  };
  const writers = [writer(), writer()];
  return {
    acknowledged,
    async stop() {
      over.abort();
      await Promise.all(writers);
    },
  };
}

test(
  `the newest ${NEWEST} migrations, killed after each of their statements while others write, lose and double nothing`,
  { timeout: 300_000 },
  async () => {
    const whole = await schemaText(pool);
    await sql`DROP SCHEMA public CASCADE`.execute(db);
    await sql`CREATE SCHEMA public`.execute(db);
    // Without the views: those of today stand on columns of today.
    for (const path of files.slice(0, -NEWEST)) await copy(path);
    await migrate(db, root);
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO orgs (kind, code, name) VALUES ('school', 'kill', 'x') RETURNING id`,
    );
    const schoolId = rows[0]!.id;
    await pool.query(
      `INSERT INTO persons (home_org_id, number, name) SELECT $1, 'old' || n, 'x' FROM generate_series(1, $2::int) n`,
      [schoolId, PERSONS],
    );
    const writing = keepWriting(schoolId);
    let kills = 0;
    for (const path of newest) {
      const statements = sqlStatements(await readFile(join(source, path), 'utf8'));
      for (let after = 1; after <= statements.length; after++) {
        await copy(path, [...statements.slice(0, after), pause, ...statements.slice(after)].join('\n'));
        const child = startMigrating();
        const backend = await untilPaused(child);
        child.kill('SIGKILL');
        await once(child, 'exit');
        kills += 1;
        // The database notices by itself within a second or so; here it is told, and rolls back all the same.
        await pool.query('SELECT pg_terminate_backend($1, 10000)', [backend]);
        const { rows: ran } = await pool.query('SELECT FROM schema_migrations WHERE name = $1', [
          basename(path, '.sql'),
        ]);
        expect(ran).toEqual([]);
      }
      await copy(path);
      const last = startMigrating();
      expect(await once(last, 'exit')).toEqual([0, null]);
    }
    await writing.stop();
    const { rows: found } = await pool.query<{ key: string; persons: string; lines: string }>(
      `SELECT p.number AS key, count(DISTINCT p.id)::text AS persons, count(l.id)::text AS lines
       FROM persons p LEFT JOIN audit_lines l ON l.subject_id = p.number
       WHERE p.home_org_id = $1 AND p.number NOT LIKE 'old%' GROUP BY p.number`,
      [schoolId],
    );
    const writtenOnce = new Set(
      found.filter(({ persons, lines }) => persons === '1' && lines === '1').map(({ key }) => key),
    );
    expect(found.filter(({ key }) => !writtenOnce.has(key))).toEqual([]);
    expect([...writing.acknowledged].filter((key) => !writtenOnce.has(key))).toEqual([]);
    expect(writing.acknowledged.size).toBeGreaterThan(kills);
    const { rows: old } = await pool.query<{ count: number }>(
      `SELECT count(*) AS count FROM persons WHERE number LIKE 'old%'`,
    );
    expect(old).toEqual([{ count: PERSONS }]);
    // And the schema is what an untouched database gets.
    await migrate(db);
    expect(await schemaText(pool)).toEqual(whole);
  },
);
