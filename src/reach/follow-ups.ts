import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize, type Granted } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../platform/idempotency.ts';
import { schoolDayOf } from '../calendar/rules/days.ts';
import { schoolClock } from '../calendar/service.ts';
import { recordFacts, type NewFact } from '../facts/service.ts';
import { handleFollowUp, readOwnFollowUps, readSchoolFollowUps, revealNumber } from './actions.ts';
import { selectOwnContests, type ContestRow } from './queries/contests.ts';
import {
  selectFollowUp,
  selectGaps,
  selectMissedToday,
  selectOwnFollowUps,
  selectOwnRunning,
  selectSchoolFollowUps,
  type FollowUpDetail,
  type FollowUpRow,
  type MissedToday,
  type OwnRunning,
} from './queries/follow-up-reads.ts';
import { lockFollowUp, schoolIdOfOrg } from './queries/follow-ups.ts';
import { selectRulesOf } from './queries/rules.ts';
import {
  effectOf,
  type ClosingReason,
  type ContactMeans,
  type ContactOutcome,
  type Reason,
} from './rules/follow-up.ts';
import { recountSoon } from './recount-soon.ts';

export interface OwnFollowUps {
  readonly now: Date;
  readonly day: string;
  readonly timeZone: string;
  readonly open: FollowUpRow[];
  readonly missedToday: MissedToday[];
  readonly contests: ContestRow[];
  readonly running: OwnRunning[];
}

/** One's own list: open follow-ups as adult or deputy, pupils who missed something today, contests to answer. */
export async function ownFollowUps(ctx: ServerContext, actor: Actor): Promise<OwnFollowUps> {
  const granted = await authorize(ctx.db, actor, readOwnFollowUps, {});
  const { personId, orgId } = staffOf(actor);
  const schoolId = await schoolIdOfOrg(ctx.db, orgId);
  const clock = schoolId ? await schoolClock(ctx.db, { schoolId, now: ctx.now() }) : null;
  const open = await selectOwnFollowUps(ctx.db, granted, { personId });
  const now = ctx.now();
  if (!clock) {
    const timeZone = 'Asia/Shanghai';
    return {
      now,
      timeZone,
      day: schoolDayOf(now, timeZone),
      open,
      missedToday: [],
      contests: [],
      running: [],
    };
  }
  return {
    now,
    day: clock.today,
    timeZone: clock.hours.timeZone,
    open,
    missedToday: await selectMissedToday(ctx.db, granted, {
      personId,
      schoolId: clock.schoolId,
      day: clock.today,
    }),
    contests: await selectOwnContests(ctx.db, granted, { personId, schoolId: clock.schoolId }),
    running: await selectOwnRunning(ctx.db, granted, { personId, day: clock.today, now }),
  };
}

/** All open follow-ups of a school, and the pupils for whom nobody answers. */
export async function schoolFollowUps(ctx: ServerContext, actor: Actor, { schoolId }: { schoolId: string }) {
  const granted = await authorize(ctx.db, actor, readSchoolFollowUps, { orgId: schoolId });
  const clock = await schoolClock(ctx.db, { schoolId, now: ctx.now() });
  return {
    now: ctx.now(),
    timeZone: clock?.hours.timeZone ?? 'Asia/Shanghai',
    open: await selectSchoolFollowUps(ctx.db, granted, { schoolId }),
    gaps: await selectGaps(ctx.db, granted, { schoolId }),
  };
}

export async function readFollowUp(
  ctx: ServerContext,
  actor: Actor,
  { followUpId }: { followUpId: string },
): Promise<ShownFollowUp> {
  const granted = await authorize(ctx.db, actor, handleFollowUp, { followUpId });
  return show(ctx, actor, granted, followUpId);
}

export interface ShownFollowUp extends FollowUpDetail {
  readonly now: Date;
  readonly timeZone: string;
  /** May this person call the family: named adult or deputy. */
  readonly mayCall: boolean;
}

async function show(
  ctx: ServerContext,
  actor: Actor,
  granted: Granted<'reach.handleFollowUp'>,
  followUpId: string,
): Promise<ShownFollowUp> {
  const detail = await selectFollowUp(ctx.db, granted, { followUpId });
  const clock = await schoolClock(ctx.db, { schoolId: detail.schoolId, now: ctx.now() });
  const mayCall = await revealNumber.decide(ctx.db, actor, { pupilId: detail.pupilId });
  return {
    ...detail,
    now: ctx.now(),
    timeZone: clock?.hours.timeZone ?? 'Asia/Shanghai',
    mayCall: mayCall === 'allow',
  };
}

export interface NewContact {
  readonly followUpId: string;
  readonly means: ContactMeans;
  readonly outcome: ContactOutcome;
  readonly reason: Reason | null;
  readonly note: string | null;
}

/**
 * Logs a contact and does what follows from it: a fact, an excuse, a later deadline, or the school at once.
 *
 * @throws {AppError} 409 `follow_up_closed`, 422 `outcome_impossible` when these means cannot have that outcome.
 */
