import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';

/** Wrong guesses a name may take in an hour, whoever makes them (B-02). */
const guessesPerHour = 10;

/**
 * @param nameHash - keyed hash of what is guessed at: a sign-in name, an account's second step.
 * @throws {AppError} 429 `sign_in_too_many`
 */
export async function requireGuessesLeft(db: Db, nameHash: Buffer): Promise<void> {
  const row = await db
    .selectFrom('sign_in_failures')
    .select((eb) => eb.fn.sum<number>('count').as('count'))
    .where('name_hash', '=', nameHash)
    .where('hour', '>', sql<Date>`clock_timestamp() - interval '1 hour'`)
    .executeTakeFirst();
  if (Number(row?.count ?? 0) >= guessesPerHour) {
    throw new AppError(
      429,
      'sign_in_too_many',
      'Too many wrong guesses for this name; wait an hour or ask for a new card.',
    );
  }
}

export async function countGuess(db: Db, nameHash: Buffer): Promise<void> {
  await sql`
    INSERT INTO sign_in_failures (name_hash, hour, count)
    VALUES (${nameHash}, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (name_hash, hour) DO UPDATE SET count = sign_in_failures.count + 1
  `.execute(db);
}
