import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { testDatabase } from '../testing/database.ts';
import { asReader } from './reader.ts';
import { buildWall, findWallGap, wallGapSentence } from './role.ts';

/** A database of somebody else's: its user owns it and may make no roles. */
const { db: admin, connection } = await testDatabase();
const name = `outside_${randomBytes(6).toString('hex')}`;
const password = randomBytes(12).toString('hex');
await sql.raw(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`).execute(admin);
await sql.raw(`CREATE DATABASE ${name} OWNER ${name}`).execute(admin);
const theirs = { ...connection, user: name, password, database: name };
const outside = openDatabase(theirs, { max: 2 });

afterAll(async () => {
  await outside.close();
  await sql.raw(`DROP DATABASE ${name} WITH (FORCE)`).execute(admin);
  await sql.raw(`DROP ROLE ${name}`).execute(admin);
});

test('without the right to make roles everything works as before, and what is missing is said', async () => {
  await migrate(outside.db);
  expect(await findWallGap(outside.db)).toBe('membership');
  expect(wallGapSentence('membership').en).toContain('GRANT nol_app TO');
  const unwalled = openDatabase(theirs, { max: 1, isWalled: () => false });
  const { rows } = await asReader({ personId: null }, () =>
    sql<{ role: string }>`SELECT current_user AS role`.execute(unwalled.db),
  );
  await unwalled.close();
  expect(rows).toEqual([{ role: name }]);
}, 60_000);

test('once its administrator has given the role, the next start makes the rest itself', async () => {
  await sql.raw(`GRANT nol_app TO ${name}`).execute(admin);
  expect(await findWallGap(outside.db)).toBe('rights');
  expect(await buildWall(outside.db)).toBeNull();
  const { rows } = await asReader({ personId: null }, () =>
    sql<{ role: string; bound: boolean }>`
      SELECT current_user AS role, row_security_active('contacts') AS bound`.execute(outside.db),
  );
  expect(rows).toEqual([{ role: 'nol_app', bound: true }]);
}, 60_000);
