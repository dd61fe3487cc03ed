import { instantAt } from '../../calendar/rules/days.ts';
import { schoolDays } from '../../calendar/service.ts';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Trx } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../../platform/idempotency.ts';
import { changeLesson, prepareLesson } from '../actions.ts';
import type { LessonKey } from '../access.ts';
import {
  insertLessons,
  insertPlanChanges,
  lockLesson,
  replaceLesson,
  selectClash,
  settleBookings,
  withdrawLessons,
  type LessonRow,
} from '../queries/lessons.ts';
import { isTeacherOf } from '../queries/names.ts';
import { newIds, selectBellPlans, selectYearGroups } from '../queries/plan.ts';
import { beforeTerm, doubleUse, notASchoolDay } from '../refusals.ts';
import { bookedResources } from '../rules/clashes.ts';
import { timesOfItem } from '../rules/week.ts';
import type { ChangeKind, ModeParams } from '../tables.ts';
import { requireClock, requireMode } from './plan-state.ts';
import { change } from './publish.ts';

export interface Target {
  readonly day: string;
  readonly period: number;
}

interface Change {
  readonly reason: string | null;
  readonly request: RepeatableRequest;
}

/**
 * Moves a published lesson to another period of any teaching day, and with `swapWith` that lesson to this one's place.
 *
 * On another day the lesson becomes a new row; the old one stays there as moved, so that the day can say so.
 *
 * @returns where the lesson is now.
 * @throws {AppError} 409 `lesson_begun`, `lesson_not_standing`, `teacher_busy` and its like; 422 `before_term`,
 *   `not_a_school_day`, `in_the_past`, `no_such_period`.
 */
export async function moveLesson(
  ctx: ServerContext,
  actor: Actor,
  {
    key,
    to,
    swapWith,
    reason,
    request,
  }: Change & { key: LessonKey; to: Target | null; swapWith: LessonKey | null },
): Promise<LessonKey> {
  await authorize(ctx.db, actor, changeLesson, key);
  if (swapWith) await authorize(ctx.db, actor, changeLesson, swapWith);
  return changed(ctx, request, async (trx) => {
    const keys = [key, ...(swapWith ? [swapWith] : [])].sort((a, b) => a.lessonId.localeCompare(b.lessonId));
    const rows = new Map<string, LessonRow>();
    for (const one of keys) rows.set(one.lessonId, await lockStanding(trx, one));
    const lesson = rows.get(key.lessonId);
    const other = swapWith ? rows.get(swapWith.lessonId) : undefined;
    if (!lesson) throw notFound('lesson_not_found');
    const moves: { lesson: LessonRow; to: Target }[] = [];
    if (other) moves.push({ lesson, to: placeOf(other) }, { lesson: other, to: placeOf(lesson) });
    else if (to) moves.push({ lesson, to });
    const placed: LessonKey[] = [];
    for (const move of moves) placed.push(await moveOne(trx, ctx, actor, { ...move, reason }));
    await settle(trx, placed);
    return placed[0] ?? key;
  });
}

function placeOf(lesson: LessonRow): Target {
  if (lesson.period === null) {
    throw new AppError(409, 'lesson_without_period', 'A lesson started without a plan has no place to swap.');
  }
  return { day: lesson.day, period: lesson.period };
}

async function moveOne(
  trx: Trx,
  ctx: ServerContext,
  actor: Actor,
  { lesson, to, reason }: { lesson: LessonRow; to: Target; reason: string | null },
): Promise<LessonKey> {
  const { schoolId } = lesson;
  const clock = await requireClock(trx, { schoolId, now: ctx.now() });
  const periodTo = to.period + (lesson.periodTo ?? 0) - (lesson.period ?? 0);
  const day = await requireTeachingDay(trx, {
    schoolId,
    day: to.day,
    firstDay: clock.terms[0]?.firstDay ?? to.day,
  });
  const times = timesOfItem(
    { audiences: lesson.audiences, period: to.period, periodTo },
    await selectBellPlans(trx, schoolId),
    await selectYearGroups(trx, schoolId),
  );
  if (typeof times === 'string') {
    throw new AppError(422, times, `The bell plan has no time for periods ${to.period} to ${periodTo}.`, {
      params: { period: to.period, periodTo },
    });
  }
  const moved = {
    ...lesson,
    day: to.day,
    period: to.period,
    periodTo,
    startsAt: instantAt(to.day, times.startsAt, clock.hours.timeZone),
    endsAt: instantAt(to.day, times.endsAt, clock.hours.timeZone),
    weekNo: day.weekNo,
    changedByHand: true,
    resources: bookedResources(lesson, requireMode(lesson.mode)),
  };
  if (moved.endsAt <= ctx.now()) throw new AppError(422, 'in_the_past', 'That hour is over already.');
  if (to.day === lesson.day) {
    await replaceLesson(trx, moved);
    await tell(trx, ctx, actor, { kind: 'moved', before: lesson, after: moved, reason });
    return { day: to.day, lessonId: lesson.id };
  }
  const [id = ''] = await newIds(trx, 1);
  const movedTo = { day: to.day, lessonId: id };
  const movedFrom = { day: lesson.day, lessonId: lesson.id };
  await withdrawLessons(trx, [{ ...movedFrom, movedTo }], { byHand: true });
  await insertLessons(trx, [{ ...moved, id, movedFrom }]);
  await tell(trx, ctx, actor, { kind: 'moved', before: lesson, after: moved, reason });
  return movedTo;
}

