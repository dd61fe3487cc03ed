import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { selectSchoolDay } from '../calendar/service.ts';
import { expectationsOf, recordFacts, type NewFact } from '../facts/service.ts';
import { tellCannotAttend } from './actions.ts';
import { todayOf } from './pupil-today.ts';
import {
  ensureFollowUp,
  selectAdultOf,
  selectFamily,
  selectPupilPlace,
  selectTold,
  type ToldRow,
} from './queries/families.ts';
import { selectRulesOf } from './queries/rules.ts';
import { recountSoon } from './recount-soon.ts';
import { canWithdraw, dueForHelp, type Reason } from './rules/follow-up.ts';
import { ensureDayOpen } from './school-day.ts';

export interface CannotAttend {
  readonly day: string;
  readonly now: Date;
  readonly timeZone: string;
  readonly pupilName: string;
  readonly guardians: { personId: string; name: string; tail: string | null }[];
  /** Who is told; null when the school has named nobody (the school is told of the gap). */
  readonly adultName: string | null;
  readonly told: ToldRow[];
  /** Lessons of today that are not over, in order. */
  readonly lessons: {
    lessonId: string;
    courseTitle: string | null;
    period: number | null;
    startsAt: Date;
    endsAt: Date;
  }[];
}

/** What the page "I cannot attend" needs: whom it tells, for which lessons, and what was told already. */
export async function readCannotAttend(
  ctx: ServerContext,
  actor: Actor,
  { pupilId }: { pupilId: string },
): Promise<CannotAttend> {
  const granted = await authorize(ctx.db, actor, tellCannotAttend, { personId: pupilId });
  const now = ctx.now();
  const { day, schoolId, timeZone } = await todayOf(ctx.db, pupilId, now);
  await ensureDayOpen(ctx.db, { schoolId, day, now });
  const left = await lessonsLeft(ctx.db, { pupilId, day, now });
  const { adultName } = await selectAdultOf(ctx.db, { pupilId, day, schoolId });
  const family = await selectFamily(ctx.db, granted, pupilId);
  return {
    day,
    now,
    timeZone,
    ...family,
    adultName,
    told: await selectTold(ctx.db, granted, { pupilId, day }),
    lessons: left,
  };
}

/**
 * A pupil or guardian says that the pupil cannot attend one lesson, or the rest of the day.
 *
 * Noted as a reason, never as an absence; a follow-up of the named adult opens at once. Saying it twice
 * says it once.
 *
 * @param lessonId - null: everything of today that is not over.
 * @throws {AppError} 404 `lesson_not_expected`, 409 `nothing_left_today`.
 */