export async function logContact(
  ctx: ServerContext,
  actor: Actor,
  { followUpId, means, outcome, reason, note }: NewContact,
  request: RepeatableRequest,
): Promise<ShownFollowUp> {
  const granted = await authorize(ctx.db, actor, handleFollowUp, { followUpId });
  const { personId } = staffOf(actor);
  const now = ctx.now();
  await idempotent(ctx.db, request, async (trx) => {
    const open = await requireOpen(trx, followUpId);
    const rules = (await selectRulesOf(trx, [open.schoolId], open.lastDay))(open.schoolId);
    const effect = effectOf(means, outcome, { now, dueAt: open.dueAt, rules });
    if (!effect) {
      throw new AppError(
        422,
        'outcome_impossible',
        `A contact by ${means} cannot have the outcome ${outcome}.`,
      );
    }
    const { id: contactId } = await trx
      .insertInto('contact_log')
      .values({
        follow_up_id: followUpId,
        school_day: open.lastDay,
        by_person_id: personId,
        means,
        outcome,
        reason,
        note,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    let factId: string | null = null;
    if (effect.fact) {
      const days = effect.fact.way === 'excused' ? open.days : [open.lastDay];
      const facts = days.map((day): NewFact => ({
        schoolDay: day,
        personId: open.personId,
        plannedId: null,
        way: effect.fact!.way,
        outcome: effect.fact!.outcome,
        source: 'contact',
        sourceKey: `${contactId} ${day}`,
        recorderId: personId,
        recordedAt: now,
      }));
      factId = (await recordFacts(trx, facts)).ids.at(-1) ?? null;
    }
    await trx
      .updateTable('follow_ups')
      .set((eb) => ({
        due_at: effect.dueAt,
        version: eb('version', '+', 1),
        ...(reason ? { reason } : {}),
        ...(effect.escalates ? { escalated_at: now } : {}),
        ...(effect.closes && outcome !== 'excused'
          ? {
              state: 'closed' as const,
              closed_at: now,
              closed_by: 'fact' as const,
              closed_fact_id: factId,
              closed_person_id: personId,
            }
          : {}),
        ...(effect.closes && outcome === 'excused'
          ? {
              state: 'closed' as const,
              closed_at: now,
              closed_by: 'reason' as const,
              closing_reason: reason ?? 'agreed',
              closed_person_id: personId,
            }
          : {}),
      }))
      .where('id', '=', followUpId)
      .execute();
    await audit(trx, actor, {
      action: 'reach.logContact',
      subjectKind: 'followUp',
      subjectId: followUpId,
      orgId: open.schoolId,
      detail: { means, outcome },
    });
    return { status: 201, resourceId: contactId };
  });
  await recountSoon(ctx);
  return show(ctx, actor, granted, followUpId);
}

/**
 * Closes a follow-up with a reason instead of a fact.
 *
 * @throws {AppError} 409 `follow_up_closed`, 422 `reason_needs_words` when "other" comes without a note.
 */
export async function closeFollowUp(
  ctx: ServerContext,
  actor: Actor,
  { followUpId, reason, note }: { followUpId: string; reason: ClosingReason; note: string | null },
): Promise<ShownFollowUp> {
  const granted = await authorize(ctx.db, actor, handleFollowUp, { followUpId });
  const { personId } = staffOf(actor);
  if (reason === 'other' && !note?.trim()) {
    throw new AppError(422, 'reason_needs_words', 'Say in a few words why this follow-up is closed.');
  }
  await ctx.db.transaction().execute(async (trx) => {
    const open = await requireOpen(trx, followUpId);
    await trx
      .updateTable('follow_ups')
      .set((eb) => ({
        state: 'closed',
        closed_at: ctx.now(),
        closed_by: 'reason',
        closing_reason: reason === 'other' ? note : reason,
        closed_person_id: personId,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', followUpId)
      .execute();
    await audit(trx, actor, {
      action: 'reach.closeFollowUp',
      subjectKind: 'followUp',
      subjectId: followUpId,
      orgId: open.schoolId,
      reason,
    });
  });
  return show(ctx, actor, granted, followUpId);
}

/**
 * Gives a follow-up to its deputy; adult and deputy change places, so that somebody always answers.
 *
 * @throws {AppError} 409 `follow_up_closed`, 409 `no_deputy`.
 */
export async function handOver(
  ctx: ServerContext,
  actor: Actor,
  { followUpId }: { followUpId: string },
  request: RepeatableRequest,
): Promise<void> {
  await authorize(ctx.db, actor, handleFollowUp, { followUpId });
  // Repeated, it would give the case back; the key makes it happen once.
  await idempotent(ctx.db, request, async (trx) => {
    const open = await requireOpen(trx, followUpId);
    if (open.deputyId === null) throw new AppError(409, 'no_deputy', 'There is no deputy for this pupil.');
    await trx
      .updateTable('follow_ups')
      .set((eb) => ({ adult_id: open.deputyId, deputy_id: open.adultId, version: eb('version', '+', 1) }))
      .where('id', '=', followUpId)
      .execute();
    await audit(trx, actor, {
      action: 'reach.handOver',
      subjectKind: 'followUp',
      subjectId: followUpId,
      orgId: open.schoolId,
    });
    return { status: 200, resourceId: followUpId };
  });
}

async function requireOpen(trx: Trx, followUpId: string) {
  const open = await lockFollowUp(trx, followUpId);
  if (open.state !== 'open') throw new AppError(409, 'follow_up_closed', 'This follow-up is closed already.');
  return open;
}

function staffOf(actor: Actor): { personId: string; orgId: string | null } {
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  return { personId: actor.personId, orgId: actor.appointment?.orgId ?? null };
}
