import { audit } from '../../platform/audit.ts';
import type { Actor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import type { Trx } from '../../platform/database.ts';
import type { ServerContext } from '../../platform/context.ts';
import { idempotent, type RepeatableRequest } from '../../platform/idempotency.ts';
import { enrollTeachers } from '../../courses/service.ts';
import { publishWeek as publishWeekAction } from '../actions.ts';
import {
  countTouched,
  insertLessons,
  insertPlanChanges,
  replaceLesson,
  selectClash,
  settleBookings,
  withdrawLessons,
  type NewLesson,
  type NewPlanChange,
} from '../queries/lessons.ts';
import { lockPlan, newIds } from '../queries/plan.ts';
import {
  insertPublication,
  selectOptionalPublication,
  type Publication,
  type PublicationReport,
} from '../queries/publications.ts';
import { doubleUse } from '../refusals.ts';
import { bookedResources } from '../rules/clashes.ts';
import type { StandingLesson } from '../rules/difference.ts';
import type { PlannedLesson } from '../rules/week.ts';
import type { ChangeKind } from '../tables.ts';
import { readWeekState, requireMode, type WeekState } from './plan-state.ts';

/**
 * Publishes one week of a school: brings its lessons in line with the pattern and tells those it touches.
 *
 * All or nothing. Lessons changed by hand, begun or past stay. Publishing again without edits changes nothing.
 *
 * @throws {AppError} 409 `teacher_busy` and its like, 422 `no_term`, `week_outside_term`.
 */
export async function publishWeek(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, weekNo, request }: { schoolId: string; weekNo: number; request: RepeatableRequest },
): Promise<Publication> {
  await authorize(ctx.db, actor, publishWeekAction, { orgId: schoolId });
  const { resourceId } = await idempotent(ctx.db, request, async (trx) => {
    const { version } = await publishWeekIn(trx, actor, { schoolId, weekNo, now: ctx.now() });
    return { status: 201, resourceId: String(version) };
  });
  const publication = await selectOptionalPublication(ctx.db, {
    schoolId,
    weekNo,
    version: Number(resourceId),
  });
  if (!publication) throw new Error(`publication ${resourceId} of week ${weekNo} is gone`);
  ctx.bus.publish('timetable.published', { schoolId, weekNo });
  return publication;
}

/**
 * The same inside a transaction, for imports and the demo; the caller has authorised.
 *
 * @param now - what begins earlier counts as past; the demo gives an earlier clock to fill last week.
 */
export async function publishWeekIn(
  trx: Trx,
  actor: Actor,
  { schoolId, weekNo, now }: { schoolId: string; weekNo: number; now: Date },
): Promise<{ version: number; report: PublicationReport }> {
  await lockPlan(trx, schoolId);
  const state = await readWeekState(trx, { schoolId, weekNo, now });
  const version = await writeWeek(trx, actor, state, now);
  return version;
}

async function writeWeek(
  trx: Trx,
  actor: Actor,
  state: WeekState,
  now: Date,
): Promise<{ version: number; report: PublicationReport }> {
  const { difference, weekNo, term } = state;
  const { schoolId } = state.clock;
  const by = actor.kind === 'person' ? actor.personId : null;
  const crossDay = difference.moved.filter(({ lesson, to }) => lesson.day !== to.day);
  const inPlace = [
    ...difference.moved.filter(({ lesson, to }) => lesson.day === to.day),
    ...difference.changed,
  ];
  const ids = await newIds(trx, difference.added.length + crossDay.length);
  const added = difference.added.map((to, index) =>
    newLesson(to, { schoolId, id: ids[index] ?? '', from: null }),
  );
  const arrived = crossDay.map(({ lesson, to }, index) =>
    newLesson(to, { schoolId, id: ids[added.length + index] ?? '', from: lesson }),
  );
  await withdrawLessons(
    trx,
    [
      ...difference.cancelled.map((lesson) => ({ day: lesson.day, lessonId: lesson.id, movedTo: null })),
      ...crossDay.map(({ lesson }, index) => ({
        day: lesson.day,
        lessonId: lesson.id,
        movedTo: { day: arrived[index]?.day ?? '', lessonId: arrived[index]?.id ?? '' },
      })),
    ],
    { byHand: false },
  );
  for (const { lesson, to } of inPlace) {
    const written = newLesson(to, { schoolId, id: lesson.id, from: lesson });
    await replaceLesson(trx, { ...written, status: lesson.status });
  }
  await insertLessons(trx, [...added, ...arrived]);

  const touched = [
    ...[...added, ...arrived].map(({ day, id }) => ({ day, lessonId: id })),
    ...inPlace.map(({ lesson }) => ({ day: lesson.day, lessonId: lesson.id })),
  ];
  const clash = await selectClash(trx, touched);
  if (clash) throw doubleUse(clash);
  await settleBookings(trx);

  await enrollTeachers(trx, {
    teachers: [
      ...difference.added,
      ...[...difference.moved, ...difference.changed].map(({ to }) => to),
    ].flatMap(teachersOf),
    firstDay: term.firstDay,
    lastDay: term.lastDay,
  });

  const changes: NewPlanChange[] = [
    ...added.map((lesson) => change('added', lesson.day, lesson.id, null, lesson)),
    ...crossDay.map(({ lesson }, index) =>
      change('moved', lesson.day, lesson.id, lesson, arrived[index] ?? null),
    ),
    ...difference.cancelled.map((lesson) => change('cancelled', lesson.day, lesson.id, lesson, null)),
    ...difference.moved
      .filter(({ lesson, to }) => lesson.day === to.day)
      .map(({ lesson, to }) => change('moved', lesson.day, lesson.id, lesson, to)),
    ...difference.changed.map(({ lesson, to, fields }) =>
      change(fields.includes('staff') ? 'substituted' : 'modeChanged', lesson.day, lesson.id, lesson, to),
    ),
  ].map((row) => ({ ...row, schoolId }));
  const report = await reportOf(trx, state, changes);
  const first = !state.published.some(({ originId }) => originId !== null);
  // A week published for the first time is news as a whole; eighteen hundred single notes would say nothing.
  await insertPlanChanges(trx, first ? [] : changes, { now, by });
  const version = await insertPublication(trx, { schoolId, termId: term.id, weekNo, now, by, report });
  await audit(trx, actor, {
    action: publishWeekAction.name,
    subjectKind: 'week',
    subjectId: `${weekNo}`,
    orgId: schoolId,
    detail: { version, ...report },
  });
  return { version, report };
}

