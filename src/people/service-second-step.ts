import { generateSecret, generateURI, verify } from 'otplib';
import { sql } from 'kysely';
import type { Actor, PersonActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { secondStepRequired } from './access.ts';
import { keepSecondStep } from './actions.ts';
import { guessing } from './guesses.ts';
import {
  countRecoveryCodes,
  dropRecoveryCodes,
  isRecoveryCode,
  replaceRecoveryCodes,
  useRecoveryCode,
} from './recovery-codes.ts';

/** Name under which an authenticator app shows the code. */
const issuer = 'Not One Less 一个不少';
/** A code counts one step of 30 s before and after its own: telephones' clocks differ. */
const toleranceSeconds = 30;
const purpose = 'totp';

/**
 * Makes a new secret for the second step. It counts only once a right code has come back, so that a QR that was not
 * scanned locks nobody out; asking again makes another.
 *
 * @returns the secret in Base32, for typing, and as `otpauth:` address, for the QR.
 * @throws {AppError} 403 `totp_required` when one is in use and was not answered lately: it is not replaced by whoever finds
 *   the page open.
 */
export async function beginSecondStep(
  ctx: ServerContext,
  actor: Actor,
): Promise<{ secret: string; uri: string }> {
  const person = await requirePerson(ctx, actor);
  if (person.secondStep?.isSet && !person.secondStep.isFresh) throw secondStepRequired();
  const secret = generateSecret();
  const { login_name: label } = await ctx.db
    .updateTable('accounts')
    .set({ totp_pending_cipher: ctx.secrets.encrypt(purpose, secret).cipher })
    .where('id', '=', person.accountId)
    .returning('login_name')
    .executeTakeFirstOrThrow();
  return { secret, uri: generateURI({ issuer, label, secret }) };
}

/**
 * Takes the secret made last into use, proven by its first code.
 *
 * @throws {AppError} 409 `totp_not_begun`, 403 `totp_wrong`, 429 `sign_in_too_many`.
 */
export async function confirmSecondStep(
  ctx: ServerContext,
  actor: Actor,
  { code }: { code: string },
): Promise<void> {
  const person = await requirePerson(ctx, actor);
  const { pending } = await selectSecrets(ctx.db, person);
  if (pending === null) throw new AppError(409, 'totp_not_begun', 'Ask for a new QR code first.');
  const step = await requireRightCode(ctx, person, pending, code);
  await ctx.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('accounts')
      .set({ totp_cipher: pending, totp_pending_cipher: null, totp_last_step: step })
      .where('id', '=', person.accountId)
      .where('totp_pending_cipher', '=', pending)
      .execute();
    // Codes of a telephone that is gone must not outlive it.
    await dropRecoveryCodes(trx, person.accountId);
    await markAnswered(trx, person, step);
    await audit(trx, person, {
      action: 'people.secondStepSet',
      subjectKind: 'account',
      subjectId: person.accountId,
    });
  });
}

/** Whether the account has a second step, and how many recovery codes are left. */
export async function readSecondStep(
  ctx: ServerContext,
  actor: Actor,
): Promise<{ isSet: boolean; recoveryCodesLeft: number }> {
  const person = await requirePerson(ctx, actor);
  const { current } = await selectSecrets(ctx.db, person);
  return { isSet: current !== null, recoveryCodesLeft: await countRecoveryCodes(ctx.db, person.accountId) };
}

/**
 * Makes ten codes for the day on which the telephone is not at hand; those made before stop working.
 *
 * @throws {AppError} 409 `totp_not_begun` without a second step; 403 `totp_required` when it was not answered lately.
 */
export async function makeRecoveryCodes(ctx: ServerContext, actor: Actor): Promise<string[]> {
  const person = await requirePerson(ctx, actor);
  const { current } = await selectSecrets(ctx.db, person);
  if (current === null) throw new AppError(409, 'totp_not_begun', 'This account has no second step yet.');
  if (!person.secondStep?.isFresh) throw secondStepRequired();
  return ctx.db.transaction().execute(async (trx) => {
    const codes = await replaceRecoveryCodes(trx, ctx.secrets, person.accountId);
    await audit(trx, person, {
      action: 'people.recoveryCodesMade',
      subjectKind: 'account',
      subjectId: person.accountId,
    });
    return codes;
  });
}

