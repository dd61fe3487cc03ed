import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { manageOrgs, readOrgs } from './actions.ts';
import {
  divisionChain,
  divisions,
  findDivisions,
  sixDigits,
  withAllBelow,
  type Division,
} from './divisions.ts';
import { mayHangBelow, orgKinds } from './rules.ts';
import { codeTaken, insertUnit, requireFit, selectNode, type OrgNode } from './service.ts';
import type { OrgKind } from './tables.ts';

/** Units or divisions a page holds. */
export const UNITS_PAGE = 50;

export interface UnitsAsked {
  readonly orgId: string;
  /** Part of a name or beginning of a code, at any depth; empty: what stands directly below. */
  readonly text: string;
  /** From 1. */
  readonly page: number;
}

export interface UnitsPage {
  readonly unit: OrgNode;
  /** Units above, the top first. */
  readonly above: readonly { id: string; name: string }[];
  readonly units: readonly (OrgNode & { readonly parentName: string; readonly before: PlaceBefore | null })[];
  readonly total: number;
}

/** Where a unit stood before it was moved or merged. */
export interface PlaceBefore {
  readonly name: string;
  /** First day on which it stood there no more. */
  readonly until: string;
  readonly isMerge: boolean;
}

/** What stands directly below a unit, or what is found at any depth below it, a page at a time. */
export async function listUnits(
  ctx: ServerContext,
  actor: Actor,
  { orgId, text, page }: UnitsAsked,
): Promise<UnitsPage> {
  await authorize(ctx.db, actor, readOrgs, { orgId });
  const wanted = text.normalize('NFC').trim();
  const like = wanted.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
  const found =
    wanted === ''
      ? sql`o.parent_id = ${orgId}`
      : sql`o.path <@ (SELECT path FROM orgs WHERE id = ${orgId}) AND o.id <> ${orgId}
          AND (o.name LIKE ${`%${like}%`} OR o.code LIKE ${`${like.toLowerCase()}%`})`;
  const { rows } = await sql<UnitsPage['units'][number] & { total: number }>`
    SELECT o.id, o.parent_id AS "parentId", o.kind, o.code, o.name, p.name AS "parentName", (
      SELECT json_build_object('name', was.name, 'until', lower(m.during), 'isMerge', m.is_merge)
      FROM org_moves m JOIN org_moves b ON b.org_id = m.org_id AND upper(b.during) = lower(m.during)
      JOIN orgs was ON was.id = b.parent_id
      WHERE m.org_id = o.id AND m.during @> (app_now() AT TIME ZONE 'Asia/Shanghai')::date) AS before,
      (SELECT count(*)::int FROM orgs c WHERE c.parent_id = o.id) AS "childCount", count(*) OVER ()::int AS total
    FROM orgs o JOIN orgs p ON p.id = o.parent_id
    WHERE ${found}
    ORDER BY o.name = ${wanted} DESC, array_position(${[...orgKinds]}::text[], o.kind), o.code
    LIMIT ${UNITS_PAGE} OFFSET ${(page - 1) * UNITS_PAGE}
  `.execute(ctx.db);
  const above = await sql<{ id: string; name: string }>`
    SELECT a.id, a.name FROM orgs o JOIN orgs a ON a.path @> o.path AND a.id <> o.id
    WHERE o.id = ${orgId} ORDER BY nlevel(a.path)
  `.execute(ctx.db);
  return {
    unit: await selectNode(ctx, orgId),
    above: above.rows,
    units: rows.map(({ total: _total, ...unit }) => unit),
    total: rows[0]?.total ?? 0,
  };
}

export interface DivisionChoice extends Division {
  /** Names from the province down. */
  readonly path: readonly string[];
  /** Its unit, when there is one. */
  readonly orgId: string | null;
}

/**
 * Divisions that may be created at or below a unit: by name or code, or the ones directly below another.
 *
 * @param parentCode - null: the uppermost ones within reach of the unit.
 */
export async function listDivisions(
  ctx: ServerContext,
  actor: Actor,
  { orgId, text, parentCode, page }: { orgId: string; text: string; parentCode: string | null; page: number },
): Promise<{ divisions: DivisionChoice[]; total: number }> {
  await authorize(ctx.db, actor, readOrgs, { orgId });
  const register = await divisions();
  const within = await reachOf(ctx.db, orgId);
  const { kind } = await selectNode(ctx, orgId);
  // A unit with a code of its own, such as a county: nothing of the register belongs below it.
  if (within === null && !mayHangBelow('province', kind)) return { divisions: [], total: 0 };
  const found =
    text.trim() !== ''
      ? findDivisions(register, text, within)
      : (register.below.get(parentCode === null ? within : sixDigits(parentCode)) ?? []).filter(
          ({ code }) =>
            within === null || divisionChain(register, code).some((above) => above.code === within),
        );
  const shown = found.slice((page - 1) * UNITS_PAGE, page * UNITS_PAGE);
  const known = await ctx.db
    .selectFrom('orgs')
    .select(['id', 'code'])
    .where('code', 'in', ['', ...shown.map(({ code }) => code)])
    .execute();
  const idOf = new Map(known.map(({ id, code }) => [code, id]));
  return {
    total: found.length,
    divisions: shown.map((division) => ({
      ...division,
      path: divisionChain(register, division.code).map(({ name }) => name),
      orgId: idOf.get(division.code) ?? null,
    })),
  };
}

/** The division a unit stands for or stands in, by its code or that of a unit above; null: the whole country. */
export async function reachOf(db: Db, orgId: string): Promise<string | null> {
  const register = await divisions();
  const { rows } = await sql<{ code: string }>`
    SELECT a.code FROM orgs o JOIN orgs a ON a.path @> o.path WHERE o.id = ${orgId} ORDER BY nlevel(a.path) DESC
  `.execute(db);
  return rows.find(({ code }) => register.byCode.has(code))?.code ?? null;
}

