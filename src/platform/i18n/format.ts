import type { Locale } from './words.ts';

/** Whole days since 1970 as an instant at 00:00 UTC; a school day has no time zone of its own. */
function atUtc(day: string): Date {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(parsed.getTime())) throw new RangeError(`Not a day as YYYY-MM-DD: ${day}`);
  return parsed;
}

function dayPart(day: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(atUtc(day));
}

/**
 * A day as schools write it: `11月25日`, with a year `2026年11月25日`; English `25 November`.
 *
 * @param day - `YYYY-MM-DD`.
 * @param shownYear - the year readers take for granted; another year is written out.
 */
export function dayTitle(day: string, locale: Locale, shownYear: number): string {
  const year = Number(day.slice(0, 4)) === shownYear ? {} : ({ year: 'numeric' } as const);
  return dayPart(day, locale === 'en' ? 'en-GB' : locale, {
    ...year,
    month: 'long',
    day: 'numeric',
  });
}

/** `星期三`, short `周三`; English `Wednesday`, short `Wed`. */
export function weekday(day: string, locale: Locale, width: 'long' | 'short' = 'long'): string {
  return dayPart(day, locale, { weekday: width });
}

/** `11月25日 星期三`; English `Wednesday 25 November`. */
export function dayAndWeekday(day: string, locale: Locale, shownYear: number): string {
  const title = dayTitle(day, locale, shownYear);
  return locale === 'en' ? `${weekday(day, locale)} ${title}` : `${title} ${weekday(day, locale)}`;
}

/** A clock time of a bell plan, `08:05`, as it is written: `8:05`. */
export function clockTime(time: string): string {
  return time.replace(/^0/, '');
}

/**
 * An instant on the clock of a school, 24 hours, no leading zero: `9:05`.
 *
 * @param instant - ISO 8601 with offset, or a Date.
 * @param timeZone - IANA name of the school's zone, e.g. `Asia/Shanghai`.
 */
export function timeOfDay(instant: string | Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(instant));
  const part = (type: string): string => parts.find((item) => item.type === type)?.value ?? '';
  return `${Number(part('hour'))}:${part('minute')}`;
}

/** Calendar day of an instant as the clocks of a zone show it, `2026-11-25`. */
export function dayOf(instant: string | Date, timeZone: string): string {
  return new Date(instant).toLocaleDateString('sv-SE', { timeZone });
}

/** `9:00—9:25` on the school's clock. */
export function timeRange(from: string | Date, to: string | Date, timeZone: string): string {
  return `${timeOfDay(from, timeZone)}—${timeOfDay(to, timeZone)}`;
}

/** `1,254`. */
export function count(value: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(value);
}

/**
 * Bytes as people pay for them: `0.4 MB`, `6 MB`; below ten with one decimal, never rounded to 0.
 *
 * @param bytes - 0 or more.
 */
export function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  if (value === 0) return '0 MB';
  if (value < 0.1) return '< 0.1 MB';
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} MB`;
}

const CHINESE_GRADES = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '高一', '高二', '高三'];

/**
 * Name of a homeroom class: `三（2）班`, `高一（2）班`; English `3 (2)`.
 *
 * @param grade - 1 to 12, primary through senior.
 * @throws {RangeError} for a grade outside, such as a university year, whose classes carry names of their own.
 */
export function classTitle({ grade, classNo }: { grade: number; classNo: number }, locale: Locale): string {
  const chinese = CHINESE_GRADES[grade - 1];
  if (!chinese) throw new RangeError(`Grade is not 1 to 12: ${grade}`);
  return locale === 'en' ? `${grade} (${classNo})` : `${chinese}（${classNo}）班`;
}
