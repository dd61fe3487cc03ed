import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type * as argon2 from '@node-rs/argon2';
import { sql } from 'kysely';
import { beforeEach, expect, test, vi } from 'vitest';
import { buildApp } from '../app.ts';
import { makeClaimCards } from '../people/claims.ts';
import { hashPassword } from '../people/passwords.ts';
import { createHttp } from '../platform/http.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff } from '../platform/testing/builders.ts';
import type { AppointmentRole } from '../people/roles.ts';

/** B-01, B-04, B-05, B-10: what an answer gives away, whose session it is, how long it lives, and which headers count. */

const counted = vi.hoisted(() => ({ hashes: 0 }));
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof argon2>();
  return {
    ...real,
    hash: (...args: Parameters<typeof real.hash>) => ((counted.hashes += 1), real.hash(...args)),
    verify: (...args: Parameters<typeof real.verify>) => ((counted.hashes += 1), real.verify(...args)),
  };
});

const database = await buildTestApp();
const { app, db, ctx } = database;
const { orgId: schoolId } = await aSchool(db);
const { classId } = await aClass(db, { schoolId });
const password = 'a sentence of their own';
const stored = await hashPassword(password);
const browser = { 'nol-client': 'test', host: 'localhost:80' };

interface Holder {
  readonly accountId: string;
  readonly personId: string;
  readonly loginName: string;
}

async function aHolder(
  role: AppointmentRole | 'pupil',
  status: 'active' | 'disabled' | 'unclaimed' = 'active',
): Promise<Holder> {
  const { personId, accountId } =
    role === 'pupil' ? await aPupil(db, { schoolId, classId }) : await aStaff(db, { orgId: schoolId, role });
  const { login_name: loginName } = await db
    .updateTable('accounts')
    .set({ password_hash: status === 'unclaimed' ? null : stored, status })
    .where('id', '=', accountId)
    .returning('login_name')
    .executeTakeFirstOrThrow();
  return { personId, accountId, loginName };
}

const signIn = (loginName: string, word: string, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/api/sign-in',
    headers: { ...browser, ...headers },
    payload: { loginName, password: word },
  });

const cookiesOf = (answer: { headers: Record<string, unknown> }): string[] =>
  [answer.headers['set-cookie'] ?? []].flat() as string[];
const sessionOf = (answer: { headers: Record<string, unknown> }): string =>
  cookiesOf(answer)
    .find((one) => !one.includes('device'))
    ?.split(';')[0] ?? '';
const me = async (cookie: string) =>
  (await app.inject({ url: '/api/me', headers: { ...browser, cookie } })).statusCode;

/** As sent, without what differs from one request to the next by design. */
const bytesOf = (answer: { statusCode: number; body: string; headers: Record<string, unknown> }) => ({
  status: answer.statusCode,
  body: answer.body.replace(/"requestId":"[0-9a-f]+"/, ''),
  headers: { ...answer.headers, date: '' },
});

beforeEach(async () => {
  await db.deleteFrom('guess_brakes').execute();
});

test('a wrong password, an unknown name, a disabled and an unclaimed account get the same bytes for the same work', async () => {
  // The decoy is made once in a process.
  await signIn('nobody-0', 'warm-up');
  const names = {
    wrong: (await aHolder('pupil')).loginName,
    staff: (await aHolder('teacher')).loginName,
    disabled: (await aHolder('pupil', 'disabled')).loginName,
    unclaimed: (await aHolder('pupil', 'unclaimed')).loginName,
    unknown: 'nobody-1',
  };
  const seen: { hashes: number; answer: ReturnType<typeof bytesOf> }[] = [];
  for (const [who, name] of Object.entries(names)) {
    const before = counted.hashes;
    const answer = bytesOf(await signIn(name, `guess for ${who}`));
    seen.push({ hashes: counted.hashes - before, answer });
  }
  expect(seen[0]).toMatchObject({ hashes: 1, answer: { status: 401 } });
  for (const one of seen) expect(one).toEqual(seen[0]);
});

