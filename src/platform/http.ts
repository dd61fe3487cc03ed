import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import websocket from '@fastify/websocket';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import { anonymousActor, type Actor } from './actor.ts';
import type { Action } from './authorize.ts';
import { AppError, notFound } from './errors.ts';
import { serializerCompiler, validatorCompiler } from './http-schemas.ts';
import type { Logger } from './log.ts';
import { sendProblem } from './problem.ts';
import { unstorableTextIn } from './storable-text.ts';
import { bodyLimitOf, type UploadPlace } from './upload-place.ts';
import { asReader, readerOf } from './wall/reader.ts';

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor;
  }
  interface FastifyContextConfig {
    /** The action the use case behind this route authorises, or several when the subject decides which. */
    action?: Action<never> | readonly Action<never>[];
    /** Answers without a JSON schema: what they are instead, e.g. `text/html`, `audio/mp4`. */
    answers?: string;
    /** Where a file comes in: what is taken there, and how much. */
    upload?: UploadPlace;
    /** Routes of the platform itself (health, assets, API document) that concern no person and no school. */
    open?: true;
  }
}

export interface HttpOptions {
  readonly log: Logger;
  /** Finds out who asks. */
  authenticate(request: FastifyRequest): Promise<Actor>;
  /** Addresses of proxies whose X-Forwarded-* headers count; none by default (B-10). */
  readonly trustedProxies?: readonly string[];
  /**
   * Tests: a successful answer whose action was never authorised becomes an error, and a faulty schema stops the start.
   */
  readonly verifyAuthorisation?: boolean;
  readonly https?: { readonly key: string; readonly cert: string };
}

/**
 * The bare server: strict validation, problem answers, who asks, and the start-up gate. Capabilities
 * register their routes on it.
 */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, trustedProxies = [], https } = options;
  const app: FastifyInstance = Fastify({
    ...(https ? { https } : {}),
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: 1_048_576,
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    genReqId: () => randomBytes(8).toString('hex'),
    // Addresses that no route is looked for: badly encoded, or longer than any of ours.
    frameworkErrors: (error, request, reply) => {
      void sendProblem(
        request,
        reply,
        new AppError(error.statusCode ?? 400, 'invalid_request', error.message),
      );
    },
    // Requests under way are answered before the server stops; `stopServing` ends the rest.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  }) as unknown as FastifyInstance;
  const compileNow = options.verifyAuthorisation ?? false;
  app.setValidatorCompiler(validatorCompiler(compileNow));
  app.setSerializerCompiler(serializerCompiler(compileNow));
  // No route takes plain text; Fastify would parse it unasked.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('actor');
  await app.register(cookie);
  await app.register(multipart, {
    limits: { files: 1, fileSize: 64 * 1_048_576, parts: 20, fields: 10, fieldSize: 10_000 },
  });
  await app.register(websocket, { options: { maxPayload: 65_536, perMessageDeflate: false } });

  app.addHook('onRoute', requireDeclaredAccess);
  app.addHook('onRequest', async (request) => {
    // Assigned first, so that a refusal in this very hook can be logged and answered.
    request.actor = anonymousActor();
    refuseCrossSite(request);
    if (!request.routeOptions.config.open) request.actor = await options.authenticate(request);
  });
  app.addHook('preValidation', async (request) => {
    refuseUnstorable('params', request.params);
    refuseUnstorable('querystring', request.query);
    refuseUnstorable('body', request.body);
  });
  // Only now, when the body was read: its events come from the connection and would lose the reader.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.routeOptions.config.open) done();
    else asReader(readerOf(request.actor), done);
  });
  if (options.verifyAuthorisation) app.addHook('onSend', requireAuthorised);
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode >= 500 ? 'error' : 'debug';
    log[level](
      {
        id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
      },
      'http.answer',
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = asRefusal(error);
    if (isWallRefusal(error)) {
      // A use case was about to write outside the scope of who asks, and had not asked itself: not done, and to be mended.
      log.error({ err: error, id: request.id, route: request.routeOptions.url }, 'wall.refused');
      return sendProblem(request, reply, notFound());
    }
    if (!refusal) {
      log.error({ err: error, id: request.id, route: request.routeOptions.url }, 'http.error');
    }
    return sendProblem(request, reply, refusal ?? unexpected(error));
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new AppError(404, 'not_found', 'There is no such address.')),
  );
  return app.withTypeProvider<TypeBoxTypeProvider>() as unknown as FastifyInstance;
}

/**
 * The start fails when a route declares no action, a write no body schema, or an answer no schema
 * or a way in for files no upload place (D-01): what is not declared cannot be allowed, checked or documented.
 */
function requireDeclaredAccess(route: RouteOptions): void {
  const config = route.config ?? {};
  const methods = [route.method].flat().filter((method) => method !== 'HEAD' && method !== 'OPTIONS');
  const name = `${methods.join('/')} ${route.url}`;
  const writes = methods.some((method) => method !== 'GET');
  if (config.open) {
    if (writes) throw new Error(`Route ${name} is open to everybody and writes.`);
    return;
  }
  if ([config.action ?? []].flat().length === 0) throw new Error(`Route ${name} declares no action.`);
  if (writes && !route.schema?.body) {
    throw new Error(`Route ${name} writes but declares no body schema.`);
  }
  if (!route.schema?.response && !config.answers && !route.websocket) {
    throw new Error(`Route ${name} declares no response schema.`);
  }
  if (!takesFile(route)) return;
  if (!config.upload) throw new Error(`Route ${name} takes a file and declares no upload place.`);
  if (route.bodyLimit !== bodyLimitOf(config.upload)) {
    throw new Error(`Route ${name} takes another number of bytes than its upload place.`);
  }
}

