import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { schoolClock, selectSchoolDay } from '../calendar/service.ts';
import { expectationsOf, recordFacts, type NewFact } from '../facts/service.ts';
import type { Way } from '../facts/tables.ts';
import {
  answerContest,
  openContest,
  readContests,
  readOwnChildren,
  readPupilDays,
  tellCannotAttend,
} from './actions.ts';
import { selectSchoolContests, type ContestRow } from './queries/contests.ts';
import {
  ensureFollowUp,
  selectAdultOf,
  selectChildren,
  selectHomeSchool,
  selectPupilDay,
  selectPupilPlace,
  selectRecentDays,
  selectTold,
  selectFamily,
  type ChildDay,
  type DaySummary,
  type PupilLesson,
  type ToldRow,
} from './queries/families.ts';
import { selectRulesOf } from './queries/rules.ts';
import { recountSoon } from './recount-soon.ts';
import { canWithdraw, dueForHelp, type Reason } from './rules/follow-up.ts';
import { ensureDayOpen } from './school-day.ts';
import type { ContestReason } from './tables.ts';

/** Days after which a state stands; facts of older days are still kept. */
const contestDays = 14;

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
        excuse(pupilId, day, lesson.lessonId, reason, `${told.id} ${lesson.lessonId}`, actor.personId, now),
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
  const rules = (await selectRulesOf(trx, [schoolId]))(schoolId);
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

export interface PupilDays {
  readonly day: string;
  readonly today: string;
  readonly now: Date;
  readonly timeZone: string;
  readonly pupilName: string;
  readonly lessons: PupilLesson[];
  readonly recent: DaySummary[];
}

/** A day of a pupil with the evidence of each state, and the days before it. */
export async function readDays(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, day }: { pupilId: string; day: string | null },
): Promise<PupilDays> {
  const granted = await authorize(ctx.db, actor, readPupilDays, { personId: pupilId });
  const now = ctx.now();
  const { day: today, schoolId, timeZone } = await todayOf(ctx.db, pupilId, now);
  await ensureDayOpen(ctx.db, { schoolId, day: today, now });
  const { pupilName } = await selectFamily(ctx.db, granted, pupilId);
  const asked = day ?? today;
  return {
    day: asked,
    today,
    now,
    timeZone,
    pupilName,
    lessons: await selectPupilDay(ctx.db, granted, { pupilId, day: asked }),
    recent: await selectRecentDays(ctx.db, granted, { pupilId, day: today }),
  };
}

/** A guardian's children today. */
export async function readChildren(
  ctx: ServerContext,
  actor: Actor,
): Promise<{ day: string; now: Date; timeZone: string; children: ChildDay[] }> {
  const granted = await authorize(ctx.db, actor, readOwnChildren, {});
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  const { day, timeZone } = await todayOf(ctx.db, actor.personId, now);
  return {
    day,
    now,
    timeZone,
    children: await selectChildren(ctx.db, granted, { guardianId: actor.personId, day }),
  };
}

/**
 * A family says that the state of a lesson is wrong, or that a failure explains it.
 *
 * @throws {AppError} 404 `lesson_not_expected`, 409 `nothing_to_contest` for a lesson that reached the pupil or is
 *   not over, 409 `contest_too_late`, 409 `contest_open`.
 */
