import type { Actor } from '../../platform/actor.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Db } from '../../platform/database.ts';
import { notFound } from '../../platform/errors.ts';
import { addDays, daysBetween, mondayOf, weekNoOf } from '../../calendar/rules/days.ts';
import { schoolDays } from '../../calendar/service.ts';
import { readClassWeek, readOwnDay, readPupilDay } from '../actions.ts';
import type { LessonCard, ShownWeek } from '../contract.ts';
import { selectOptionalPublication } from '../queries/publications.ts';
import { selectBellPlans } from '../queries/plan.ts';
import { selectLessonCards, type LessonCardRow, type LessonFilter } from '../queries/read.ts';
import { selectPupils } from '../queries/pupil-day.ts';
import { selectTeacher } from '../queries/today.ts';
import { bellsFor } from '../rules/bells.ts';
import { requireClock } from './plan-state.ts';

/**
 * A class's published week.
 *
 * @param day - any day of the week; null: today.
 */
export async function classWeek(
  ctx: ServerContext,
  actor: Actor,
  { classId, day }: { classId: string; day: string | null },
): Promise<ShownWeek> {
  const granted = await authorize(ctx.db, actor, readClassWeek, { classId });
  const found = await ctx.db
    .selectFrom('classes')
    .where('id', '=', classId)
    .select(['school_id', 'name', 'year_group'])
    .executeTakeFirst();
  if (!found) throw notFound('class_not_found');
  return weekOf(ctx.db, granted, {
    schoolId: found.school_id,
    title: found.name,
    yearGroup: found.year_group,
    day,
    now: ctx.now(),
    who: { classId },
  });
}

/**
 * One's own published week: a teacher's lessons, a pupil's, or those of a guardian's child.
 *
 * @param pupilId - the child; null for oneself, or a guardian's first child.
 */
export async function ownWeek(
  ctx: ServerContext,
  actor: Actor,
  { pupilId, day }: { pupilId: string | null; day: string | null },
): Promise<ShownWeek> {
  const own = await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person') throw notFound();
  const now = ctx.now();
  const { personId, appointment } = actor;
  if (appointment) {
    const teacher = await selectTeacher(ctx.db, own, { personId, orgId: appointment.orgId });
    const who = { teacherId: personId };
    return weekOf(ctx.db, own, {
      schoolId: teacher.schoolId,
      title: teacher.name,
      yearGroup: null,
      day,
      now,
      who,
    });
  }
  const granted: Granted =
    pupilId === null ? own : await authorize(ctx.db, actor, readPupilDay, { personId: pupilId });
  const pupils = await selectPupils(ctx.db, granted, { personId, isGuardian: actor.role === 'guardian' });
  const pupil = pupilId === null ? pupils[0] : pupils.find((row) => row.pupilId === pupilId);
  if (!pupil) throw notFound('no_pupil', 'There is no pupil whose week could be shown.');
  return weekOf(ctx.db, granted, {
    schoolId: pupil.schoolId,
    title: pupil.className ?? pupil.name,
    yearGroup: pupil.yearGroup,
    day,
    now,
    who: { pupilId: pupil.pupilId },
  });
}

type Who = { classId: string } | { teacherId: string } | { pupilId: string };

async function weekOf(
  db: Db,
  granted: Granted,
  {
    schoolId,
    title,
    yearGroup,
    day,
    now,
    who,
  }: { schoolId: string; title: string; yearGroup: string | null; day: string | null; now: Date; who: Who },
): Promise<ShownWeek> {
  const clock = await requireClock(db, { schoolId, now });
  const asked = day ?? clock.today;
  const term = clock.terms.find((row) => row.firstDay <= asked && asked <= row.lastDay) ?? clock.term;
  const firstDay = mondayOf(asked);
  const lastDay = addDays(firstDay, 6);
  const weekNo = weekNoOf(term.week1Monday, firstDay);
  const filter: LessonFilter = { ...who, firstDay, lastDay };
  const cards = await selectLessonCards(db, granted, filter);
  const bells = bellsFor(await selectBellPlans(db, schoolId), yearGroup);
  const school = await db
    .selectFrom('orgs')
    .where('id', '=', schoolId)
    .select('name')
    .executeTakeFirstOrThrow();
  const publication = await selectOptionalPublication(db, { schoolId, weekNo });
  return {
    timeZone: clock.hours.timeZone,
    today: clock.today,
    weekNo,
    term: termOf(term),
    title,
    schoolName: school.name,
    days: (await schoolDays(db, { schoolId, firstDay, lastDay })).map((row) => ({
      day: row.day,
      kind: row.kind,
      teachesWeekday: row.teachesWeekday,
    })),
    periods: bells ? [...bells.periods] : [],
    lessons: cards.map(cardOf),
    published: publication
      ? { version: publication.version, at: publication.publishedAt.toISOString() }
      : null,
  };
}

/** A term with its number of weeks. */
export function termOf(term: { title: string; firstDay: string; lastDay: string; week1Monday: string }) {
  const { title, firstDay, lastDay, week1Monday } = term;
  return { title, firstDay, lastDay, weeks: Math.floor(daysBetween(week1Monday, lastDay) / 7) + 1 };
}

export function cardOf({ schoolId: _school, logId: _log, ...card }: LessonCardRow): LessonCard {
  return {
    ...card,
    startsAt: card.startsAt.toISOString(),
    endsAt: card.endsAt.toISOString(),
    classes: [...card.classes],
  };
}
