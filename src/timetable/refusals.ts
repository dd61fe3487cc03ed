import { clockTime } from '../calendar/rules/days.ts';
import { AppError } from '../platform/errors.ts';
import type { ClashRow } from './queries/lessons.ts';

/** Times of two lessons in one line that reads in every language: `10:40—11:05`. */
function range(from: Date, to: Date, timeZone: string): string {
  return `${clockTime(from, timeZone)}—${clockTime(to, timeZone)}`;
}

/**
 * One teacher, class or classroom would be in two lessons at once; names both.
 *
 * @throws {AppError} 409 `teacher_busy`, `class_busy` or `classroom_busy`.
 */
export function doubleUse(clash: ClashRow): AppError {
  const { kind, resourceName, day, lesson, other, timeZone } = clash;
  return new AppError(
    409,
    `${kind}_busy`,
    `${resourceName} is in two lessons at once: ${lesson} and ${other}.`,
    {
      params: {
        who: resourceName,
        day,
        lesson,
        time: range(clash.startsAt, clash.endsAt, timeZone),
        other,
        otherTime: range(clash.otherStartsAt, clash.otherEndsAt, timeZone),
      },
    },
  );
}

/** R52: nobody is taught online before the term's first day as originally planned. */
export function beforeTerm(firstDay: string): AppError {
  return new AppError(422, 'before_term', `Online teaching begins with the term on ${firstDay}.`, {
    params: { firstDay },
  });
}

export function noTerm(): AppError {
  return new AppError(422, 'no_term', 'The school has no term yet; make one in the calendar first.');
}

export function notASchoolDay(day: string): AppError {
  return new AppError(422, 'not_a_school_day', `${day} is not a teaching day of this school.`, {
    params: { day },
  });
}
