import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { editPlan, readPlan } from '../actions.ts';
import { lockPlan, selectBellPlans, selectYearGroups, upsertBellPlan } from '../queries/plan.ts';
import { bellFault, type BellPeriod, type BellPlan } from '../rules/bells.ts';

/** Bell plans of a school and the year groups they can be made for. */
export async function bellPlans(
  ctx: ServerContext,
  actor: Actor,
  { schoolId }: { schoolId: string },
): Promise<{ bellPlans: BellPlan[]; yearGroups: string[] }> {
  await authorize(ctx.db, actor, readPlan, { orgId: schoolId });
  const yearGroups = new Set(
    [...(await selectYearGroups(ctx.db, schoolId)).values()].filter((group) => group !== null),
  );
  return {
    bellPlans: await selectBellPlans(ctx.db, schoolId),
    yearGroups: [...yearGroups].sort((a, b) => a.localeCompare(b, 'zh-CN', { numeric: true })),
  };
}

/**
 * Makes or changes a bell plan; its id names it, so that saving twice is saving once. Published lessons keep their
 * times until their week is published again.
 *
 * @throws {AppError} 422 `bell_plan_empty`, `bell_period_reversed`, `bell_periods_overlap`, `bell_periods_out_of_order`;
 *   409 `bell_plan_title_taken`, `year_group_has_bells`.
 */
export async function saveBellPlan(
  ctx: ServerContext,
  actor: Actor,
  plan: {
    id: string;
    schoolId: string;
    title: string;
    yearGroups: readonly string[];
    periods: readonly BellPeriod[];
  },
): Promise<BellPlan> {
  await authorize(ctx.db, actor, editPlan, { orgId: plan.schoolId });
  const fault = bellFault(plan.periods);
  if (fault) {
    const { code, ...params } = fault;
    throw new AppError(422, code, 'The periods of the bell plan do not fit together.', { params });
  }
  return ctx.db.transaction().execute(async (trx) => {
    await lockPlan(trx, plan.schoolId);
    const others = (await selectBellPlans(trx, plan.schoolId)).filter(({ id }) => id !== plan.id);
    const foreign = await trx
      .selectFrom('bell_plans')
      .select('school_id')
      .where('id', '=', plan.id)
      .executeTakeFirst();
    if (foreign && foreign.school_id !== plan.schoolId) throw notFound();
    if (others.some(({ title }) => title === plan.title)) {
      throw new AppError(409, 'bell_plan_title_taken', 'The school has a bell plan of this name already.', {
        params: { title: plan.title },
      });
    }
    const taken = others.find(
      ({ yearGroups }) =>
        (yearGroups.length === 0 && plan.yearGroups.length === 0) ||
        yearGroups.some((group) => plan.yearGroups.includes(group)),
    );
    if (taken) {
      throw new AppError(
        409,
        'year_group_has_bells',
        'Another bell plan holds for these year groups already.',
        {
          params: { title: taken.title },
        },
      );
    }
    const yearGroups = [...new Set(plan.yearGroups)];
    await upsertBellPlan(trx, { ...plan, yearGroups });
    await audit(trx, actor, {
      action: editPlan.name,
      subjectKind: 'bellPlan',
      subjectId: plan.id,
      orgId: plan.schoolId,
      detail: { periods: plan.periods.length },
    });
    const saved = (await selectBellPlans(trx, plan.schoolId)).find(({ id }) => id === plan.id);
    if (!saved) throw new Error('the bell plan just saved is gone');
    return saved;
  });
}
