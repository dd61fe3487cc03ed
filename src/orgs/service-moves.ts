import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db, Trx } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../platform/idempotency.ts';
import { manageOrgs, readOrgs } from './actions.ts';
import {
  lockTree,
  selectPlaced,
  selectToday,
  standAsPlaced,
  undecided,
  writePlaces,
  type KeptUnit,
} from './queries-places.ts';
import {
  parentOn,
  placedFrom,
  placesWithout,
  refusalOfMove,
  refusalOfTakingBack,
  type MoveRefusal,
} from './rules-moves.ts';

export interface NewMove {
  readonly orgId: string;
  /** The unit it is put below; with `isMerge` the unit of the same kind it becomes part of. */
  readonly parentId: string;
  /** First day it stands there, `YYYY-MM-DD`. */
  readonly fromDay: string;
  readonly isMerge: boolean;
  readonly reason: string;
  /** Title and number of the paper; empty: none. */
  readonly document: string;
}

export interface MoveLine {
  /** First day below `toName`. */
  readonly fromDay: string;
  /** null: it stood at the top. */
  readonly fromName: string | null;
  readonly toName: string | null;
  readonly isMerge: boolean;
  readonly reason: string | null;
  readonly document: string | null;
  /** null: a list of schools, or the command line. */
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  /** Not begun, or begun today. */
  readonly mayTakeBack: boolean;
}

/** Where a unit stood and will stand, the latest first. */
export async function listMoves(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<MoveLine[]> {
  await authorize(ctx.db, actor, readOrgs, { orgId });
  const { rows } = await sql<MoveLine>`
    SELECT lower(m.during)::text AS "fromDay", was.name AS "fromName", now.name AS "toName", m.is_merge AS "isMerge",
      m.reason, m.document, who.name AS "decidedByName", m.decided_at AS "decidedAt",
      m.decided_at IS NOT NULL AND lower(m.during) >= (app_now() AT TIME ZONE 'Asia/Shanghai')::date AS "mayTakeBack"
    FROM org_moves m
    JOIN org_moves before ON before.org_id = m.org_id AND upper(before.during) = lower(m.during)
    LEFT JOIN orgs was ON was.id = before.parent_id LEFT JOIN orgs now ON now.id = m.parent_id
    LEFT JOIN people_cards who ON who.person_id = m.decided_by
    WHERE m.org_id = ${orgId} ORDER BY lower(m.during) DESC LIMIT 100
  `.execute(ctx.db);
  return rows;
}

/**
 * Puts a unit below another from a day on, with everything below it; merged, it becomes part of a unit of its own kind and
 * keeps its code, classes, appointments and foreign ids. Days before keep the tree they had. Needs the right on the unit, on
 * where it stands and on where it goes.
 *
 * @throws {AppError} 409 with a `MoveRefusal`, 403 `org_move_source`, 404 for a destination out of reach.
 */
export async function moveUnit(
  ctx: ServerContext,
  request: FastifyRequest | RepeatableRequest,
  move: NewMove,
): Promise<MoveLine> {
  const { actor } = request;
  await authorize(ctx.db, actor, manageOrgs, { orgId: move.orgId });
  await authorize(ctx.db, actor, manageOrgs, { orgId: move.parentId });
  await idempotent(ctx.db, request, async (trx) => {
    await decideMove(trx, actor, move);
    return { status: 201, resourceId: move.orgId };
  });
  ctx.bus.publish('orgs.moved', { orgId: move.orgId });
  return moveFrom(ctx, actor, move);
}

/**
 * The same from the command line, by codes.
 *
 * @throws {AppError} as `moveUnit`; 404 `org_not_found`, 400 `org_move_day`.
 */
export async function moveUnitByCode(
  ctx: ServerContext,
  actor: Actor,
  { code, toCode, ...move }: Omit<NewMove, 'orgId' | 'parentId'> & { code: string; toCode: string },
): Promise<MoveLine> {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(move.fromDay) || Number.isNaN(Date.parse(move.fromDay)))
    throw new AppError(400, 'org_move_day', `"${move.fromDay}" is no day: write 2026-12-01.`, {
      params: { day: move.fromDay },
    });
  const idOf = async (wanted: string) => {
    const found = await ctx.db.selectFrom('orgs').select('id').where('code', '=', wanted).executeTakeFirst();
    if (found) return found.id;
    throw new AppError(404, 'org_not_found', `There is no unit of code "${wanted}".`, {
      params: { code: wanted },
    });
  };
  const wanted = { ...move, orgId: await idOf(code), parentId: await idOf(toCode) };
  for (const orgId of [wanted.orgId, wanted.parentId]) await authorize(ctx.db, actor, manageOrgs, { orgId });
  await ctx.db.transaction().execute((trx) => decideMove(trx, actor, wanted));
  return moveFrom(ctx, actor, wanted);
}

