import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '../platform/testing/database.ts';

const { db } = await testDatabase();

test('the plan tables exist and a month of lessons can be opened', async () => {
  await sql`SELECT ensure_month_partition('lessons', '2026-11-23'), ensure_month_partition('lesson_audiences', '2026-11-23'),
    ensure_month_partition('lesson_staff', '2026-11-23')`.execute(db);
  const { rows } = await sql`SELECT * FROM lesson_people('2026-11-23')`.execute(db);
  expect(rows).toEqual([]);
  const cards = await db.selectFrom('lesson_cards').selectAll().execute();
  expect(cards).toEqual([]);
});
