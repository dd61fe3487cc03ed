import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import type { RepeatableRequest } from '../platform/idempotency.ts';
import { idempotent } from '../platform/idempotency.ts';
import type { FastifyRequest } from 'fastify';
import { manageOrgs, readOrgs } from './actions.ts';
import { mayHangBelow } from './rules.ts';
import { placeFromToday } from './service-moves.ts';
import type { OrgKind, Stage } from './tables.ts';

export interface OrgNode {
  id: string;
  parentId: string | null;
  kind: OrgKind;
  code: string;
  name: string;
  /** Units directly below, loaded or not. */
  childCount: number;
}

/**
 * A unit with everything below it down to `depth` levels, in the order of the tree.
 *
 * @param depth - 1 to 5 levels below the unit.
 */
export async function readTree(
  ctx: ServerContext,
  actor: Actor,
  { orgId, depth }: { orgId: string; depth: number },
): Promise<OrgNode[]> {
  await authorize(ctx.db, actor, readOrgs, { orgId });
  const { rows } = await sql<OrgNode>`
    SELECT o.id, o.parent_id AS "parentId", o.kind, o.code, o.name,
      (SELECT count(*)::int FROM orgs c WHERE c.parent_id = o.id) AS "childCount"
    FROM orgs o JOIN orgs root ON root.id = ${orgId} AND o.path <@ root.path
    WHERE nlevel(o.path) <= nlevel(root.path) + ${depth}
    ORDER BY nlevel(o.path), o.code
    LIMIT 5000
  `.execute(ctx.db);
  return rows;
}

export interface NewOrg {
  readonly parentId: string;
  readonly kind: OrgKind;
  readonly code: string;
  readonly name: string;
}

/**
 * Creates a unit below another.
 *
 * @throws {AppError} 409 `org_code_taken`, 400 `org_wrong_parent`.
 */
export async function createOrg(
  ctx: ServerContext,
  request: FastifyRequest | RepeatableRequest,
  org: NewOrg,
): Promise<OrgNode> {
  await authorize(ctx.db, request.actor, manageOrgs, { orgId: org.parentId });
  const { resourceId } = await idempotent(ctx.db, request, async (trx) => {
    const parent = await trx
      .selectFrom('orgs')
      .select(['kind', 'is_demo'])
      .where('id', '=', org.parentId)
      .executeTakeFirst();
    if (!parent) throw notFound();
    requireFit(org.kind, parent.kind);
    const created = await insertUnit(trx, request.actor, { ...org, isDemo: parent.is_demo });
    if (!created) throw codeTaken(org.code);
    return { status: 201, resourceId: created.id };
  });
  return selectNode(ctx, resourceId ?? '');
}

/**
 * Writes a unit below another, from today on, with its audit line; rights and fit are the caller's.
 *
 * @returns null when the code is taken.
 */
export async function insertUnit(
  trx: Trx,
  actor: Actor,
  {
    parentId,
    kind,
    code,
    name,
    stages = [],
    isDemo,
  }: Omit<NewOrg, 'parentId'> & { parentId: string | null; stages?: Stage[]; isDemo: boolean },
): Promise<{ id: string } | null> {
  const created = await trx
    .insertInto('orgs')
    .values({
      parent_id: parentId,
      kind,
      code: cleanCode(code),
      name: cleanName(name),
      stages,
      is_demo: isDemo,
      sealed_at: null,
    })
    .onConflict((conflict) => conflict.column('code').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!created) return null;
  await trx
    .insertInto('org_moves')
    .values({
      org_id: created.id,
      parent_id: parentId,
      during: sql<string>`daterange((app_now() AT TIME ZONE 'Asia/Shanghai')::date, NULL)`,
    })
    .execute();
  await audit(trx, actor, {
    action: 'orgs.create',
    subjectKind: 'org',
    subjectId: created.id,
    orgId: created.id,
  });
  return created;
}

/**
 * Gives a unit another name, stages or place from today on, with its audit line; rights and fit are the caller's. Its place on
 * past days stays in `org_moves`.
 */
