import { authorize, type Granted } from '../../platform/authorize.ts';
import type { Actor } from '../../platform/actor.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Trx } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../../platform/idempotency.ts';
import { editPlan } from '../actions.ts';
import { isTeacherOf, selectNames } from '../queries/names.ts';
import {
  ensureClassroom,
  insertPlanItems,
  lockPlan,
  newIds,
  replaceParts,
  selectBellPlans,
  selectOptionalPlanItem,
  selectPlanItems,
  selectYearGroups,
} from '../queries/plan.ts';
import { patternClashes, type PatternClash } from '../rules/pattern-clashes.ts';
import { editParts, weeksInScope, type ItemEdit, type Scope } from '../rules/pattern.ts';
import { timesOfItem, type Audience, type Staff } from '../rules/week.ts';
import type { ModeParams } from '../tables.ts';
import { releaseSolved } from './held-slots.ts';
import { requireClock, requireMode } from './plan-state.ts';

/** One edit of the draft: a slot gets another place, another content, or goes (`remove`). */
export interface PlanEdit {
  readonly itemId: string;
  readonly weekday?: number;
  readonly period?: number;
  readonly periodTo?: number;
  readonly courseId?: string;
  readonly mode?: string;
  readonly modeParams?: ModeParams;
  readonly classroomName?: string | null;
  readonly audiences?: readonly Audience[];
  readonly staff?: readonly Staff[];
  readonly remove?: boolean;
}

export interface NewSlot {
  readonly courseId: string;
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  readonly weeks: readonly number[];
  readonly mode: string;
  readonly modeParams: ModeParams;
  readonly classroomName: string | null;
  readonly audiences: readonly Audience[];
  readonly staff: readonly Staff[];
}

/**
 * Edits slots of the draft, all or none; two slots swap when each is sent to the other's place.
 *
 * @param scope - this week only, this and the following weeks, or the whole term.
 * @returns origins touched; their slots may have new ids because items split by weeks.
 * @throws {AppError} 409 `teacher_busy` and its like when the edit would use somebody twice; 404.
 */
export async function editSlots(
  ctx: ServerContext,
  actor: Actor,
  {
    schoolId,
    weekNo,
    scope,
    edits,
    request,
  }: {
    schoolId: string;
    weekNo: number;
    scope: Scope;
    edits: readonly PlanEdit[];
    request: RepeatableRequest;
  },
): Promise<{ originIds: string[] }> {
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const { resourceId } = await idempotent(ctx.db, request, async (trx) => {
    await lockPlan(trx, schoolId);
    const { term } = await requireClock(trx, { schoolId, now: ctx.now() });
    const touched = new Set<string>();
    for (const edit of edits) {
      const place = await selectOptionalPlanItem(trx, edit.itemId);
      if (!place || place.schoolId !== schoolId || place.termId !== term.id) throw notFound('slot_not_found');
      await applyEdit(trx, { schoolId, termId: term.id, originId: place.originId, weekNo, scope, edit });
      touched.add(place.originId);
    }
    await refuseClashes(trx, granted, { schoolId, termId: term.id, touched });
    await releaseSolved(trx, { schoolId, termId: term.id });
    return { status: 200, resourceId: [...touched].join(' ') };
  });
  ctx.bus.publish('timetable.drafted', { schoolId });
  return { originIds: (resourceId ?? '').split(' ').filter(Boolean) };
}

async function applyEdit(
  trx: Trx,
  {
    schoolId,
    termId,
    originId,
    weekNo,
    scope,
    edit,
  }: { schoolId: string; termId: string; originId: string; weekNo: number; scope: Scope; edit: PlanEdit },
): Promise<void> {
  const parts = await selectPlanItems(trx, { schoolId, termId, originId });
  const part = parts.find(({ id }) => id === edit.itemId);
  if (!part) throw notFound('slot_not_found');
  const { itemId, remove = false, classroomName, ...changes } = edit;
  if (changes.mode !== undefined) requireMode(changes.mode);
  if (changes.courseId !== undefined) await requireCourse(trx, schoolId, changes.courseId);
  await requireTeachers(trx, schoolId, edit);
  const length = part.periodTo - part.period;
  const content: ItemEdit = {
    ...changes,
    // Whoever is named now is in the roster.
    ...(changes.staff?.length ? { teacherNames: [] } : {}),
    ...(changes.period !== undefined && changes.periodTo === undefined
      ? { periodTo: changes.period + length }
      : {}),
    ...(classroomName === undefined
      ? {}
      : { classroomId: classroomName === null ? null : await ensureClassroom(trx, schoolId, classroomName) }),
  };
  const next = editParts(parts, {
    itemId,
    weeks: weeksInScope(part.weeks, weekNo, scope),
    edit: remove ? null : content,
  });
  await replaceParts(trx, { schoolId, termId, originId, parts: next });
}

/**
 * Puts a new slot into the draft.
 *
 * @returns its id, which is also its origin.
 * @throws {AppError} as `editSlots`; 422 `not_staff_of_school`, `class_of_other_school`, `course_of_other_school`.
 */
