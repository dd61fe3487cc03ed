import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import type { PlanChange } from '../today-contract.ts';

type Side = NonNullable<PlanChange['before']>;

/** Day the reader stands at, and the zone of their school. */
export interface Standing {
  readonly day: string;
  readonly timeZone: string;
}

/** One change of the plan as a sentence: what, from when, to when, by whom. */
export function changeLine({ kind, courseTitle, before, after }: PlanChange, today: Standing): string {
  return t(`timetable.today.change.${kind}`, {
    course: courseTitle,
    from: before ? whenOf(before, today) : '',
    to: after ? whenOf(after, today) : '',
    lead: after?.leadName ?? '',
    mode: after ? t(`rooms.mode.${after.mode}` as WordKey) : '',
  });
}

/** The day only when it is not today. */
function whenOf({ day, startsAt }: Side, today: Standing): string {
  const time = timeOfDay(startsAt, today.timeZone);
  return day === today.day ? time : `${dayAndWeekday(day, locale(), Number(today.day.slice(0, 4)))} ${time}`;
}
