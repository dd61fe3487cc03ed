import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { migrate, pendingMigrations } from './migrate.ts';
import { testDatabase } from './testing/database.ts';

const { db } = await testDatabase();
let root: string;

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'migrate-'));
  await sql`DROP SCHEMA public CASCADE`.execute(db);
  await sql`CREATE SCHEMA public`.execute(db);
});

afterEach(() => rm(root, { recursive: true, force: true }));

test('files of all capabilities run once, in the order of their stamps', async () => {
  await write('people/migrations/20260102000000_b__create.sql', 'CREATE TABLE b (a_id int REFERENCES a);');
  await write('orgs/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int PRIMARY KEY);');
  expect((await migrate(db, root)).applied).toEqual(['20260101000000_a__create', '20260102000000_b__create']);
  expect(await migrate(db, root)).toEqual({ applied: [], viewsChanged: false });
  expect(await pendingMigrations(db, root)).toEqual([]);
});

test('a file that fails leaves nothing behind, and the files before it stay', async () => {
  await write('orgs/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int);');
  await write('orgs/migrations/20260102000000_b__create.sql', 'CREATE TABLE b (id int); SELECT 1/0;');
  await expect(migrate(db, root)).rejects.toThrow('migration 20260102000000_b__create: division by zero');
  const { rows } = await sql<{ a: string; b: string | null }>`
    SELECT to_regclass('a')::text AS a, to_regclass('b')::text AS b`.execute(db);
  expect(rows).toEqual([{ a: 'a', b: null }]);
});

test('a late merge of an early stamp still runs', async () => {
  await write('orgs/migrations/20260102000000_b__create.sql', 'CREATE TABLE b (id int);');
  await migrate(db, root);
  await write('people/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int);');
  expect((await migrate(db, root)).applied).toEqual(['20260101000000_a__create']);
});

test('two nodes that start at once run each file once', async () => {
  await write('orgs/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int);');
  await write('orgs/views.sql', 'CREATE OR REPLACE VIEW v AS SELECT id FROM a;');
  const reports = await Promise.all([migrate(db, root), migrate(db, root)]);
  expect(reports.flatMap((report) => report.applied)).toEqual(['20260101000000_a__create']);
  expect(reports.filter((report) => report.viewsChanged)).toHaveLength(1);
});

test('a view with other columns replaces the old one, and a removed view goes', async () => {
  await write('orgs/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int, name text);');
  await write('orgs/views.sql', 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM a;');
  await write('people/views.sql', 'CREATE OR REPLACE VIEW w AS SELECT id FROM v;');
  await migrate(db, root);
  await write('orgs/views.sql', 'CREATE OR REPLACE VIEW v AS SELECT name FROM a;');
  await rm(join(root, 'people/views.sql'));
  expect((await migrate(db, root)).viewsChanged).toBe(true);
  const { rows } = await sql<{ table_name: string; column_name: string }>`
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name IN ('v', 'w')`.execute(db);
  expect(rows).toEqual([{ table_name: 'v', column_name: 'name' }]);
});

test('a migration may change a column that a view stands on', async () => {
  await write('orgs/migrations/20260101000000_a__create.sql', 'CREATE TABLE a (id int);');
  await write(
    'orgs/views.sql',
    `CREATE OR REPLACE VIEW v AS SELECT id FROM a;
     CREATE OR REPLACE FUNCTION f() RETURNS SETOF v LANGUAGE sql STABLE AS 'SELECT * FROM v';`,
  );
  await migrate(db, root);
  await write(
    'orgs/migrations/20260102000000_a__id__widen.sql',
    'ALTER TABLE a ALTER COLUMN id TYPE numeric;',
  );
  expect(await migrate(db, root)).toEqual({ applied: ['20260102000000_a__id__widen'], viewsChanged: true });
});

test('a file with another kind of name is refused by name', async () => {
  await write('orgs/migrations/first.sql', 'SELECT 1;');
  await expect(migrate(db, root)).rejects.toThrow('first.sql is not named YYYYMMDDHHMMSS_table__what.sql');
});

const one = 'orgs/migrations/20260101000000_a__create.sql';
const two = 'orgs/migrations/20260102000000_a__name__add.sql';

test('a program before this one goes on working where each newer migration says so, and leaves its views alone', async () => {
  await write(one, 'CREATE TABLE a (id int);');
  await write(two, '-- compatible: yes\nALTER TABLE a ADD COLUMN name text;');
  await write('orgs/views.sql', 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM a;');
  await migrate(db, root);
  await rm(join(root, two));
  await write('orgs/views.sql', 'CREATE OR REPLACE VIEW v AS SELECT id FROM a;');
  expect(await migrate(db, root)).toEqual({ applied: [], viewsChanged: false });
  await sql`SELECT name FROM v`.execute(db);
});

test('where a newer migration does not say so the older program is refused in words, and nothing is changed', async () => {
  await write(one, 'CREATE TABLE a (id int);');
  await write(two, 'ALTER TABLE a RENAME COLUMN id TO n;');
  await migrate(db, root);
  await rm(join(root, two));
  await expect(migrate(db, root)).rejects.toMatchObject({
    code: 'database_newer',
    sentence: {
      en: expect.stringContaining('20260102000000_a__name__add'),
      zh: expect.stringContaining('upgrade.md'),
    },
  });
  await sql`SELECT n FROM a`.execute(db);
});

test('a lock that others hold is asked for again and again, each time briefly; then the migration runs', async () => {
  await write(one, 'CREATE TABLE a (id int);');
  await migrate(db, root);
  await write(two, 'CREATE TABLE b (); ALTER TABLE a ADD COLUMN name text;');
  const holder = await db.startTransaction().execute();
  await sql`LOCK TABLE a IN ACCESS SHARE MODE`.execute(holder);
  const brief = { lockTimeoutMs: 50, tries: 3, pauseMs: 1 };
  await expect(migrate(db, root, brief)).rejects.toMatchObject({ code: 'migration_blocked' });
  const { rows } = await sql`SELECT to_regclass('b') AS b`.execute(db);
  expect(rows).toEqual([{ b: null }]);
  const migrating = migrate(db, root, { ...brief, tries: 10_000 });
  await holder.rollback().execute();
  expect((await migrating).applied).toEqual(['20260102000000_a__name__add']);
});
