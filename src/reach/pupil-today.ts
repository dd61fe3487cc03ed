import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { schoolClock } from '../calendar/service.ts';
import { selectHomeSchool } from './queries/families.ts';

/** School day that is today at the pupil's (or guardian's home) school. */
export async function todayOf(
  db: Db,
  personId: string,
  now: Date,
): Promise<{ day: string; schoolId: string; timeZone: string }> {
  const schoolId = await selectHomeSchool(db, personId);
  const clock = schoolId ? await schoolClock(db, { schoolId, now }) : null;
  if (!schoolId || !clock) throw new AppError(404, 'not_found', 'There is no such person.');
  return { day: clock.today, schoolId, timeZone: clock.hours.timeZone };
}
