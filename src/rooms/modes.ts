import { isReaching } from '../facts/trust.ts';
import type { Way } from '../facts/tables.ts';

/** How a lesson is taught. More ways join this list; each is one entry of `MODES`. */
export type ModeName =
  | 'live'
  | 'questions'
  | 'recording'
  | 'external'
  | 'contacted'
  | 'tv'
  | 'self-study'
  | 'phone'
  | 'paper';

/** What a mode needs to know of the planned lesson. */
export interface ModeLesson {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** What reached a pupil, from the facts of this lesson. */
export interface ModeEvidence {
  readonly way: Way;
  /** Seconds of teaching that arrived, each once; null when the way has no clock (a call, a sheet). */
  readonly seconds: number | null;
  readonly outcome: string | null;
}

/** Thresholds of a school's own table, in percent: of the taught time, and of the voice. */
export interface ModeThresholds {
  readonly leftEarlyPercent: number;
  readonly madeUpPercent: number;
}

/** One way of teaching. Everything a board, a room or a day's close asks of a lesson's mode stands here. */
export interface LessonMode {
  readonly name: ModeName;
  /** What Today's large button opens: our room, our recording, a link elsewhere, or nothing to enter. */
  readonly entrance: 'room' | 'recording' | 'link' | 'none';
  /** From when to when one may enter; `until` null: no end (the recording stays). */
  window(lesson: ModeLesson, who: 'staff' | 'pupil'): { from: Date; until: Date | null };
  /** Ways whose facts count for this lesson, best first. */
  readonly countingWays: readonly Way[];
  /**
   * Whether one piece of evidence makes the lesson complete for the pupil.
   *
   * @param taughtSeconds - of a recording: seconds of its voice.
   */
  isComplete(evidence: ModeEvidence, taughtSeconds: number, thresholds: ModeThresholds): boolean;
  /** What the lesson turns into for whoever was not reached this way; null: the named adult decides. */
  readonly fallsBackTo: ModeName | null;
}

const MINUTE_MS = 60_000;
const STAFF_EARLY_MINUTES = 30;
const PUPIL_EARLY_MINUTES = 10;
/** Lessons run over; nobody is shut out at the bell. */
const OVERTIME_MINUTES = 60;

function bellWindow(lesson: ModeLesson, earlyMinutes: number): { from: Date; until: Date } {
  return {
    from: new Date(lesson.startsAt.getTime() - earlyMinutes * MINUTE_MS),
    until: new Date(lesson.endsAt.getTime() + OVERTIME_MINUTES * MINUTE_MS),
  };
}

function roomWindow(lesson: ModeLesson, who: 'staff' | 'pupil'): { from: Date; until: Date } {
  return bellWindow(lesson, who === 'staff' ? STAFF_EARLY_MINUTES : PUPIL_EARLY_MINUTES);
}

/** Somebody spoke with the pupil or handed something over, as opposed to having tried. */
function isContact(evidence: ModeEvidence): boolean {
  return evidence.way !== 'live' && evidence.way !== 'recording' && isReaching(evidence.outcome);
}

/** At least `percent` of what there was; in whole numbers, so that exactly the limit is enough. */
function heardEnough({ seconds }: ModeEvidence, ofSeconds: number, percent: number): boolean {
  return seconds !== null && seconds > 0 && ofSeconds > 0 && seconds * 100 >= percent * ofSeconds;
}

const live: LessonMode = {
  name: 'live',
  entrance: 'room',
  window: roomWindow,
  countingWays: ['live', 'recording', 'external', 'tv', 'visit', 'phone', 'paper'],
  isComplete(evidence, taughtSeconds, thresholds) {
    if (evidence.way === 'live') return heardEnough(evidence, taughtSeconds, thresholds.leftEarlyPercent);
    if (evidence.way === 'recording') return heardEnough(evidence, taughtSeconds, thresholds.madeUpPercent);
    return isContact(evidence);
  },
  fallsBackTo: 'recording',
};

const recording: LessonMode = {
  name: 'recording',
  entrance: 'recording',
  // A recorded lesson opens with its period and stays: hearing it at 21:00 is being reached, late.
  window: (lesson) => ({ from: lesson.startsAt, until: null }),
  countingWays: ['recording', 'live', 'tv', 'visit', 'phone', 'paper'],
  isComplete: live.isComplete,
  fallsBackTo: 'phone',
};

const external: LessonMode = {
  name: 'external',
  entrance: 'link',
  window: roomWindow,
  countingWays: ['external', 'tv', 'visit', 'phone', 'paper'],
  // What happens elsewhere is not ours to measure, and to open its link is not to be there: the answered roll call
  // is the evidence, or the time that the other tool itself reports.
  isComplete: (evidence, taughtSeconds, { leftEarlyPercent }) =>
    isContact(evidence) ||
    (evidence.way === 'external' && heardEnough(evidence, taughtSeconds, leftEarlyPercent)),
  fallsBackTo: 'phone',
};

/** A concentrated hour of questions (集中答疑): the live room, but nobody has to stay to the end. */
const questions: LessonMode = {
  ...live,
  name: 'questions',
  isComplete: (evidence, taughtSeconds, thresholds) =>
    evidence.way === 'live'
      ? (evidence.seconds ?? 0) > 0
      : live.isComplete(evidence, taughtSeconds, thresholds),
};

/** Ways without a room of ours: a person sees to it and says what came of it. */
function contacted(name: ModeName, countingWays: readonly Way[], fallsBackTo: ModeName | null): LessonMode {
  return {
    name,
    entrance: 'none',
    window: (lesson) => ({ from: lesson.startsAt, until: null }),
    countingWays,
    isComplete: isContact,
    fallsBackTo,
  };
}

export const MODES: Readonly<Record<ModeName, LessonMode>> = {
  live,
  questions,
  recording,
  external,
  // Which of the three it was, the note of the contact says.
  contacted: contacted('contacted', ['visit', 'phone', 'paper'], null),
  // Watching television is declared by the family or told on the telephone.
  tv: contacted('tv', ['tv', 'visit', 'phone', 'paper'], 'phone'),
  'self-study': contacted('self-study', ['paper', 'visit', 'phone'], 'phone'),
  phone: contacted('phone', ['phone', 'visit', 'paper'], 'paper'),
  paper: contacted('paper', ['paper', 'visit', 'phone'], null),
};

/** @throws {RangeError} when no such mode is known: a lesson must never be planned in one. */
export function modeNamed(name: string): LessonMode {
  if (Object.hasOwn(MODES, name)) return MODES[name as ModeName];
  throw new RangeError(`unknown lesson mode: ${name}`);
}