/** The school day a lesson may be put on. @throws {AppError} 422 `before_term`, `not_a_school_day`. */
export async function requireTeachingDay(
  trx: Trx,
  { schoolId, day, firstDay }: { schoolId: string; day: string; firstDay: string },
): Promise<{ weekNo: number | null }> {
  if (day < firstDay) throw beforeTerm(firstDay);
  const [found] = await schoolDays(trx, { schoolId, firstDay: day, lastDay: day });
  if (found?.kind !== 'teaching') throw notASchoolDay(day);
  return found;
}

/**
 * Cancels a published lesson; its day keeps it as cancelled.
 *
 * @throws {AppError} 409 `lesson_begun`, `lesson_not_standing`; 404.
 */
export async function cancelLesson(
  ctx: ServerContext,
  actor: Actor,
  { key, reason, request }: Change & { key: LessonKey },
): Promise<LessonKey> {
  await authorize(ctx.db, actor, changeLesson, key);
  return changed(ctx, request, async (trx) => {
    const lesson = await lockStanding(trx, key);
    await withdrawLessons(trx, [{ ...key, movedTo: null }], { byHand: true });
    await tell(trx, ctx, actor, { kind: 'cancelled', before: lesson, after: null, reason });
    return key;
  });
}

/**
 * Takes a cancellation back.
 *
 * @throws {AppError} 409 `lesson_not_cancelled`, or `teacher_busy` and its like when the hour is used by now;
 *   422 `in_the_past`.
 */
export async function restoreLesson(
  ctx: ServerContext,
  actor: Actor,
  { key, reason, request }: Change & { key: LessonKey },
): Promise<LessonKey> {
  await authorize(ctx.db, actor, changeLesson, key);
  return changed(ctx, request, async (trx) => {
    const lesson = await lockLesson(trx, key);
    if (!lesson) throw notFound('lesson_not_found');
    if (lesson.status !== 'cancelled') {
      throw new AppError(409, 'lesson_not_cancelled', 'The lesson is not cancelled.');
    }
    if (lesson.endsAt <= ctx.now()) throw new AppError(422, 'in_the_past', 'That hour is over already.');
    const resources = bookedResources(lesson, requireMode(lesson.mode));
    await replaceLesson(trx, { ...lesson, status: 'planned', changedByHand: true, resources });
    await tell(trx, ctx, actor, { kind: 'restored', before: null, after: lesson, reason });
    await settle(trx, [key]);
    return key;
  });
}

/**
 * Lets somebody else teach a published lesson, in place of one of its teachers.
 *
 * @param replacedId - who is replaced; null: the lead teacher.
 * @throws {AppError} 409 `teacher_busy`, `lesson_begun`; 422 `not_staff_of_school`, `not_a_teacher_of_lesson`.
 */
export async function substituteTeacher(
  ctx: ServerContext,
  actor: Actor,
  {
    key,
    personId,
    replacedId,
    reason,
    request,
  }: Change & { key: LessonKey; personId: string; replacedId: string | null },
): Promise<LessonKey> {
  await authorize(ctx.db, actor, changeLesson, key);
  return changed(ctx, request, async (trx) => {
    const lesson = await lockStanding(trx, key);
    if (!(await isTeacherOf(trx, lesson.schoolId, personId))) {
      throw new AppError(422, 'not_staff_of_school', 'The substitute has no appointment at this school.');
    }
    const replaced = lesson.staff.find((row) =>
      replacedId ? row.personId === replacedId : row.duty === 'lead',
    );
    if (!replaced && lesson.staff.length > 0) {
      throw new AppError(
        422,
        'not_a_teacher_of_lesson',
        'The one to be replaced does not teach this lesson.',
      );
    }
    const staff = [
      ...lesson.staff.filter((row) => row !== replaced && row.personId !== personId),
      { personId, duty: replaced?.duty ?? ('lead' as const) },
    ];
    const after = { ...lesson, staff, changedByHand: true };
    await replaceLesson(trx, { ...after, resources: bookedResources(after, requireMode(after.mode)) });
    await tell(trx, ctx, actor, { kind: 'substituted', before: lesson, after, reason });
    await settle(trx, [key]);
    return key;
  });
}