async function decideMove(trx: Trx, actor: Actor, move: NewMove): Promise<void> {
  const { orgId, parentId, fromDay, isMerge } = move;
  const today = await beginChange(trx);
  const units = await selectPlaced(trx, { unitIds: [orgId, parentId], today });
  const unit = loaded(units, orgId);
  await requireSource(trx, actor, unit, fromDay);
  const refusal = refusalOfMove(units, { unitId: orgId, parentId, from: fromDay, isMerge }, today);
  if (refusal) throw refused(refusal, unit, units.get(parentId));
  const place = {
    from: fromDay,
    parentId,
    isMerge,
    reason: move.reason.normalize('NFC').trim(),
    document: move.document.normalize('NFC').trim() || null,
    decidedBy: actor.kind === 'person' ? actor.personId : null,
    decidedAt: (await now(trx)).toISOString(),
  };
  await writePlaces(trx, orgId, placedFrom(unit.places, place));
  await standAsPlaced(trx, today);
  await audit(trx, actor, {
    action: isMerge ? 'orgs.merge' : 'orgs.move',
    subjectKind: 'org',
    subjectId: orgId,
    orgId,
    reason: place.reason,
    detail: { parentId, fromDay, before: parentOn(unit.places, fromDay) },
  });
}

/**
 * Takes a move back that has not begun, or began today: the unit goes on where it stood.
 *
 * @throws {AppError} 404 `not_found`, 409 `org_move_past` or `org_move_cycle`, 403 `org_move_source`.
 */
export async function takeMoveBack(
  ctx: ServerContext,
  actor: Actor,
  { orgId, fromDay }: { orgId: string; fromDay: string },
): Promise<void> {
  await authorize(ctx.db, actor, manageOrgs, { orgId });
  await ctx.db.transaction().execute(async (trx) => {
    const today = await beginChange(trx);
    const first = loaded(await selectPlaced(trx, { unitIds: [orgId], today }), orgId);
    const place = first.places.find(({ from }) => from === fromDay);
    if (!place?.decidedAt) throw notFound();
    const places = placesWithout(first.places, fromDay);
    const before = parentOn(places, fromDay);
    for (const id of [place.parentId, before]) await requireReach(trx, actor, id);
    const units = await selectPlaced(trx, {
      unitIds: [orgId, ...(before === null ? [] : [before])],
      today,
    });
    const refusal = refusalOfTakingBack(units, { unitId: orgId, from: fromDay }, today);
    if (refusal) throw refused(refusal, first, before === null ? undefined : units.get(before));
    await writePlaces(trx, orgId, places);
    await standAsPlaced(trx, today);
    await audit(trx, actor, {
      action: 'orgs.takeMoveBack',
      subjectKind: 'org',
      subjectId: orgId,
      orgId,
      detail: { parentId: place.parentId, fromDay, before },
    });
  });
  ctx.bus.publish('orgs.moved', { orgId });
}

/** Puts units where they stand from today on. @returns how many moved. */
export async function applyMovesDue(ctx: ServerContext): Promise<number> {
  return ctx.db.transaction().execute(async (trx) => {
    await lockTree(trx);
    return standAsPlaced(trx, await selectToday(trx));
  });
}

/** Puts a unit below another from today on, as a list of schools says; rights and fit are the caller's. */
export async function placeFromToday(
  trx: Trx,
  { orgId, parentId }: { orgId: string; parentId: string },
): Promise<void> {
  const today = await beginChange(trx);
  const unit = loaded(await selectPlaced(trx, { unitIds: [orgId], today }), orgId);
  await writePlaces(trx, orgId, placedFrom(unit.places, { ...undecided, from: today, parentId }));
  await standAsPlaced(trx, today);
}

/** Nobody else changes the tree until the transaction ends, and it stands as it should today. @returns today. */
async function beginChange(trx: Trx): Promise<string> {
  await lockTree(trx);
  const today = await selectToday(trx);
  await standAsPlaced(trx, today);
  return today;
}

/** The right on where the unit stands: the unit above it today, and on the day when that is another. */
async function requireSource(trx: Trx, actor: Actor, unit: KeptUnit, fromDay: string): Promise<void> {
  for (const id of new Set([unit.parentId, parentOn(unit.places, fromDay)]))
    await requireReach(trx, actor, id);
}

/** Whoever stands in the unit knows that there is one above it: out of reach is said, not hidden. */
async function requireReach(db: Db, actor: Actor, orgId: string | null): Promise<void> {
  if (orgId === null && actor.kind === 'operator') return;
  try {
    if (orgId === null) throw notFound();
    await authorize(db, actor, manageOrgs, { orgId });
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'not_found' && error.code !== 'not_allowed'))
      throw error;
    throw new AppError(
      403,
      'org_move_source',
      'The unit above is out of your reach: it must decide the move.',
    );
  }
}

function refused(code: MoveRefusal, unit: KeptUnit, parent: KeptUnit | undefined): AppError {
  const params = { name: unit.name, parent: parent?.name ?? '' };
  return new AppError(409, code, `${unit.name} cannot be put below ${params.parent}: ${code}.`, { params });
}

function loaded(units: ReadonlyMap<string, KeptUnit>, id: string): KeptUnit {
  const unit = units.get(id);
  if (!unit) throw notFound();
  return unit;
}

async function now(db: Db): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`SELECT app_now() AS at`.execute(db);
  return rows[0]!.at;
}

async function moveFrom(
  ctx: ServerContext,
  actor: Actor,
  { orgId, fromDay }: { orgId: string; fromDay: string },
): Promise<MoveLine> {
  const line = (await listMoves(ctx, actor, { orgId })).find((one) => one.fromDay === fromDay);
  if (!line) throw notFound();
  return line;
}
