import type { BellPeriod } from './bells.ts';

/** Beginnings of a usual school day; a school that has no bell plan yet starts from these and changes them. */
const BEGINNINGS = [
  '08:00',
  '08:50',
  '10:00',
  '10:50',
  '14:00',
  '14:50',
  '15:40',
  '16:30',
  '19:00',
  '19:50',
  '20:40',
  '21:30',
] as const;
const LESSON_MINUTES = 40;
const USUAL_PERIODS = 8;

/**
 * Periods of a usual day, at least eight.
 *
 * @param lastPeriod - highest period the timetable uses, 1 to 12; higher ones get no time.
 */
export function standardBells(lastPeriod: number): BellPeriod[] {
  return BEGINNINGS.slice(0, Math.max(USUAL_PERIODS, lastPeriod)).map((startsAt, index) => {
    const [hour = 0, minute = 0] = startsAt.split(':').map(Number);
    const end = hour * 60 + minute + LESSON_MINUTES;
    const two = (value: number): string => String(value).padStart(2, '0');
    return {
      startsAt,
      endsAt: `${two(Math.floor(end / 60))}:${two(end % 60)}`,
      period: index + 1,
      label: null,
    };
  });
}
