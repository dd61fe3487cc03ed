import { sql } from 'kysely';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { readSelf, signIn as signInAction } from './actions.ts';
import { claimUnknown, findClaim, findSpokenClaim, useClaim, type OpenClaim } from './claims.ts';
import { guessing } from './guesses.ts';
import { knownDevice, rememberDevice } from './known-devices.ts';
import { dropRecoveryCodes } from './recovery-codes.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { SESSIONS_ENDED } from './session-watch.ts';
import { audienceFor, closeSession, openSession, renewSession, type Audience } from './sessions.ts';
import { schoolPartOf, signInBrakeOf } from './sign-in-brake.ts';
import type { Actor } from '../platform/actor.ts';

/**
 * Signs in with name and password.
 *
 * @throws {AppError} 401 `sign_in_failed` (the same for unknown, wrong and disabled), 429
 *   `sign_in_too_many`, `sign_in_password_tried` or `sign_in_braked`, 503 `sign_in_busy`.
 */
export async function signIn(
  ctx: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { loginName, password }: { loginName: string; password: string },
): Promise<{ mustChangePassword: boolean; audience: Audience }> {
  await authorize(ctx.db, request.actor, signInAction, {});
  const name = loginName.trim().toLowerCase();
  const account = await ctx.db
    .selectFrom('accounts')
    .select(['id', 'person_id', 'password_hash', 'must_change_password'])
    .where('login_name', '=', name)
    .where('status', '=', 'active')
    .executeTakeFirst();
  // From a device of one's own, strangers' guesses do not count (B-02).
  const device = account ? knownDevice(ctx.secrets, request, account.id) : null;
  const nameHash = ctx.secrets.hmac('sign-in-name', device === null ? name : `${name}\n${device}`);
  const guess = {
    school: schoolPartOf(name),
    word: password,
    address: request.ip,
    isKnownDevice: device !== null,
  };
  const isRight = await signInBrakeOf(ctx).guarding(guess, () =>
    guessing(ctx.db, nameHash, async () =>
      (await verifyPassword(account?.password_hash ?? null, password)) ? (account?.id ?? null) : null,
    ),
  );
  if (!isRight || !account) throw new AppError(401, 'sign_in_failed', 'Name or password is not right.');
  const audience = await audienceOf(ctx.db, account.person_id);
  await openSession(ctx, request, reply, { accountId: account.id, audience });
  rememberDevice(ctx.secrets, request, reply, account.id);
  return { mustChangePassword: account.must_change_password, audience };
}

/** What the claim page shows before the card is used. */
export async function readClaim(
  ctx: ServerContext,
  actor: Actor,
  { token }: { token: string },
): Promise<{ name: string; loginName: string; purpose: 'claim' | 'reset' }> {
  await authorize(ctx.db, actor, signInAction, {});
  const { name, loginName, purpose } = await findClaim(ctx.db, ctx.secrets, token);
  return { name, loginName, purpose };
}

/**
 * Uses a claim card: the account becomes active, this device is bound to it, a password may be set.
 *
 * @throws {AppError} 404 `claim_unknown`, 429 `sign_in_too_many`, 400 `password_too_weak`.
 */
export async function claim(
  ctx: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  input: { token?: string; loginName?: string; spoken?: string; password?: string },
): Promise<{ audience: Audience }> {
  await authorize(ctx.db, request.actor, signInAction, {});
  const found = input.token
    ? await findClaim(ctx.db, ctx.secrets, input.token)
    : await findSpoken(ctx, request, { loginName: input.loginName ?? '', spoken: input.spoken ?? '' });
  const audience = await audienceOf(ctx.db, found.personId);
  if (audience !== 'learner' && !input.password) {
    throw new AppError(400, 'password_required', 'Staff set a password when they claim their account.');
  }
  if (input.password !== undefined) requireStrongPassword(input.password, found.loginName);
  const passwordHash = input.password === undefined ? undefined : await hashPassword(input.password);
  await ctx.db.transaction().execute(async (trx) => {
    await useClaim(trx, found.id);
    await trx
      .updateTable('accounts')
      .set({
        status: 'active',
        must_change_password: false,
        ...(passwordHash ? { password_hash: passwordHash } : {}),
        // A reset is also the way back for whoever lost the telephone with their codes.
        ...(found.purpose === 'reset' ? { totp_cipher: null, totp_last_step: null } : {}),
      })
      .where('id', '=', found.accountId)
      .execute();
    // A reset means that somebody lost control of the account: every older session ends.
    if (found.purpose === 'reset') {
      await trx.deleteFrom('sessions').where('account_id', '=', found.accountId).execute();
      await dropRecoveryCodes(trx, found.accountId);
    }
    await audit(trx, request.actor, {
      action: 'people.claim',
      subjectKind: 'account',
      subjectId: found.accountId,
    });
  });
  ctx.bus.publish(SESSIONS_ENDED, {});
  await openSession(ctx, request, reply, { accountId: found.accountId, audience });
  rememberDevice(ctx.secrets, request, reply, found.accountId);
  return { audience };
}

