import type { FastifyInstance } from 'fastify';
import { actorOfRequest } from './people/sessions.ts';
import { people } from './people/capability.ts';
import { courses } from './courses/capability.ts';
import type { Capability } from './platform/capability.ts';
import type { ServerContext } from './platform/context.ts';
import { registerHealth } from './platform/health.ts';
import { createHttp } from './platform/http.ts';

/** Everything the product is made of, in the order of dependence. */
export const capabilities: readonly Capability[] = [people, courses];

export interface AppOptions {
  /** Tests and development: fail an answer whose declared action was never authorised. */
  readonly verifyAuthorisation?: boolean;
  readonly https?: { readonly key: string; readonly cert: string };
}

/** The product as production runs it; listening is the caller's. */
export async function buildApp(ctx: ServerContext, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = await createHttp({
    log: ctx.log,
    authenticate: (request) => actorOfRequest(ctx.pool, request),
    trustedProxies: ctx.config.trustedProxies,
    ...options,
  });
  registerHealth(app, ctx);
  for (const capability of capabilities) {
    if (capability.routes) await app.register(capability.routes(ctx), { prefix: '/api' });
  }
  return app;
}

/** Declares the background work of all capabilities; once per process, before listening. */
export async function startJobs(ctx: ServerContext): Promise<void> {
  for (const capability of capabilities) await capability.jobs?.(ctx);
}
