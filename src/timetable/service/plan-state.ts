import { addDays } from '../../calendar/rules/days.ts';
import type { SchoolDayRow, TermRow } from '../../calendar/queries.ts';
import { schoolClock, schoolDays, type SchoolClock } from '../../calendar/service.ts';
import type { Db } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { modeNamed } from '../../rooms/modes.ts';
import { selectBellPlans, selectPlanItems, selectYearGroups } from '../queries/plan.ts';
import { selectLessonRows, type LessonRow } from '../queries/lessons.ts';
import { noTerm } from '../refusals.ts';
import type { BellPlan } from '../rules/bells.ts';
import { findClashes, type Clash } from '../rules/clashes.ts';
import { compareWeek, type WeekDifference } from '../rules/difference.ts';
import { heldBack, withNamedTeachers } from '../rules/held.ts';
import { lessonsOfWeek, type PlanItem, type PlannedLesson, type Unplaced } from '../rules/week.ts';

/** A school's week as drafted and as published. */
export interface WeekState {
  readonly clock: SchoolClock;
  readonly term: TermRow;
  readonly weekNo: number;
  /** Monday to Sunday. */
  readonly days: readonly SchoolDayRow[];
  readonly bells: readonly BellPlan[];
  readonly yearGroupOf: ReadonlyMap<string, string | null>;
  readonly items: readonly PlanItem[];
  readonly planned: readonly PlannedLesson[];
  readonly unplaced: readonly Unplaced[];
  readonly published: readonly LessonRow[];
  readonly clashes: readonly Clash<PlannedLesson>[];
  readonly difference: WeekDifference;
}

/** Mode of a lesson by name. @throws {AppError} 422 `mode_unknown`. */
export function requireMode(name: string): ReturnType<typeof modeNamed> {
  try {
    return modeNamed(name);
  } catch (cause) {
    throw new AppError(422, 'mode_unknown', `There is no way of teaching named ${name}.`, {
      params: { name },
      cause,
    });
  }
}

/** The school's clock with its term. @throws {AppError} 404, or 422 `no_term`. */
export async function requireClock(
  db: Db,
  { schoolId, now }: { schoolId: string; now: Date },
): Promise<SchoolClock & { term: TermRow }> {
  const clock = await schoolClock(db, { schoolId, now });
  if (!clock) throw notFound();
  if (!clock.term) throw noTerm();
  return { ...clock, term: clock.term };
}

/** Days of a week of a term that the school has, Monday first. */
export async function daysOfWeek(
  db: Db,
  { schoolId, term, weekNo }: { schoolId: string; term: TermRow; weekNo: number },
): Promise<SchoolDayRow[]> {
  const monday = addDays(term.week1Monday, (weekNo - 1) * 7);
  return schoolDays(db, { schoolId, firstDay: monday, lastDay: addDays(monday, 6) });
}

/**
 * Everything known of one week of a school: draft, published lessons, clashes and what publishing would change.
 *
 * @throws {AppError} 404, 422 `no_term`, 422 `week_outside_term`.
 */
export async function readWeekState(
  db: Db,
  { schoolId, weekNo, now }: { schoolId: string; weekNo: number; now: Date },
): Promise<WeekState> {
  const clock = await requireClock(db, { schoolId, now });
  const { term } = clock;
  const days = await daysOfWeek(db, { schoolId, term, weekNo });
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) {
    throw new AppError(
      422,
      'week_outside_term',
      `Week ${weekNo} lies outside the term or has no school days yet.`,
      {
        params: { week: weekNo, firstDay: term.firstDay, lastDay: term.lastDay },
      },
    );
  }
  const bells = await selectBellPlans(db, schoolId);
  const yearGroupOf = await selectYearGroups(db, schoolId);
  const items = await selectPlanItems(db, { schoolId, termId: term.id, weekNo });
  const { lessons: planned, unplaced } = lessonsOfWeek({
    items,
    weekNo,
    days: days.filter(({ kind }) => kind === 'teaching'),
    bells,
    yearGroupOf,
    timeZone: clock.hours.timeZone,
  });
  const published = await selectLessonRows(db, { schoolId, firstDay: first.day, lastDay: last.day });
  const clashes = findClashes(withNamedTeachers(planned, items), requireMode);
  const held = heldBack(clashes, items);
  const isFree = ({ originId }: { originId: string | null }): boolean => !held.has(originId ?? '');
  return {
    clock,
    term,
    weekNo,
    days,
    bells,
    yearGroupOf,
    items,
    planned,
    unplaced: [
      ...unplaced,
      ...items
        .filter(({ originId }) => held.has(originId))
        .map(({ id }) => ({ itemId: id, reason: 'held' as const })),
    ],
    published,
    clashes,
    // What is held back is neither published nor, where an earlier publication had it, taken out.
    difference: compareWeek(planned.filter(isFree), published.filter(isFree), now),
  };
}
