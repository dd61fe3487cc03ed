import type { Granted } from '../platform/authorize.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';

const purpose = 'contact:followUp';

/** Digits with an optional leading +, 5–20 of them; spaces and dashes are only how people write. */
export function readNumber(text: string): string | null {
  const clean = text.normalize('NFKC').replaceAll(/[\s\-()（）]/g, '');
  return /^\+?\d{5,20}$/.test(clean) ? clean : null;
}

export interface SealedContact {
  readonly cipher: Buffer;
  readonly keyId: string;
  /** Last four digits, in clear. */
  readonly tail: string;
}

/** A clean number as `contacts` keeps it; for imports that write many at once. */
export function sealContact(secrets: Secrets, clean: string): SealedContact {
  return { ...secrets.encrypt(purpose, clean), tail: clean.slice(-4) };
}

/**
 * Keeps a person's number for following up an unreached pupil, encrypted; one number a person, the newest.
 *
 * @throws {AppError} 400 `number_unreadable` when it is no telephone number.
 */
export async function writeContact(
  trx: Trx,
  secrets: Secrets,
  { personId, number }: { personId: string; number: string },
): Promise<void> {
  const clean = readNumber(number);
  if (clean === null) throw new AppError(400, 'number_unreadable', 'A telephone number has 5 to 20 digits.');
  const { cipher, keyId, tail } = sealContact(secrets, clean);
  const values = { cipher, key_id: keyId, tail, updated_at: new Date() };
  await trx
    .insertInto('contacts')
    .values({ person_id: personId, purpose: 'followUp', ...values })
    .onConflict((conflict) => conflict.columns(['person_id', 'purpose']).doUpdateSet(values))
    .execute();
}

/**
 * The number itself, for one person. Whoever calls has been allowed and writes the audit line.
 *
 * @param _granted - proof that the actor may see this person's number.
 * @throws {AppError} 404 `no_number` when none is kept.
 */
export async function openContact(
  db: Db,
  secrets: Secrets,
  _granted: Granted,
  { personId }: { personId: string },
): Promise<string> {
  const kept = await db
    .selectFrom('contacts')
    .select('cipher')
    .where('person_id', '=', personId)
    .where('purpose', '=', 'followUp')
    .executeTakeFirst();
  if (!kept) throw new AppError(404, 'no_number', 'No number is kept for this person.');
  return secrets.decrypt(purpose, kept.cipher);
}
