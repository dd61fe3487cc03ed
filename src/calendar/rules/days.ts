/** A school day turns at 04:00 of the school's zone: a lesson heard at 0:30 belongs to the evening before. */
export const DAY_BOUNDARY = '04:00';

const DAY_MS = 86_400_000;

function utcMs(day: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError(`Not a day as YYYY-MM-DD: ${day}`);
  return ms;
}

/** @param count - days to go on, negative to go back. */
export function addDays(day: string, count: number): string {
  return new Date(utcMs(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utcMs(to) - utcMs(from)) / DAY_MS);
}

/** 1 Monday … 7 Sunday. */
export function weekdayOf(day: string): number {
  return new Date(utcMs(day)).getUTCDay() || 7;
}

export function mondayOf(day: string): string {
  return addDays(day, 1 - weekdayOf(day));
}

/** @returns week of the term, 1 or more; 0 and less for days before it. */
export function weekNoOf(week1Monday: string, day: string): number {
  return Math.floor(daysBetween(week1Monday, day) / 7) + 1;
}

/** All days from first to last, both included. */
export function daysFrom(firstDay: string, lastDay: string): string[] {
  return Array.from({ length: Math.max(0, daysBetween(firstDay, lastDay) + 1) }, (_, n) =>
    addDays(firstDay, n),
  );
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** What the clock on the wall of the zone says, as if it were UTC. */
function wallMs(instant: Date, timeZone: string): number {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '00';
  return Date.parse(
    `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`,
  );
}

/**
 * The instant at which the wall clock of a zone shows a time on a day.
 *
 * @param time - `HH:MM` or `HH:MM:SS`; past midnight of that same day, not of the school day.
 * @param timeZone - IANA name, e.g. `Asia/Shanghai`.
 */
export function instantAt(day: string, time: string, timeZone: string): Date {
  const wall = utcMs(day) + timeMs(time);
  const guess = wall - (wallMs(new Date(wall), timeZone) - wall);
  // The offset may differ at the guessed instant (a zone that changes its clocks that day).
  return new Date(guess + (wall - wallMs(new Date(guess), timeZone)));
}

function timeMs(time: string): number {
  const found = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(time);
  if (!found) throw new RangeError(`Not a time as HH:MM: ${time}`);
  return (Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] ?? 0)) * 1000;
}

/** School day an instant belongs to, in the school's zone, with the boundary at 04:00. */
export function schoolDayOf(instant: Date, timeZone: string): string {
  return new Date(wallMs(instant, timeZone) - timeMs(DAY_BOUNDARY)).toISOString().slice(0, 10);
}

/** Time of day in a zone, `HH:MM`. */
export function clockTime(instant: Date, timeZone: string): string {
  return new Date(wallMs(instant, timeZone)).toISOString().slice(11, 16);
}