export async function addSlot(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, slot, request }: { schoolId: string; slot: NewSlot; request: RepeatableRequest },
): Promise<{ itemId: string }> {
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const { resourceId } = await idempotent(ctx.db, request, async (trx) => {
    await lockPlan(trx, schoolId);
    const { term } = await requireClock(trx, { schoolId, now: ctx.now() });
    requireMode(slot.mode);
    await requireCourse(trx, schoolId, slot.courseId);
    await requireTeachers(trx, schoolId, slot);
    const [id = ''] = await newIds(trx, 1);
    const { classroomName, ...content } = slot;
    const classroomId = classroomName === null ? null : await ensureClassroom(trx, schoolId, classroomName);
    const weeks = [...new Set(slot.weeks)].sort((a, b) => a - b);
    const item = { ...content, id, originId: id, classroomId, weeks, sourceKey: null };
    await insertPlanItems(trx, { schoolId, termId: term.id, items: [item] });
    await refuseClashes(trx, granted, { schoolId, termId: term.id, touched: new Set([id]) });
    return { status: 201, resourceId: id };
  });
  ctx.bus.publish('timetable.drafted', { schoolId });
  return { itemId: resourceId ?? '' };
}

async function requireCourse(trx: Trx, schoolId: string, courseId: string): Promise<void> {
  const course = await trx
    .selectFrom('courses')
    .select('id')
    .where('id', '=', courseId)
    .where('school_id', '=', schoolId)
    .executeTakeFirst();
  if (!course) throw new AppError(422, 'course_of_other_school', 'The course is not of this school.');
}

async function requireClasses(trx: Trx, schoolId: string, audiences: readonly Audience[]): Promise<void> {
  const ids = [...new Set(audiences.map(({ classId }) => classId))];
  const known = await trx
    .selectFrom('classes')
    .select('id')
    .where('school_id', '=', schoolId)
    .where('id', 'in', ids)
    .execute();
  if (known.length !== ids.length)
    throw new AppError(422, 'class_of_other_school', 'A class is not of this school.');
}

async function requireTeachers(
  trx: Trx,
  schoolId: string,
  { staff = [], audiences = [] }: { staff?: readonly Staff[]; audiences?: readonly Audience[] },
): Promise<void> {
  if (audiences.length > 0) await requireClasses(trx, schoolId, audiences);
  const ids = [
    ...staff.map(({ personId }) => personId),
    ...audiences.flatMap((row) => row.ownTeacherId ?? []),
  ];
  for (const personId of ids) {
    if (!(await isTeacherOf(trx, schoolId, personId))) {
      throw new AppError(
        422,
        'not_staff_of_school',
        'Somebody named as teacher has no appointment at this school.',
      );
    }
  }
}

/** Refuses the edit when it uses a teacher, class or classroom twice in some week, naming both lessons. */
async function refuseClashes(
  trx: Trx,
  granted: Granted,
  { schoolId, termId, touched }: { schoolId: string; termId: string; touched: ReadonlySet<string> },
): Promise<void> {
  const items = await selectPlanItems(trx, { schoolId, termId });
  const bells = await selectBellPlans(trx, schoolId);
  const yearGroupOf = await selectYearGroups(trx, schoolId);
  for (const item of items.filter(({ originId }) => touched.has(originId))) {
    const times = timesOfItem(item, bells, yearGroupOf);
    if (typeof times === 'string') {
      throw new AppError(
        422,
        times,
        `The bell plan has no time for periods ${item.period} to ${item.periodTo}.`,
        {
          params: { period: item.period, periodTo: item.periodTo },
        },
      );
    }
  }
  const [found] = patternClashes(items, { bells, yearGroupOf, modeOf: requireMode, touched });
  if (found) throw await doubleUseInPlan(trx, granted, schoolId, found);
}

async function doubleUseInPlan(
  trx: Trx,
  granted: Granted,
  schoolId: string,
  { clash, weeks }: PatternClash,
): Promise<AppError> {
  const names = await selectNames(trx, granted, schoolId);
  const { resource, first, second } = clash;
  const pools = { teacher: names.teachers, class: names.classes, classroom: names.classrooms };
  const words = (item: typeof first): string =>
    `${item.audiences.map(({ classId }) => names.classes.get(classId) ?? '').join('、')} ${names.courses.get(item.courseId) ?? ''}`;
  const time = (item: typeof first): string =>
    `${item.startsAt.toISOString().slice(11, 16)}—${item.endsAt.toISOString().slice(11, 16)}`;
  const who = pools[resource.kind].get(resource.id) ?? '';
  return new AppError(
    409,
    `${resource.kind}_busy_in_plan`,
    `${who} would be in two lessons at once: ${words(first)} and ${words(second)}.`,
    {
      params: {
        who,
        weekday: first.weekday,
        week: weeks[0] ?? 0,
        lesson: words(first),
        time: time(first),
        other: words(second),
        otherTime: time(second),
      },
    },
  );
}
