import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { selectSchoolDay } from '../calendar/service.ts';
import { openContact } from '../people/contacts.ts';
import { openFollowUp, revealNumber } from './actions.ts';
import { todayOf } from './pupil-today.ts';
import { ensureCaseByHand } from './queries/follow-ups.ts';
import { selectRulesOf } from './queries/rules.ts';
import { dueForHelp } from './rules/follow-up.ts';

/**
 * Begins a follow-up before the day closes, or finds the one that is open. Asking twice begins it once.
 *
 * @throws {AppError} 409 `nothing_expected` when none is open and nothing is expected of the pupil today.
 */
export async function beginFollowUp(
  ctx: ServerContext,
  actor: Actor,
  { pupilId }: { pupilId: string },
): Promise<{ followUpId: string }> {
  await authorize(ctx.db, actor, openFollowUp, { pupilId });
  const followUpId = await ctx.db.transaction().execute((trx) => beginIn(ctx, trx, actor, pupilId));
  if (followUpId === null)
    throw new AppError(409, 'nothing_expected', 'Nothing is expected of this pupil today.');
  return { followUpId };
}

async function beginIn(ctx: ServerContext, trx: Trx, actor: Actor, pupilId: string): Promise<string | null> {
  const now = ctx.now();
  const { day, schoolId } = await todayOf(trx, pupilId, now);
  const rules = (await selectRulesOf(trx, [schoolId], day))(schoolId);
  const closesAt = (await selectSchoolDay(trx, { schoolId, day }))?.closes_at ?? now;
  const dueAt = dueForHelp(now, closesAt, rules);
  const followUpId = await ensureCaseByHand(trx, { pupilId, day, now, dueAt });
  if (followUpId !== null) {
    await audit(trx, actor, {
      action: 'reach.openFollowUp',
      subjectKind: 'followUp',
      subjectId: followUpId,
      orgId: schoolId,
    });
  }
  return followUpId;
}

/**
 * The number of one guardian of one pupil, for a call now; each time is on record. A follow-up is begun with it when
 * none is open, so that no call is without a place for its result.
 *
 * @returns the number, and the follow-up; null when nothing is expected of the pupil today.
 * @throws {AppError} 404 `guardian_not_found` when that person is no guardian of the pupil, 404 `no_number`.
 */
export async function revealGuardianNumber(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, guardianId }: { pupilId: string; guardianId: string },
): Promise<{ number: string; followUpId: string | null }> {
  const granted = await authorize(ctx.db, actor, revealNumber, { pupilId });
  return ctx.db.transaction().execute(async (trx) => {
    const guardian = await trx
      .selectFrom('guardian_cards')
      .select('guardian_id')
      .where('pupil_id', '=', pupilId)
      .where('guardian_id', '=', guardianId)
      .executeTakeFirst();
    if (!guardian) throw new AppError(404, 'guardian_not_found', 'This person is no guardian of the pupil.');
    const number = await openContact(trx, ctx.secrets, granted, { personId: guardianId });
    await audit(trx, actor, {
      action: 'reach.revealNumber',
      subjectKind: 'person',
      subjectId: pupilId,
      detail: { guardianId },
    });
    return { number, followUpId: await beginIn(ctx, trx, actor, pupilId) };
  });
}
