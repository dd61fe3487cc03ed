import type { LessonCard } from '../contract.ts';
import { roomAddress } from './today-lessons.ts';

/** Lessons of a day in the order they begin; cancelled ones stay visible. */
export function lessonsOn(lessons: readonly LessonCard[], day: string): LessonCard[] {
  return lessons
    .filter((lesson) => lesson.day === day)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt));
}

/**
 * A day so many days later.
 *
 * @param day - `YYYY-MM-DD`. @param days - whole days, negative for earlier.
 */
export function shiftedDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The room of a lesson in a week. @param pupilId - the child a guardian looks at, or null. */
export function followedRoom({ day, lessonId }: LessonCard, pupilId: string | null): string {
  return roomAddress({ schoolDay: day, lessonId }, pupilId);
}

/** Weekday of a day, 1 Monday to 7 Sunday. */
export function weekdayNumber(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}
