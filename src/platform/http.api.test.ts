import type { FastifyInstance, RouteOptions } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { anonymousActor, operatorActor, type Actor } from './actor.ts';
import { authorize, type Action } from './authorize.ts';
import type { Db } from './database.ts';
import { createHttp } from './http.ts';
import { createLogger } from './log.ts';
import type { UploadPlace } from './upload-place.ts';

const read: Action<null, 'things.read'> = { name: 'things.read', decide: async () => 'allow' };
const schema = { response: { 200: { type: 'object', properties: { ok: { type: 'boolean' } } } } };
const open: FastifyInstance[] = [];
let lines: string[] = [];

async function server(asks: Actor = operatorActor()): Promise<FastifyInstance> {
  lines = [];
  const app = await createHttp({
    log: createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    authenticate: async () => asks,
    verifyAuthorisation: true,
  });
  open.push(app);
  return app;
}
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});

const handler = async () => ({ ok: true });
const aPlace: UploadPlace = {
  operation: 'things',
  what: 'a thing',
  sentAs: 'body',
  types: [],
  bytes: 10,
  unpackedBytes: null,
  entries: null,
  rows: null,
  pixels: null,
  times: null,
  seconds: null,
  kept: 'nothing',
  refusals: [],
};
test.each<{ why: string; route: RouteOptions; says: string }>([
  {
    why: 'no action',
    route: { method: 'GET', url: '/things', schema, handler },
    says: 'GET /things declares no action',
  },
  {
    why: 'a list of no actions',
    route: { method: 'GET', url: '/things', config: { action: [] }, schema, handler },
    says: 'GET /things declares no action',
  },
  {
    why: 'no answer schema',
    route: { method: 'GET', url: '/things', config: { action: read }, handler },
    says: 'GET /things declares no response schema',
  },
  {
    why: 'a write without body schema',
    route: { method: 'POST', url: '/things', config: { action: read }, schema, handler },
    says: 'POST /things writes but declares no body schema',
  },
  {
    why: 'a write of which one method hides among others',
    route: { method: ['GET', 'DELETE'], url: '/things', config: { action: read }, schema, handler },
    says: 'GET/DELETE /things writes but declares no body schema',
  },
  {
    why: 'a write that answers with a file and has no body schema',
    route: { method: 'PUT', url: '/things', config: { action: read, answers: 'image/png' }, handler },
    says: 'PUT /things writes but declares no body schema',
  },
  {
    why: 'a write that is open to everybody',
    route: { method: 'POST', url: '/things', config: { open: true }, handler },
    says: 'POST /things is open to everybody and writes',
  },
  {
    why: 'a form for files and no upload place',
    route: {
      method: 'POST',
      url: '/things',
      config: { action: read },
      schema: { ...schema, body: {}, consumes: ['multipart/form-data'] } as never,
      handler,
    },
    says: 'POST /things takes a file and declares no upload place',
  },
  {
    why: 'more bytes than its upload place',
    route: {
      method: 'PUT',
      url: '/things',
      config: { action: read, upload: aPlace },
      bodyLimit: 11,
      schema: { ...schema, body: { content: { 'image/png': { schema: {} } } } },
      handler,
    },
    says: 'PUT /things takes another number of bytes than its upload place',
  },
])('a route with $why stops the start', async ({ route, says }) => {
  const app = await server();
  expect(() => app.route(route)).toThrow(says);
});

test('an answer whose declared action was never authorised is a fault in tests', async () => {
  const app = await server();
  const config = { action: read };
  app.get('/forgotten', { config, schema }, handler);
  app.get('/asked', { config, schema }, async (request) => {
    await authorize({} as Db, request.actor, read, null);
    return { ok: true };
  });
  expect((await app.inject({ url: '/forgotten' })).statusCode).toBe(500);
  expect((await app.inject({ url: '/asked' })).json()).toEqual({ ok: true });
});

test.each([
  { code: '53100', status: 507, says: 'disk_full' },
  { code: 'ENOSPC', status: 507, says: 'disk_full' },
  { code: '57P01', status: 503, says: 'database_unavailable' },
  { code: '53300', status: 503, says: 'database_unavailable' },
  { code: '40001', status: 503, says: 'server_busy' },
  { code: '40P01', status: 503, says: 'server_busy' },
  { code: '55P03', status: 503, says: 'server_busy' },
  { code: '53200', status: 503, says: 'server_busy' },
  { code: 'ECONNREFUSED', status: 503, says: 'database_unavailable' },
  { code: '23505', status: 500, says: 'unexpected' },
])(
  'the database’s $code is answered as $status $says, in the reader’s language',
  async ({ code, status, says }) => {
    const app = await server();
    app.get('/things', { config: { action: read }, schema }, async () => {
      throw Object.assign(new Error('from the database'), { code, detail: 'Key (name)=(不出门)' });
    });
    const [zh, en] = await Promise.all(
      ['zh-CN', 'en'].map((language) =>
        app.inject({ url: '/things', headers: { 'accept-language': language } }),
      ),
    );
    expect([zh?.statusCode, zh?.json().code]).toEqual([status, says]);
    expect(zh?.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(zh?.json().detail).toMatch(/[\u4e00-\u9fff]/);
    expect(en?.json().detail).toMatch(/^[\x20-\x7e’…]+$/);
    expect(zh?.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(lines.join('\n')).not.toContain('不出门');
  },
);

test('an address that does not exist and one of another method are not found, in words', async () => {
  const app = await server(anonymousActor());
  app.get('/things', { config: { action: read }, schema }, handler);
  for (const method of ['GET', 'POST'] as const) {
    const answer = await app.inject({ method, url: '/nothing', headers: { 'nol-client': 'test' } });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
  }
});
