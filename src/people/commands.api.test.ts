import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs, type BuiltOrg } from '../platform/testing/builders.ts';
import { peopleCommands } from './commands.ts';

const { app, db, ctx, logLines } = await buildTestApp();
let school: BuiltOrg;
beforeAll(async () => {
  school = await aSchool(db, { code: 'qsz' });
});

const run = (name: string, ...args: string[]) => {
  const command = peopleCommands.find((one) => one.name === name);
  if (!command) throw new Error(`no command ${name}`);
  return command.run(ctx, args);
};
const create = (role: string, name = '韦𬱖', number = 'a001') =>
  run('user create', '--org', school.code, '--role', role, '--name', name, '--number', number);

test('an account is created once; another role is a change, the same again is none', async () => {
  const first = await create('teacher');
  expect(first).toMatchObject({ exitCode: 0, counts: { created: 1 }, json: { loginName: 'qsz-a001' } });
  expect((await create('schoolAdmin')).counts).toMatchObject({ changed: 1 });
  const again = await create('teacher');
  expect(again.counts).toMatchObject({ unchanged: 1 });
  // Each run prints a card, and only the newest one works.
  const [old, fresh] = [first, again].map((one) => String(one.json?.['claimUrl']).split('/').pop());
  expect((await app.inject({ url: `/api/claims/${old}` })).statusCode).toBe(404);
  expect((await app.inject({ url: `/api/claims/${fresh}` })).statusCode).toBe(200);
});

test('a number that is somebody else’s renames nobody', async () => {
  await create('teacher', '石不移', 'a002');
  await expect(create('teacher', '石已移', 'a002')).rejects.toMatchObject({ code: 'person_number_taken' });
  const { name } = await db
    .selectFrom('persons')
    .select('name')
    .where('home_org_id', '=', school.orgId)
    .where('number', '=', 'a002')
    .executeTakeFirstOrThrow();
  expect(name).toBe('石不移');
});

test.each([
  { why: 'a role that does not exist', args: ['--role', 'king'], code: 'role_unknown' },
  {
    why: 'a unit that does not exist',
    args: ['--role', 'teacher', '--org', 'nowhere'],
    code: 'org_not_found',
  },
])('$why is refused and named', async ({ args, code }) => {
  const typed = ['--org', school.code, '--name', '某人', '--number', 'a009', ...args];
  await expect(run('user create', ...typed)).rejects.toMatchObject({ code });
});

test('disabling ends every session and is done once; a disabled account cannot be reset', async () => {
  const staff = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  const { login_name } = await db
    .selectFrom('accounts')
    .select('login_name')
    .where('id', '=', staff.accountId)
    .executeTakeFirstOrThrow();
  const headers = await signedInAs(db, staff.accountId);
  expect((await run('user disable', login_name)).counts).toMatchObject({ changed: 1 });
  expect((await app.inject({ url: '/api/me', headers })).statusCode).toBe(401);
  expect((await run('user disable', login_name)).counts).toMatchObject({ unchanged: 1 });
  await expect(run('user reset', login_name)).rejects.toMatchObject({ code: 'account_disabled' });
  await expect(run('user reset', 'nobody')).rejects.toMatchObject({ code: 'account_not_found' });
});

/** An account in use on a device, and the card an operator makes for it. */
async function resetOne() {
  const staff = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  const { login_name: loginName } = await db
    .selectFrom('accounts')
    .select('login_name')
    .where('id', '=', staff.accountId)
    .executeTakeFirstOrThrow();
  const headers = await signedInAs(db, staff.accountId);
  const { json, text } = await run('user reset', loginName);
  const token = String(json?.['claimUrl']).split('/').pop() ?? '';
  return { accountId: staff.accountId, headers, token, text: text ?? '' };
}
const use = (token: string, password: string) =>
  app.inject({
    method: 'POST',
    url: '/api/claims',
    headers: { 'nol-client': 'test' },
    payload: { token, password },
  });

test('a reset ends every session at once, its card works once, and the password is known to its owner alone', async () => {
  const { headers, token, text } = await resetOne();
  expect((await app.inject({ url: '/api/me', headers })).statusCode).toBe(401);
  const password = 'a sentence of their own';
  // What the card's page reads by the address of the card.
  expect((await app.inject({ url: `/api/claims/${token}` })).statusCode).toBe(200);
  expect((await use(token, password)).statusCode).toBe(200);
  expect((await use(token, 'another of a stranger')).statusCode).toBe(404);
  expect(text).not.toContain(password);
  const { rows } = await sql<{ detail: string }>`SELECT detail::text FROM audit_lines`.execute(db);
  expect(rows.filter(({ detail }) => detail?.includes(password) || detail?.includes(token))).toEqual([]);
  expect(logLines.filter((line) => line.includes(password) || line.includes(token))).toEqual([]);
});

test.each([
  { minutes: 29, status: 200 },
  { minutes: 31, status: 404 },
])('a reset card that is $minutes minutes old is answered $status', async ({ minutes, status }) => {
  const { accountId, token } = await resetOne();
  await sql`UPDATE claims SET expires_at = expires_at - make_interval(mins => ${minutes})
    WHERE account_id = ${accountId}`.execute(db);
  expect((await use(token, 'a sentence of their own')).statusCode).toBe(status);
});
