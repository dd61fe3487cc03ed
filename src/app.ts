import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { actorOfRequest } from './people/sessions.ts';
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
import type { Capability } from './platform/capability.ts';
import type { ServerContext } from './platform/context.ts';
import { registerHealth } from './platform/health.ts';
import { createHttp } from './platform/http.ts';
import { registerOpenApi } from './platform/openapi.ts';
import { pages } from './platform/pages.ts';
import { securityHeaders } from './platform/pages/headers.ts';

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
}

/** The product as production runs it; listening is the caller's. */
export async function buildApp(ctx: ServerContext, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = await createHttp({
    log: ctx.log,
    authenticate: (request) =>
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
  registerHealth(app, ctx);
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
  for (const capability of capabilities) await capability.jobs?.(ctx);
  await ctx.jobs.start();
}