/** A body that is no JSON: a form with a file in it, or bytes. */
function takesFile({ schema }: RouteOptions): boolean {
  const { body, consumes } = (schema ?? {}) as { body?: object; consumes?: readonly string[] };
  const types = consumes ?? (body && 'content' in body ? Object.keys(body.content as object) : []);
  return types.some((type) => type !== 'application/json');
}

/** Test hook of the gate: an answer that went out without its declared action having been authorised is a bug. */
async function requireAuthorised(
  request: FastifyRequest,
  reply: { statusCode: number },
  payload: unknown,
): Promise<unknown> {
  const { action } = request.routeOptions.config;
  if (reply.statusCode < 400 && action) {
    const names = [action].flat().map(({ name }) => name);
    if (!names.some((name) => request.actor.granted.has(name))) {
      reply.statusCode = 500;
      return JSON.stringify({ code: 'not_authorised', detail: `No ${names.join(' or ')} was authorised.` });
    }
  }
  return payload;
}

/**
 * Writes and sockets must come from our own pages (B-06). Browsers too old for Sec-Fetch-Site send
 * Origin on writes; programs without either carry no cookie that a foreign page could ride on, or send
 * the header `nol-client`.
 */
function refuseCrossSite(request: FastifyRequest): void {
  const isSocket = request.headers.upgrade !== undefined;
  if (!isSocket && (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'))
    return;
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite();
  if (origin !== undefined) {
    const own = `${request.protocol}://${request.host}`;
    // Compared as URLs: browsers leave the default port out of Origin.
    if (!URL.canParse(origin) || !URL.canParse(own) || new URL(origin).origin !== new URL(own).origin) {
      throw crossSite();
    }
    return;
  }
  if (
    site === undefined &&
    request.headers.cookie !== undefined &&
    request.headers['nol-client'] === undefined
  ) {
    throw crossSite();
  }
}

/** @throws {AppError} 400 `invalid_request` for text that could not be kept as it was sent. */
function refuseUnstorable(part: string, value: unknown): void {
  const path = unstorableTextIn(value);
  if (path === null) return;
  throw new AppError(
    400,
    'invalid_request',
    'Text with the character NUL or half a character is not taken.',
    {
      fields: [{ path: `${part}${path}`, message: 'must be text without NUL and half characters' }],
    },
  );
}

function crossSite(): AppError {
  return new AppError(403, 'cross_site', 'This request did not come from a page of this server.');
}

/** Refusals of Fastify's own (validation, size, type) become ours; anything else is a bug and stays one. */
function asRefusal(error: FastifyError): AppError | null {
  if (error instanceof AppError) return error;
  if (error.validation) {
    return new AppError(400, 'invalid_request', error.message, {
      fields: error.validation.map((issue) => ({
        path: `${error.validationContext ?? 'body'}${issue.instancePath}`,
        message: issue.message ?? 'is not valid',
      })),
      cause: error,
    });
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new AppError(413, 'too_large', error.message, { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError(415, 'wrong_media_type', error.message, { cause: error });
    // A day, a time or a number that has the right form and lies outside what can be kept, such as the year 0.
    case '22003':
    case '22007':
    case '22008':
      return new AppError(400, 'invalid_request', 'A day, time or number lies outside what can be kept.', {
        cause: error,
      });
    // Disk full: reads go on, writes say so and may be repeated later (J-05).
    case '53100':
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError(507, 'disk_full', 'The server has no room left.', { cause: error });
    // The database restarts: the write was not acknowledged; repeat it with the same key.
    // Or every connection is in use (53300): the same, a moment later.
    case '53300':
    case '57P01':
    case '57P02':
    case '57P03':
    case '08006':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ENOENT':
      return isDatabaseLoss(error) ? unavailable(error) : null;
    // Two changes wanted the same rows, and this one was given up whole: the same once more goes through.
    case '40001':
    case '40P01':
    case '55P03':
    // PostgreSQL found no memory for this one statement; it goes on.
    case '53200':
      return new AppError(503, 'server_busy', 'Others change the same at this moment; try again.', {
        cause: error,
      });
    default:
      break;
  }
  if (
    /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect/.test(
      error.message,
    )
  ) {
    return unavailable(error);
  }
  // A form that breaks off in the middle, or has no parts.
  if (
    /^(Unexpected end of multipart data|Unexpected end of form|Multipart: Boundary not found|Malformed part header)/.test(
      error.message,
    )
  ) {
    return new AppError(400, 'invalid_request', error.message, { cause: error });
  }
  if (typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500) {
    return new AppError(error.statusCode, 'invalid_request', error.message, { cause: error });
  }
  return null;
}

/** The same code says that a right is missing altogether, which is a fault of the installation. */
function isWallRefusal(error: FastifyError): boolean {
  return error.code === '42501' && /row-level security policy/.test(error.message);
}

function isDatabaseLoss(error: FastifyError & { syscall?: string }): boolean {
  return error.code !== 'ENOENT' || error.syscall === 'connect';
}

function unavailable(cause: Error): AppError {
  return new AppError(503, 'database_unavailable', 'The database is starting; try again.', { cause });
}

function unexpected(cause: Error): AppError {
  return new AppError(500, 'unexpected', 'Something went wrong on the server.', { cause });
}
