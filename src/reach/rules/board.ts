import type { ExpectationState, Way } from '../../facts/tables.ts';
import { LEFT_AFTER_MS } from '../../rooms/rules.ts';

/** Where a lesson stands on a board. `waiting`: it should have begun and no teacher has come in. */
export type LessonPhase = 'before' | 'waiting' | 'running' | 'ended';

/**
 * What a pupil's tile says. `waiting` pupils wait for their teacher and are not missing; `lost` lost the line;
 * `otherWay` is taught by television, telephone or paper just now.
 */
export type TileState =
  | 'here'
  | 'late'
  | 'lost'
  | 'missing'
  | 'waiting'
  | 'excused'
  | 'otherWay'
  | 'notYet'
  | 'reached'
  | 'partly';

/**
 * @param opened - a teacher has come in, or the lesson really began.
 * @param needsTeacher - taught in a room of ours, where somebody must come in.
 */
export function lessonPhase(
  {
    startsAt,
    endsAt,
    opened,
    ended,
    needsTeacher,
  }: { startsAt: Date; endsAt: Date; opened: boolean; ended: boolean; needsTeacher: boolean },
  now: Date,
): LessonPhase {
  if (ended) return 'ended';
  if (now < startsAt) return opened ? 'running' : 'before';
  if (now >= endsAt && !opened) return 'ended';
  if (needsTeacher && !opened) return 'waiting';
  return now >= endsAt && !needsTeacher ? 'ended' : 'running';
}

/**
 * The tile of one pupil in one lesson.
 *
 * A fault of the line is not an absence, and a pupil on television, telephone or paper is not missing.
 *
 * @param lastSeenAt - last sign from the pupil's page; null when it never came.
 */
export function tileOf(
  { state, way, lastSeenAt }: { state: ExpectationState; way: Way | null; lastSeenAt: Date | null },
  phase: LessonPhase,
  now: Date,
): TileState {
  const isOtherWay = way !== null && way !== 'live' && way !== 'external' && way !== 'excused';
  if (state === 'excused') return 'excused';
  if (state === 'reached' || state === 'madeUp')
    return isOtherWay && phase !== 'ended' ? 'otherWay' : 'reached';
  if (phase === 'ended') {
    if (state === 'present') return 'here';
    if (state === 'late') return 'late';
    return state === 'leftEarly' ? 'partly' : 'missing';
  }
  if (phase === 'before') return lastSeenAt ? 'here' : 'notYet';
  if (phase === 'waiting') return 'waiting';
  const isHere = state === 'present' || state === 'late' || lastSeenAt !== null;
  if (!isHere) return 'missing';
  if (lastSeenAt !== null && now.getTime() - lastSeenAt.getTime() > LEFT_AFTER_MS) return 'lost';
  return state === 'late' ? 'late' : 'here';
}

/** Trouble first; within one trouble by number. */
export const tileOrder: readonly TileState[] = [
  'missing',
  'lost',
  'partly',
  'waiting',
  'late',
  'excused',
  'otherWay',
  'notYet',
  'here',
  'reached',
];

export interface UnitFigures {
  readonly expected: number;
  readonly reached: number;
  readonly reachedLate: number;
  readonly excused: number;
  readonly unreached: number;
  readonly pending: number;
  readonly withoutAdult: number;
}

export const noFigures: UnitFigures = {
  expected: 0,
  reached: 0,
  reachedLate: 0,
  excused: 0,
  unreached: 0,
  pending: 0,
  withoutAdult: 0,
};

/** Takes the figures of units that report nothing out of a sum, so that silence is neither 0 nor 100 %. */
export function without(total: UnitFigures, parts: readonly UnitFigures[]): UnitFigures {
  const rest = { ...total };
  for (const part of parts) {
    for (const key of Object.keys(noFigures) as (keyof UnitFigures)[]) rest[key] -= part[key];
  }
  return rest;
}