export async function tellOfAbsence(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, lessonId, reason }: { pupilId: string; lessonId: string | null; reason: Reason },
): Promise<CannotAttend> {
  await authorize(ctx.db, actor, tellCannotAttend, { personId: pupilId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  const { day, schoolId } = await todayOf(ctx.db, pupilId, now);
  await ensureDayOpen(ctx.db, { schoolId, day, now });
  const left = await lessonsLeft(ctx.db, { pupilId, day, now });
  const covered = lessonId === null ? left : left.filter((lesson) => lesson.lessonId === lessonId);
  if (covered.length === 0) {
    throw lessonId === null
      ? new AppError(409, 'nothing_left_today', 'Nothing more is planned for this pupil today.')
      : new AppError(
          404,
          'lesson_not_expected',
          'This lesson is not planned for the pupil today, or it is over.',
        );
  }
  await ctx.db.transaction().execute(async (trx) => {
    const followUpId = await openCase(trx, { pupilId, day, schoolId, reason, now });
    const told = await trx
      .insertInto('cannot_attend')
      .values({
        person_id: pupilId,
        school_day: day,
        planned_id: lessonId,
        reason,
        told_by: actor.personId,
        told_at: now,
        follow_up_id: followUpId,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!told) return;
    await recordFacts(
      trx,
      covered.map((lesson) =>
        excuse(
          pupilId,
          day,
          lesson.lessonId,
          reason,
          told.id,
          `${told.id} ${lesson.lessonId}`,
          actor.personId,
          now,
        ),
      ),
    );
    await audit(trx, actor, {
      action: 'reach.tellCannotAttend',
      subjectKind: 'person',
      subjectId: pupilId,
      orgId: schoolId,
      detail: { lessons: covered.length },
    });
  });
  await recountSoon(ctx);
  ctx.bus.publish('reach.told', { schoolId, pupilId });
  return readCannotAttend(ctx, actor, { pupilId });
}

async function openCase(
  trx: Trx,
  {
    pupilId,
    day,
    schoolId,
    reason,
    now,
  }: { pupilId: string; day: string; schoolId: string; reason: Reason; now: Date },
): Promise<string> {
  const rules = (await selectRulesOf(trx, [schoolId], day))(schoolId);
  const closesAt = (await selectSchoolDay(trx, { schoolId, day }))?.closes_at ?? now;
  const place = await selectPupilPlace(trx, { pupilId, day });
  const classId = place?.classId ?? (await expectationsOf(trx, { personId: pupilId, day }))[0]?.via_class_id;
  if (!classId)
    throw new AppError(409, 'nothing_left_today', 'Nothing more is planned for this pupil today.');
  const { adultId, deputyId } = await selectAdultOf(trx, { pupilId, day, schoolId });
  return ensureFollowUp(trx, {
    pupilId,
    schoolId,
    classId,
    day,
    adultId,
    deputyId,
    reason,
    now,
    dueAt: dueForHelp(now, closesAt, rules),
  });
}

function excuse(
  personId: string,
  schoolDay: string,
  plannedId: string,
  outcome: string,
  toldId: string,
  sourceKey: string,
  recorderId: string,
  recordedAt: Date,
): NewFact {
  return {
    schoolDay,
    personId,
    plannedId,
    way: 'excused',
    outcome,
    source: 'excuse',
    sourceKey,
    recorderId,
    recordedAt,
    detail: { toldId },
  };
}

/**
 * Takes back "I cannot attend", as long as nobody has acted on it. The lessons count as before.
 *
 * @throws {AppError} 404 `not_told`, 409 `already_acted_on`.
 */
export async function withdrawAbsence(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, toldId }: { pupilId: string; toldId: string },
): Promise<CannotAttend> {
  await authorize(ctx.db, actor, tellCannotAttend, { personId: pupilId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  await ctx.db.transaction().execute(async (trx) => {
    const told = await trx
      .selectFrom('cannot_attend')
      .selectAll()
      .where('id', '=', toldId)
      .where('person_id', '=', pupilId)
      .forUpdate()
      .executeTakeFirst();
    if (!told) throw new AppError(404, 'not_told', 'Nothing like this was told for this pupil.');
    if (told.withdrawn_at !== null) return;
    const acted = await trx
      .selectFrom('contact_log')
      .select('id')
      .where('follow_up_id', '=', told.follow_up_id)
      .where('at', '>=', told.told_at)
      .execute();
    if (!canWithdraw({ withdrawnAt: told.withdrawn_at }, acted.length)) {
      throw new AppError(409, 'already_acted_on', 'Somebody has already acted on this; tell them instead.');
    }
    await trx.updateTable('cannot_attend').set({ withdrawn_at: now }).where('id', '=', toldId).execute();
    const facts = await trx
      .selectFrom('excuse_facts')
      .select(['id', 'planned_id'])
      .where('school_day', '=', told.school_day)
      .where('person_id', '=', pupilId)
      .where('told_id', '=', toldId)
      .execute();
    await recordFacts(
      trx,
      facts.map((fact) => ({
        ...excuse(
          pupilId,
          told.school_day,
          fact.planned_id,
          'withdrawn',
          toldId,
          `${toldId} ${fact.planned_id} withdrawn`,
          actor.personId,
          now,
        ),
        supersedes: fact.id,
      })),
    );
    // Another standing reason, or a day that already closed, keeps the case open.
    await trx
      .updateTable('follow_ups')
      .set({
        state: 'closed',
        closed_at: now,
        closed_by: 'withdrawn',
        closing_reason: 'withdrawn',
        closed_person_id: actor.personId,
      })
      .where('id', '=', told.follow_up_id)
      .where('state', '=', 'open')
      .where('origin', '=', 'cannotAttend')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('cannot_attend')
              .select('id')
              .where('follow_up_id', '=', told.follow_up_id)
              .where('withdrawn_at', 'is', null),
          ),
        ),
      )
      .execute();
    await audit(trx, actor, { action: 'reach.withdrawAbsence', subjectKind: 'person', subjectId: pupilId });
  });
  await recountSoon(ctx);
  return readCannotAttend(ctx, actor, { pupilId });
}

async function lessonsLeft(db: Db, { pupilId, day, now }: { pupilId: string; day: string; now: Date }) {
  const rows = await expectationsOf(db, { personId: pupilId, day });
  const left = rows.filter((row) => row.due_at > now);
  if (left.length === 0) return [];
  const cards = await db
    .selectFrom('lesson_cards')
    .where('school_day', '=', day)
    .where(
      'lesson_id',
      'in',
      left.map((row) => row.planned_id),
    )
    .select(['lesson_id', 'course_title', 'period'])
    .execute();
  const cardOf = new Map(cards.map((card) => [card.lesson_id, card]));
  return left.map((row) => ({
    lessonId: row.planned_id,
    courseTitle: cardOf.get(row.planned_id)?.course_title ?? null,
    period: cardOf.get(row.planned_id)?.period ?? null,
    startsAt: row.starts_at,
    endsAt: row.due_at,
  }));
}
