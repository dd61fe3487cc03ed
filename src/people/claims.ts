import { randomBytes, randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';

export interface ClaimCard {
  readonly accountId: string;
  readonly loginName: string;
  readonly name: string;
  readonly number: string;
  /** 128 random bits, in the QR only: `<PUBLIC_URL>/claim/<token>`. */
  readonly token: string;
  /** Eight digits, said together with the sign-in name. */
  readonly spoken: string;
}

/** Claim codes die after a week (H-06), or when a new card is made. */
export const claimDays = 7;

/** A reset is asked for and used in one talk: whoever finds the card later cannot take over an account that was in use (B-09). */
const resetMinutes = 30;

/** 128 random bits. */
export function newClaimToken(): string {
  return randomBytes(16).toString('base64url');
}

/** Eight digits: guessing them is limited by name and by the brake, and ends with the card. */
export function newSpokenCode(): string {
  return String(randomInt(100_000_000)).padStart(8, '0');
}

/**
 * Makes new claim cards; older open cards of the same accounts stop working. The codes leave the server
 * only here, on the printed sheet: the database keeps keyed hashes.
 *
 * The caller has authorised the accounts.
 */
export async function makeClaimCards(
  db: Db,
  secrets: Secrets,
  { accountIds, purpose }: { accountIds: readonly string[]; purpose: 'claim' | 'reset' },
): Promise<ClaimCard[]> {
  if (accountIds.length === 0) return [];
  const accounts = await db
    .selectFrom('accounts')
    .innerJoin('persons', 'persons.id', 'accounts.person_id')
    .select(['accounts.id', 'accounts.login_name', 'persons.name', 'persons.number'])
    .where('accounts.id', 'in', [...accountIds])
    .where('accounts.status', '<>', 'disabled')
    .orderBy('persons.number')
    .execute();
  if (accounts.length === 0) return [];
  const minutes = purpose === 'reset' ? resetMinutes : claimDays * 24 * 60;
  const cards = accounts.map((account) => ({
    accountId: account.id,
    loginName: account.login_name,
    name: account.name,
    number: account.number,
    token: newClaimToken(),
    spoken: newSpokenCode(),
  }));
  await db
    .deleteFrom('claims')
    .where(
      'account_id',
      'in',
      cards.map(({ accountId }) => accountId),
    )
    .where('used_at', 'is', null)
    .execute();
  await db
    .insertInto('claims')
    .values(
      cards.map((card) => ({
        account_id: card.accountId,
        token_hash: secrets.hmac('claim-token', card.token),
        spoken_hash: spokenHash(secrets, card.loginName, card.spoken),
        purpose,
        expires_at: sql<Date>`clock_timestamp() + make_interval(mins => ${minutes})`,
        used_at: null,
      })),
    )
    .execute();
  return cards;
}

export interface OpenClaim {
  readonly id: string;
  readonly accountId: string;
  readonly personId: string;
  readonly name: string;
  readonly loginName: string;
  readonly purpose: 'claim' | 'reset';
}

/** The open claim behind a QR token. @throws {AppError} 404 `claim_unknown`: wrong, used, replaced or expired. */
export async function findClaim(db: Db, secrets: Secrets, token: string): Promise<OpenClaim> {
  return selectClaim(db, sql`c.token_hash = ${secrets.hmac('claim-token', token)}`);
}

/** The same by sign-in name and the eight spoken digits. */
export async function findSpokenClaim(
  db: Db,
  secrets: Secrets,
  { loginName, spoken }: { loginName: string; spoken: string },
): Promise<OpenClaim> {
  return selectClaim(db, sql`c.spoken_hash = ${spokenHash(secrets, loginName.trim().toLowerCase(), spoken)}`);
}

async function selectClaim(db: Db, condition: ReturnType<typeof sql>): Promise<OpenClaim> {
  const { rows } = await sql<OpenClaim>`
    SELECT c.id, a.id AS "accountId", p.id AS "personId", p.name, a.login_name AS "loginName", c.purpose
    FROM claims c JOIN accounts a ON a.id = c.account_id JOIN persons p ON p.id = a.person_id
    WHERE ${condition} AND c.used_at IS NULL AND c.expires_at > clock_timestamp() AND a.status <> 'disabled'
  `.execute(db);
  const found = rows[0];
  if (!found) throw claimUnknown();
  return found;
}

export function claimUnknown(): AppError {
  return new AppError(404, 'claim_unknown', 'This card does not work (wrong, used, replaced or too old).');
}

/**
 * Uses a claim once; of two at the same moment one wins.
 *
 * @throws {AppError} 404 `claim_unknown` for the other.
 */
export async function useClaim(db: Db, claimId: string): Promise<void> {
  const used = await db
    .updateTable('claims')
    .set({ used_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', claimId)
    .where('used_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!used) throw new AppError(404, 'claim_unknown', 'This card was just used.');
}

function spokenHash(secrets: Secrets, loginName: string, spoken: string): Buffer {
  return secrets.hmac('claim-spoken', `${loginName}\n${spoken}`);
}
