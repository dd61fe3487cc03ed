import { DAY_BOUNDARY, daysFrom, instantAt, weekdayOf, weekNoOf } from './days.ts';

export interface Term {
  readonly firstDay: string;
  readonly lastDay: string;
  /** Monday of week 1; not later than the first day. */
  readonly week1Monday: string;
}

/** A public holiday or make-up day as decided for this school, its own decision before the bureau's and the State's. */
export interface Holiday {
  readonly day: string;
  readonly kind: 'holiday' | 'makeUp';
  /** Weekday whose timetable is taught on a make-up day; null until somebody has decided it. */
  readonly teachesWeekday: number | null;
}

/** Hours of a school, from its settings. */
export interface SchoolHours {
  readonly timeZone: string;
  /** Weekdays with teaching, 1 Monday … 7 Sunday. */
  readonly teachingWeekdays: readonly number[];
  /** When the day's unreached pupils become follow-ups, `HH:MM` in the school's zone. */
  readonly dayCloses: string;
}

export const DEFAULT_HOURS: SchoolHours = {
  timeZone: 'Asia/Shanghai',
  teachingWeekdays: [1, 2, 3, 4, 5],
  dayCloses: '18:00',
};

export interface PlannedDay {
  readonly day: string;
  readonly kind: 'teaching' | 'off';
  /** Whose weekday's timetable is taught; null on days off and on make-up days not yet decided. */
  readonly teachesWeekday: number | null;
  readonly weekNo: number;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/**
 * The days of a term as a school teaches them.
 *
 * Which weekday a make-up day teaches is never computed: the notice does not say it and schools differ.
 *
 * @param holidays - at most one a day; the one that holds for this school.
 */
export function planSchoolDays(term: Term, holidays: readonly Holiday[], hours: SchoolHours): PlannedDay[] {
  const byDay = new Map(holidays.map((holiday) => [holiday.day, holiday]));
  return daysFrom(term.firstDay, term.lastDay).map((day) => {
    const holiday = byDay.get(day);
    const weekday = weekdayOf(day);
    const teaches = holiday ? holiday.kind === 'makeUp' : hours.teachingWeekdays.includes(weekday);
    return {
      day,
      kind: teaches ? 'teaching' : 'off',
      teachesWeekday: teaches ? (holiday ? holiday.teachesWeekday : weekday) : null,
      weekNo: weekNoOf(term.week1Monday, day),
      opensAt: instantAt(day, DAY_BOUNDARY, hours.timeZone),
      closesAt: instantAt(day, hours.dayCloses, hours.timeZone),
    };
  });
}

/**
 * Hours out of a school's free settings; what is missing or not usable falls back to the default.
 *
 * @param settings - `orgs.settings`: `dayCloses` `HH:MM` after 04:00, `teachingWeekdays` list of 1–7.
 */
export function hoursOf(settings: Readonly<Record<string, unknown>>, timeZone: string): SchoolHours {
  const { dayCloses, teachingWeekdays } = settings;
  const closes = typeof dayCloses === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(dayCloses);
  const weekdays = Array.isArray(teachingWeekdays)
    ? teachingWeekdays.filter((day): day is number => Number.isInteger(day) && day >= 1 && day <= 7)
    : [];
  return {
    timeZone,
    dayCloses: closes && dayCloses > DAY_BOUNDARY ? dayCloses : DEFAULT_HOURS.dayCloses,
    teachingWeekdays: weekdays.length > 0 ? weekdays : DEFAULT_HOURS.teachingWeekdays,
  };
}