function newLesson(
  to: PlannedLesson,
  {
    schoolId,
    id,
    from,
  }: { schoolId: string; id: string; from: (StandingLesson & { topic?: string | null }) | null },
): NewLesson {
  return {
    ...to,
    id,
    schoolId,
    topic: from?.topic ?? null,
    movedFrom: from && from.day !== to.day ? { day: from.day, lessonId: from.id } : null,
    changedByHand: false,
    resources: bookedResources(to, requireMode(to.mode)),
  };
}

/** Everybody who teaches a lesson, with each of its classes. */
function teachersOf({ staff, audiences }: PlannedLesson): { classId: string; personId: string }[] {
  const ofAll = staff.filter(({ duty }) => duty !== 'observer').map(({ personId }) => personId);
  return audiences.flatMap(({ classId, ownTeacherId }) =>
    [...ofAll, ...(ownTeacherId ? [ownTeacherId] : [])].map((personId) => ({ classId, personId })),
  );
}

type Side = Pick<StandingLesson, 'day' | 'period' | 'startsAt' | 'mode' | 'audiences' | 'staff'>;

/** A change row; `before` and `after` hold ids and times only. */
export function change(
  kind: ChangeKind,
  day: string,
  lessonId: string,
  before: Side | null,
  after: Side | null,
): Omit<NewPlanChange, 'schoolId'> {
  const sides = [before, after].filter((side) => side !== null);
  return {
    day,
    lessonId,
    kind,
    classIds: [...new Set(sides.flatMap(({ audiences }) => audiences.map(({ classId }) => classId)))],
    staffIds: [
      ...new Set(
        sides.flatMap(({ staff, audiences }) => [
          ...staff.map(({ personId }) => personId),
          ...audiences.flatMap(({ ownTeacherId }) => ownTeacherId ?? []),
        ]),
      ),
    ],
    before: before && sideOf(before),
    after: after && sideOf(after),
    reason: null,
  };
}

function sideOf({ day, period, startsAt, mode, staff }: Side): object {
  return {
    day,
    period,
    startsAt,
    mode,
    leadId: staff.find(({ duty }) => duty === 'lead')?.personId ?? null,
  };
}

async function reportOf(
  trx: Trx,
  { difference, unplaced, days, clock }: WeekState,
  changes: readonly NewPlanChange[],
): Promise<PublicationReport> {
  const classIds = [...new Set(changes.flatMap((row) => row.classIds))];
  const people = await countTouched(trx, { classIds, day: days[0]?.day ?? clock.today });
  return {
    added: difference.added.length,
    moved: difference.moved.length,
    changed: difference.changed.length,
    cancelled: difference.cancelled.length,
    unchanged: difference.unchanged,
    tooLate: difference.tooLate,
    unplaced: unplaced.filter(({ reason }) => reason !== 'held').length,
    held: unplaced.filter(({ reason }) => reason === 'held').length,
    classes: classIds.length,
    teachers: new Set(changes.flatMap((row) => row.staffIds)).size,
    ...people,
  };
}
