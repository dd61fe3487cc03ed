import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { askForSupport, endSupportNow, makeSupportToken } from './support.ts';

const { app, db, ctx } = await buildTestApp();
type Headers = Record<string, string>;

let school: { orgId: string; code: string };
let admin: Headers;

beforeEach(async () => {
  school = await aSchool(db, { name: '河边小学' });
  const { classId } = await aClass(db, { schoolId: school.orgId });
  await aPupil(db, { schoolId: school.orgId, classId });
  admin = await inRole('schoolAdmin');
});

async function inRole(role: 'schoolAdmin' | 'principal' | 'classTeacher', orgId = school.orgId) {
  const staff = await aStaff(db, { orgId, role });
  return signedInAs(db, staff.accountId, staff);
}

const asked = (minutes = 60) =>
  askForSupport(ctx, operatorActor(), { orgCode: school.code, reason: '点名数字对不上', minutes });
const answer = (grantId: string, give: boolean, headers = admin) =>
  app.inject({ method: 'PUT', url: `/api/support-grants/${grantId}/decision`, headers, payload: { give } });
const tokenOf = async (grantId: string) => (await makeSupportToken(ctx, operatorActor(), { grantId })).token;
const look = (token: string, url = `/api/orgs/${school.orgId}/classes`) =>
  app.inject({ url, headers: { 'nol-support': token } });
const grantsSeen = async (headers = admin) =>
  (await app.inject({ url: `/api/orgs/${school.orgId}/support-grants`, headers })).json().grants;
const usesSeen = async (headers = admin) =>
  (await app.inject({ url: `/api/orgs/${school.orgId}/support-uses`, headers })).json();
const outcome = (said: { statusCode: number; json(): { code?: string } }) =>
  said.statusCode < 400 ? said.statusCode : [said.statusCode, said.json().code];

async function opened() {
  const { id } = await asked();
  expect(outcome(await answer(id, true))).toBe(200);
  return { id, token: await tokenOf(id) };
}

test('by the school’s leave the operator reads that school, each reading is shown to it, and it ends it at once', async () => {
  const { id } = await asked();
  expect(await grantsSeen()).toMatchObject([{ id, state: 'asked', reason: '点名数字对不上', minutes: 60 }]);
  await expect(tokenOf(id)).rejects.toMatchObject({ code: 'support_not_open' });
  expect(outcome(await answer(id, true))).toBe(200);
  const token = await tokenOf(id);
  const seen = await look(token);
  expect([seen.statusCode, seen.json().classes.length]).toEqual([200, 1]);
  expect(await usesSeen()).toMatchObject({
    total: 1,
    uses: [
      { operation: 'listClasses', address: `/api/orgs/${school.orgId}/classes`, reason: '点名数字对不上' },
    ],
  });
  const ended = await app.inject({ method: 'POST', url: `/api/support-grants/${id}/end`, headers: admin });
  expect([ended.statusCode, ended.json().state]).toEqual([200, 'over']);
  expect(outcome(await look(token))).toEqual([401, 'support_over']);
  expect((await usesSeen()).total).toBe(1);
  const lines = await db
    .selectFrom('audit_lines')
    .select(['action', 'actor_kind'])
    .where('subject_id', '=', id)
    .execute();
  expect(lines.map(({ action, actor_kind }) => `${actor_kind} ${action}`).toSorted()).toEqual([
    'operator people.askSupport',
    'person people.decideSupport',
    'person people.endSupport',
  ]);
});

