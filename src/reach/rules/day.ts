import type { ExpectationState, Way } from '../../facts/tables.ts';
import { reachedStates, type AttendanceRules } from './attendance.ts';

/**
 * One state per pupil and day. `reachedLate`: only after the day had closed. `pending`: nothing was due yet.
 * `excused` needs an adult's word; a family's own reason is no absence, and the pupil is still not reached.
 */
export type DayState = 'pending' | 'reached' | 'reachedLate' | 'excused' | 'unreached';

export interface DayPart {
  readonly state: ExpectationState;
  readonly way: Way | null;
  readonly settled: boolean;
  readonly excusedByStaff: boolean;
  /** When it was reached; null when it was not. */
  readonly reachedAt: Date | null;
}

export interface DayJudgement {
  readonly state: DayState;
  /** Way by which most of the day reached the pupil; null when nothing did. */
  readonly way: Way | null;
  /** Planned things expected, cancelled ones left out. */
  readonly expected: number;
  readonly reached: number;
  /** Over and not reached, nor excused by an adult. */
  readonly missed: number;
}

export function isReachedState(state: ExpectationState): boolean {
  return (reachedStates as readonly string[]).includes(state);
}

/** Whether the day of a pupil is one in which teaching came to them, in time or after the close. */
export function isReachedDay(state: DayState): boolean {
  return state === 'reached' || state === 'reachedLate';
}

/** Whether a part of a day counts towards it: reached, and not merely "is here now". */
export function countsAsReached(part: Pick<DayPart, 'state' | 'settled'>): boolean {
  return isReachedState(part.state) && (part.settled || !isOnlyHere(part.state));
}

/**
 * The day of one pupil from its parts.
 *
 * A lesson running now counts as reached only once it is over: a pupil who came for a minute was not taught.
 *
 * @param closesAt - end of the school day; what is reached later makes the day `reachedLate`.
 * @returns null when nothing was expected of the pupil.
 */
export function judgeDay(
  parts: readonly DayPart[],
  rules: AttendanceRules,
  closesAt: Date,
): DayJudgement | null {
  const standing = parts.filter((part) => part.state !== 'cancelled');
  if (standing.length === 0) return null;
  const reached = standing.filter(countsAsReached);
  const granted = standing.filter((part) => part.state === 'excused' && part.excusedByStaff);
  const missed = standing.filter(
    (part) => part.settled && !isReachedState(part.state) && !granted.includes(part),
  );
  const enough =
    rules.dayNeeds === 'anyLesson'
      ? reached.length > 0
      : reached.length > 0 && reached.length + granted.length === standing.length;
  const counts = { expected: standing.length, reached: reached.length, missed: missed.length };
  if (enough) {
    // The day became enough with its first lesson, or with its last one when every lesson is needed.
    const times = reached.map((part) => part.reachedAt?.getTime() ?? 0);
    const enoughAt = rules.dayNeeds === 'anyLesson' ? Math.min(...times) : Math.max(...times);
    return {
      ...counts,
      state: enoughAt > closesAt.getTime() ? 'reachedLate' : 'reached',
      way: commonest(reached),
    };
  }
  const way = reached.length > 0 ? commonest(reached) : null;
  if (missed.length > 0) return { ...counts, state: 'unreached', way };
  if (granted.length > 0 && granted.length + reached.length === standing.length)
    return { ...counts, state: 'excused', way: 'excused' };
  return { ...counts, state: 'pending', way };
}

/** Before the end these two mean "is here now". */
function isOnlyHere(state: ExpectationState): boolean {
  return state === 'present' || state === 'late';
}

const waysInOrder: readonly Way[] = [
  'live',
  'recording',
  'external',
  'tv',
  'phone',
  'paper',
  'visit',
  'excused',
];

/** The way most parts share; of equals the one nearer to a live lesson. */
function commonest(parts: readonly DayPart[]): Way | null {
  const count = (way: Way) => parts.filter((part) => part.way === way).length;
  return waysInOrder.filter((way) => count(way) > 0).sort((a, b) => count(b) - count(a))[0] ?? null;
}
