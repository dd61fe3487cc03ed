import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Actor, OperatorActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { askSupport, decideSupport, endSupport, readSupport } from './actions.ts';

/** A question the school has not answered by then is asked again. */
const ANSWER_DAYS = 3;
export const SUPPORT_MINUTES = { least: 10, most: 240 } as const;
export const USES_PAGE = 50;

export interface SupportGrant {
  readonly id: string;
  readonly orgId: string;
  readonly reason: string;
  /** How long it lasts once given, 10 to 240. */
  readonly minutes: number;
  readonly state: 'asked' | 'open' | 'declined' | 'over' | 'unanswered';
  readonly askedAt: Date;
  readonly decidedByName: string | null;
  readonly decidedAt: Date | null;
  /** When it ends by itself, or was ended. */
  readonly endsAt: Date | null;
  /** Calls asked under it. */
  readonly uses: number;
}

const grantCards = sql<SupportGrant>`
  SELECT g.id, g.org_id AS "orgId", g.reason, g.minutes, g.asked_at AS "askedAt", p.name AS "decidedByName",
    g.decided_at AS "decidedAt", least(g.ends_at, g.ended_at) AS "endsAt",
    (SELECT count(*)::int FROM support_uses u WHERE u.grant_id = g.id) AS uses,
    CASE
      WHEN g.decided_at IS NULL AND g.ended_at IS NOT NULL THEN 'over'
      WHEN g.decided_at IS NULL AND g.asked_at < clock_timestamp() - make_interval(days => ${ANSWER_DAYS}) THEN 'unanswered'
      WHEN g.decided_at IS NULL THEN 'asked'
      WHEN g.ends_at IS NULL THEN 'declined'
      WHEN g.ended_at IS NOT NULL OR g.ends_at <= clock_timestamp() THEN 'over'
      ELSE 'open'
    END AS state
  FROM support_grants g LEFT JOIN people_cards p ON p.person_id = g.decided_by
`;

/**
 * Asks a school for leave to look into it.
 *
 * @throws {AppError} 404 `org_not_found`, 400 `support_not_a_school`, 400 `support_minutes`, 400 `support_reason`.
 */
export async function askForSupport(
  ctx: ServerContext,
  actor: Actor,
  { orgCode, reason, minutes }: { orgCode: string; reason: string; minutes: number },
): Promise<SupportGrant> {
  const org = await ctx.db
    .selectFrom('orgs')
    .select(['id', 'kind'])
    .where('code', '=', orgCode)
    .executeTakeFirst();
  if (!org)
    throw new AppError(404, 'org_not_found', `There is no unit of code "${orgCode}".`, {
      params: { code: orgCode },
    });
  await authorize(ctx.db, actor, askSupport, { orgId: org.id });
  if (org.kind !== 'school') throw new AppError(400, 'support_not_a_school', 'Only a school is asked.');
  const why = reason.normalize('NFC').trim();
  if (why === '' || why.length > 300)
    throw new AppError(400, 'support_reason', 'Say in 1 to 300 characters why you need to look.');
  const { least, most } = SUPPORT_MINUTES;
  if (!Number.isInteger(minutes) || minutes < least || minutes > most)
    throw new AppError(400, 'support_minutes', `From ${least} to ${most} minutes.`, {
      params: { least, most },
    });
  const { id } = await ctx.db.transaction().execute(async (trx) => {
    const asked = await trx
      .insertInto('support_grants')
      .values({ org_id: org.id, reason: why, minutes })
      .returning('id')
      .executeTakeFirstOrThrow();
    const line = { action: askSupport.name, subjectKind: 'supportGrant', subjectId: asked.id, orgId: org.id };
    await audit(trx, actor, { ...line, reason: why });
    return asked;
  });
  return selectGrant(ctx, id);
}

/**
 * The school's answer. Asked again with the same answer, nothing changes.
 *
 * @throws {AppError} 409 `support_decided` when it was answered otherwise, waited too long or was taken back.
 */
export async function decideOnSupport(
  ctx: ServerContext,
  actor: Actor,
  { grantId, give }: { grantId: string; give: boolean },
): Promise<SupportGrant> {
  await authorize(ctx.db, actor, decideSupport, { grantId });
  await ctx.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ orgId: string }>`
      UPDATE support_grants SET decided_by = ${actor.kind === 'person' ? actor.personId : null}, decided_at = now,
        ends_at = CASE WHEN ${give} THEN now + make_interval(mins => minutes) END
      FROM (SELECT clock_timestamp() AS now) clock
      WHERE id = ${grantId} AND decided_at IS NULL AND ended_at IS NULL
        AND asked_at > now - make_interval(days => ${ANSWER_DAYS})
      RETURNING org_id AS "orgId"
    `.execute(trx);
    if (!rows[0]) return;
    await audit(trx, actor, {
      action: decideSupport.name,
      subjectKind: 'supportGrant',
      subjectId: grantId,
      orgId: rows[0].orgId,
      detail: { given: give },
    });
  });
  const grant = await selectGrant(ctx, grantId);
  if (grant.state !== (give ? 'open' : 'declined'))
    throw new AppError(409, 'support_decided', 'This was decided before, or waited too long.');
  return grant;
}