export async function updateUnit(
  trx: Trx,
  actor: Actor,
  { id, parentId, name, stages }: { id: string; parentId: string; name: string; stages: Stage[] },
): Promise<void> {
  const { parent_id: before } = await trx
    .selectFrom('orgs')
    .select('parent_id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('orgs')
    .set({ name: cleanName(name), stages })
    .where('id', '=', id)
    .execute();
  if (before !== parentId) await placeFromToday(trx, { orgId: id, parentId });
  const detail = { moved: before !== parentId };
  await audit(trx, actor, { action: 'orgs.change', subjectKind: 'org', subjectId: id, orgId: id, detail });
}

/**
 * Creates the top unit of an empty tree, or a unit below the one of `parentCode`: for the command line.
 *
 * @throws {AppError} 409 `org_code_taken`, 404 `org_not_found`, 400 `org_wrong_parent`.
 */
export async function createOrgByCode(
  ctx: ServerContext,
  actor: Actor,
  { parentCode, kind, code, name }: { parentCode: string | null; kind: OrgKind; code: string; name: string },
): Promise<OrgNode> {
  const parent =
    parentCode === null
      ? null
      : await ctx.db
          .selectFrom('orgs')
          .select(['id', 'kind', 'is_demo'])
          .where('code', '=', parentCode)
          .executeTakeFirst();
  if (parent === undefined)
    throw new AppError(404, 'org_not_found', `There is no unit of code "${parentCode}".`, {
      params: { code: parentCode ?? '' },
    });
  if (parent) {
    await authorize(ctx.db, actor, manageOrgs, { orgId: parent.id });
    requireFit(kind, parent.kind);
  } else if (actor.kind !== 'operator') {
    throw new AppError(403, 'not_allowed', 'Only the command line makes a unit without a parent.');
  }
  const created = await ctx.db
    .insertInto('orgs')
    .values({
      parent_id: parent?.id ?? null,
      kind,
      code: cleanCode(code),
      name: cleanName(name),
      is_demo: parent?.is_demo ?? false,
      sealed_at: null,
    })
    .onConflict((conflict) => conflict.column('code').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!created) throw codeTaken(code);
  return selectNode(ctx, created.id);
}

/** Renames a unit; the old name stays in the audit. */
export async function renameOrg(
  ctx: ServerContext,
  actor: Actor,
  { orgId, name }: { orgId: string; name: string },
): Promise<OrgNode> {
  await authorize(ctx.db, actor, manageOrgs, { orgId });
  await ctx.db.transaction().execute(async (trx) => {
    await trx
      .updateTable('orgs')
      .set({ name: cleanName(name) })
      .where('id', '=', orgId)
      .execute();
    await audit(trx, actor, { action: 'orgs.rename', subjectKind: 'org', subjectId: orgId, orgId });
  });
  return selectNode(ctx, orgId);
}

export function requireFit(kind: OrgKind, parentKind: OrgKind): void {
  if (!mayHangBelow(kind, parentKind)) {
    throw new AppError(400, 'org_wrong_parent', `A ${kind} cannot hang below a ${parentKind}.`);
  }
}

export function cleanCode(code: string): string {
  const clean = code.normalize('NFKC').trim().toLowerCase();
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(clean)) {
    throw new AppError(400, 'org_code_invalid', 'A code is letters, digits and dashes, at most 40.');
  }
  return clean;
}

function cleanName(name: string): string {
  const clean = name.normalize('NFC').trim();
  if (clean === '' || clean.length > 100)
    throw new AppError(400, 'org_name_required', 'A name of 1 to 100 characters is needed.');
  return clean;
}

export function codeTaken(code: string): AppError {
  return new AppError(409, 'org_code_taken', `The code "${code}" is taken.`, { params: { code } });
}

export async function selectNode(ctx: ServerContext, orgId: string): Promise<OrgNode> {
  const { rows } = await sql<OrgNode>`
    SELECT o.id, o.parent_id AS "parentId", o.kind, o.code, o.name,
      (SELECT count(*)::int FROM orgs c WHERE c.parent_id = o.id) AS "childCount"
    FROM orgs o WHERE o.id = ${orgId}
  `.execute(ctx.db);
  const node = rows[0];
  if (!node) throw notFound();
  return node;
}
