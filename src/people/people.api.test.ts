import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import {
  aClass,
  aGuardian,
  aPupil,
  aSchool,
  aStaff,
  enroll,
  signedInAs,
} from '../platform/testing/builders.ts';
import { guessRule } from './guesses.ts';
import { hashPassword } from './passwords.ts';
import { relationsOf } from './access.ts';
import type { PersonActor } from '../platform/actor.ts';

const { app, db, logLines, runJob } = await buildTestApp();
let school: { orgId: string };
let classId: string;
let pupil: { personId: string; accountId: string };
let classTeacher: { personId: string; accountId: string; appointmentId: string };
let admin: { personId: string; accountId: string; appointmentId: string };

beforeAll(async () => {
  school = await aSchool(db);
  ({ classId } = await aClass(db, { schoolId: school.orgId }));
  pupil = await aPupil(db, { schoolId: school.orgId, classId, name: '韦𬱖' });
  classTeacher = await aStaff(db, { orgId: school.orgId, role: 'classTeacher' });
  await enroll(db, { personId: classTeacher.personId, classId, role: 'classTeacher' });
  admin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  await db
    .updateTable('accounts')
    .set({ login_name: 'qs-t1', password_hash: await hashPassword('粉笔 blackboard 7') })
    .where('id', '=', classTeacher.accountId)
    .execute();
});

const browser = { 'nol-client': 'test', origin: 'http://localhost:80', host: 'localhost:80' };
const signIn = (loginName: string, password: string) =>
  app.inject({ method: 'POST', url: '/api/sign-in', headers: browser, payload: { loginName, password } });

describe('signing in', () => {
  test('a teacher signs in and is known by name and appointment', async () => {
    const answer = await signIn('QS-T1 ', '粉笔 blackboard 7');
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { audience: 'staff', mustChangePassword: false },
    ]);
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    const me = await app.inject({ url: '/api/me', headers: { cookie, host: 'localhost:80' } });
    expect(me.json()).toMatchObject({ acting: { role: 'classTeacher' }, isPupil: false });
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Lax/);
  });

  test('a wrong password and an unknown name get the same answer', async () => {
    const [wrong, unknown] = [await signIn('qs-t1', 'guess'), await signIn('nobody', 'guess')];
    expect([wrong.statusCode, wrong.json().code, wrong.json().detail]).toEqual([
      401,
      'sign_in_failed',
      unknown.json().detail,
    ]);
    expect(unknown.statusCode).toBe(401);
  });

  test('six wrong guesses at once, then one each quarter of an hour: the next is not even tried', async () => {
    for (let i = 0; i < guessRule.atOnce; i += 1) await signIn('many-guesses', `x${i}`);
    const answer = await signIn('many-guesses', 'y');
    expect([answer.statusCode, answer.json().code]).toEqual([429, 'sign_in_too_many']);
    expect(answer.json().detail).toContain('15');
    await sql`UPDATE guess_brakes SET free_at = free_at - interval '15 minutes'`.execute(db);
    expect((await signIn('many-guesses', 'y')).statusCode).toBe(401);
    expect((await signIn('many-guesses', 'z')).statusCode).toBe(429);
  });

  test('a request from a foreign page is refused', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: { ...browser, origin: 'https://elsewhere.example' },
      payload: { loginName: 'qs-t1', password: 'x' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'cross_site']);
  });

  test('extra fields and wrong types are refused, naming the field', async () => {
    const extra = await app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: browser,
      payload: { loginName: 'a', password: 'b', role: 'schoolAdmin' },
    });
    const number = await app.inject({
      method: 'POST',
      url: '/api/sign-in',
      headers: browser,
      payload: { loginName: 3, password: 'b' },
    });
    expect([extra.statusCode, number.statusCode]).toEqual([400, 400]);
    expect(number.json().fields[0].path).toBe('body/loginName');
  });

  test('nothing that was typed reaches the log', async () => {
    await signIn('qs-t1', 'secret-canary-4711');
    expect(logLines.join('\n')).not.toContain('canary');
    expect(logLines.join('\n')).not.toContain('韦𬱖');
  });
});

describe('claim cards', () => {
  const cardsOf = async (accountId: string, appointmentId?: string) =>
    app.inject({
      method: 'POST',
      url: `/api/classes/${classId}/claim-cards`,
      headers: await signedInAs(db, accountId, appointmentId ? { appointmentId } : {}),
      payload: { onlyUnclaimed: false },
    });

  test('the class teacher prints cards; a pupil opens the QR and is in, once', async () => {
    const printed = await cardsOf(classTeacher.accountId, classTeacher.appointmentId);
    expect(printed.statusCode).toBe(200);
    const card = printed.json().cards.find((one: { name: string }) => one.name === '韦𬱖');
    const token = card.claimUrl.split('/').pop();
    const shown = await app.inject({ url: `/api/claims/${token}` });
    expect(shown.json().name).toBe('韦𬱖');
    const use = () =>
      app.inject({ method: 'POST', url: '/api/claims', headers: browser, payload: { token } });
    const [first, second] = await Promise.all([use(), use()]);
    expect([first.statusCode, second.statusCode].sort()).toEqual([200, 404]);
  });

  test('the spoken code works with the sign-in name, and a new card replaces the old', async () => {
    const old = (await cardsOf(classTeacher.accountId, classTeacher.appointmentId)).json().cards[0];
    const fresh = (await cardsOf(classTeacher.accountId, classTeacher.appointmentId)).json().cards[0];
    const say = (card: { loginName: string; spoken: string }) =>
      app.inject({
        method: 'POST',
        url: '/api/claims',
        headers: browser,
        payload: { loginName: card.loginName, spoken: card.spoken },
      });
    expect((await say(old)).json().code).toBe('claim_unknown');
    expect((await say(fresh)).statusCode).toBe(200);
  });

  test('a pupil may not print cards, a stranger is not told that the class exists', async () => {
    const stranger = await aStaff(db, { orgId: (await aSchool(db)).orgId, role: 'schoolAdmin' });
    expect((await cardsOf(pupil.accountId)).statusCode).toBe(403);
    expect((await cardsOf(stranger.accountId, stranger.appointmentId)).statusCode).toBe(404);
    expect(
      (
        await app.inject({
          method: 'POST',
          url: `/api/classes/${classId}/claim-cards`,
          headers: browser,
          payload: { onlyUnclaimed: true },
        })
      ).statusCode,
    ).toBe(401);
  });
});