export async function contestState(
  ctx: ServerContext,
  actor: Actor,
  input: { pupilId: string; day: string; lessonId: string; reason: ContestReason; note: string | null },
): Promise<PupilDays> {
  const { pupilId, day, lessonId, reason, note } = input;
  await authorize(ctx.db, actor, openContest, { personId: pupilId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const now = ctx.now();
  const expectation = (await expectationsOf(ctx.db, { personId: pupilId, day })).find(
    (row) => row.planned_id === lessonId,
  );
  if (!expectation)
    throw new AppError(404, 'lesson_not_expected', 'This lesson was not planned for the pupil that day.');
  if (!['missed', 'leftEarly', 'late', 'excused'].includes(expectation.state)) {
    throw new AppError(409, 'nothing_to_contest', 'This lesson counts as reached, or it is not over yet.');
  }
  if (now.getTime() - expectation.due_at.getTime() > contestDays * 86_400_000) {
    throw new AppError(409, 'contest_too_late', `A state can be questioned for ${contestDays} days.`, {
      params: { days: contestDays },
    });
  }
  const { schoolId } = await todayOf(ctx.db, pupilId, now);
  const opened = await ctx.db
    .insertInto('contests')
    .values({
      person_id: pupilId,
      school_id: schoolId,
      school_day: day,
      planned_id: lessonId,
      reason,
      note,
      opened_by: actor.personId,
      opened_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!opened) throw new AppError(409, 'contest_open', 'This was asked already and waits for an answer.');
  return readDays(ctx, actor, { pupilId, day });
}

/** Contests that wait for an answer at a school. */
export async function schoolContests(
  ctx: ServerContext,
  actor: Actor,
  { schoolId }: { schoolId: string },
): Promise<ContestRow[]> {
  const granted = await authorize(ctx.db, actor, readContests, { orgId: schoolId });
  return selectSchoolContests(ctx.db, granted, { schoolId });
}

/** What an accepted contest writes: the pupil was reached, or a failure is a reason and no absence. */
function correctionOf(reason: ContestReason, way: Way): { way: Way; outcome: string } {
  switch (reason) {
    case 'wasThere':
      return { way: 'live', outcome: 'present' };
    case 'otherWay':
      return { way, outcome: 'reached' };
    case 'deviceFailed':
    case 'networkFailed':
    case 'powerFailed':
    case 'other':
      return { way: 'excused', outcome: reason };
  }
}

/**
 * Answers a family's contest; accepting writes a correcting fact, which is believed before all others.
 *
 * @param way - by which the pupil was reached, for the reason `otherWay`.
 * @throws {AppError} 409 `contest_answered`, 422 `answer_needs_words` when it is declined without a word.
 */
export async function settleContest(
  ctx: ServerContext,
  actor: Actor,
  { contestId, accept, answer, way }: { contestId: string; accept: boolean; answer: string | null; way: Way },
): Promise<void> {
  await authorize(ctx.db, actor, answerContest, { contestId });
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  if (!accept && !answer?.trim())
    throw new AppError(422, 'answer_needs_words', 'Tell the family in a few words why not.');
  const now = ctx.now();
  await ctx.db.transaction().execute(async (trx) => {
    const contest = await trx
      .updateTable('contests')
      .set({ state: accept ? 'accepted' : 'declined', answer, answered_by: actor.personId, answered_at: now })
      .where('id', '=', contestId)
      .where('state', '=', 'open')
      .returning(['person_id', 'school_day', 'planned_id', 'reason', 'school_id'])
      .executeTakeFirst();
    if (!contest) throw new AppError(409, 'contest_answered', 'Somebody has answered this already.');
    if (accept) {
      await recordFacts(trx, [
        {
          schoolDay: contest.school_day,
          personId: contest.person_id,
          plannedId: contest.planned_id,
          ...correctionOf(contest.reason, way),
          source: 'correction',
          sourceKey: contestId,
          recorderId: actor.personId,
          recordedAt: now,
        },
      ]);
    }
    await audit(trx, actor, {
      action: 'reach.answerContest',
      subjectKind: 'contest',
      subjectId: contestId,
      orgId: contest.school_id,
      detail: { accept },
    });
  });
  await recountSoon(ctx);
}

/** School day that is today at the pupil's (or guardian's home) school. */
async function todayOf(
  db: Db,
  personId: string,
  now: Date,
): Promise<{ day: string; schoolId: string; timeZone: string }> {
  const schoolId = await selectHomeSchool(db, personId);
  const clock = schoolId ? await schoolClock(db, { schoolId, now }) : null;
  if (!schoolId || !clock) throw new AppError(404, 'not_found', 'There is no such person.');
  return { day: clock.today, schoolId, timeZone: clock.hours.timeZone };
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
