import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { DEFAULT_HOURS } from '../calendar/rules/school-days.ts';
import { changeDayCloses, schoolClock } from '../calendar/service.ts';
import { changeRules, readRules } from './actions.ts';
import { selectRulesOf, selectRulesVersion, upsertRules } from './queries/rules.ts';
import { markSchoolDirty } from './queries/school-days.ts';
import { recountSoon } from './recount-soon.ts';
import { defaultRules, type AttendanceRules } from './rules/attendance.ts';

/** Limits of attendance, and when the day's unreached pupils become follow-ups, `HH:MM` in the school's zone. */
export interface RulesOfSchool extends AttendanceRules {
  readonly dayCloses: string;
}

export interface SchoolRules {
  readonly rules: RulesOfSchool;
  readonly defaults: RulesOfSchool;
  /** 0: the defaults hold. */
  readonly version: number;
}

export async function schoolRules(
  ctx: ServerContext,
  actor: Actor,
  { schoolId }: { schoolId: string },
): Promise<SchoolRules> {
  await authorize(ctx.db, actor, readRules, { orgId: schoolId });
  const clock = await schoolClock(ctx.db, { schoolId, now: ctx.now() });
  if (!clock) throw notFound();
  return {
    rules: {
      ...(await selectRulesOf(ctx.db, [schoolId], clock.today))(schoolId),
      dayCloses: clock.hours.dayCloses,
    },
    defaults: { ...defaultRules, dayCloses: DEFAULT_HOURS.dayCloses },
    version: await selectRulesVersion(ctx.db, schoolId),
  };
}

/**
 * Changes what a school calls late, gone early, made up and reached, and when its day closes; today is judged anew
 * by it, days that are over keep what was said of them, whatever becomes known of them later.
 *
 * @param version - the version that was read; somebody else's change in between is refused.
 * @throws {AppError} 409 `rules_changed_meanwhile`, 422 `not_a_school`.
 */
export async function changeSchoolRules(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, version, rules }: { schoolId: string; version: number; rules: RulesOfSchool },
): Promise<SchoolRules> {
  await authorize(ctx.db, actor, changeRules, { orgId: schoolId });
  const clock = await schoolClock(ctx.db, { schoolId, now: ctx.now() });
  const unit = await ctx.db
    .selectFrom('org_scope')
    .where('org_id', '=', schoolId)
    .select('kind')
    .executeTakeFirst();
  if (!clock || unit?.kind !== 'school')
    throw new AppError(422, 'not_a_school', 'Rules of attendance belong to a school.');
  await ctx.db.transaction().execute(async (trx) => {
    const { dayCloses, ...limits } = rules;
    const written = await upsertRules(trx, {
      schoolId,
      from: clock.today,
      version,
      rules: limits,
      changedBy: actor.kind === 'person' ? actor.personId : null,
    });
    if (!written)
      throw new AppError(
        409,
        'rules_changed_meanwhile',
        'Somebody else changed these rules; look at theirs first.',
      );
    if (dayCloses !== clock.hours.dayCloses)
      await changeDayCloses(trx, { schoolId, dayCloses, now: ctx.now() });
    await markSchoolDirty(trx, { schoolId, day: clock.today });
    await audit(trx, actor, {
      action: 'reach.changeRules',
      subjectKind: 'org',
      subjectId: schoolId,
      orgId: schoolId,
      detail: { ...rules },
    });
  });
  await recountSoon(ctx);
  return schoolRules(ctx, actor, { schoolId });
}
