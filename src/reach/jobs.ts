import { sql } from 'kysely';
import { systemActor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { schoolClock } from '../calendar/service.ts';
import { markOverdueClasses } from '../facts/judgements.ts';
import { tellPresence } from '../rooms/service-presence.ts';
import { issueFigure, keepSchoolDay } from './actions.ts';
import { selectDaysToClose, selectDaysToOpen, selectOpenDays } from './queries/school-days.ts';
import { selectRecentReports, selectReportsDue } from './queries/unit-figures.ts';
import { recountDirty } from './recount.ts';
import { recountSoon } from './recount-soon.ts';
import { checkAdults, closeSchoolDay, followPlans, openSchoolDay } from './school-day.ts';
import { issueUnitFigure } from './unit-figure.ts';

const actor = () => systemActor('reach', [keepSchoolDay.name, issueFigure.name]);

/** Declares what keeps school days going without anybody asking; every job may run twice. */
export async function reachJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define('reach.recount', { everySeconds: 5 }, () => recountSoon(ctx));
  await ctx.jobs.define('reach.tick', { cron: '* * * * *', everySeconds: 30 }, (_data, stopping) =>
    tick(ctx, stopping),
  );
  await ctx.jobs.define('reach.closeDays', { cron: '* * * * *' }, (_data, stopping) =>
    closeDays(ctx, stopping),
  );
  await ctx.jobs.define('reach.checkAdults', { cron: '30 3 * * *' }, () => checkAllAdults(ctx));
  await ctx.jobs.define('reach.reportUnits', { cron: '* * * * *' }, () => reportUnits(ctx));
  await ctx.jobs.define('reach.correctReports', { cron: '40 4 * * *' }, () => correctReports(ctx));
  // A changed plan is followed at once; the tick finds what a lost message missed.
  const follow = (): void => {
    ctx.jobs
      .send('reach.tick', {}, { singletonKey: 'plan' })
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'reach.follow'));
  };
  for (const topic of ['timetable.published', 'lesson.changed', 'orgs.moved'])
    ctx.bus.subscribe(topic, follow);
}

/** Opens days that are due, follows changed plans, and counts what ended since the last tick. */
async function tick(ctx: ServerContext, stopping: AbortSignal): Promise<void> {
  const now = ctx.now();
  for (const { schoolId, day } of await selectDaysToOpen(ctx.db)) {
    // A county is hundreds of schools: what is left, the next start opens.
    if (stopping.aborted) return;
    await authorize(ctx.db, actor(), keepSchoolDay, { orgId: schoolId });
    const opened = await openSchoolDay(ctx.db, { schoolId, day, now });
    if (opened) ctx.log.info({ schoolId, day }, 'reach.dayOpened');
  }
  await followPlans(ctx.db);
  await markOverdueClasses(ctx.db, await selectOpenDays(ctx.db));
  await recountSoon(ctx);
}

async function closeDays(ctx: ServerContext, stopping: AbortSignal): Promise<void> {
  for (const { schoolId, day, closesAt } of await selectDaysToClose(ctx.db)) {
    if (stopping.aborted) return;
    const system = actor();
    await authorize(ctx.db, system, keepSchoolDay, { orgId: schoolId });
    await tellPresence(ctx, { schoolId, day });
    const closed = await closeSchoolDay(ctx.db, { schoolId, day, closesAt, now: ctx.now(), actor: system });
    ctx.log.info({ schoolId, day, ...closed }, 'reach.dayClosed');
    if (closed.withoutAdult > 0)
      ctx.log.error({ schoolId, day, pupils: closed.withoutAdult }, 'reach.withoutAdult');
    ctx.bus.publish('reach.dayClosed', { schoolId, day });
  }
}

/** At the hour of the report: every unit above schools whose schools teach today. */
async function reportUnits(ctx: ServerContext): Promise<void> {
  for (const { orgId, day } of await selectReportsDue(ctx.db)) {
    await issueUnitFigure(ctx, actor(), { orgId, day });
    ctx.log.info({ orgId, day }, 'reach.reported');
  }
}

/** Each night: a report whose figures are no longer what was reported gets a further issue. */
async function correctReports(ctx: ServerContext): Promise<void> {
  for (const { orgId, day } of await selectRecentReports(ctx.db)) {
    if (await issueUnitFigure(ctx, actor(), { orgId, day })) ctx.log.info({ orgId, day }, 'reach.corrected');
  }
}

/** Each night: does somebody answer for every pupil of every school? */
async function checkAllAdults(ctx: ServerContext): Promise<void> {
  const { rows } = await sql<{
    schoolId: string;
  }>`SELECT org_id AS "schoolId" FROM org_scope WHERE kind = 'school'`.execute(ctx.db);
  for (const { schoolId } of rows) {
    await authorize(ctx.db, actor(), keepSchoolDay, { orgId: schoolId });
    const clock = await schoolClock(ctx.db, { schoolId, now: ctx.now() });
    if (!clock) continue;
    const gaps = await checkAdults(ctx.db, { schoolId, day: clock.today });
    if (gaps > 0) ctx.log.warn({ schoolId, pupils: gaps }, 'reach.withoutAdult');
  }
  await recountDirty(ctx.db, ctx.now());
}
