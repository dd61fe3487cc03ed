import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { ALARMS, type Alarms } from './alarms.ts';
import type { ServerContext } from './context.ts';

/** A database that has not answered by then is not ready, whether it is down or all connections are taken. */
const READY_LIMIT_MS = 3_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * `/health`: this process answers. `/ready`: it can do durable work (database reachable and writable).
 * `/metrics`: for machines on this host only; behind a proxy it is not public (K-07).
 */
export function registerHealth(
  app: FastifyInstance,
  ctx: ServerContext,
  alarms?: Pick<Alarms, 'ringing'>,
): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  measure(app, ctx, registry);
  if (alarms) registry.registerMetric(alarmGauge(alarms));
  const config = { open: true } as const;
  app.get('/health', { config }, async () => ({ status: 'ok' }));
  app.get('/ready', { config }, async (_request, reply) => {
    try {
      const isReady = await Promise.race([isWritable(ctx), sleep(READY_LIMIT_MS, false, { ref: false })]);
      if (isReady) return { status: 'ready' };
    } catch (error) {
      ctx.log.warn({ err: error }, 'ready.database');
    }
    return reply.code(503).header('retry-after', '1').send({ status: 'starting' });
  });
  app.get('/metrics', { config }, async (request, reply) => {
    const isOfThisHost = LOOPBACK.has(request.socket.remoteAddress ?? '');
    if (!isOfThisHost || request.headers['x-forwarded-for'] || request.headers.forwarded) {
      return reply.code(404).send();
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

async function isWritable({ db }: ServerContext): Promise<boolean> {
  const { rows } = await sql<{ writable: boolean }>`SELECT NOT pg_is_in_recovery() AS writable`.execute(db);
  return rows[0]?.writable ?? false;
}

/** 1 for every alarm that rings, so that a watching system calls somebody. */
function alarmGauge(alarms: Pick<Alarms, 'ringing'>): Gauge {
  return new Gauge({
    name: 'nol_alarm',
    help: 'What an operator is called for; the runbook incident.md has a section for each.',
    labelNames: ['alarm'],
    registers: [],
    collect() {
      for (const alarm of ALARMS) this.set({ alarm }, alarms.ringing().has(alarm) ? 1 : 0);
    },
  });
}

/** What an operator watches: how answers come, connections to the database, room on the disk. Counts only, nobody's name. */
function measure(app: FastifyInstance, { pool, config }: ServerContext, registry: Registry): void {
  const answers = new Histogram({
    name: 'nol_http_answer_seconds',
    help: 'Time to answer, by route pattern and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    answers.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  const connections = new Gauge({
    name: 'nol_database_connections',
    help: 'Connections of the pool: open, idle, and callers who wait for one.',
    labelNames: ['state'],
    registers: [],
    collect() {
      this.set({ state: 'open' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
  const room = new Gauge({
    name: 'nol_disk_free_bytes',
    help: 'Room left where the data folder lies.',
    registers: [],
    async collect() {
      const { bavail, bsize } = await statfs(config.dataDir);
      this.set(bavail * bsize);
    },
  });
  for (const gauge of [connections, room]) registry.registerMetric(gauge);
}
