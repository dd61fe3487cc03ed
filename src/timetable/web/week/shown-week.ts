import { addDays, mondayOf } from '../../../calendar/rules/days.ts';
import { clockTime } from '../../../platform/i18n/format.ts';
import type { LessonCard, ShownWeek } from '../../contract.ts';

/** A row of a printed or shown week: a period with its lessons day by day, or a break across all days. */
export type WeekRow =
  | { readonly kind: 'period'; readonly period: number; readonly startsAt: string; readonly endsAt: string }
  | { readonly kind: 'break'; readonly label: string; readonly startsAt: string; readonly endsAt: string };

/** Days to show: teaching days, and days off on which something still stands. */
export function shownDays(week: ShownWeek): ShownWeek['days'] {
  const taught = new Set(week.lessons.map(({ day }) => day));
  return week.days.filter(({ day, kind }) => kind === 'teaching' || taught.has(day));
}

/**
 * Rows of the bell plan; periods without any lesson at the end are left out, as are breaks without a name.
 */
export function weekRows(week: ShownWeek): WeekRow[] {
  const last = Math.max(0, ...week.lessons.map(({ period, periodTo }) => periodTo ?? period ?? 0));
  const end = week.periods.findLastIndex(({ period }) => period !== null && period <= last);
  return week.periods.slice(0, end + 1).flatMap(({ period, label, startsAt, endsAt }): WeekRow[] => {
    if (period !== null) return [{ kind: 'period', period, startsAt, endsAt }];
    return label === null ? [] : [{ kind: 'break', label, startsAt, endsAt }];
  });
}

/** `8:30—9:00`. */
export function periodTimes({ startsAt, endsAt }: Pick<WeekRow, 'startsAt' | 'endsAt'>): string {
  return `${clockTime(startsAt)}—${clockTime(endsAt)}`;
}

/** Lessons of a day that cover a period; cancelled ones too, so that the page can strike them through. */
export function lessonsAt(week: ShownWeek, day: string, period: number): LessonCard[] {
  return week.lessons.filter(
    (lesson) =>
      lesson.day === day &&
      lesson.period !== null &&
      lesson.period <= period &&
      period <= (lesson.periodTo ?? lesson.period),
  );
}

/** Lessons outside the bell plan, such as those started at once. */
export function lessonsOutside(week: ShownWeek): LessonCard[] {
  const periods = new Set(week.periods.map(({ period }) => period));
  return week.lessons.filter(({ period }) => period === null || !periods.has(period));
}

/** Monday of the week before or after. */
export function weekBeside(week: ShownWeek, shownDay: string | null, step: -1 | 1): string {
  return addDays(mondayOf(shownDay ?? week.today), 7 * step);
}
