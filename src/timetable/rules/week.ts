import { instantAt } from '../../calendar/rules/days.ts';
import type { ModeParams, StaffDuty } from '../tables.ts';
import { bellsFor, timesOf, type BellPlan } from './bells.ts';

export interface Audience {
  readonly classId: string;
  readonly ownTeacherId: string | null;
}
export interface Staff {
  readonly personId: string;
  readonly duty: StaffDuty;
}

/** What is taught, to whom, by whom and how; when it is taught comes from the item or the lesson. */
export interface Teaching {
  readonly courseId: string;
  readonly mode: string;
  readonly modeParams: ModeParams;
  readonly classroomId: string | null;
  readonly audiences: readonly Audience[];
  readonly staff: readonly Staff[];
}

/** One slot of the weekly pattern. `originId` and a week name one lesson for good, however often the item is split. */
export interface PlanItem extends Teaching {
  readonly id: string;
  readonly originId: string;
  /** 1 Monday … 7 Sunday. */
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  /** Weeks of the term, sorted. */
  readonly weeks: readonly number[];
  /** Came from a term list with a double use: in the draft, and out of every publication until it is solved. */
  readonly held?: boolean;
  /** Teachers as the file names them, whom the roster does not have. */
  readonly teacherNames?: readonly string[];
}

export interface TeachingDay {
  readonly day: string;
  readonly teachesWeekday: number | null;
}

/** A lesson as the pattern wants it in one week. */
export interface PlannedLesson extends Teaching {
  readonly itemId: string;
  readonly originId: string;
  readonly weekNo: number;
  readonly day: string;
  readonly period: number;
  readonly periodTo: number;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface Unplaced {
  readonly itemId: string;
  /**
   * `no_such_period`: the bell plan lacks it. `bells_differ`: its classes ring at different times. `held`: it came from a
   * term list and uses somebody or something twice.
   */
  readonly reason: 'no_bell_plan' | 'no_such_period' | 'bells_differ' | 'held';
}

/**
 * The lessons of one week out of the pattern.
 *
 * A weekday that is taught twice in a week (make-up Saturday) gives two lessons, one that is not taught none.
 *
 * @param days - teaching days of the week; days off are left out by the caller.
 * @param yearGroupOf - year group of each class; decides whose bells ring.
 */
export function lessonsOfWeek({
  items,
  weekNo,
  days,
  bells,
  yearGroupOf,
  timeZone,
}: {
  items: readonly PlanItem[];
  weekNo: number;
  days: readonly TeachingDay[];
  bells: readonly BellPlan[];
  yearGroupOf: ReadonlyMap<string, string | null>;
  timeZone: string;
}): { lessons: PlannedLesson[]; unplaced: Unplaced[] } {
  const lessons: PlannedLesson[] = [];
  const unplaced: Unplaced[] = [];
  for (const item of items) {
    if (!item.weeks.includes(weekNo)) continue;
    const times = timesOfItem(item, bells, yearGroupOf);
    if (typeof times === 'string') {
      unplaced.push({ itemId: item.id, reason: times });
      continue;
    }
    for (const { day } of days.filter(({ teachesWeekday }) => teachesWeekday === item.weekday)) {
      const {
        id,
        weekday: _weekday,
        weeks: _weeks,
        held: _held,
        teacherNames: _teacherNames,
        ...teaching
      } = item;
      lessons.push({
        ...teaching,
        itemId: id,
        weekNo,
        day,
        startsAt: instantAt(day, times.startsAt, timeZone),
        endsAt: instantAt(day, times.endsAt, timeZone),
      });
    }
  }
  return { lessons, unplaced };
}

/** Clock times at which all classes of a lesson have its periods, or why there are none. */
export function timesOfItem(
  item: Pick<PlanItem, 'audiences' | 'period' | 'periodTo'>,
  bells: readonly BellPlan[],
  yearGroupOf: ReadonlyMap<string, string | null>,
): { startsAt: string; endsAt: string } | Unplaced['reason'] {
  const found = item.audiences.map(({ classId }) => {
    const plan = bellsFor(bells, yearGroupOf.get(classId) ?? null);
    return plan ? (timesOf(plan, item.period, item.periodTo) ?? 'no_such_period') : 'no_bell_plan';
  });
  const [first = 'no_bell_plan', ...others] = found;
  const fault = found.find((times) => typeof times === 'string');
  if (typeof first === 'string' || typeof fault === 'string') return (fault ?? first) as Unplaced['reason'];
  const same = others.every(
    (times) =>
      typeof times !== 'string' && times.startsAt === first.startsAt && times.endsAt === first.endsAt,
  );
  return same ? first : 'bells_differ';
}
