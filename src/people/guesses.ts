import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';

/**
 * Wrong guesses a name may take, whoever makes them (B-02): so many at once, then one more each quarter of an hour. That is
 * ten in any hour, and the door is never shut for longer than fifteen minutes after the last guess.
 */
export const guessRule = { atOnce: 6, minutesEach: 15 } as const;

/**
 * Lets somebody guess at a secret, within `guessRule`.
 *
 * A guess is counted before it is looked at and given back when it was right, so that a hundred at the same moment are six.
 *
 * @param nameHash - keyed hash of what is guessed at: a sign-in name, an account's second step.
 * @param attempt - null: the guess was wrong. When it throws, nothing was learnt and nothing is counted.
 * @throws {AppError} 429 `sign_in_too_many` with the minutes to wait.
 */
export async function guessing<Found>(
  db: Db,
  nameHash: Buffer,
  attempt: () => Promise<Found | null>,
): Promise<Found | null> {
  await takeGuess(db, nameHash);
  let found: Found | null = null;
  let isWrong = false;
  try {
    found = await attempt();
    isWrong = found === null;
  } finally {
    if (!isWrong) await giveBack(db, nameHash);
  }
  return found;
}

const each = sql`make_interval(mins => ${guessRule.minutesEach})`;
/** How far ahead of the clock `free_at` may lie for one more guess. */
const ahead = sql`make_interval(mins => ${guessRule.minutesEach * (guessRule.atOnce - 1)})`;

async function takeGuess(db: Db, nameHash: Buffer): Promise<void> {
  // Whoever is refused is not counted, or knocking would keep the door shut for ever.
  const { rows } = await sql`
    INSERT INTO guess_brakes AS b (name_hash, free_at) VALUES (${nameHash}, clock_timestamp() + ${each})
    ON CONFLICT (name_hash) DO UPDATE SET free_at = greatest(b.free_at, clock_timestamp()) + ${each}
      WHERE b.free_at <= clock_timestamp() + ${ahead}
    RETURNING 1`.execute(db);
  if (rows.length > 0) return;
  const waits = await sql<{ minutes: number }>`
    SELECT ceil(extract(epoch FROM free_at - ${ahead} - clock_timestamp()) / 60)::int AS minutes
    FROM guess_brakes WHERE name_hash = ${nameHash}`.execute(db);
  const minutes = Math.max(1, waits.rows[0]?.minutes ?? 1);
  throw new AppError(
    429,
    'sign_in_too_many',
    `Too many wrong guesses for this name; wait ${minutes} minutes or ask for a new card.`,
    { params: { minutes } },
  );
}

async function giveBack(db: Db, nameHash: Buffer): Promise<void> {
  await sql`UPDATE guess_brakes SET free_at = free_at - ${each} WHERE name_hash = ${nameHash}`.execute(db);
}

/** Forgets the guesses that no longer count. @returns how many. */
export async function forgetGuesses(db: Db): Promise<number> {
  const gone = await sql`DELETE FROM guess_brakes WHERE free_at < clock_timestamp()`.execute(db);
  return Number(gone.numAffectedRows ?? 0);
}
