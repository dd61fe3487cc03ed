import { collectDefaultMetrics, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { ServerContext } from './context.ts';

/**
 * `/health`: this process answers. `/ready`: it can do durable work (database reachable and writable).
 * `/metrics`: for machines on this host only; behind a proxy it is not public (K-07).
 */
export function registerHealth(app: FastifyInstance, ctx: ServerContext): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const config = { open: true } as const;
  app.get('/health', { config }, async () => ({ status: 'ok' }));
  app.get('/ready', { config }, async (_request, reply) => {
    try {
      const { rows } = await sql<{ writable: boolean }>`SELECT NOT pg_is_in_recovery() AS writable`.execute(
        ctx.db,
      );
      if (rows[0]?.writable) return { status: 'ready' };
    } catch (error) {
      ctx.log.warn({ err: error }, 'ready.database');
    }
    return reply.code(503).header('retry-after', '1').send({ status: 'starting' });
  });
  app.get('/metrics', { config }, async (request, reply) => {
    if (
      !['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '') ||
      request.headers['x-forwarded-for']
    ) {
      return reply.code(404).send();
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