test('another school, every write, what needs a second step and a socket stay closed, and the attempt is shown', async () => {
  const { token } = await opened();
  const other = await aSchool(db);
  expect(outcome(await look(token, `/api/orgs/${other.orgId}/classes`))).toEqual([404, 'not_found']);
  const write = await app.inject({
    method: 'PUT',
    url: `/api/orgs/${school.orgId}/holidays/2026-12-01`,
    headers: { 'nol-support': token },
    payload: { kind: 'holiday', name: '运动会', teachesWeekday: null },
  });
  expect(outcome(write)).toEqual([403, 'support_reads_only']);
  const socket = await app.inject({
    url: `/api/orgs/${school.orgId}/classes`,
    headers: { 'nol-support': token, upgrade: 'websocket' },
  });
  expect(outcome(socket)).toEqual([403, 'support_reads_only']);
  const roster = `/api/orgs/${school.orgId}/roster-export?format=workbook`;
  expect(outcome(await look(token, roster))).toEqual([403, 'not_allowed']);
  expect((await app.inject({ url: roster, headers: admin })).statusCode).toBe(200);
  expect((await usesSeen()).total).toBe(4);
});

test('it dies on time, a second token ends the first, and a token nobody gave opens nothing', async () => {
  const { id, token } = await opened();
  const second = await tokenOf(id);
  expect(outcome(await look(token))).toEqual([401, 'support_over']);
  expect(outcome(await look(second))).toBe(200);
  await sql`UPDATE support_grants SET ends_at = clock_timestamp() WHERE id = ${id}`.execute(db);
  expect(outcome(await look(second))).toEqual([401, 'support_over']);
  expect(await grantsSeen()).toMatchObject([{ id, state: 'over' }]);
  expect(outcome(await look('x'.repeat(43)))).toEqual([401, 'support_over']);
  expect(outcome(await look('x'.repeat(300)))).toEqual([401, 'support_over']);
});

test('the administrator of the school alone decides, once; its principal reads and ends it', async () => {
  const { id } = await asked();
  const [principal, teacher] = [await inRole('principal'), await inRole('classTeacher')];
  const stranger = await inRole('schoolAdmin', (await aSchool(db)).orgId);
  expect(outcome(await answer(id, true, principal))).toEqual([403, 'not_allowed']);
  expect(outcome(await answer(id, true, teacher))).toEqual([403, 'not_allowed']);
  expect(outcome(await answer(id, true, stranger))).toEqual([404, 'not_found']);
  expect(outcome(await answer(id, true))).toBe(200);
  expect(outcome(await answer(id, true))).toBe(200);
  expect(outcome(await answer(id, false))).toEqual([409, 'support_decided']);
  expect(await grantsSeen(principal)).toMatchObject([{ id, state: 'open' }]);
  const ended = await app.inject({
    method: 'POST',
    url: `/api/support-grants/${id}/end`,
    headers: principal,
  });
  expect(ended.json().state).toBe('over');
  expect(outcome(await answer(id, true))).toEqual([409, 'support_decided']);
});

test('declined, taken back or waited too long, it opens nothing', async () => {
  const [declined, takenBack, old] = [await asked(), await asked(), await asked()];
  expect((await answer(declined.id, false)).json().state).toBe('declined');
  await endSupportNow(ctx, operatorActor(), { grantId: takenBack.id });
  await sql`UPDATE support_grants SET asked_at = asked_at - interval '4 days' WHERE id = ${old.id}`.execute(
    db,
  );
  for (const { id } of [declined, takenBack, old]) {
    expect(outcome(await answer(id, true))).toEqual([409, 'support_decided']);
    await expect(tokenOf(id)).rejects.toMatchObject({ code: 'support_not_open' });
  }
});

test.each([
  [{ minutes: 5 }, 'support_minutes'],
  [{ minutes: 241 }, 'support_minutes'],
  [{ minutes: Number.NaN }, 'support_minutes'],
  [{ reason: ' ' }, 'support_reason'],
  [{ orgCode: 'nobody' }, 'org_not_found'],
])('asked with %j it is refused in words', async (wrong, code) => {
  const wanted = { orgCode: school.code, reason: '点名', minutes: 60, ...wrong };
  await expect(askForSupport(ctx, operatorActor(), wanted)).rejects.toMatchObject({ code });
});
