import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { actorOfRequest } from './people/sessions.ts';
import { supportActorOf } from './people/support.ts';
import { orgs } from './orgs/capability.ts';
import { people } from './people/capability.ts';
import { calendar } from './calendar/capability.ts';
import { consents } from './consents/capability.ts';
import { courses } from './courses/capability.ts';
import { rosters } from './rosters/capability.ts';
import { timetable } from './timetable/capability.ts';
import { reach } from './reach/capability.ts';
import { demo } from './demo/capability.ts';
import { rooms } from './rooms/capability.ts';
import type { Alarms } from './platform/alarms.ts';
import type { Capability } from './platform/capability.ts';
import type { ServerContext } from './platform/context.ts';
import { registerHealth } from './platform/health.ts';
import { createHttp } from './platform/http.ts';
import { registerOpenApi } from './platform/openapi.ts';
import { pages } from './platform/pages.ts';
import { registerSecurityContact } from './platform/security-contact.ts';
import { securityHeaders } from './platform/pages/headers.ts';
import { scrubDue } from './platform/scrub.ts';

/** Everything the product is made of, in the order of dependence. */
export const capabilities: readonly Capability[] = [
  orgs,
  people,
  calendar,
  courses,
  consents,
  rosters,
  timetable,
  rooms,
  reach,
  demo,
];

/** The built web part. */
const DIST = path.join(import.meta.dirname, '../dist');

export interface AppOptions {
  /** Folder of the built web part, when it is another than `dist/`. */
  readonly dist?: string;
  /** Tests and development: fail an answer whose declared action was never authorised. */
  readonly verifyAuthorisation?: boolean;
  readonly https?: { readonly key: string; readonly cert: string };
  /** What rings, for `/metrics`. */
  readonly alarms?: Pick<Alarms, 'ringing'>;
}

/** The product as production runs it; listening is the caller's. */
export async function buildApp(ctx: ServerContext, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = await createHttp({
    log: ctx.log,
    authenticate: async (request) =>
      (await supportActorOf(ctx, request)) ??
      actorOfRequest(ctx.pool, request, {
        secondStepIsDuty: ctx.config.mode === 'serve',
        sessionLife: ctx.config.sessionLife,
      }),
    trustedProxies: ctx.config.trustedProxies,
    ...options,
  });
  const headers = securityHeaders({
    isPublicTls: ctx.config.mode === 'serve' && ctx.config.publicUrl.startsWith('https:'),
  });
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers(headers);
  });
  registerHealth(app, ctx, options.alarms);
  registerSecurityContact(app, ctx.config);
  await registerOpenApi(app);
  for (const capability of capabilities) {
    if (capability.routes) await app.register(capability.routes(ctx), { prefix: '/api' });
  }
  await app.register(
    pages({
      db: ctx.db,
      dist: options.dist ?? DIST,
      now: ctx.now,
      isLearner: (role) => role === 'pupil' || role === 'guardian',
    }),
  );
  return app;
}

/** Declares the background work of all capabilities and starts it; once per process. */
export async function startJobs(ctx: ServerContext): Promise<void> {
  const fileColumns = capabilities.flatMap((capability) => capability.fileColumns ?? []);
  await ctx.jobs.define('platform.scrub', { everySeconds: 3600 }, async (_data, stopping) => {
    // The machine's own clock: a demo's days are no days of the disk.
    const { db, files, log, config } = ctx;
    await scrubDue(
      { db, files, log, dataDir: config.dataDir, fileColumns, now: () => new Date() },
      { stopping },
    );
  });
  for (const capability of capabilities) await capability.jobs?.(ctx);
  await ctx.jobs.start();
}
