import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';

/** Wrong guesses a name may take in an hour, whoever makes them (B-02). */
const guessesPerHour = 10;

/**
 * Lets somebody guess at a secret, at most ten times an hour.
 *
 * A guess is counted before it is looked at and given back when it was right, so that a hundred at the same moment are ten.
 *
 * @param nameHash - keyed hash of what is guessed at: a sign-in name, an account's second step.
 * @param attempt - null: the guess was wrong. When it throws, nothing was learnt and nothing is counted.
 * @throws {AppError} 429 `sign_in_too_many`
 */
export async function guessing<Found>(
  db: Db,
  nameHash: Buffer,
  attempt: () => Promise<Found | null>,
): Promise<Found | null> {
  const minute = await takeGuess(db, nameHash);
  let found: Found | null = null;
  let isWrong = false;
  try {
    found = await attempt();
    isWrong = found === null;
  } finally {
    if (!isWrong) await giveBack(db, nameHash, minute);
  }
  return found;
}

/** @returns the minute under which the guess is counted. */
async function takeGuess(db: Db, nameHash: Buffer): Promise<Date> {
  // Whoever is refused is not counted, or knocking would keep the door shut for ever.
  if ((await countOf(db, nameHash)) >= guessesPerHour) throw tooMany();
  const { rows } = await sql<{ hour: Date }>`
    INSERT INTO sign_in_failures (name_hash, hour, count)
    VALUES (${nameHash}, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (name_hash, hour) DO UPDATE SET count = sign_in_failures.count + 1
    RETURNING hour`.execute(db);
  const minute = rows[0]?.hour ?? new Date();
  if ((await countOf(db, nameHash)) <= guessesPerHour) return minute;
  await giveBack(db, nameHash, minute);
  throw tooMany();
}

async function countOf(db: Db, nameHash: Buffer): Promise<number> {
  const row = await db
    .selectFrom('sign_in_failures')
    .select((eb) => eb.fn.sum<number>('count').as('count'))
    .where('name_hash', '=', nameHash)
    .where('hour', '>', sql<Date>`clock_timestamp() - interval '1 hour'`)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function giveBack(db: Db, nameHash: Buffer, minute: Date): Promise<void> {
  await sql`UPDATE sign_in_failures SET count = count - 1 WHERE name_hash = ${nameHash} AND hour = ${minute} AND count > 0`.execute(
    db,
  );
}

function tooMany(): AppError {
  return new AppError(
    429,
    'sign_in_too_many',
    'Too many wrong guesses for this name; wait an hour or ask for a new card.',
  );
}
