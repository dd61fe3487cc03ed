import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { seedRegion } from './seed.ts';

const { db } = await buildTestApp();

test('the demo county fits every constraint, and every pupil has a named adult', async () => {
  await db.transaction().execute((trx) => seedRegion(trx));
  const { rows } = await sql<{ pupils: number; gaps: number }>`
    SELECT count(*)::int AS pupils, count(*) FILTER (WHERE adult_id IS NULL)::int AS gaps FROM named_adults('2026-11-25')
  `.execute(db);
  expect(rows[0]?.pupils).toBeGreaterThan(2_800);
  expect(rows[0]?.gaps).toBe(0);
});
