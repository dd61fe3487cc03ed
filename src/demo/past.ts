import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';

/**
 * One pupil in so many is not reached at all on a day. Of a hundred lessons of a pupil: missed, made up by the
 * recording, late, left early, each up to its number; the rest present.
 */
export const luck = { awayOneIn: 170, missed: 2, madeUp: 5, late: 7, leftEarly: 8 } as const;
export const lateMinutes = 12;

/**
 * Lets the demo's planned lessons of a day that are over by now have been taught: how they ran, and a fact
 * for each pupil who was there. Lessons really taught are left alone. Repeating it changes nothing.
 *
 * Who missed what is drawn from the ids, so it is spread evenly. Set-based: a week is 75,000 facts.
 *
 * @returns lessons that were added to the past.
 */
export async function teachPast(ctx: ServerContext, { day }: { day: string }): Promise<number> {
  return ctx.db.transaction().execute(async (trx) => {
    const { rows: lessons } = await sql<{ id: string }>`
      UPDATE lessons l SET status = 'ended', started_at = l.starts_at, ended_at = l.ends_at
      FROM orgs o
      WHERE o.id = l.school_id AND o.is_demo AND l.school_day = ${day}::date AND l.status IN ('planned', 'live')
        AND l.log_id IS NULL AND l.ends_at <= app_now()
        AND NOT EXISTS (SELECT FROM lesson_logs log WHERE log.school_day = l.school_day AND log.lesson_id = l.id)
      RETURNING l.id
    `.execute(trx);
    if (lessons.length === 0) return 0;
    const ids = lessons.map(({ id }) => id);
    await sql`DELETE FROM bookings WHERE school_day = ${day}::date AND lesson_id = ANY (${ids}::uuid[])`.execute(
      trx,
    );
    await sql`SELECT ensure_month_partition('facts', ${day}::date)`.execute(trx);
    await sql`
      INSERT INTO runs (school_day, planned_id, started_at, ended_at, taught_seconds, voice_seconds)
      SELECT l.school_day, l.id, l.starts_at, l.ends_at, s.seconds, s.seconds
      FROM lessons l, LATERAL (SELECT extract(epoch FROM l.ends_at - l.starts_at)::int AS seconds) s
      WHERE l.school_day = ${day}::date AND l.id = ANY (${ids}::uuid[])
      ON CONFLICT DO NOTHING
    `.execute(trx);
    await sql`
      WITH heard AS (
        SELECT DISTINCT l.id AS lesson_id, m.person_id, l.starts_at, l.ends_at,
          extract(epoch FROM l.ends_at - l.starts_at)::int AS seconds,
          abs(hashtext(m.person_id::text || l.id::text)) % 100 AS luck,
          abs(hashtext(m.person_id::text || l.school_day::text)) % ${luck.awayOneIn}::int = 0 AS is_away
        FROM lessons l
        JOIN lesson_audiences c ON c.school_day = l.school_day AND c.lesson_id = l.id
        JOIN class_members(${day}::date) m ON m.class_id = c.class_id AND m.role = 'pupil'
        WHERE l.school_day = ${day}::date AND l.id = ANY (${ids}::uuid[])
      ), fate AS (
        SELECT *, luck >= ${luck.missed}::int AND luck < ${luck.madeUp}::int AS is_made_up,
          CASE WHEN luck >= ${luck.madeUp}::int AND luck < ${luck.late}::int THEN ${lateMinutes * 60}::int ELSE 0 END AS from_s,
          CASE WHEN luck >= ${luck.late}::int AND luck < ${luck.leftEarly}::int THEN seconds / 2 ELSE seconds END AS to_s
        FROM heard WHERE NOT is_away AND luck >= ${luck.missed}::int
          -- Who makes up later today has not done so yet.
          AND (luck >= ${luck.madeUp}::int OR ends_at + interval '90 minutes' <= app_now())
      ), written AS (
        INSERT INTO facts (school_day, id, person_id, planned_id, way, from_at, to_at, seconds, source, recorded_at, detail)
        SELECT ${day}::date,
          fact_id(CASE WHEN is_made_up THEN 'recording' ELSE 'room' END, 'demo:' || lesson_id || ':' || person_id), person_id, lesson_id, CASE WHEN is_made_up THEN 'recording' ELSE 'live' END,
          CASE WHEN NOT is_made_up THEN starts_at + make_interval(secs => from_s) END,
          CASE WHEN NOT is_made_up THEN starts_at + make_interval(secs => to_s) END,
          to_s - from_s, CASE WHEN is_made_up THEN 'recording' ELSE 'room' END,
          CASE WHEN is_made_up THEN ends_at + interval '90 minutes' ELSE ends_at END,
          CASE WHEN is_made_up THEN jsonb_build_object('heard', jsonb_build_array(jsonb_build_array(from_s, to_s))) END
        FROM fate
        ON CONFLICT DO NOTHING
        RETURNING person_id
      )
      SELECT mark_dirty(${day}::date, (SELECT array_agg(DISTINCT person_id) FROM written))
    `.execute(trx);
    return lessons.length;
  });
}
