import { beforeAll, describe, expect, test } from 'vitest';
import { ensureWebBuild } from '../../tools/build/web.ts';
import { securityHeaders } from './pages/headers.ts';
import { buildTestApp, type TestApp } from './testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, signedInAs } from './testing/builders.ts';

let app: TestApp['app'];
let db: TestApp['db'];
beforeAll(async () => {
  await ensureWebBuild();
  ({ app, db } = await buildTestApp());
});

describe('pages', () => {
  test('who is not signed in is led to the sign-in page and back afterwards', async () => {
    const home = await app.inject({ url: '/' });
    expect([home.statusCode, home.headers.location]).toEqual([302, '/sign-in']);
    const room = await app.inject({ url: '/room/2026-11-25/1?x=2' });
    expect(room.headers.location).toBe('/sign-in?then=%2Froom%2F2026-11-25%2F1%3Fx%3D2');
  });

  test('the sign-in page comes in the language the reader chose', async () => {
    const chinese = await app.inject({
      url: '/sign-in',
      headers: { 'accept-language': 'en', cookie: 'nol_lang=zh-CN' },
    });
    expect(chinese.body).toContain('<html lang="zh-CN">');
    expect(chinese.body).toMatch(/words\.zh-CN\.[\w-]+\.js/);
    const english = await app.inject({ url: '/sign-in', headers: { 'accept-language': 'en' } });
    expect(english.body).toContain('<title>Not One Less</title>');
  });

  test('a pupil opens the learner shell, a teacher the console of their appointment, each only their own', async () => {
    const school = await aSchool(db);
    const { classId } = await aClass(db, { schoolId: school.orgId });
    const pupil = await signedInAs(db, (await aPupil(db, { schoolId: school.orgId, classId })).accountId);
    const teacher = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
    const staff = await signedInAs(db, teacher.accountId);
    const shell = await app.inject({ url: '/', headers: pupil });
    expect([shell.statusCode, shell.body.includes('/assets/learner/learner.')]).toEqual([200, true]);
    const toConsole = await app.inject({ url: '/', headers: staff });
    expect([toConsole.statusCode, toConsole.headers.location]).toEqual([302, '/console']);
    const toAppointment = await app.inject({ url: '/console', headers: staff });
    expect(toAppointment.headers.location).toBe(`/console/${teacher.appointmentId}`);
    const board = await app.inject({ url: `/console/${teacher.appointmentId}`, headers: staff });
    const [, nonce] = /<meta name="style-nonce" nonce="([^"]+)">/.exec(board.body) ?? [];
    expect(board.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect((await app.inject({ url: '/console', headers: pupil })).headers.location).toBe('/');
  });

  test('every page forbids what is not ours: scripts inside it, frames around it, text that becomes markup', async () => {
    const page = await app.inject({ url: '/sign-in' });
    const policy = page.headers['content-security-policy'];
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
        "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; font-src 'self'; form-action 'self'; " +
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
        'trusted-types default nol',
    );
    expect(page.body).not.toMatch(/<script(?![^>]*(?:src=|application\/json))|<style| style=| on\w+=/);
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(page.headers['strict-transport-security']).toBeUndefined();
    expect(page.headers['x-powered-by']).toBeUndefined();
  });

  test.each(['/sign-in', '/health', '/ready', '/api/openapi.json', '/api/nothing-here', '/assets/'])(
    'the answer of %s carries every header of protection and names no program or version',
    async (url) => {
      const { headers } = await app.inject({ url });
      const { 'content-security-policy': policy, ...wanted } = securityHeaders({ isPublicTls: false });
      expect(headers).toMatchObject(wanted);
      expect(headers['content-security-policy']).toContain(policy?.split(';')[0]);
      expect(
        Object.keys(headers).filter((name) => /^(?:server|via|x-powered-by|x-.*version)$/.test(name)),
      ).toEqual([]);
    },
  );

  test('an answer of the API can do nothing when somebody opens it as a page', async () => {
    const answer = await app.inject({ url: '/api/openapi.json' });
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    );
  });

  test('built files are kept for ever and come compressed', async () => {
    const page = await app.inject({ url: '/sign-in' });
    const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(page.body) ?? [];
    const plain = await app.inject({ url: script });
    const small = await app.inject({ url: script, headers: { 'accept-encoding': 'gzip, br' } });
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(small.headers['content-encoding']).toBe('br');
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test.each([
    '/assets/../package.json',
    '/assets/learner/%2e%2e/%2e%2e/stamp',
    '/assets/manifest.json',
    '/assets/',
  ])('%s leads to nothing', async (url) => {
    const answer = await app.inject({ url });
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
  });

  test('the whole API is described for machines', async () => {
    const { paths } = (await app.inject({ url: '/api/openapi.json' })).json();
    expect(Object.keys(paths)).toContain('/api/sign-in');
    expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([]);
  });
});