test('the right password of a disabled account is answered like a wrong one', async () => {
  const disabled = await aHolder('pupil', 'disabled');
  const [right, unknown] = [await signIn(disabled.loginName, password), await signIn('nobody-2', password)];
  expect(bytesOf(right)).toEqual(bytesOf(unknown));
});

test('guesses are limited for names that nobody has, in the same words', async () => {
  const real = await aHolder('pupil');
  const answers = [];
  for (const name of [real.loginName, 'nobody-3']) {
    for (let guess = 0; guess < 6; guess++) await signIn(name, `${name} ${guess}`);
    answers.push(bytesOf(await signIn(name, `${name} last`)));
  }
  expect(answers[0]?.status).toBe(429);
  expect(answers[0]).toEqual(answers[1]);
});

test('a wrong spoken code says nothing about the name, nor does an unknown card', async () => {
  const carded = await aHolder('pupil');
  await makeClaimCards(db, ctx.secrets, { accountIds: [carded.accountId], purpose: 'claim' });
  const disabled = await aHolder('pupil', 'disabled');
  const spoken = (loginName: string, code: string) =>
    app.inject({
      method: 'POST',
      url: '/api/claims',
      headers: browser,
      payload: { loginName, spoken: code },
    });
  const before = counted.hashes;
  const answers = [
    await spoken(carded.loginName, '00000000'),
    await spoken((await aHolder('pupil')).loginName, '00000001'),
    await spoken(disabled.loginName, '00000002'),
    await spoken('nobody-4', '00000003'),
  ].map(bytesOf);
  expect(answers[0]?.status).toBe(404);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(counted.hashes).toBe(before);
});

test('signing in gives a new session each time, and the one the browser came with is worth nothing afterwards', async () => {
  const holder = await aHolder('teacher');
  const first = sessionOf(await signIn(holder.loginName, password));
  const again = await signIn(holder.loginName, password, { cookie: first });
  const second = sessionOf(again);
  expect(second).not.toBe(first);
  expect([await me(first), await me(second)]).toEqual([401, 200]);
  // One that an attacker chose beforehand is never taken up.
  const chosen = `nol_80=${'A'.repeat(43)}`;
  const fixed = sessionOf(await signIn(holder.loginName, password, { cookie: chosen }));
  expect([await me(chosen), await me(fixed)]).toEqual([401, 200]);
});

test('another device and another tab keep their session; a changed password ends the others and renews this one', async () => {
  const holder = await aHolder('teacher');
  const [tab, elsewhere] = [
    sessionOf(await signIn(holder.loginName, password)),
    sessionOf(await signIn(holder.loginName, password)),
  ];
  expect([await me(tab), await me(tab), await me(elsewhere)]).toEqual([200, 200, 200]);
  const changed = await app.inject({
    method: 'POST',
    url: '/api/me/password',
    headers: { ...browser, cookie: tab },
    payload: { current: password, next: 'another sentence of theirs' },
  });
  expect(changed.statusCode).toBe(204);
  const renewed = sessionOf(changed);
  expect([await me(tab), await me(elsewhere), await me(renewed)]).toEqual([401, 401, 200]);
});

test('the present password is not guessed at without limit by whoever finds the page open', async () => {
  const holder = await aHolder('teacher');
  const cookie = sessionOf(await signIn(holder.loginName, password));
  const change = (current: string) =>
    app.inject({
      method: 'POST',
      url: '/api/me/password',
      headers: { ...browser, cookie },
      payload: { current, next: 'another sentence of theirs' },
    });
  for (let guess = 0; guess < 6; guess++) expect((await change(`wrong ${guess}`)).statusCode).toBe(401);
  expect((await change(password)).statusCode).toBe(429);
});

