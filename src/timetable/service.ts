import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import type { LessonKey } from './access.ts';

/**
 * A lesson begins: the teacher opened its room, or says that the call or the meeting has started. Idempotent.
 *
 * The caller has authorised and announces `lesson.changed` after commit.
 *
 * @param logId - the lesson log, for ways of teaching that have one.
 * @param at - when teaching began, by the product's clock.
 * @throws {AppError} 404 `lesson_not_found`; 409 `lesson_not_standing` when it was cancelled or moved.
 */
export async function beginLesson(
  trx: Trx,
  { day, lessonId, logId, at }: LessonKey & { logId: string | null; at: Date },
): Promise<void> {
  const { rows } = await sql<{ status: string }>`
    UPDATE lessons SET
      status = CASE WHEN status = 'planned' THEN 'live' ELSE status END,
      started_at = CASE WHEN status IN ('planned', 'live') THEN coalesce(started_at, ${at}) ELSE started_at END,
      log_id = coalesce(log_id, ${logId}),
      version = version + CASE WHEN status = 'planned' THEN 1 ELSE 0 END
    WHERE school_day = ${day}::date AND id = ${lessonId}
    RETURNING status
  `.execute(trx);
  const [row] = rows;
  if (!row) throw notFound('lesson_not_found');
  if (row.status === 'cancelled' || row.status === 'moved') {
    throw new AppError(409, 'lesson_not_standing', 'The lesson was cancelled or moved.');
  }
}

/**
 * A lesson has ended; its teacher, classes and classroom are free from now on. Idempotent.
 *
 * @param at - when teaching ended.
 */
export async function endLesson(trx: Trx, { day, lessonId, at }: LessonKey & { at: Date }): Promise<void> {
  await sql`
    UPDATE lessons SET status = 'ended', ended_at = ${at}, version = version + 1
    WHERE school_day = ${day}::date AND id = ${lessonId} AND status IN ('planned', 'live')
  `.execute(trx);
  await sql`DELETE FROM bookings WHERE school_day = ${day}::date AND lesson_id = ${lessonId}`.execute(trx);
}

/** A planned thing of a day seen through one class; what the opening of a school day asks for. */
export interface PlannedLessonOfDay {
  readonly lessonId: string;
  readonly classId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly mode: string;
}

/** Lessons that stand in a school's published plan of a day, once for each class; cancelled and moved ones left out. */
export async function plannedLessons(
  db: Db,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<PlannedLessonOfDay[]> {
  return db
    .selectFrom('lesson_cards as l')
    .innerJoin('lesson_classes as c', (join) =>
      join.onRef('c.school_day', '=', 'l.school_day').onRef('c.lesson_id', '=', 'l.lesson_id'),
    )
    .where('l.school_id', '=', schoolId)
    .where('l.school_day', '=', day)
    .where('l.status', '<>', 'cancelled')
    .orderBy('l.starts_at')
    .orderBy('l.lesson_id')
    .select([
      'l.lesson_id as lessonId',
      'c.class_id as classId',
      'l.starts_at as startsAt',
      'l.ends_at as endsAt',
      'l.mode',
    ])
    .execute();
}
