import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { authorize, type Action } from './authorize.ts';
import type { Db } from './database.ts';
import { notFound } from './errors.ts';
import { say } from './i18n/server-words.ts';
import type { WordKey } from './i18n/catalogues.ts';
import { chooseEncoding } from './pages/assets.ts';
import { contentPolicy } from './pages/headers.ts';
import { htmlPage, type PageParts } from './pages/html.ts';
import { entryOf, webBuildReader, type WebBuildFiles } from './pages/web-build.ts';
import { localeOf } from './request-locale.ts';

/** Instant of a demo's clock for its banner; null when the clock is the real one. */
function demoNow(now: Date): string | null {
  return Math.abs(now.getTime() - Date.now()) > DEMO_OFFSET_MS ? now.toISOString() : null;
}

/**
 * The learner's Today, asked of our own API with the reader's own cookie, so that the page can show no more than the API
 * would. Null when it refuses or fails: the page then asks by itself and shows why.
 */
async function askToday(request: FastifyRequest): Promise<unknown> {
  const pupilId = new URL(request.url, 'http://page').searchParams.get('pupil');
  const answer = await request.server.inject({
    url: '/api/today',
    query: { as: 'learner', ...(pupilId ? { pupilId } : {}) },
    headers: {
      cookie: request.headers.cookie ?? '',
      host: request.headers.host ?? '',
      'accept-language': request.headers['accept-language'] ?? '',
    },
    remoteAddress: request.ip,
  });
  return answer.statusCode === 200 ? (answer.json() as unknown) : null;
}

/** Opening a page shows nothing of anybody; its data are asked for through the API. */
export const pageOpen: Action<null, 'page.open'> = {
  name: 'page.open',
  decide: async () => 'allow',
};

export interface PagesOptions {
  readonly db: Db;
  /** Folder of the build, `dist`. */
  readonly dist: string;
  /** Roles that live in the learner shell; everybody else works in the console. */
  isLearner(role: string): boolean;
  /** The product's clock; differs from the server's only in a demo. */
  now(): Date;
}

const PAGE = { config: { action: pageOpen, answers: 'text/html' } } as const;
const OPEN = { config: { open: true, answers: 'file' } } as const;
const YEAR_SECONDS = 31_536_000;
/** Files whose address browsers know by heart. */
const PUBLIC_FILES = [
  ['icon.svg', 'image/svg+xml'],
  ['icon-192.png', 'image/png'],
  ['icon-512.png', 'image/png'],
  ['manifest.webmanifest', 'application/manifest+json'],
] as const;
/** A product clock further off than this is a demo's. */
const DEMO_OFFSET_MS = 60_000;

/**
 * HTML pages, built files and the service worker; everything outside `/api`.
 *
 * `/` and `/my/…` learner shell · `/console/…` staff · `/room/…` the lesson · `/sign-in`, `/claim/…`.
 */
export function pages(options: PagesOptions): FastifyPluginAsync {
  const build = webBuildReader(options.dist);

  async function page(
    request: FastifyRequest,
    reply: FastifyReply,
    entry: string,
    parts: { title?: WordKey; styleNonce?: string; make?(files: WebBuildFiles): Partial<PageParts> } = {},
  ): Promise<FastifyReply> {
    await authorize(options.db, request.actor, pageOpen, null);
    const files = await build();
    const locale = localeOf(request);
    const { title = 'platform.brand', styleNonce, make } = parts;
    const html = htmlPage({
      locale,
      title: say(locale, title),
      files: entryOf(files, entry),
      styleNonce,
      data: { demoNow: demoNow(options.now()) },
      ...make?.(files),
    });
    return reply
      .header('content-security-policy', contentPolicy(styleNonce))
      .header('cache-control', 'no-store')
      .header('vary', 'cookie, accept-language')
      .type('text/html; charset=utf-8')
      .send(html);
  }

  async function redirect(request: FastifyRequest, reply: FastifyReply, to: string): Promise<FastifyReply> {
    await authorize(options.db, request.actor, pageOpen, null);
    return reply.header('cache-control', 'no-store').redirect(to, 302);
  }

  async function learnerPage(
    request: FastifyRequest,
    reply: FastifyReply,
    withToday: boolean,
  ): Promise<FastifyReply> {
    const { actor } = request;
    if (actor.kind !== 'person') {
      const then = request.url === '/' ? '' : `?then=${encodeURIComponent(request.url)}`;
      return redirect(request, reply, `/sign-in${then}`);
    }
    if (!options.isLearner(actor.role)) return redirect(request, reply, '/console');
    const today = withToday ? await askToday(request) : null;
    if (!today) return page(request, reply, 'learner');
    const first = { today, demoNow: demoNow(options.now()) };
    return page(request, reply, 'learner', {
      make: (files) => ({ data: first, body: files.renderToday(localeOf(request), first) }),
    });
  }

  return async (app) => {
    app.get('/', PAGE, (request, reply) => learnerPage(request, reply, true));
    app.get('/my/*', PAGE, (request, reply) => learnerPage(request, reply, false));

    const consolePage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { actor } = request;
      if (actor.kind !== 'person') {
        return redirect(request, reply, `/sign-in?then=${encodeURIComponent(request.url)}`);
      }
      if (request.url.split('?')[0] === '/console') {
        return actor.appointment
          ? redirect(request, reply, `/console/${actor.appointment.id}`)
          : redirect(request, reply, '/');
      }
      return page(request, reply, 'console', { styleNonce: randomBytes(16).toString('base64') });
    };
    app.get('/console', PAGE, consolePage);
    app.get('/console/*', PAGE, consolePage);

    app.get('/room/:schoolDay/:lessonId', PAGE, async (request, reply) => {
      const { actor } = request;
      if (actor.kind !== 'person') {
        return redirect(request, reply, `/sign-in?then=${encodeURIComponent(request.url)}`);
      }
      // Staff who listen in, or watch the recording, follow the lesson as its pupils do.
      const follows = new URL(request.url, 'http://page').searchParams.has('follow');
      return page(request, reply, actor.appointment && !follows ? 'teaching' : 'room');
    });

    const signIn = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      page(request, reply, 'sign-in');
    app.get('/sign-in', PAGE, signIn);
    app.get('/claim', PAGE, signIn);
    app.get('/claim/:code', PAGE, signIn);

    app.get('/assets/*', OPEN, async (request, reply) => {
      const asset = (await build()).assets.get(request.url.split('?')[0] ?? '');
      if (!asset) throw notFound();
      const { bytes, encoding } = chooseEncoding(asset, request.headers['accept-encoding']);
      if (encoding) void reply.header('content-encoding', encoding);
      // A worker lives under the policy its script came with; the one for data would leave it without an origin.
      if (asset.type.startsWith('text/javascript')) {
        void reply.header('content-security-policy', contentPolicy());
      }
      return reply
        .header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
        .header('vary', 'accept-encoding')
        .type(asset.type)
        .send(bytes);
    });

    for (const [name, type] of PUBLIC_FILES) {
      const bytes = readFileSync(join(import.meta.dirname, 'web', 'public', name));
      app.get(`/${name}`, OPEN, async (_request, reply) =>
        reply.header('cache-control', 'public, max-age=86400').type(type).send(bytes),
      );
    }

    app.get('/sw.js', OPEN, async (_request, reply) =>
      reply
        .header('cache-control', 'no-cache')
        .header('content-security-policy', contentPolicy())
        .type('text/javascript; charset=utf-8')
        .send((await build()).serviceWorker),
    );
  };
}
