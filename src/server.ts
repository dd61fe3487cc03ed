import { readFile } from 'node:fs/promises';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { hostname } from 'node:os';

import type { FastifyInstance } from 'fastify';

import { buildApp, capabilities, startJobs } from './app.ts';
import { alarmProbes } from './platform/alarm-probes.ts';
import { watchAlarms, type Alarms } from './platform/alarms.ts';
import { dropSlot, startContinuousBackup, type BackupState } from './platform/backup/continuous.ts';
import { dataPath, defaultUrl, type Config } from './platform/config.ts';
import { ensureDataFolder, holdDataFolder } from './platform/data-folder.ts';
import { openDatabase } from './platform/database.ts';
import { lanAddresses } from './platform/lan/addresses.ts';
import type { LanCertificate } from './platform/lan/certificate.ts';
import type { Logger } from './platform/log.ts';
import { migrate } from './platform/migrate.ts';
import { openContext, type OpenedContext } from './platform/open-context.ts';
import { listenRefusal, requireFreePort } from './platform/ports.ts';
import { openPostgres, type OpenedPostgres } from './platform/postgres/open.ts';
import { requireSafeProduction } from './platform/production.ts';
import { diskFull, isDiskFull, StartRefusal, type Sentence } from './platform/start-refusal.ts';

export interface RunningServer {
  readonly config: Config;
  /** Addresses that work, the one to print first. */
  readonly addresses: readonly string[];
  /** Who can sign in, from the capabilities. */
  readonly signIn: readonly Sentence[];
  /** Lets requests under way finish (at most 10 s), then stops everything, the database last. */
  stop(): Promise<void>;
}

/** How long requests under way may take when the server stops, in milliseconds. */
const drainLimitMs = 10_000;

/** With less than this a failure is the disk's, whatever part of us noticed it first. PostgreSQL's log grows by 16 MiB. */
const fullBytes = 16 * 1024 * 1024;

/**
 * Starts the product: data folder, database, migrations, first start, background work, listening.
 *
 * What was started is stopped again when a later step fails.
 *
 * @param webBuilt - settles when the web part is built; awaited before the pages are served.
 * @throws {StartRefusal} with a sentence for the person at the terminal.
 */
export async function startServer(
  wanted: Config,
  { log, webBuilt }: { log: Logger; webBuilt: () => Promise<void> },
): Promise<RunningServer> {
  if (wanted.mode === 'serve') await requireSafeProduction(wanted);
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).toReversed()) {
      // A step that fails must not keep the database running.
      await step().catch((error: unknown) => log.error({ err: error }, 'server.stop'));
    }
  };
  try {
    const dataDir = await ensureDataFolder(wanted.dataDir);
    const hold = await holdDataFolder(dataDir, 'server');
    undo.push(() => hold.release());
    const config = await withRealAddress(wanted);
    const lan = config.lan && (await certificateFor(config));
    const building = webBuilt();
    // Awaited below; until then a failure must not count as unhandled.
    building.catch(() => undefined);
    const postgres = await openPostgres(config, { log });
    undo.push(() => postgres.stop());
    await prepareDatabase(config, postgres, log);
    const backup = await backUp(config, postgres, log);
    undo.push(() => backup.stop());
    const opened = await openContext(config, postgres.connection, { log });
    undo.push(() => opened.close());
    const alarms = watchAlarms(alarmProbes({ db: opened.ctx.db, dataDir, backup: backup.state }), log);
    undo.push(() => alarms.stop());
    await building;
    const listening = await serve(config, opened, { lan, alarms });
    undo.push(listening.stop);
    await hold.announce(config.publicUrl);
    log.info({ mode: config.mode, port: config.port }, 'server.ready');
    return { config, addresses: listening.addresses, signIn: listening.signIn, stop };
  } catch (error) {
    await stop();
    throw (await isDiskFull(wanted.dataDir, fullBytes).catch(() => false))
      ? diskFull(wanted.dataDir, error)
      : error;
  }
}

/** Replaces port 0 by a free one, and the address people type by one that works for them. */
async function withRealAddress(config: Config): Promise<Config> {
  const port = await requireFreePort(config.host, config.port);
  if (config.lan === null) {
    if (port === config.port) return config;
    return { ...config, port, publicUrl: defaultUrl(config.host, port, config.tls !== null) };
  }
  const httpsPort = await requireFreePort(config.host, config.lan.httpsPort);
  const [address = '127.0.0.1'] = lanAddresses();
  const isDefault = config.publicUrl === defaultUrl(config.host, config.port, false);
  return {
    ...config,
    port,
    lan: { httpPort: port, httpsPort },
    // Plain http: a pupil's telephone opens it without knowing our certificate.
    publicUrl: isDefault ? defaultUrl(address, port, false) : config.publicUrl,
  };
}