/** Ends leave, or takes the question back; ended before, nothing changes. */
export async function endSupportNow(
  ctx: ServerContext,
  actor: Actor,
  { grantId }: { grantId: string },
): Promise<SupportGrant> {
  await authorize(ctx.db, actor, endSupport, { grantId });
  await ctx.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ orgId: string }>`
      UPDATE support_grants SET ended_at = clock_timestamp(), ended_by = ${actor.kind === 'person' ? actor.personId : null}
      WHERE id = ${grantId} AND ended_at IS NULL AND (decided_at IS NULL OR ends_at > clock_timestamp())
      RETURNING org_id AS "orgId"
    `.execute(trx);
    if (!rows[0]) return;
    const line = { action: endSupport.name, subjectKind: 'supportGrant', subjectId: grantId };
    await audit(trx, actor, { ...line, orgId: rows[0].orgId });
  });
  return selectGrant(ctx, grantId);
}

/**
 * A fresh token for what a school has given; one before counts no more. It is said once and kept as a hash.
 *
 * @throws {AppError} 404 for no such grant, 409 `support_not_open`.
 */
export async function makeSupportToken(
  ctx: ServerContext,
  actor: Actor,
  { grantId }: { grantId: string },
): Promise<{ grant: SupportGrant; token: string }> {
  const grant = await selectGrant(ctx, grantId);
  await authorize(ctx.db, actor, askSupport, { orgId: grant.orgId });
  if (grant.state !== 'open')
    throw new AppError(409, 'support_not_open', `The school has not given leave: ${grant.state}.`);
  const token = randomBytes(32).toString('base64url');
  await ctx.db
    .updateTable('support_grants')
    .set({ token_hash: hashOf(token) })
    .where('id', '=', grantId)
    .execute();
  return { grant, token };
}

/** What was asked of a school, the newest first. */
export async function listSupportGrants(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<SupportGrant[]> {
  await authorize(ctx.db, actor, readSupport, { orgId });
  const { rows } = await sql<SupportGrant>`
    SELECT * FROM (${grantCards}) g
    WHERE "orgId" IN (SELECT s.org_id FROM org_scope s JOIN org_scope mine
      ON mine.org_id = ${orgId} AND mine.whole_school_id = s.whole_school_id)
    ORDER BY "askedAt" DESC LIMIT 50
  `.execute(ctx.db);
  return rows;
}

export interface SupportUse {
  readonly at: Date;
  readonly reason: string;
  readonly operation: string;
  readonly address: string;
}

/** Everything the operator asked under any leave of the school, the newest first. @param page - from 1. */
export async function listSupportUses(
  ctx: ServerContext,
  actor: Actor,
  { orgId, page }: { orgId: string; page: number },
): Promise<{ uses: SupportUse[]; total: number }> {
  await authorize(ctx.db, actor, readSupport, { orgId });
  const { rows } = await sql<SupportUse & { total: number }>`
    SELECT u.at, g.reason, u.operation, u.url_path AS address, count(*) OVER ()::int AS total
    FROM support_uses u JOIN support_grants g ON g.id = u.grant_id
    WHERE g.org_id IN (SELECT s.org_id FROM org_scope s JOIN org_scope mine
      ON mine.org_id = ${orgId} AND mine.whole_school_id = s.whole_school_id)
    ORDER BY u.id DESC LIMIT ${USES_PAGE} OFFSET ${(page - 1) * USES_PAGE}
  `.execute(ctx.db);
  return { uses: rows.map(({ total: _total, ...use }) => use), total: rows[0]?.total ?? 0 };
}

/**
 * The operator by the token in `nol-support`; null: none was sent. The use is written down before anything is answered.
 *
 * @throws {AppError} 401 `support_over` for a token that opens nothing any more, 403 `support_reads_only`.
 */
export async function supportActorOf(
  ctx: ServerContext,
  request: FastifyRequest,
): Promise<OperatorActor | null> {
  const token = request.headers['nol-support'];
  if (token === undefined) return null;
  const found =
    typeof token === 'string' && token.length <= 100
      ? await sql<{ id: string; orgId: string }>`
          SELECT id, org_id AS "orgId" FROM support_grants
          WHERE token_hash = ${hashOf(token)} AND ended_at IS NULL AND ends_at > clock_timestamp()`.execute(
          ctx.db,
        )
      : null;
  const grant = found?.rows[0];
  if (!grant) throw new AppError(401, 'support_over', 'This leave to look is over or was never given.');
  const { schema, url } = request.routeOptions;
  await ctx.db
    .insertInto('support_uses')
    .values({
      grant_id: grant.id,
      operation:
        (schema as { operationId?: string } | undefined)?.operationId ?? `${request.method} ${url ?? ''}`,
      url_path: (request.url.split('?')[0] ?? '').slice(0, 300),
    })
    .execute();
  if ((request.method !== 'GET' && request.method !== 'HEAD') || request.headers.upgrade !== undefined)
    throw new AppError(403, 'support_reads_only', 'Leave to look is for reading only.');
  return { kind: 'operator', grant, granted: new Set() };
}

async function selectGrant(ctx: ServerContext, grantId: string): Promise<SupportGrant> {
  const { rows } = await sql<SupportGrant>`SELECT * FROM (${grantCards}) g WHERE id = ${grantId}`.execute(
    ctx.db,
  );
  if (!rows[0]) throw notFound();
  return rows[0];
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
