import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { zone } from './clock.ts';
import { demoEntries } from './entries.ts';
import { lateMinutes, luck } from './past.ts';

/** How often it is looked which lessons run; a page that gives no sign for 90 s has lost the line. */
export const lookEverySeconds = 30;

/**
 * Lets the demo's planned lessons of this moment be under way: the teacher has come, and pupils by the same luck by
 * which the past is written, so that a lesson tells the same story while it runs and after. What a visitor can teach
 * or sit in is left alone: those rooms open when somebody really comes. Repeating it gives a sign of life.
 *
 * @returns lessons that are under way.
 */
export async function teachRunning(ctx: ServerContext): Promise<number> {
  const visitors = demoEntries.map(({ loginName }) => loginName);
  return ctx.db.transaction().execute(async (trx) => {
    const { rows: clock } = await sql<{ day: string }>`
      SELECT (app_now() AT TIME ZONE ${zone} - interval '4 hours')::date::text AS day`.execute(trx);
    const day = clock[0]?.day ?? '';
    const { rows: satIn } = await sql<{ classId: string }>`
      SELECT m.class_id AS "classId" FROM class_members(${day}::date) m JOIN accounts a ON a.person_id = m.person_id
      WHERE m.role = 'pupil' AND a.login_name = ANY (${visitors}::text[])`.execute(trx);
    const { rows: lessons } = await sql<{ id: string }>`
      UPDATE lessons l SET status = 'live', started_at = coalesce(l.started_at, l.starts_at),
        version = l.version + CASE WHEN l.status = 'planned' THEN 1 ELSE 0 END
      FROM orgs o
      WHERE l.school_day = ${day}::date AND o.id = l.school_id AND o.is_demo AND l.mode = 'live'
        AND l.status IN ('planned', 'live') AND l.log_id IS NULL AND l.starts_at <= app_now() AND l.ends_at > app_now()
        AND NOT EXISTS (SELECT FROM lesson_logs log WHERE log.school_day = l.school_day AND log.lesson_id = l.id)
        AND NOT EXISTS (
          SELECT FROM lesson_staff s JOIN accounts a ON a.person_id = s.person_id
          WHERE s.school_day = l.school_day AND s.lesson_id = l.id AND a.login_name = ANY (${visitors}::text[]))
        AND NOT EXISTS (
          SELECT FROM lesson_audiences c WHERE c.school_day = l.school_day AND c.lesson_id = l.id
            AND c.class_id = ANY (${satIn.map(({ classId }) => classId)}::uuid[]))
      RETURNING l.id
    `.execute(trx);
    if (lessons.length === 0) return 0;
    await sql`SELECT ensure_month_partition('room_entries', ${day}::date)`.execute(trx);
    await sql`
        WITH fate AS (
          SELECT DISTINCT ON (l.id, m.person_id) l.id AS lesson_id, m.person_id, c.class_id, l.starts_at,
            l.starts_at + (l.ends_at - l.starts_at) / 2 AS half,
            abs(hashtext(m.person_id::text || l.id::text)) % 100 AS luck,
            abs(hashtext(m.person_id::text || l.school_day::text)) % ${luck.awayOneIn}::int = 0 AS is_away
          FROM lessons l
          JOIN lesson_audiences c ON c.school_day = l.school_day AND c.lesson_id = l.id
          JOIN class_members(${day}::date) m ON m.class_id = c.class_id AND m.role = 'pupil'
          WHERE l.school_day = ${day}::date AND l.id = ANY (${lessons.map(({ id }) => id)}::uuid[])
          ORDER BY l.id, m.person_id, c.class_id
        ), here AS (
          SELECT *,
            CASE WHEN luck < ${luck.late}::int THEN starts_at + make_interval(mins => ${lateMinutes}::int) ELSE starts_at END AS came,
            CASE WHEN luck >= ${luck.late}::int AND luck < ${luck.leftEarly}::int THEN half ELSE 'infinity' END AS left_at
          FROM fate WHERE NOT is_away AND luck >= ${luck.madeUp}::int
        ), signs AS (
          UPDATE room_entries e SET last_seen_at = least(app_now(), h.left_at) FROM here h
          WHERE e.school_day = ${day}::date AND e.lesson_id = h.lesson_id AND e.person_id = h.person_id
        ), entered AS (
          INSERT INTO room_entries (school_day, lesson_id, person_id, standing, via_class_id, entered_at, last_seen_at)
          SELECT ${day}::date, lesson_id, person_id, 'pupil', class_id, came, least(app_now(), left_at)
          FROM here WHERE came <= app_now()
          ON CONFLICT DO NOTHING
          RETURNING person_id
        )
        SELECT mark_dirty(${day}::date, (SELECT array_agg(DISTINCT person_id) FROM entered))
      `.execute(trx);
    return lessons.length;
  });
}
