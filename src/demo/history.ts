import { sql } from 'kysely';
import { operatorActor } from '../platform/actor.ts';
import type { ServerContext } from '../platform/context.ts';
import { publishWeekIn } from '../timetable/service/publish.ts';
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
  { schoolCode }: { schoolCode?: string } = {},
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

/** Teaches what is over by now: the last school days and the demo's own morning. Repeating it adds what became past. */
export async function fillPast(ctx: ServerContext): Promise<void> {
  const { rows } = await sql<{ day: string }>`
    SELECT day::text FROM (
      SELECT DISTINCT d.day FROM school_days d JOIN orgs o ON o.id = d.org_id AND o.is_demo
      WHERE d.kind = 'teaching' AND d.day <= (app_now() AT TIME ZONE 'Asia/Shanghai')::date
      ORDER BY d.day DESC LIMIT ${pastDays + 1}
    ) recent ORDER BY day
  `.execute(ctx.db);
  const thisWeek = weekNoOf(rows.at(-1)?.day ?? demoTerm.firstDay);
  await publishWeeks(ctx, [thisWeek, thisWeek - 1, thisWeek + 1]);
  for (const { day } of rows) await teachPast(ctx, { day });
}
