import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import type { Secrets } from '../platform/secrets.ts';
import { readNumber } from '../people/contacts.ts';
import { nameOfficers, readOfficers } from './actions.ts';
import type { OfficerRole, OfficerSex, OrgKind } from './tables.ts';

const purpose = 'unit:officer';

export interface NamedOfficer {
  readonly name: string;
  readonly sex: OfficerSex | null;
  readonly department: string;
  readonly post: string;
  readonly phone: string;
  /** Empty: none. */
  readonly email: string;
}

export interface Officer extends NamedOfficer {
  /** When the unit said so, `YYYY-MM-DD`. */
  readonly filledOn: string;
}

export interface UnitOfficers {
  readonly orgId: string;
  readonly kind: OrgKind;
  readonly code: string;
  readonly name: string;
  readonly responsible: Officer | null;
  readonly liaison: Officer | null;
}

/** Telephone (clean) and address of mail as `unit_officers` keeps them. */
export function sealReach(
  secrets: Secrets,
  { phone, email }: Pick<NamedOfficer, 'phone' | 'email'>,
): { cipher: Buffer; keyId: string } {
  return secrets.encrypt(purpose, JSON.stringify({ phone, email }));
}

interface KeptOfficer extends Omit<Officer, 'phone' | 'email'> {
  /** Hexadecimal, within a list. */
  readonly cipher: string;
}

/**
 * Who answers for online teaching in a unit and in the bureaus and schools up to two levels below it: the unit first, then by
 * code. Who reads the list reads numbers, so it is audited.
 *
 * @throws {AppError} 403, 404.
 */
export async function listOfficers(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<{ units: UnitOfficers[]; complete: number }> {
  await authorize(ctx.db, actor, readOfficers, { orgId });
  const { rows } = await sql<
    Omit<UnitOfficers, OfficerRole> & { officers: Partial<Record<OfficerRole, KeptOfficer>> }
  >`
    SELECT o.id AS "orgId", o.kind, o.code, o.name, (
      SELECT coalesce(jsonb_object_agg(f.role, jsonb_build_object('name', f.name, 'sex', f.sex, 'department', f.department,
        'post', f.post, 'filledOn', f.filled_on, 'cipher', encode(f.cipher, 'hex'))), '{}')
      FROM unit_officers f WHERE f.org_id = o.id) AS officers
    FROM orgs top JOIN orgs o ON o.path <@ top.path AND nlevel(o.path) <= nlevel(top.path) + 2
    WHERE top.id = ${orgId} AND (o.id = top.id OR o.kind IN ('province', 'city', 'county', 'school'))
    ORDER BY o.id <> top.id, o.code
  `.execute(ctx.db);
  await audit(ctx.db, actor, { action: 'orgs.readOfficers', subjectKind: 'org', subjectId: orgId, orgId });
  const units = rows.map(({ officers: { responsible, liaison }, ...unit }): UnitOfficers => ({
    ...unit,
    responsible: responsible ? opened(ctx, responsible) : null,
    liaison: liaison ? opened(ctx, liaison) : null,
  }));
  return { units, complete: units.filter((unit) => unit.responsible && unit.liaison).length };
}

function opened({ secrets }: ServerContext, { cipher, ...officer }: KeptOfficer): Officer {
  const reach = JSON.parse(secrets.decrypt(purpose, Buffer.from(cipher, 'hex'))) as Pick<
    Officer,
    'phone' | 'email'
  >;
  return { ...officer, ...reach };
}

/**
 * Names who answers for online teaching in a unit, or whom one calls, in place of whoever it was. Said again, it is confirmed
 * anew: the day it was filled in is today.
 *
 * @throws {AppError} 400 `number_unreadable`, `officer_email_unreadable`, `officer_name_required`; 403, 404.
 */
export async function nameOfficer(
  ctx: ServerContext,
  actor: Actor,
  { orgId, role, ...officer }: NamedOfficer & { orgId: string; role: OfficerRole },
): Promise<void> {
  await authorize(ctx.db, actor, nameOfficers, { orgId });
  const name = officer.name.normalize('NFC').trim();
  if (name === '') throw new AppError(400, 'officer_name_required', 'Say the name.');
  const phone = readNumber(officer.phone);
  if (phone === null) throw new AppError(400, 'number_unreadable', 'A telephone number has 5 to 20 digits.');
  const email = officer.email.normalize('NFKC').trim();
  if (email !== '' && !/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(email))
    throw new AppError(400, 'officer_email_unreadable', 'An e-mail address has the form name@place.example.');
  const { cipher, keyId } = sealReach(ctx.secrets, { phone, email });
  const values = {
    name,
    sex: officer.sex,
    department: officer.department.normalize('NFC').trim(),
    post: officer.post.normalize('NFC').trim(),
    cipher,
    key_id: keyId,
    filled_on: sql<string>`(app_now() AT TIME ZONE 'Asia/Shanghai')::date`,
  };
  await ctx.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('unit_officers')
      .values({ org_id: orgId, role, ...values })
      .onConflict((conflict) => conflict.columns(['org_id', 'role']).doUpdateSet(values))
      .execute();
    await audit(trx, actor, {
      action: 'orgs.nameOfficer',
      subjectKind: 'org',
      subjectId: orgId,
      orgId,
      detail: { role },
    });
  });
}

/**
 * Takes a name off the list: the unit is without one until it names another. Said again, nothing changes.
 *
 * @throws {AppError} 403, 404.
 */
export async function clearOfficer(
  ctx: ServerContext,
  actor: Actor,
  { orgId, role }: { orgId: string; role: OfficerRole },
): Promise<void> {
  await authorize(ctx.db, actor, nameOfficers, { orgId });
  await ctx.db.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('unit_officers')
      .where('org_id', '=', orgId)
      .where('role', '=', role)
      .returning('role')
      .executeTakeFirst();
    if (!gone) return;
    await audit(trx, actor, {
      action: 'orgs.clearOfficer',
      subjectKind: 'org',
      subjectId: orgId,
      orgId,
      detail: { role },
    });
  });
}
