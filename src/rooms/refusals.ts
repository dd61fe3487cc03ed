import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { Db } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import type { RoomSubject, StatementAction } from './access.ts';

/**
 * Why a statement that carries its actor found nothing: asks the whole rule.
 *
 * @returns the refusal when the rule allows and something else stood in the way.
 * @throws {AppError} 404 when there is nothing the actor may know of, 403 when it is theirs but not to do.
 */
export async function whyRefused(
  db: Db,
  actor: Actor,
  action: StatementAction,
  subject: RoomSubject,
  otherwise: AppError,
): Promise<AppError> {
  try {
    await authorize(db, actor, action.whole, subject);
  } catch (error) {
    // The words of a lesson that is not there: a foreign one must not sound otherwise.
    throw error instanceof AppError && error.code === 'not_found' ? roomNotFound() : error;
  }
  return otherwise;
}

export const removedFromRoom = (): AppError =>
  new AppError(403, 'removed_from_room', 'The teacher has taken this person out of the lesson.');

export const logEnded = (): AppError =>
  new AppError(
    409,
    'log_ended',
    'The lesson has ended; only what was said before its end is taken in, for 24 hours.',
  );

export const talkOff = (): AppError =>
  new AppError(
    409,
    'talk_off',
    'The teacher has paused the lesson, muted everyone or switched the chat off.',
  );

export const consentMissing = (): AppError =>
  new AppError(
    403,
    'consent_missing',
    'Under 14, a guardian has to agree before somebody writes in the chat.',
  );

export const roomNotFound = (): AppError =>
  notFound('room_not_found', 'There is no such room, or it is not yours.');
