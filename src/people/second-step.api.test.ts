import { generate } from 'otplib';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { buildApp } from '../app.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, enroll, signedInAs } from '../platform/testing/builders.ts';
import { resetAccount } from './service-accounts.ts';

const { app, db, ctx, logLines } = await buildTestApp();

let school: { orgId: string };
let classId: string;
let admin: { accountId: string; appointmentId: string };
let headers: Record<string, string>;

beforeEach(async () => {
  school = await aSchool(db);
  ({ classId } = await aClass(db, { schoolId: school.orgId }));
  await aPupil(db, { schoolId: school.orgId, classId });
  admin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
});

const ask = (
  method: 'POST' | 'PUT',
  url: string,
  payload: object | null,
  from: Record<string, string> = headers,
  on = app,
) =>
  on.inject({
    method,
    url: `/api${url}`,
    headers: { ...from, 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
const outcome = (answer: { statusCode: number; json(): { code?: string } }) =>
  answer.statusCode < 400 ? answer.statusCode : [answer.statusCode, answer.json().code];
const printCards = (from = headers, on = app) =>
  ask('POST', `/classes/${classId}/claim-cards`, { onlyUnclaimed: true }, from, on);

/** The code an authenticator shows so many seconds from now. */
const codeOf = (secret: string, inSeconds = 0) =>
  generate({ secret, epoch: Math.floor(Date.now() / 1000) + inSeconds });

async function setUp(): Promise<string> {
  const { secret } = (await ask('POST', '/me/second-step', null)).json() as { secret: string };
  expect(outcome(await ask('PUT', '/me/second-step', { code: await codeOf(secret) }))).toBe(204);
  return secret;
}
const halfAnHourLater = () =>
  sql`UPDATE sessions SET totp_at = totp_at - interval '31 minutes' WHERE account_id = ${admin.accountId}`.execute(
    db,
  );

test('once set up it is asked before acts beyond the own class, and is good for half an hour', async () => {
  expect(outcome(await printCards())).toBe(200);
  const secret = await setUp();
  expect((await app.inject({ url: '/api/me', headers })).json().hasSecondStep).toBe(true);
  expect(outcome(await printCards())).toBe(200);
  await halfAnHourLater();
  expect(outcome(await printCards())).toEqual([403, 'totp_required']);
  expect(outcome(await ask('POST', '/me/second-step/answers', { code: await codeOf(secret, 30) }))).toBe(204);
  expect(outcome(await printCards())).toBe(200);
  // Another device answers for itself.
  const other = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  expect(outcome(await printCards(other))).toEqual([403, 'totp_required']);
});

test('nobody is asked who stays in their own class', async () => {
  const teacher = await aStaff(db, { orgId: school.orgId, role: 'classTeacher' });
  await enroll(db, { personId: teacher.personId, classId, role: 'classTeacher' });
  const own = await signedInAs(db, teacher.accountId, { appointmentId: teacher.appointmentId });
  const { secret } = (await ask('POST', '/me/second-step', null, own)).json() as { secret: string };
  await ask('PUT', '/me/second-step', { code: await codeOf(secret) }, own);
  await sql`UPDATE sessions SET totp_at = NULL WHERE account_id = ${teacher.accountId}`.execute(db);
  expect(outcome(await printCards(own))).toBe(200);
});

test('where the product is run for real it must be set up first; the demo is not asked', async () => {
  const production = await buildApp({ ...ctx, config: { ...ctx.config, mode: 'serve' } });
  expect(outcome(await printCards(headers, production))).toEqual([403, 'totp_setup_required']);
  await sql`UPDATE persons SET is_demo = true FROM accounts a WHERE a.person_id = persons.id AND a.id = ${admin.accountId}`.execute(
    db,
  );
  expect(outcome(await printCards(headers, production))).toBe(200);
  await production.close();
});

test('a code counts once: not again, not on a second device, and of two at once one', async () => {
  const secret = await setUp();
  const other = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  const code = await codeOf(secret, 30);
  const answers = await Promise.all([
    ask('POST', '/me/second-step/answers', { code }),
    ask('POST', '/me/second-step/answers', { code }, other),
  ]);
  expect(answers.map(outcome).filter((one) => one === 204)).toHaveLength(1);
  const [first] = answers.map(outcome);
  const winner = first === 204 ? headers : other;
  const loser = first === 204 ? other : headers;
  // An answer that never arrived is asked for again by the same device.
  expect(outcome(await ask('POST', '/me/second-step/answers', { code }, winner))).toBe(204);
  expect(outcome(await ask('POST', '/me/second-step/answers', { code }, loser))).toEqual([403, 'totp_wrong']);
});

test('an old code and a wrong one are refused, the seventh guess is not even tried', async () => {
  const secret = await setUp();
  expect(outcome(await ask('POST', '/me/second-step/answers', { code: await codeOf(secret, -120) }))).toEqual(
    [403, 'totp_wrong'],
  );
  const right = await codeOf(secret, 30);
  const wrong = right === '000000' ? '000001' : '000000';
  for (let i = 0; i < 5; i += 1) await ask('POST', '/me/second-step/answers', { code: wrong });
  expect(outcome(await ask('POST', '/me/second-step/answers', { code: right }))).toEqual([
    429,
    'sign_in_too_many',
  ]);
});

test('a secret that was never proven locks nobody out, and one in use is not replaced by whoever finds the page open', async () => {
  await ask('POST', '/me/second-step', null);
  expect(outcome(await printCards())).toBe(200);
  expect(outcome(await ask('PUT', '/me/second-step', { code: '000000' }))).toEqual([403, 'totp_wrong']);
  await setUp();
  await halfAnHourLater();
  expect(outcome(await ask('POST', '/me/second-step', null))).toEqual([403, 'totp_required']);
  expect(outcome(await ask('PUT', '/me/second-step', { code: '000000' }))).toEqual([409, 'totp_not_begun']);
});

test('the secret lies encrypted, reaches no log, and goes with a reset card', async () => {
  const secret = await setUp();
  const { totp_cipher } = await db
    .selectFrom('accounts')
    .select('totp_cipher')
    .where('id', '=', admin.accountId)
    .executeTakeFirstOrThrow();
  expect(totp_cipher?.includes(secret)).toBe(false);
  expect(logLines.join('\n')).not.toContain(secret);
  const { login_name: loginName } = await db
    .selectFrom('accounts')
    .select('login_name')
    .where('id', '=', admin.accountId)
    .executeTakeFirstOrThrow();
  const { token } = await resetAccount(ctx, operatorActor(), { loginName });
  const browser = { 'nol-client': 'test' };
  expect(outcome(await ask('POST', '/claims', { token, password: 'ein langer satz' }, browser))).toBe(200);
  const after = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  expect((await app.inject({ url: '/api/me', headers: after })).json().hasSecondStep).toBe(false);
});

test('pupils and guardians have none', async () => {
  const pupil = await aPupil(db, { schoolId: school.orgId, classId });
  expect(outcome(await ask('POST', '/me/second-step', null, await signedInAs(db, pupil.accountId)))).toEqual([
    403,
    'not_allowed',
  ]);
});

const makeCodes = async (from = headers): Promise<string[]> =>
  (await ask('POST', '/me/second-step/recovery-codes', null, from)).json<{ codes: string[] }>().codes;
const answerWith = async (code: string, from = headers) =>
  outcome(await ask('POST', '/me/second-step/answers', { code }, from));

test('ten recovery codes stand for the telephone, each once, however it is typed', async () => {
  await setUp();
  const codes = await makeCodes();
  expect(new Set(codes).size).toBe(10);
  await halfAnHourLater();
  expect(outcome(await printCards())).toEqual([403, 'totp_required']);
  const [first = '', second = ''] = codes;
  expect(await answerWith(first.toUpperCase())).toBe(204);
  expect(outcome(await printCards())).toBe(200);
  // Asked again by the device that got no answer it is the same answer; another device finds it used.
  expect(await answerWith(first)).toBe(204);
  const other = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  expect(await answerWith(first, other)).toEqual([403, 'totp_wrong']);
  expect(await answerWith(second.replace('-', ''))).toBe(204);
  const state = await app.inject({ url: '/api/me/second-step', headers });
  expect(state.json()).toEqual({ isSet: true, recoveryCodesLeft: 8 });
});

test('of ten devices at once with one recovery code one goes through', async () => {
  await setUp();
  const [code = ''] = await makeCodes();
  const devices = await Promise.all(
    Array.from({ length: 10 }, () => signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId })),
  );
  const answers = await Promise.all(devices.map((device) => answerWith(code, device)));
  expect(answers.filter((answer) => answer === 204).length).toBe(1);
});

test('new codes void the old, and so do another telephone and a reset card', async () => {
  await setUp();
  const [old = ''] = await makeCodes();
  const [renewed = ''] = await makeCodes();
  expect(await answerWith(old)).toEqual([403, 'totp_wrong']);
  await setUp();
  expect(await answerWith(renewed)).toEqual([403, 'totp_wrong']);
  const [last = ''] = await makeCodes();
  const { login_name: loginName } = await db
    .selectFrom('accounts')
    .select('login_name')
    .where('id', '=', admin.accountId)
    .executeTakeFirstOrThrow();
  const card = await resetAccount(ctx, operatorActor(), { loginName });
  await ask(
    'POST',
    '/claims',
    { token: card.token, password: 'another long pass' },
    { 'nol-client': 'test' },
  );
  const left = await db
    .selectFrom('recovery_codes')
    .select('account_id')
    .where('account_id', '=', admin.accountId)
    .execute();
  expect(left).toEqual([]);
  expect(logLines.join()).not.toContain(last.slice(0, 4) + last.slice(5));
});

test('codes are made only by who answered lately, are kept as hashes, and stand in the audit', async () => {
  expect(outcome(await ask('POST', '/me/second-step/recovery-codes', null))).toEqual([409, 'totp_not_begun']);
  await setUp();
  const [code = ''] = await makeCodes();
  await halfAnHourLater();
  expect(outcome(await ask('POST', '/me/second-step/recovery-codes', null))).toEqual([403, 'totp_required']);
  expect(await answerWith(code)).toBe(204);
  const stored = await sql<{ text: string }>`
    SELECT r::text AS text FROM recovery_codes r WHERE account_id = ${admin.accountId}`.execute(db);
  expect(stored.rows.map(({ text }) => text).join()).not.toContain(code.replace('-', ''));
  const lines = await db
    .selectFrom('audit_lines')
    .select('action')
    .where('subject_id', '=', admin.accountId)
    .orderBy('at')
    .execute();
  expect(lines.map(({ action }) => action)).toEqual([
    'people.secondStepSet',
    'people.recoveryCodesMade',
    'people.recoveryCodeUsed',
  ]);
});

test('guessing recovery codes ends after six tries', async () => {
  await setUp();
  const [code = ''] = await makeCodes();
  for (let guess = 0; guess < 6; guess++)
    expect(await answerWith(`zzzz-zzz${'234567'[guess]}`)).toEqual([403, 'totp_wrong']);
  expect(await answerWith(code)).toEqual([429, 'sign_in_too_many']);
});