async function certificateFor(config: Config): Promise<LanCertificate> {
  // Loaded only here: its libraries would cost every other start 0.1 s.
  const { lanCertificate } = await import('./platform/lan/certificate.ts');
  const names = [...lanAddresses(), '127.0.0.1', 'localhost', hostname()];
  return lanCertificate(dataPath(config, 'lan'), [...new Set(names)], new Date());
}

async function prepareDatabase(config: Config, postgres: OpenedPostgres, log: Logger): Promise<void> {
  const { db, close } = openDatabase(postgres.connection, { max: 2 });
  try {
    const report = await migrate(db);
    if (report.applied.length > 0) log.info({ count: report.applied.length }, 'database.migrated');
  } finally {
    await close();
  }
}

/** @returns how it fares, `null` when there is none; it is stopped after the last write and before the database. */
async function backUp(
  config: Config,
  postgres: OpenedPostgres,
  log: Logger,
): Promise<{ state: BackupState | null; stop(): Promise<void> }> {
  const { backup, dataDir } = config;
  const source = {
    connection: postgres.connection,
    dataDir,
    cluster: dataPath(config, 'postgres', 'cluster'),
  };
  if (backup !== null)
    return startContinuousBackup(source, { root: backup.folder, keepDays: backup.keepDays, log });
  if (config.databaseUrl === null) await dropSlot(source);
  return { state: null, stop: async () => undefined };
}

interface Listening {
  readonly addresses: readonly string[];
  readonly signIn: readonly Sentence[];
  stop(): Promise<void>;
}

async function serve(
  config: Config,
  opened: OpenedContext,
  { lan, alarms }: { lan: LanCertificate | null; alarms: Alarms },
): Promise<Listening> {
  const { ctx } = opened;
  const https = config.tls === null ? undefined : await readTls(config.tls);
  // The database answers while the routes are put together. Awaited below; until then a failure is no unhandled one.
  const jobsStart = startJobs(ctx);
  jobsStart.catch(() => undefined);
  const app = await buildApp(ctx, { alarms, ...(https ? { https } : {}) });
  if (lan) offerAuthority(app, lan.authority);
  await jobsStart;
  if (config.demo) for (const capability of capabilities) await capability.firstStart?.(ctx);
  const signIn = await signInLines(opened);
  const doors: (FastifyInstance['server'] | Server)[] = [app.server];
  const addresses = [config.publicUrl];
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    throw listenRefusal(error, config.host, config.port);
  }
  if (lan && config.lan) {
    const { httpsPort } = config.lan;
    doors.push(await listenSecurely(app, config.host, httpsPort, lan));
    addresses.push(...lanAddresses().map((address) => defaultUrl(address, httpsPort, true)));
  }
  return {
    addresses,
    signIn,
    async stop() {
      for (const capability of capabilities) await capability.stop?.();
      await drain(doors, async () => {
        const closed = doors.slice(1).map((door) => new Promise((resolve) => door.close(resolve)));
        await Promise.all([app.close(), ...closed]);
      });
    },
  };
}

/** Closes the doors: requests under way are answered, those that take too long are cut off. */
async function drain(
  doors: readonly Pick<Server, 'closeIdleConnections' | 'closeAllConnections'>[],
  close: () => Promise<void>,
): Promise<void> {
  // Connections become idle one by one as their answers go out.
  const sweeper = setInterval(() => doors.forEach((door) => door.closeIdleConnections()), 50);
  const limit = setTimeout(() => doors.forEach((door) => door.closeAllConnections()), drainLimitMs);
  try {
    await close();
  } finally {
    clearInterval(sweeper);
    clearTimeout(limit);
  }
}

async function readTls(tls: NonNullable<Config['tls']>): Promise<{ key: string; cert: string }> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.certFile, 'utf8'), readFile(tls.keyFile, 'utf8')]);
    return { cert, key };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusal(
      'tls_files',
      {
        zh: `无法读取 TLS 证书或私钥：${reason}`,
        en: `The TLS certificate or key cannot be read: ${reason}`,
      },
      { cause: error },
    );
  }
}

/** The authority's certificate to download: who installs it gets no warning and may teach from a telephone. */
function offerAuthority(app: FastifyInstance, authority: string): void {
  app.get('/lan/authority.crt', { config: { open: true } }, async (_request, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('content-disposition', 'attachment; filename="not-one-less.crt"')
      .send(authority),
  );
}

/** A second door with TLS to the same application; `request.protocol` says which one was taken. */
async function listenSecurely(
  app: FastifyInstance,
  host: string,
  port: number,
  { key, cert }: LanCertificate,
): Promise<Server> {
  const server = createHttpsServer({ key, cert }, (request, answer) => app.routing(request, answer));
  server.on('upgrade', (request, socket, head) => app.server.emit('upgrade', request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenRefusal(error, host, port)));
    server.listen(port, host, resolve);
  });
  return server;
}

async function signInLines({ ctx }: OpenedContext): Promise<Sentence[]> {
  const lines: Sentence[] = [];
  for (const capability of capabilities) lines.push(...((await capability.startLines?.(ctx)) ?? []));
  return lines;
}