async function findSpoken(
  ctx: ServerContext,
  request: FastifyRequest,
  code: { loginName: string; spoken: string },
): Promise<OpenClaim> {
  const name = code.loginName.trim().toLowerCase();
  const nameHash = ctx.secrets.hmac('sign-in-name', name);
  let found: OpenClaim | null = null;
  const guess = {
    school: schoolPartOf(name),
    word: code.spoken,
    address: request.ip,
    isKnownDevice: false,
  };
  await signInBrakeOf(ctx).guarding(guess, () =>
    guessing(ctx.db, nameHash, async () => {
      found = await findSpokenClaim(ctx.db, ctx.secrets, code).catch((error: unknown) => {
        if (error instanceof AppError) return null;
        throw error;
      });
      return found?.accountId ?? null;
    }),
  );
  if (!found) throw claimUnknown();
  return found;
}

export async function signOut(
  ctx: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await authorize(ctx.db, request.actor, signInAction, {});
  await closeSession(ctx.db, request, reply);
  ctx.bus.publish(SESSIONS_ENDED, {});
}

export interface Self {
  personId: string;
  name: string;
  isPupil: boolean;
  /** Children a guardian looks after; empty for others. */
  children: { personId: string; name: string; className: string | null }[];
  appointments: { id: string; orgId: string; orgName: string; orgKind: string; role: string }[];
  mustChangePassword: boolean;
  hasSecondStep: boolean;
  isDemo: boolean;
}

/** Who is signed in, under which hats. */
export async function readSelfCard(ctx: ServerContext, actor: Actor): Promise<Self> {
  await authorize(ctx.db, actor, readSelf, {});
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const { rows } = await sql<Self>`
    SELECT p.id AS "personId", p.name, p.is_demo AS "isDemo", a.must_change_password AS "mustChangePassword",
      a.totp_cipher IS NOT NULL AS "hasSecondStep",
      EXISTS (SELECT FROM enrollments e WHERE e.person_id = p.id AND e.role = 'pupil') AS "isPupil",
      (SELECT coalesce(json_agg(json_build_object('personId', c.id, 'name', c.name, 'className', h.class_name) ORDER BY c.number), '[]')
        FROM guardianships g JOIN persons c ON c.id = g.pupil_id
        LEFT JOIN home_classes((app_now() AT TIME ZONE 'Asia/Shanghai')::date) h ON h.person_id = c.id
        WHERE g.guardian_id = p.id AND g.during @> (app_now() AT TIME ZONE 'Asia/Shanghai')::date) AS children,
      (SELECT coalesce(json_agg(json_build_object('id', c.appointment_id, 'orgId', c.org_id, 'orgName', c.org_name,
          'orgKind', c.org_kind, 'role', c.role) ORDER BY nlevel(c.path), c.role, c.appointment_id), '[]')
        FROM current_appointments c WHERE c.person_id = p.id) AS appointments
    FROM persons p JOIN accounts a ON a.person_id = p.id WHERE p.id = ${actor.personId}
  `.execute(ctx.db);
  const self = rows[0];
  if (!self) throw new AppError(401, 'sign_in_required', 'This account is gone.');
  return self;
}

/**
 * Changes one's own password; other sessions end, and this one goes on under a new id.
 *
 * @throws {AppError} 401 `sign_in_failed` when the old password is wrong; 400 `password_too_weak`; 429 `sign_in_too_many`.
 */
export async function changePassword(
  ctx: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { current, next }: { current: string | null; next: string },
): Promise<void> {
  const { actor } = request;
  await authorize(ctx.db, actor, readSelf, {});
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  const account = await ctx.db
    .selectFrom('accounts')
    .select(['login_name', 'password_hash'])
    .where('id', '=', actor.accountId)
    .executeTakeFirstOrThrow();
  // A card-only learner has no password yet and may set the first one on the bound device.
  if (account.password_hash !== null) {
    // Guessed at like any other: a page left open is no way round the limit of signing in.
    const isRight = await guessing(ctx.db, ctx.secrets.hmac('change-password', actor.accountId), async () =>
      (await verifyPassword(account.password_hash, current ?? '')) ? true : null,
    );
    if (!isRight) throw new AppError(401, 'sign_in_failed', 'The present password is not right.');
  }
  requireStrongPassword(next, account.login_name);
  const passwordHash = await hashPassword(next);
  await ctx.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('accounts')
      .set({ password_hash: passwordHash, must_change_password: false })
      .where('id', '=', actor.accountId)
      .execute();
    await sql`DELETE FROM sessions WHERE account_id = ${actor.accountId} AND id_hash IS DISTINCT FROM ${actor.sessionHash}`.execute(
      trx,
    );
    await renewSession(trx, request, reply, actor.sessionHash);
    await audit(trx, actor, {
      action: 'people.changePassword',
      subjectKind: 'account',
      subjectId: actor.accountId,
    });
  });
  ctx.bus.publish(SESSIONS_ENDED, {});
}

async function audienceOf(db: Db, personId: string): Promise<Audience> {
  return audienceFor(
    await db.selectFrom('current_appointments').select('role').where('person_id', '=', personId).execute(),
  );
}

/** Length decides (ASVS 6.2); the name itself and one repeated character are refused. */
function requireStrongPassword(password: string, loginName: string): void {
  const tooSimple =
    new Set(password).size < 4 || loginName.includes(password.toLowerCase()) || /^\d{1,8}$/.test(password);
  if (password.length < 8 || tooSimple) {
    throw new AppError(
      400,
      'password_too_weak',
      'Use at least 8 characters, not only digits and not your own name.',
    );
  }
}