test('signing out ends the session, not only the cookie', async () => {
  const holder = await aHolder('teacher');
  const cookie = sessionOf(await signIn(holder.loginName, password));
  await app.inject({
    method: 'POST',
    url: '/api/sign-out',
    headers: { ...browser, cookie, 'content-type': 'application/json' },
    payload: 'null',
  });
  expect(await me(cookie)).toBe(401);
});

test('over https the cookies are bound to the host, unseen by scripts, and not sent from foreign pages', async () => {
  const behind = await buildApp({ ...ctx, config: { ...ctx.config, trustedProxies: ['127.0.0.1'] } });
  const holder = await aHolder('pupil');
  const answer = await behind.inject({
    method: 'POST',
    url: '/api/sign-in',
    headers: { 'nol-client': 'test', host: 'ke.example.edu.cn', 'x-forwarded-proto': 'https' },
    payload: { loginName: holder.loginName, password },
  });
  expect(answer.statusCode).toBe(200);
  const cookies = cookiesOf(answer);
  expect(cookies).toHaveLength(2);
  for (const one of cookies) expect(one).toMatch(/^__Host-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  await behind.close();
});

const hours = (count: number) => sql`make_interval(hours => ${count})`;
/** Moves a session into the past, as the database sees it. */
async function unused(accountId: string, count: number): Promise<void> {
  await sql`UPDATE sessions SET last_seen_at = clock_timestamp() - ${hours(count)} WHERE account_id = ${accountId}`.execute(
    db,
  );
}
async function opened(accountId: string, count: number): Promise<void> {
  await sql`UPDATE sessions SET expires_at = expires_at - ${hours(count)} WHERE account_id = ${accountId}`.execute(
    db,
  );
}

test.each<{ role: AppointmentRole | 'pupil'; idle: [number, number]; absolute: [number, number] }>([
  { role: 'pupil', idle: [30 * 24 - 1, 30 * 24 + 1], absolute: [154 * 24 - 1, 154 * 24 + 1] },
  { role: 'teacher', idle: [13, 15], absolute: [7 * 24 - 1, 7 * 24 + 1] },
  { role: 'schoolAdmin', idle: [1, 3], absolute: [7 * 24 - 1, 7 * 24 + 1] },
])(
  'a session of a $role lives as long as it should, unused and altogether, by the clock of the database',
  async ({ role, idle, absolute }) => {
    const lives = async (change: (accountId: string, count: number) => Promise<void>, count: number) => {
      const { loginName, accountId } = await aHolder(role);
      const cookie = sessionOf(await signIn(loginName, password));
      await change(accountId, count);
      return (await me(cookie)) === 200;
    };
    expect([await lives(unused, idle[0]), await lives(unused, idle[1])]).toEqual([true, false]);
    expect([await lives(opened, absolute[0]), await lives(opened, absolute[1])]).toEqual([true, false]);
  },
);

test('a longer life does not outlast a role that has a shorter one', async () => {
  const { loginName, accountId, personId } = await aHolder('teacher');
  const cookie = sessionOf(await signIn(loginName, password));
  await db
    .insertInto('appointments')
    .values({ person_id: personId, org_id: schoolId, role: 'schoolAdmin', during: '[2020-01-01,)' })
    .execute();
  expect(await me(cookie)).toBe(200);
  await unused(accountId, 3);
  expect(await me(cookie)).toBe(401);
});

test('no session is without an end', async () => {
  const { rows } = await sql<{ column: string }>`
    SELECT attname AS column FROM pg_attribute WHERE attrelid = 'sessions'::regclass AND attnotnull
      AND attname IN ('expires_at', 'idle_seconds', 'last_seen_at')`.execute(db);
  expect(rows).toHaveLength(3);
});

test('whoever is signed in already costs no hash in the morning', async () => {
  const { loginName, accountId } = await aHolder('pupil');
  const cookie = sessionOf(await signIn(loginName, password));
  await unused(accountId, 15);
  const before = counted.hashes;
  for (let visit = 0; visit < 5; visit++) expect(await me(cookie)).toBe(200);
  expect(counted.hashes).toBe(before);
});

const faketime = '/usr/bin/faketime';
test('a server whose clock is hours off neither ends a session nor brings one back', async (context) => {
  if (!existsSync(faketime)) {
    return context.skip('faketime is not installed');
  }
  const alive = await aHolder('schoolAdmin');
  const aliveCookie = sessionOf(await signIn(alive.loginName, password));
  const dead = await aHolder('schoolAdmin');
  const deadCookie = sessionOf(await signIn(dead.loginName, password));
  await unused(dead.accountId, 3);
  for (const shift of ['+3h', '-3h']) {
    const { stdout } = await promisify(execFile)(faketime, [
      '-f',
      shift,
      process.execPath,
      path.join(import.meta.dirname, 'session-elsewhere.ts'),
      JSON.stringify({ connection: database.connection, cookies: [aliveCookie, deadCookie] }),
    ]);
    const { clock, kinds } = JSON.parse(stdout) as { clock: number; kinds: string[] };
    expect([shift, Math.abs(clock - Date.now()) > 2.5 * 3_600_000]).toEqual([shift, true]);
    expect([shift, ...kinds]).toEqual([shift, 'person', 'anonymous']);
  }
});

test('forged headers of a proxy count only from the proxies that are named', async () => {
  const shown = async (trustedProxies: string[], remoteAddress: string, headers: Record<string, string>) => {
    const http = await createHttp({
      log: ctx.log,
      authenticate: async () => {
        throw new Error('not asked');
      },
      trustedProxies,
    });
    http.get(
      '/seen',
      { config: { open: true, answers: 'application/json' } },
      async ({ ip, protocol, host }) => ({
        ip,
        protocol,
        host,
      }),
    );
    const answer = await http.inject({ url: '/seen', remoteAddress, headers });
    await http.close();
    return answer.json<{ ip: string; protocol: string; host: string }>();
  };
  const forged = {
    host: 'ke.example.edu.cn',
    'x-forwarded-for': '203.0.113.9, 198.51.100.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
  };
  const plain = { ip: '192.0.2.4', protocol: 'http', host: 'ke.example.edu.cn' };
  expect(await shown([], '192.0.2.4', forged)).toEqual(plain);
  expect(await shown(['10.0.0.0/8'], '192.0.2.4', forged)).toEqual(plain);
  // Behind the proxy the address is the last it saw itself, not one that the visitor wrote before it.
  expect((await shown(['10.0.0.0/8'], '10.0.0.1', forged)).ip).toBe('198.51.100.7');
});

test('the limit of guesses and the links in answers do not move with forged headers', async () => {
  const victim = await aHolder('pupil');
  for (let guess = 0; guess < 6; guess++)
    await signIn(victim.loginName, `try ${guess}`, {
      'x-forwarded-for': `203.0.113.${guess}`,
      'x-real-ip': '1.2.3.4',
    });
  expect((await signIn(victim.loginName, 'try on', { 'x-forwarded-for': '203.0.113.99' })).statusCode).toBe(
    429,
  );

  const teacher = await aHolder('teacher');
  const cookie = sessionOf(await signIn(teacher.loginName, password));
  const links = async (headers: Record<string, string>) =>
    (
      await app.inject({
        method: 'POST',
        url: '/api/calendar-feeds',
        headers: { ...browser, cookie, ...headers },
        payload: { pupilId: null, classId: null },
      })
    ).body;
  const forged = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example',
  };
  // The name of the cookie holds the port.
  for (const headers of [forged, { host: 'evil.example:80' }]) {
    expect(await links(headers)).toContain(`${ctx.config.publicUrl}/`);
    expect(await links(headers)).not.toContain('evil.example');
  }
});
