import { sql } from 'kysely';
import { operatorActor } from '../platform/actor.ts';
import type { ServerContext } from '../platform/context.ts';
import { publishWeekIn } from '../timetable/service/publish.ts';
import { recountDirty } from '../reach/recount.ts';
import { closeSchoolDay, openSchoolDay } from '../reach/school-day.ts';
import { teachPast } from './past.ts';
import { demoTerm } from './seed.ts';

/** Week of the term (1 = first) a day lies in. */
export function weekNoOf(day: string): number {
  const days = (Date.parse(day) - Date.parse(demoTerm.week1Monday)) / 86_400_000;
  return Math.floor(days / 7) + 1;
}

/**
 * Publishes weeks for every school of the demo; weeks already published stay.
 *
 * @param weekNos - weeks of the term, 1 and up.
 * @param schoolCode - only this school: the one whose lesson is taught must be there before the server is ready,
 *   the others follow in the background.
 */
export async function publishWeeks(
  ctx: ServerContext,
  weekNos: readonly number[],
  { schoolCode, stopping }: { schoolCode?: string; stopping?: AbortSignal } = {},
): Promise<void> {
  const schools = await ctx.db
    .selectFrom('orgs')
    .select('id')
    .where('is_demo', '=', true)
    .where('kind', '=', 'school')
    .$if(schoolCode !== undefined, (query) => query.where('code', '=', schoolCode ?? ''))
    .execute();
  for (const { id: schoolId } of schools) {
    const { rows } = await sql<{ week_no: number }>`
      SELECT DISTINCT week_no FROM week_publications WHERE school_id = ${schoolId}
    `.execute(ctx.db);
    const published = new Set(rows.map((row) => row.week_no));
    for (const wanted of weekNos) {
      if (stopping?.aborted) return;
      if (published.has(wanted)) continue;
      // Published as if on its Friday before: last week is filled too.
      const before = new Date(
        Date.parse(demoTerm.week1Monday) + (wanted - 1) * 7 * 86_400_000 - 3 * 86_400_000,
      );
      await ctx.db
        .transaction()
        .execute((trx) => publishWeekIn(trx, operatorActor(), { schoolId, weekNo: wanted, now: before }));
    }
  }
}

/** School days before the demo's day that have lessons and facts. */
const pastDays = 5;

/**
 * Lives through the last school days and the demo's own morning: opens each day, teaches what is over by now,
 * and closes the days that are past; the present day comes first, because people look at it first. Repeating it
 * adds what became past.
 *
 * @param stopping - ends after the step under way; the next start goes on from there.
 */
export async function fillPast(ctx: ServerContext, stopping: AbortSignal): Promise<void> {
  const { rows } = await sql<{ schoolId: string; day: string; closesAt: Date; isPast: boolean }>`
    SELECT d.org_id AS "schoolId", d.day::text, d.closes_at AS "closesAt", d.closes_at < app_now() AS "isPast"
    FROM school_days d JOIN orgs o ON o.id = d.org_id AND o.is_demo
    WHERE d.kind = 'teaching' AND d.closed_at IS NULL AND d.opens_at <= app_now() AND d.day > (
      SELECT min(day) FROM (
        SELECT DISTINCT day FROM school_days x JOIN orgs y ON y.id = x.org_id AND y.is_demo
        WHERE x.kind = 'teaching' AND x.opens_at <= app_now() ORDER BY day DESC LIMIT ${pastDays + 2}
      ) recent)
    ORDER BY d.closes_at < app_now(), d.day, o.code
  `.execute(ctx.db);
  const thisWeek = weekNoOf(rows[0]?.day ?? demoTerm.firstDay);
  await publishWeeks(ctx, [thisWeek, thisWeek - 1, thisWeek + 1], { stopping });
  // This morning first: its boards are what a visitor sees.
  const today = rows.at(-1);
  if (today && !today.isPast && !stopping.aborted) await teachPast(ctx, { day: today.day });
  for (const [day, schools] of Map.groupBy(rows, (row) => row.day)) {
    if (stopping.aborted) return;
    // Taught before it is opened: an open day that is over is closed by the job as soon as it is seen.
    await teachPast(ctx, { day });
    for (const { schoolId } of schools) await openSchoolDay(ctx.db, { schoolId, day, now: ctx.now() });
    for (const { schoolId, closesAt, isPast } of schools) {
      if (stopping.aborted) return;
      if (isPast)
        await closeSchoolDay(ctx.db, { schoolId, day, closesAt, now: ctx.now(), actor: operatorActor() });
    }
  }
  await recountDirty(ctx.db, ctx.now());
}
