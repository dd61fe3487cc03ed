import { sql } from 'kysely';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { openSession } from '../people/sessions.ts';
import { enterDemo, manageDemo } from './actions.ts';
import { returnToRealTime, standInMorning, standOnFirstMorning } from './clock.ts';
import { demoEntries } from './entries.ts';
import { publishWeeks, weekNoOf } from './history.ts';
import { liveClass } from './region.ts';
import { removeRegion } from './remove.ts';
import { seedRegion } from './seed.ts';

/** Whether this cell holds the demo county. */
export async function hasDemo(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('orgs')
    .select('id')
    .where('is_demo', '=', true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Persons of the demo. */
export async function countPersons(db: Db): Promise<number> {
  const { n } = await db
    .selectFrom('persons')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('is_demo', '=', true)
    .executeTakeFirstOrThrow();
  return n;
}

/**
 * Loads the demo county with last week's lessons and facts, and sets the clock to a school morning.
 * Repeating it changes nothing.
 *
 * @throws {AppError} 409 `cell_in_use` when real units are there already: demo and real data never mix.
 */
export async function loadDemo(ctx: ServerContext, actor: Actor): Promise<{ loaded: boolean; day: string }> {
  await authorize(ctx.db, actor, manageDemo, {});
  if (await hasDemo(ctx.db)) {
    const { day } = await standInMorning(ctx.db);
    ctx.bus.publish('clock.moved', {});
    await publishWeeks(ctx, [weekNoOf(day)], { schoolCode: liveClass.schoolKey });
    return { loaded: false, day };
  }
  const real = await ctx.db.selectFrom('orgs').select('id').limit(1).executeTakeFirst();
  if (real)
    throw new AppError(
      409,
      'cell_in_use',
      'There are real units here; the demo is loaded into an empty cell only.',
    );
  const { day } = await ctx.db.transaction().execute(async (trx) => {
    await seedRegion(trx, ctx.secrets);
    return standOnFirstMorning(trx);
  });
  ctx.bus.publish('clock.moved', {});
  await publishWeeks(ctx, [weekNoOf(day)], { schoolCode: liveClass.schoolKey });
  return { loaded: true, day };
}

/** Removes the demo county with everything in it and puts the clock back. Nothing is left. */
export async function removeDemo(ctx: ServerContext, actor: Actor): Promise<{ removed: number }> {
  await authorize(ctx.db, actor, manageDemo, {});
  const removed = await ctx.db.transaction().execute((trx) => removeRegion(trx));
  await returnToRealTime(ctx.db);
  ctx.bus.publish('clock.moved', {});
  return { removed };
}

/** A role one may try with one tap. */
export interface DemoEntry {
  loginName: string;
  name: string;
  orgName: string;
  /** What to try: a key of the catalogue `demo.entry.<kind>`. */
  kind: string;
}

/**
 * The accounts of the demo that may be entered without a password.
 *
 * @returns empty when there is no demo or the request comes from another machine without `--demo-open`.
 */
export async function listEntries(
  ctx: ServerContext,
  request: FastifyRequest,
): Promise<{ now: string; entries: DemoEntry[] }> {
  await authorize(ctx.db, request.actor, enterDemo, {});
  const now = ctx.now().toISOString();
  if (!mayEnter(ctx, request)) return { now, entries: [] };
  const { rows } = await sql<{ loginName: string; name: string; orgName: string }>`
    SELECT a.login_name AS "loginName", p.name, o.name AS "orgName"
    FROM accounts a JOIN persons p ON p.id = a.person_id AND p.is_demo JOIN orgs o ON o.id = p.home_org_id
    WHERE a.login_name = ANY (${demoEntries.map(({ loginName }) => loginName)})
  `.execute(ctx.db);
  const found = new Map(rows.map((row) => [row.loginName, row]));
  return {
    now,
    entries: demoEntries.flatMap(({ loginName, kind }) => {
      const row = found.get(loginName);
      return row ? [{ ...row, kind }] : [];
    }),
  };
}

/**
 * One-tap entry into a demo account.
 *
 * @throws {AppError} 404 when the account is not of the demo, or this request may not enter.
 */
export async function enter(
  ctx: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { loginName }: { loginName: string },
): Promise<{ audience: 'learner' | 'staff' }> {
  await authorize(ctx.db, request.actor, enterDemo, {});
  if (!mayEnter(ctx, request)) throw notFound();
  const { rows } = await sql<{ accountId: string; isStaff: boolean }>`
    SELECT a.id AS "accountId", EXISTS (SELECT FROM current_appointments c WHERE c.person_id = p.id) AS "isStaff"
    FROM accounts a JOIN persons p ON p.id = a.person_id AND p.is_demo
    WHERE a.login_name = ${loginName} AND a.status = 'active'
  `.execute(ctx.db);
  const account = rows[0];
  if (!account) throw notFound();
  const audience = account.isStaff ? 'staff' : 'learner';
  await openSession(ctx, request, reply, { accountId: account.accountId, audience });
  return { audience };
}

/** From this machine itself, or from anywhere when the operator opened the demo; never through a proxy unnoticed. */
function mayEnter(ctx: ServerContext, request: FastifyRequest): boolean {
  if (ctx.config.demoOpen) return true;
  const from = request.socket.remoteAddress ?? '';
  const isLoopback = from === '127.0.0.1' || from === '::1' || from === '::ffff:127.0.0.1';
  return (
    isLoopback && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
  );
}
