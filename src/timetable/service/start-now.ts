import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../../platform/idempotency.ts';
import { startLessonNow } from '../actions.ts';
import { placeOfClasses, type LessonKey } from '../access.ts';
import { insertLessons, insertPlanChanges, selectClash, settleBookings } from '../queries/lessons.ts';
import { ensureCourse, newIds } from '../queries/plan.ts';
import { doubleUse } from '../refusals.ts';
import { bookedResources } from '../rules/clashes.ts';
import { requireTeachingDay } from './change-lesson.ts';
import { requireClock, requireMode } from './plan-state.ts';
import { change } from './publish.ts';

/**
 * Puts a lesson that begins this minute into today's published plan, for classes of the actor.
 *
 * @param courseTitle - what is taught; a course of this name is made when the school has none.
 * @param minutes - how long it is planned to last, 5 to 180.
 * @returns the new lesson, whose room may be entered at once.
 * @throws {AppError} 409 `teacher_busy`, `class_busy`; 422 `before_term`, `not_a_school_day`, `mode_unknown`.
 */
export async function startNow(
  ctx: ServerContext,
  actor: Actor,
  {
    classIds,
    courseTitle,
    topic,
    minutes,
    mode,
    link,
    request,
  }: {
    classIds: readonly string[];
    courseTitle: string;
    topic: string | null;
    minutes: number;
    mode: string;
    link: string | null;
    request: RepeatableRequest;
  },
): Promise<LessonKey> {
  // One by one: to teach one of the classes does not open the others.
  for (const classId of new Set(classIds)) {
    await authorize(ctx.db, actor, startLessonNow, { classIds: [classId] });
  }
  const place = await placeOfClasses(ctx.db, { classIds });
  if (!place?.orgId || actor.kind !== 'person') {
    throw new AppError(422, 'classes_of_different_schools', 'The classes are of different schools.');
  }
  const schoolId = place.orgId;
  const taught = requireMode(mode);
  if (taught.entrance === 'link' && !link) {
    throw new AppError(422, 'link_missing', 'A lesson held elsewhere needs its link.');
  }
  const { resourceId, repeated } = await idempotent(ctx.db, request, async (trx) => {
    const now = ctx.now();
    const clock = await requireClock(trx, { schoolId, now });
    const firstDay = clock.terms[0]?.firstDay ?? clock.today;
    const day = await requireTeachingDay(trx, { schoolId, day: clock.today, firstDay });
    const [id = ''] = await newIds(trx, 1);
    const startsAt = new Date(Math.floor(now.getTime() / 60_000) * 60_000);
    const content = {
      mode,
      startsAt,
      endsAt: new Date(startsAt.getTime() + minutes * 60_000),
      modeParams: link ? { link } : {},
      classroomId: null,
      audiences: [...new Set(classIds)].map((classId) => ({ classId, ownTeacherId: null })),
      staff: [{ personId: actor.personId, duty: 'lead' as const }],
    };
    const lesson = {
      ...content,
      id,
      schoolId,
      day: clock.today,
      weekNo: day.weekNo,
      originId: null,
      courseId: await ensureCourse(trx, schoolId, courseTitle),
      topic,
      period: null,
      periodTo: null,
      movedFrom: null,
      changedByHand: true,
      resources: bookedResources(content, taught),
    };
    await insertLessons(trx, [lesson]);
    const clash = await selectClash(trx, [{ day: clock.today, lessonId: id }]);
    if (clash) throw doubleUse(clash);
    await settleBookings(trx);
    const row = change('added', clock.today, id, null, lesson);
    await insertPlanChanges(trx, [{ ...row, schoolId }], { now, by: actor.personId });
    await audit(trx, actor, {
      action: startLessonNow.name,
      subjectKind: 'lesson',
      subjectId: id,
      orgId: schoolId,
    });
    return { status: 201, resourceId: `${clock.today}/${id}` };
  });
  const [day = '', lessonId = ''] = (resourceId ?? '').split('/');
  if (!repeated) ctx.bus.publish('lesson.changed', { day, lessonId });
  return { day, lessonId };
}
