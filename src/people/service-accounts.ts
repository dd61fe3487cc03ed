import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { manageAccounts } from './actions.ts';
import { makeClaimCards, type ClaimCard } from './claims.ts';
import { fillReadings } from './fill-readings.ts';
import type { AppointmentRole } from './roles.ts';
import { SESSIONS_ENDED } from './session-watch.ts';

/**
 * Makes a reset card for one account of a unit; all its sessions end at once.
 *
 * @throws {AppError} 404 `account_not_found`, 409 `account_disabled`.
 */
export async function resetAccount(
  ctx: ServerContext,
  actor: Actor,
  { loginName }: { loginName: string },
): Promise<ClaimCard> {
  const account = await selectAccount(ctx.db, loginName);
  await authorize(ctx.db, actor, manageAccounts, { orgId: account.home_org_id });
  const card = await ctx.db.transaction().execute(async (trx) => {
    await trx.deleteFrom('sessions').where('account_id', '=', account.id).execute();
    const [made] = await makeClaimCards(trx, ctx.secrets, { accountIds: [account.id], purpose: 'reset' });
    if (!made) throw accountDisabled();
    await audit(trx, actor, { action: 'people.reset', ...subjectOf(account) });
    return made;
  });
  ctx.bus.publish(SESSIONS_ENDED, {});
  return card;
}

/**
 * Ends all sessions and keeps the person from signing in; nothing else of the person changes.
 *
 * @returns `changed`: false when it was disabled before.
 * @throws {AppError} 404 `account_not_found`
 */
export async function disableAccount(
  ctx: ServerContext,
  actor: Actor,
  { loginName }: { loginName: string },
): Promise<{ changed: boolean }> {
  const account = await selectAccount(ctx.db, loginName);
  await authorize(ctx.db, actor, manageAccounts, { orgId: account.home_org_id });
  const changed = await ctx.db.transaction().execute(async (trx) => {
    const disabled = await trx
      .updateTable('accounts')
      .set({ status: 'disabled' })
      .where('id', '=', account.id)
      .where('status', '<>', 'disabled')
      .returning('id')
      .executeTakeFirst();
    if (!disabled) return false;
    await trx.deleteFrom('sessions').where('account_id', '=', account.id).execute();
    await audit(trx, actor, { action: 'people.disable', ...subjectOf(account) });
    return true;
  });
  ctx.bus.publish(SESSIONS_ENDED, {});
  return { changed };
}

interface AccountRow {
  readonly id: string;
  readonly home_org_id: string;
}

async function selectAccount(db: Db, loginName: string): Promise<AccountRow> {
  const account = await db
    .selectFrom('accounts')
    .innerJoin('persons', 'persons.id', 'accounts.person_id')
    .select(['accounts.id', 'persons.home_org_id'])
    .where('accounts.login_name', '=', loginName.trim().toLowerCase())
    .executeTakeFirst();
  if (!account) throw new AppError(404, 'account_not_found', 'There is no account of this sign-in name.');
  return account;
}

const subjectOf = ({ id, home_org_id }: AccountRow) => ({
  subjectKind: 'account',
  subjectId: id,
  orgId: home_org_id,
});

const accountDisabled = () => new AppError(409, 'account_disabled', 'This account is disabled.');

/** Sign-in name of a person: school code and number, unique in the product, typed on a phone without shift. */
export function loginNameFor({ orgCode, number }: { orgCode: string; number: string }): string {
  return `${orgCode}-${number}`.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '');
}

/**
 * Creates a staff member with an account and an appointment from today on. Repeating it makes a new card for the same
 * person; another role is a second appointment.
 *
 * @returns `outcome`: whether the person is new, got the appointment, or had all of it before.
 * @throws {AppError} 404 `org_not_found`, 400 `name_required`, 409 `person_number_taken` when somebody of another name has
 *   this number, 409 `account_disabled`.
 */
export async function createStaffAccount(
  ctx: ServerContext,
  actor: Actor,
  { orgCode, role, name, number }: { orgCode: string; role: AppointmentRole; name: string; number: string },
): Promise<{ card: ClaimCard; outcome: 'created' | 'changed' | 'unchanged' }> {
  const org = await ctx.db
    .selectFrom('orgs')
    .select(['id', 'code'])
    .where('code', '=', orgCode)
    .executeTakeFirst();
  if (!org)
    throw new AppError(404, 'org_not_found', `There is no unit of code "${orgCode}".`, {
      params: { code: orgCode },
    });
  await authorize(ctx.db, actor, manageAccounts, { orgId: org.id });
  const clean = { name: name.normalize('NFC').trim(), number: number.trim() };
  if (!clean.name || !clean.number) throw new AppError(400, 'name_required', 'Give a name and a number.');
  return ctx.db.transaction().execute(async (trx) => {
    const person = await ensurePerson(trx, { orgId: org.id, ...clean });
    const isAppointed = await ensureAppointment(trx, { personId: person.id, orgId: org.id, role });
    const loginName = loginNameFor({ orgCode: org.code, number: clean.number });
    const account = await trx
      .insertInto('accounts')
      .values({
        person_id: person.id,
        login_name: loginName,
        password_hash: null,
        totp_cipher: null,
        totp_last_step: null,
      })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet({ login_name: loginName }))
      .returning('id')
      .executeTakeFirstOrThrow();
    const [card] = await makeClaimCards(trx, ctx.secrets, { accountIds: [account.id], purpose: 'claim' });
    if (!card) throw accountDisabled();
    await audit(trx, actor, {
      action: 'people.create',
      ...subjectOf({ id: account.id, home_org_id: org.id }),
    });
    return { card, outcome: person.isNew ? 'created' : isAppointed ? 'changed' : 'unchanged' };
  });
}

/** Finds a person by unit and number, or makes them. Never renames: a mistyped number must not turn one into another. */
async function ensurePerson(
  trx: Trx,
  { orgId, number, name }: { orgId: string; number: string; name: string },
): Promise<{ id: string; isNew: boolean }> {
  const made = await trx
    .insertInto('persons')
    .values({ home_org_id: orgId, number, name, under14_until: null, sex: null })
    .onConflict((conflict) => conflict.columns(['home_org_id', 'number']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) {
    await fillReadings(trx, { orgIds: [orgId] });
    return { id: made.id, isNew: true };
  }
  const known = await trx
    .selectFrom('persons')
    .select(['id', 'name'])
    .where('home_org_id', '=', orgId)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  if (known.name !== name) {
    throw new AppError(409, 'person_number_taken', `Somebody of another name has the number ${number}.`, {
      params: { number },
    });
  }
  return { id: known.id, isNew: false };
}

/** @returns whether the appointment is new. */
async function ensureAppointment(
  trx: Trx,
  { personId, orgId, role }: { personId: string; orgId: string; role: AppointmentRole },
): Promise<boolean> {
  const made = await sql`
    INSERT INTO appointments (person_id, org_id, role, during)
    SELECT ${personId}, ${orgId}, ${role}, daterange((app_now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)
    WHERE NOT EXISTS (SELECT FROM appointments a WHERE a.person_id = ${personId} AND a.org_id = ${orgId}
      AND a.role = ${role} AND a.during @> (app_now() AT TIME ZONE 'Asia/Shanghai')::date)
  `.execute(trx);
  return (made.numAffectedRows ?? 0n) > 0n;
}