describe('who stands how to whom', () => {
  const actor = (
    person: { personId: string; accountId: string },
    role: string,
    orgId?: string,
  ): PersonActor => ({
    kind: 'person',
    ...person,
    role,
    appointment: orgId ? { id: person.personId, orgId, orgPath: '' } : null,
    sessionHash: null,
    granted: new Set(),
  });

  test('a guardian has their own child in care and no other', async () => {
    const other = await aPupil(db, { schoolId: school.orgId, classId });
    const guardian = await aGuardian(db, { schoolId: school.orgId, pupilIds: [pupil.personId] });
    const asked = (personId: string) =>
      relationsOf(db, actor(guardian, 'guardian'), { orgId: school.orgId, personIds: [personId] });
    expect(await asked(pupil.personId)).toEqual(['ownCare']);
    expect(await asked(other.personId)).toEqual(['foreign']);
  });

  test('a class teacher is the named adult of the class; the school admin is of the same school', async () => {
    const { rows } = await sql<{
      adult_id: string;
      via: string;
    }>`SELECT * FROM adult_for(${pupil.personId}, '2026-09-07')`.execute(db);
    expect(rows[0]).toMatchObject({ adult_id: classTeacher.personId, via: 'classTeacher' });
    const place = { orgId: school.orgId, personIds: [pupil.personId] };
    expect(await relationsOf(db, actor(classTeacher, 'classTeacher', school.orgId), place)).toEqual(
      expect.arrayContaining(['ownClass', 'ownCare', 'sameSchool', 'below']),
    );
    expect(await relationsOf(db, actor(admin, 'schoolAdmin', school.orgId), place)).toEqual([
      'sameSchool',
      'below',
    ]);
  });

  test('a county officer stands above a school, not inside it', async () => {
    const county = await aSchool(db);
    const officer = await aStaff(db, { orgId: county.orgId, role: 'bureauOfficer' });
    expect(
      await relationsOf(db, actor(officer, 'bureauOfficer', county.orgId), { orgId: school.orgId }),
    ).toEqual(['foreign']);
  });

  test('a pupil without class teacher still has a named adult: deputy of the school', async () => {
    const lonely = await aClass(db, { schoolId: school.orgId });
    const child = await aPupil(db, { schoolId: school.orgId, classId: lonely.classId });
    const deputy = await aStaff(db, { orgId: school.orgId, role: 'schoolDeputy' });
    const { rows } = await sql<{
      adult_id: string;
      via: string;
    }>`SELECT * FROM adult_for(${child.personId}, '2026-09-07')`.execute(db);
    expect(rows[0]).toMatchObject({ adult_id: deputy.personId, via: 'schoolDeputy' });
  });
});

test('a session ends when the account is disabled', async () => {
  const person = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  const headers = await signedInAs(db, person.accountId);
  expect((await app.inject({ url: '/api/me', headers })).statusCode).toBe(200);
  await db.updateTable('accounts').set({ status: 'disabled' }).where('id', '=', person.accountId).execute();
  expect((await app.inject({ url: '/api/me', headers })).statusCode).toBe(401);
});

test('each night what is kept for a time only goes: dead sessions, old cards, old guesses', async () => {
  const person = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  const alive = await signedInAs(db, person.accountId);
  await sql`
    INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at, last_seen_at)
    VALUES ('\\x01', ${person.accountId}, 'staff', 3600, clock_timestamp() + interval '1 day', clock_timestamp() - interval '2 hours'),
      ('\\x02', ${person.accountId}, 'staff', 3600, clock_timestamp() - interval '1 minute', clock_timestamp())`.execute(
    db,
  );
  await sql`
    INSERT INTO claims (account_id, token_hash, spoken_hash, expires_at)
    VALUES (${person.accountId}, '\\x03', '\\x03', clock_timestamp() - interval '1 minute')`.execute(db);
  await sql`
    INSERT INTO guess_brakes (name_hash, free_at) VALUES ('\\x04', clock_timestamp() - interval '1 second')`.execute(
    db,
  );
  await runJob('people.purge');
  const { rows } = await sql<{ sessions: number; claims: number; failures: number }>`
    SELECT (SELECT count(*)::int FROM sessions WHERE account_id = ${person.accountId}) AS sessions,
      (SELECT count(*)::int FROM claims WHERE account_id = ${person.accountId}) AS claims,
      (SELECT count(*)::int FROM guess_brakes WHERE name_hash = '\\x04') AS failures`.execute(db);
  expect(rows[0]).toEqual({ sessions: 1, claims: 0, failures: 0 });
  expect((await app.inject({ url: '/api/me', headers: alive })).statusCode).toBe(200);
});
