import type { WordKey } from '../../platform/i18n/catalogues.ts';
import { dayTitle, timeOfDay } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';

/** Day of an instant on the school's clock, `YYYY-MM-DD`. */
export function dayOf(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(instant));
}

/** `17:30` today, `11月19日 10:00` on another day. */
export function whenWords(instant: string, timeZone: string, today: string): string {
  const day = dayOf(instant, timeZone);
  const time = timeOfDay(instant, timeZone);
  return day === today ? time : `${dayWords(day, today)} ${time}`;
}

/** `11月19日`; the year only when it is another. */
export function dayWords(day: string, today: string): string {
  return dayTitle(day, locale(), Number(today.slice(0, 4)));
}

/** Word of a way of teaching; a way this version does not know is shown as it is stored. */
export function wayWord(way: string): string {
  const known: Record<string, WordKey> = {
    live: 'reach.way.live',
    recording: 'reach.way.recording',
    external: 'reach.way.external',
    tv: 'reach.way.tv',
    phone: 'reach.way.phone',
    paper: 'reach.way.paper',
    visit: 'reach.way.visit',
    excused: 'reach.way.excused',
    contacted: 'reach.way.contacted',
  };
  const key = known[way];
  return key ? t(key) : way;
}

/** Whole minutes of seconds, at least 1 when there was anything. */
export function minutes(seconds: number): number {
  return seconds > 0 ? Math.max(1, Math.round(seconds / 60)) : 0;
}