/**
 * Makes a division a unit at or below another, with the divisions between that are missing. Asked again, nothing changes.
 *
 * @param withBelow - also every division below it.
 * @returns the unit, and how many were made.
 * @throws {AppError} 404 `division_unknown`, 409 `division_elsewhere` when it does not lie within the unit, 409
 *   `org_code_taken` when a code is held by a unit elsewhere in the tree, 400 `org_wrong_parent`.
 */
export async function createDivision(
  ctx: ServerContext,
  actor: Actor,
  { orgId, code, withBelow }: { orgId: string; code: string; withBelow: boolean },
): Promise<{ unit: OrgNode; created: number }> {
  await authorize(ctx.db, actor, manageOrgs, { orgId });
  const { unitId, created } = await ctx.db
    .transaction()
    .execute((trx) => ensureDivision(trx, actor, { orgId, code, withBelow }));
  return { unit: await selectNode(ctx, unitId), created };
}

/**
 * The same within a transaction; rights are the caller's.
 *
 * @throws {AppError} as `createDivision`.
 */
export async function ensureDivision(
  trx: Trx,
  actor: Actor,
  { orgId, code, withBelow = false }: { orgId: string; code: string; withBelow?: boolean },
): Promise<{ unitId: string; created: number }> {
  const register = await divisions();
  const wanted = register.byCode.get(sixDigits(code));
  if (!wanted) throw divisionUnknown(code);
  const chain = divisionChain(register, wanted.code);
  const top = await trx
    .selectFrom('orgs')
    .select(['id', 'kind', 'code', 'is_demo'])
    .where('id', '=', orgId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const start = chain.findIndex((division) => division.code === top.code);
  const within = await reachOf(trx, orgId);
  if (start < 0 && (within !== null || !mayHangBelow(chain[0]?.kind ?? 'county', top.kind))) {
    throw new AppError(409, 'division_elsewhere', `${wanted.name} does not lie within this unit.`, {
      params: { name: wanted.name },
    });
  }
  const list = [
    ...chain.slice(start + 1),
    ...(withBelow ? withAllBelow(register, wanted.code).slice(1) : []),
  ];
  const units = new Map<string | null, { id: string; kind: OrgKind }>([[start < 0 ? null : top.code, top]]);
  let created = 0;
  for (const { code: next, name, kind, parentCode } of list) {
    const parent = units.get(parentCode);
    if (!parent) throw notFound();
    requireFit(kind, parent.kind);
    const known = await selectBelow(trx, next, orgId);
    if (known) {
      units.set(next, known);
      continue;
    }
    const isDemo = top.is_demo;
    const unit = await insertUnit(trx, actor, { parentId: parent.id, kind, code: next, name, isDemo });
    if (!unit) throw codeTaken(next);
    units.set(next, { id: unit.id, kind });
    created += 1;
  }
  return { unitId: units.get(wanted.code)?.id ?? orgId, created };
}

export function divisionUnknown(code: string): AppError {
  return new AppError(404, 'division_unknown', `There is no division of code "${code}".`, {
    params: { code },
  });
}

/** A unit of this code at or below another, in whatever place it was put since. */
async function selectBelow(
  trx: Trx,
  code: string,
  orgId: string,
): Promise<{ id: string; kind: OrgKind } | undefined> {
  const { rows } = await sql<{ id: string; kind: OrgKind }>`
    SELECT o.id, o.kind FROM orgs o JOIN orgs top ON top.id = ${orgId} AND o.path <@ top.path WHERE o.code = ${code}
  `.execute(trx);
  return rows[0];
}

/**
 * The same from the command line: below the unit of `belowCode`, else below the top of the tree, else as a tree of its own.
 *
 * @throws {AppError} as `createDivision`; 404 `org_not_found`; 409 `org_top_unclear` when the tree has several tops.
 */
export async function createDivisionByCode(
  ctx: ServerContext,
  actor: Actor,
  { code, belowCode, withBelow }: { code: string; belowCode: string | null; withBelow: boolean },
): Promise<{ unit: OrgNode; created: number }> {
  const register = await divisions();
  const [province] = divisionChain(register, sixDigits(code));
  if (!province) throw divisionUnknown(code);
  const tops = await ctx.db
    .selectFrom('orgs')
    .select(['id', 'code'])
    .where((is) =>
      belowCode === null
        ? is.and([is('parent_id', 'is', null), is('is_demo', '=', false)])
        : is('code', '=', belowCode),
    )
    .execute();
  const top = tops.find((one) => one.code === province.code) ?? tops[0];
  if (!top && belowCode !== null) {
    throw new AppError(404, 'org_not_found', `There is no unit of code "${belowCode}".`, {
      params: { code: belowCode },
    });
  }
  if (top && top.code !== province.code && tops.length > 1) {
    throw new AppError(409, 'org_top_unclear', 'The tree has several tops; name one with --below.');
  }
  if (top) return createDivision(ctx, actor, { orgId: top.id, code, withBelow });
  if (actor.kind !== 'operator') throw notFound();
  const { id } = await ctx.db.transaction().execute(async (trx) => {
    const unit = await insertUnit(trx, actor, {
      parentId: null,
      kind: province.kind,
      code: province.code,
      name: province.name,
      isDemo: false,
    });
    if (!unit) throw codeTaken(province.code);
    return unit;
  });
  const { unit, created } = await createDivision(ctx, actor, { orgId: id, code, withBelow });
  return { unit, created: created + 1 };
}
