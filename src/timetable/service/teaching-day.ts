import type { Actor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { notFound } from '../../platform/errors.ts';
import { addDays } from '../../calendar/rules/days.ts';
import { schoolClock, schoolDays } from '../../calendar/service.ts';
import { modeNamed } from '../../rooms/modes.ts';
import { readOwnDay } from '../actions.ts';
import { selectLessonCards, type LessonCardRow } from '../queries/read.ts';
import { selectChangesForStaff } from '../queries/changes.ts';
import { selectOwnClasses, selectReachCounts, selectTeacher } from '../queries/today.ts';
import { lessonState } from '../rules/today.ts';
import type { TeacherLesson, TeacherToday } from '../today-contract.ts';
import { isoChanges } from './changes.ts';

/** Days ahead in which the next lesson is looked for when today is over. */
const LOOK_AHEAD_DAYS = 14;

/**
 * A teacher's own day: lessons with who is expected and who is here, changes, and the classes one may teach at once.
 *
 * @throws {AppError} 404 `no_teaching_day` for somebody without an appointment.
 */
export async function teachingDay(ctx: ServerContext, actor: Actor): Promise<TeacherToday> {
  const granted = await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person' || !actor.appointment) {
    throw notFound('no_teaching_day', 'Only staff have a teaching day.');
  }
  const now = ctx.now();
  const { personId } = actor;
  const teacher = await selectTeacher(ctx.db, granted, { personId, orgId: actor.appointment.orgId });
  const clock = await schoolClock(ctx.db, { schoolId: teacher.schoolId, now });
  if (!clock) throw notFound();
  const { today: day } = clock;
  const [schoolDay] = await schoolDays(ctx.db, { schoolId: teacher.schoolId, firstDay: day, lastDay: day });
  const cards = await selectLessonCards(ctx.db, granted, {
    teacherId: personId,
    firstDay: day,
    lastDay: addDays(day, LOOK_AHEAD_DAYS),
  });
  const today = cards.filter((card) => card.day === day);
  const lessonIds = today.map(({ lessonId }) => lessonId);
  const counts = new Map(
    (await selectReachCounts(ctx.db, { day, lessonIds })).map(({ lessonId, ...count }) => [lessonId, count]),
  );
  const lessons = today.map((card) => ({
    ...lessonOf(card, now),
    pupils: counts.get(card.lessonId) ?? null,
  }));
  const isOver = lessons.every(({ state }) => state === 'ended' || state === 'cancelled');
  const next = isOver ? cards.find((card) => card.day > day && card.status === 'planned') : undefined;
  return {
    now: now.toISOString(),
    timeZone: clock.hours.timeZone,
    day,
    weekNo: schoolDay?.weekNo ?? null,
    dayKind: schoolDay?.kind ?? 'off',
    name: teacher.name,
    lessons,
    changes: isoChanges(
      await selectChangesForStaff(ctx.db, granted, {
        schoolId: teacher.schoolId,
        personId,
        firstDay: day,
        lastDay: addDays(day, 1),
      }),
    ),
    classes: await selectOwnClasses(ctx.db, granted, { personId, day }),
    next: next ? { day: next.day, startsAt: next.startsAt.toISOString(), courseTitle: next.title } : null,
  };
}

function lessonOf(card: LessonCardRow, now: Date): Omit<TeacherLesson, 'pupils'> {
  const opensAt = modeNamed(card.mode).window(card, 'staff').from;
  return {
    lessonId: card.lessonId,
    schoolDay: card.day,
    period: card.period,
    startsAt: card.startsAt.toISOString(),
    endsAt: card.endsAt.toISOString(),
    opensAt: opensAt.toISOString(),
    courseTitle: card.title,
    topic: card.topic,
    classNames: card.classes.map(({ name }) => name),
    mode: card.mode,
    link: card.link,
    state: lessonState(card, opensAt, now),
    hasRecording: card.status === 'ended' && card.logId !== null,
  };
}
