import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** Zone of the demo county. */
export const zone = 'Asia/Shanghai';
/** Wednesday of week 13: the day a fresh demo stands at, whatever the real date. */
export const demoFirstDay = '2026-11-25';
/** The demo's morning: a restart within it goes on, outside it the clock moves to the next morning. */
const morning = { from: '10:12', until: '11:30' } as const;

/** Sets the product's clock to the demo's first morning. For a fresh demo only: nothing was recorded yet. */
export async function standOnFirstMorning(db: Db): Promise<{ day: string }> {
  await sql`
    UPDATE clock SET clock_offset =
      (${demoFirstDay}::date + ${morning.from}::time) AT TIME ZONE ${zone} - clock_timestamp()`.execute(db);
  return { day: demoFirstDay };
}

/**
 * Sets the product's clock to a school morning, only ever forward: what was recorded stays in the past.
 *
 * @returns the day the clock stands at, `YYYY-MM-DD`, and whether it was moved.
 */
export async function standInMorning(db: Db): Promise<{ day: string; moved: boolean }> {
  const { rows } = await sql<{ day: string; moved: boolean }>`
    WITH present AS (SELECT app_now() AT TIME ZONE ${zone} AS at),
    target AS (
      SELECT d.day, (d.day + ${morning.from}::time) AT TIME ZONE ${zone} AS at
      FROM school_days d JOIN orgs o ON o.id = d.org_id AND o.is_demo AND o.kind = 'school', present
      WHERE d.kind = 'teaching' AND d.teaches_weekday BETWEEN 1 AND 5 AND d.day >= ${demoFirstDay}::date
        AND d.day + ${morning.until}::time > present.at
      ORDER BY d.day LIMIT 1
    ),
    moved AS (
      UPDATE clock SET clock_offset = target.at - clock_timestamp()
      FROM target, present
      WHERE present.at < target.day + ${morning.from}::time
      RETURNING true AS moved
    )
    SELECT coalesce(target.day, present.at::date)::text AS day, coalesce((SELECT moved FROM moved), false) AS moved
    FROM present LEFT JOIN target ON true
  `.execute(db);
  const row = rows[0];
  if (!row) throw new Error('The demo has no school day to stand at.');
  return row;
}

/** Puts the product's clock back on the real time, when the demo goes. */
export async function returnToRealTime(db: Db): Promise<void> {
  await db.updateTable('clock').set({ clock_offset: '0' }).execute();
}
