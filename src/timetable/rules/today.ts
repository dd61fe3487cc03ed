import type { ExpectationState } from '../../facts/tables.ts';
import type { LessonStatus } from '../tables.ts';

export type LessonState = 'before' | 'open' | 'running' | 'ended' | 'cancelled';
export type LessonReach = 'toCome' | 'running' | 'reached' | 'missed' | 'excused';

export interface TimedLesson {
  readonly status: LessonStatus;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/**
 * Where a lesson stands for somebody who looks at the clock.
 *
 * A lesson that was really begun runs until its teacher ends it, also over the bell; one that was not is over at the bell.
 *
 * @param opensAt - from when one may go in; not later than the beginning.
 */
export function lessonState(lesson: TimedLesson, opensAt: Date, now: Date): LessonState {
  if (lesson.status === 'cancelled' || lesson.status === 'moved') return 'cancelled';
  if (lesson.status === 'ended') return 'ended';
  if (now < lesson.startsAt) return now < opensAt ? 'before' : 'open';
  return lesson.status === 'live' || now < lesson.endsAt ? 'running' : 'ended';
}

/**
 * The bead of a lesson: what became of it for one pupil.
 *
 * Who went early has still something to make up, so that the bead says missed; the evidence says the rest.
 *
 * @param expectation - state of the pupil's expectation; undefined before the day was opened.
 */
export function lessonReach(expectation: ExpectationState | undefined, state: LessonState): LessonReach {
  switch (expectation) {
    case 'present':
    case 'late':
    case 'madeUp':
    case 'reached':
      return 'reached';
    case 'missed':
      return 'missed';
    case 'leftEarly':
      return state === 'running' ? 'running' : 'missed';
    case 'excused':
      return 'excused';
    default:
      return state === 'before' || state === 'open' || state === 'cancelled' ? 'toCome' : 'running';
  }
}

/** Part of a lesson's voice that makes it up, by default; the school's own table decides in the end. */
export const MADE_UP_SHARE = 0.8;
/** Bytes a second of lesson on the wire, pages and ink included; measured by `npm run bench -- lesson-bytes`. */
export const LESSON_BYTES_PER_SECOND = { standard: 2600, lightest: 1800 } as const;

/**
 * Bytes a lesson costs the pupil who hears all of it.
 *
 * @param seconds - seconds of voice still to come, 0 or more.
 * @returns whole bytes; 0 for ways of teaching that use no data of ours.
 */
export function expectedBytes(
  entrance: 'room' | 'recording' | 'link' | 'none',
  seconds: number,
): number | null {
  if (entrance === 'link') return null;
  if (entrance === 'none' || seconds <= 0) return 0;
  return Math.round(seconds * LESSON_BYTES_PER_SECOND.standard);
}

/**
 * Whole minutes a pupil still has to hear until a missed lesson is made up.
 *
 * @param voiceSeconds - voice of the recording. @param heardSeconds - heard so far, each second once.
 */
export function minutesToMakeUp(voiceSeconds: number, heardSeconds: number): number {
  return Math.max(0, Math.ceil((voiceSeconds * MADE_UP_SHARE - heardSeconds) / 60));
}

export interface ChildDay {
  readonly missed: number;
  readonly running: number;
  readonly isYounger: number;
}

/** Children in the order of need: who missed most first, then who is in a lesson now, then the younger. */
export function byNeed(a: ChildDay, b: ChildDay): number {
  return b.missed - a.missed || b.running - a.running || a.isYounger - b.isYounger;
}
