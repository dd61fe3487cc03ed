import type { Today, TodayLesson } from '../today-contract.ts';

/** The lesson the slate shows: what runs or is open, else what comes next; null when the day is over or empty. */
export function lessonNow<L extends Pick<TodayLesson, 'state'>>(lessons: readonly L[]): L | null {
  const standing = lessons.filter(({ state }) => state !== 'cancelled');
  return (
    standing.find(({ state }) => state === 'running') ??
    standing.find(({ state }) => state === 'open') ??
    standing.find(({ state }) => state === 'before') ??
    null
  );
}

/**
 * What a lesson's tap leads to. `elsewhere`: our page of a lesson held in a meeting of another system, where the way
 * there and the roll call are; `wait`: not yet; `none`: nothing to open (television, paper, telephone).
 */
export type LessonDoor =
  | { readonly kind: 'room'; readonly href: string }
  | { readonly kind: 'elsewhere'; readonly href: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'none' };

/**
 * Address of a lesson's room.
 *
 * @param forPupil - the child who follows on a parent's telephone; null when pupils open it themselves.
 */
export function roomAddress(
  { schoolDay, lessonId }: Pick<TodayLesson, 'schoolDay' | 'lessonId'>,
  forPupil: string | null,
): string {
  return `/room/${schoolDay}/${lessonId}${forPupil === null ? '' : `?for=${forPupil}`}`;
}

/** The child a guardian's page speaks of; null on a pupil's own page. */
export function followedPupil({ isGuardian, pupil }: Pick<Today, 'isGuardian' | 'pupil'>): string | null {
  return isGuardian ? pupil.pupilId : null;
}

/**
 * Which door a lesson has at this moment.
 *
 * @param forPupil - as in `roomAddress`.
 */
export function lessonDoor(lesson: TodayLesson, forPupil: string | null): LessonDoor {
  const { mode, state, link } = lesson;
  const isOpen = state === 'open' || state === 'running';
  switch (mode) {
    case 'live':
    case 'questions':
    case 'recording':
      return isOpen || state === 'ended'
        ? { kind: 'room', href: roomAddress(lesson, forPupil) }
        : { kind: 'wait' };
    case 'external':
      return link && isOpen ? { kind: 'elsewhere', href: roomAddress(lesson, forPupil) } : { kind: 'wait' };
    default:
      return { kind: 'none' };
  }
}

/**
 * Whole minutes from one instant to another, rounded down, never below 0.
 *
 * @param from - ISO instant. @param to - ISO instant.
 */
export function minutesBetween(from: string, to: string): number {
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000));
}

/** Greeting of the hour on the school's clock. */
export function partOfDay(hour: number): 'morning' | 'noon' | 'afternoon' | 'evening' {
  if (hour >= 4 && hour < 11) return 'morning';
  if (hour >= 11 && hour < 14) return 'noon';
  return hour >= 14 && hour < 18 ? 'afternoon' : 'evening';
}