/**
 * Answers the second step on this device: for half an hour acts above one's own class are not asked about again.
 *
 * @param code - six digits of the telephone, or a recovery code, which is used up by it.
 * @throws {AppError} 409 `totp_not_begun` when the account has none, 403 `totp_wrong` for a wrong code or one that was used
 *   before, 429 `sign_in_too_many`.
 */
export async function answerSecondStep(
  ctx: ServerContext,
  actor: Actor,
  { code }: { code: string },
): Promise<void> {
  const person = await requirePerson(ctx, actor);
  const { current } = await selectSecrets(ctx.db, person);
  if (current === null) throw new AppError(409, 'totp_not_begun', 'This account has no second step yet.');
  if (isRecoveryCode(code)) return answerByRecoveryCode(ctx, person, code);
  const step = await requireRightCode(ctx, person, current, code);
  await ctx.db.transaction().execute(async (trx) => {
    // Of two devices with one code the second finds it used; the same device may ask again when no answer reached it.
    const { rows } = await sql`
      UPDATE accounts a SET totp_last_step = ${step} WHERE a.id = ${person.accountId}
        AND (a.totp_last_step IS NULL OR a.totp_last_step < ${step} OR (a.totp_last_step = ${step} AND EXISTS (
          SELECT FROM sessions s WHERE s.id_hash = ${person.sessionHash} AND s.totp_step = ${step})))
      RETURNING a.id`.execute(trx);
    if (rows.length === 0) throw wrongCode();
    await markAnswered(trx, person, step);
  });
}

async function answerByRecoveryCode(ctx: ServerContext, person: PersonActor, typed: string): Promise<void> {
  const { accountId, sessionHash } = person;
  const nameHash = ctx.secrets.hmac('second-step', accountId);
  const isRight = await guessing(ctx.db, nameHash, () =>
    ctx.db.transaction().execute(async (trx) => {
      if (!(await useRecoveryCode(trx, ctx.secrets, { accountId, sessionHash, typed }))) return null;
      await markAnswered(trx, person, null);
      await audit(trx, person, {
        action: 'people.recoveryCodeUsed',
        subjectKind: 'account',
        subjectId: accountId,
      });
      return true;
    }),
  );
  if (!isRight) throw wrongCode();
}

async function requirePerson(ctx: ServerContext, actor: Actor): Promise<PersonActor> {
  await authorize(ctx.db, actor, keepSecondStep, {});
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  return actor;
}

async function selectSecrets(
  db: Db,
  { accountId }: PersonActor,
): Promise<{ current: Buffer | null; pending: Buffer | null }> {
  return db
    .selectFrom('accounts')
    .select(['totp_cipher as current', 'totp_pending_cipher as pending'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
}

/** @returns the 30-second step the code belongs to, by the database's clock. */
async function requireRightCode(
  ctx: ServerContext,
  { accountId }: PersonActor,
  cipher: Buffer,
  code: string,
): Promise<number> {
  const nameHash = ctx.secrets.hmac('second-step', accountId);
  const { rows } = await sql<{ epoch: number }>`
    SELECT floor(extract(epoch FROM clock_timestamp()))::float8 AS epoch`.execute(ctx.db);
  const step = await guessing(ctx.db, nameHash, async () => {
    const result = await verify({
      secret: ctx.secrets.decrypt(purpose, cipher),
      token: code,
      epoch: rows[0]?.epoch ?? 0,
      epochTolerance: toleranceSeconds,
    });
    return result.valid && 'timeStep' in result ? result.timeStep : null;
  });
  if (step === null) throw wrongCode();
  return step;
}

/** @param step - of the code that was answered with; null: it was a recovery code. */
async function markAnswered(db: Db, { sessionHash }: PersonActor, step: number | null): Promise<void> {
  await sql`UPDATE sessions SET totp_at = clock_timestamp(), totp_step = ${step} WHERE id_hash = ${sessionHash}`.execute(
    db,
  );
}

function wrongCode(): AppError {
  return new AppError(403, 'totp_wrong', 'This code is not right, too old or was used before.');
}
