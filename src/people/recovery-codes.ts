import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { Secrets } from '../platform/secrets.ts';

/** Letters and digits that nobody takes for one another when copying by hand. */
const signs = '23456789abcdefghjkmnpqrstuvwxyz';
const codesEach = 10;
const length = 8;

/** Eight signs of 31, about 40 bits; with ten guesses an hour that is not to be guessed. */
export function newRecoveryCode(): string {
  return Array.from({ length }, () => signs[randomInt(signs.length)]).join('');
}

/** As it is typed: case, blanks and dashes do not count. */
export function plainCode(typed: string): string {
  return typed.toLowerCase().replaceAll(/[\s-]/g, '');
}

/** Whether this could be a recovery code, not six digits of a telephone. */
export function isRecoveryCode(typed: string): boolean {
  return plainCode(typed).length === length;
}

/**
 * Makes ten new codes; the ones before stop working. Only their keyed hashes are kept.
 *
 * @returns the codes, `abcd-efgh`; they leave the server here and never again.
 */
export async function replaceRecoveryCodes(trx: Trx, secrets: Secrets, accountId: string): Promise<string[]> {
  const codes = new Set<string>();
  while (codes.size < codesEach) codes.add(newRecoveryCode());
  await dropRecoveryCodes(trx, accountId);
  await trx
    .insertInto('recovery_codes')
    .values(
      [...codes].map((code) => ({
        account_id: accountId,
        code_hash: hashOf(secrets, accountId, code),
        used_at: null,
      })),
    )
    .execute();
  return [...codes].map((code) => `${code.slice(0, 4)}-${code.slice(4)}`);
}

/** All codes of an account stop working: its second step was renewed or taken away. */
export async function dropRecoveryCodes(db: Db, accountId: string): Promise<void> {
  await db.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute();
}

/**
 * Uses a code once; of two devices at the same moment one wins. The same device may ask again within two minutes, when no
 * answer reached it.
 *
 * @returns whether it worked.
 */
export async function useRecoveryCode(
  db: Db,
  secrets: Secrets,
  { accountId, sessionHash, typed }: { accountId: string; sessionHash: Buffer | null; typed: string },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE recovery_codes c SET used_at = coalesce(c.used_at, clock_timestamp())
    WHERE c.account_id = ${accountId} AND c.code_hash = ${hashOf(secrets, accountId, plainCode(typed))}
      AND (c.used_at IS NULL OR (c.used_at > clock_timestamp() - interval '2 minutes' AND EXISTS (
        SELECT FROM sessions s WHERE s.id_hash = ${sessionHash} AND s.totp_at >= c.used_at)))
    RETURNING c.account_id`.execute(db);
  return rows.length > 0;
}

/** How many codes are left to use. */
export async function countRecoveryCodes(db: Db, accountId: string): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function hashOf(secrets: Secrets, accountId: string, code: string): Buffer {
  return secrets.hmac('recovery-code', `${accountId}\n${code}`);
}