/**
 * Gives a lesson its topic, its way of teaching or its link. A change of the way is told to those it touches.
 *
 * @throws {AppError} 409 `lesson_begun` for another way of teaching; 422 `mode_unknown`, `link_missing`.
 */
export async function prepare(
  ctx: ServerContext,
  actor: Actor,
  {
    key,
    topic,
    mode,
    modeParams,
    request,
  }: {
    key: LessonKey;
    topic: string | null;
    mode: string | null;
    modeParams: ModeParams | null;
    request: RepeatableRequest;
  },
): Promise<LessonKey> {
  await authorize(ctx.db, actor, prepareLesson, key);
  return changed(ctx, request, async (trx) => {
    const lesson = await lockLesson(trx, key);
    if (!lesson || lesson.status === 'moved') throw notFound('lesson_not_found');
    const after = {
      ...lesson,
      topic: topic ?? lesson.topic,
      mode: mode ?? lesson.mode,
      modeParams: modeParams ?? lesson.modeParams,
      changedByHand: lesson.changedByHand || (mode !== null && mode !== lesson.mode),
    };
    const newMode = requireMode(after.mode);
    if (newMode.entrance === 'link' && !after.modeParams.link) {
      throw new AppError(422, 'link_missing', 'A lesson held elsewhere needs its link.');
    }
    if (after.mode !== lesson.mode && lesson.status !== 'planned') throw begun();
    const books = lesson.status === 'planned' || lesson.status === 'live';
    await replaceLesson(trx, { ...after, resources: books ? bookedResources(after, newMode) : [] });
    if (after.mode !== lesson.mode || after.modeParams.link !== lesson.modeParams.link) {
      await tell(trx, ctx, actor, { kind: 'modeChanged', before: lesson, after, reason: null });
    }
    await settle(trx, [key]);
    return key;
  });
}

function begun(): AppError {
  return new AppError(
    409,
    'lesson_begun',
    'The lesson has begun; what is taught cannot be moved or given away.',
  );
}

async function lockStanding(trx: Trx, key: LessonKey): Promise<LessonRow> {
  const lesson = await lockLesson(trx, key);
  if (!lesson) throw notFound('lesson_not_found');
  if (lesson.status === 'live' || lesson.status === 'ended') throw begun();
  if (lesson.status !== 'planned') {
    throw new AppError(409, 'lesson_not_standing', 'The lesson was cancelled or moved already.');
  }
  return lesson;
}

async function settle(trx: Trx, keys: readonly LessonKey[]): Promise<void> {
  const clash = await selectClash(trx, keys);
  if (clash) throw doubleUse(clash);
  await settleBookings(trx);
}

type Told = Parameters<typeof change>[3];

async function tell(
  trx: Trx,
  ctx: ServerContext,
  actor: Actor,
  {
    kind,
    before,
    after,
    reason,
  }: { kind: ChangeKind; before: LessonRow | null; after: Told; reason: string | null },
): Promise<void> {
  const lesson = before ?? (after as LessonRow);
  const by = actor.kind === 'person' ? actor.personId : null;
  const row = change(kind, lesson.day, lesson.id, before, after);
  await insertPlanChanges(trx, [{ ...row, schoolId: lesson.schoolId, reason }], { now: ctx.now(), by });
  await audit(trx, actor, {
    action: changeLesson.name,
    subjectKind: 'lesson',
    subjectId: lesson.id,
    orgId: lesson.schoolId,
    ...(reason === null ? {} : { reason }),
    detail: { kind, before: row.before, after: row.after },
  });
}

/** Runs a change once and announces it after commit; the answer names where the lesson is now. */
async function changed(
  ctx: ServerContext,
  request: RepeatableRequest,
  write: (trx: Trx) => Promise<LessonKey>,
): Promise<LessonKey> {
  const { resourceId, repeated } = await idempotent(ctx.db, request, async (trx) => {
    const { day, lessonId } = await write(trx);
    return { status: 200, resourceId: `${day}/${lessonId}` };
  });
  const [day = '', lessonId = ''] = (resourceId ?? '').split('/');
  if (!repeated) ctx.bus.publish('lesson.changed', { day, lessonId });
  return { day, lessonId };
}
