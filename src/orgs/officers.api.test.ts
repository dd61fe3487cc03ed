import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aCounty, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';

const { app, db } = await buildTestApp();
type Headers = Record<string, string>;
let county: { orgId: string };
let schools: { orgId: string }[];
let officer: Headers;
let admin: Headers;
let teacher: Headers;
let neighbour: Headers;

async function headersOf(orgId: string, role: 'bureauOfficer' | 'schoolAdmin' | 'teacher'): Promise<Headers> {
  const staff = await aStaff(db, { orgId, role });
  return signedInAs(db, staff.accountId, staff);
}

beforeAll(async () => {
  county = await aCounty(db);
  schools = [await aSchool(db, { parentId: county.orgId }), await aSchool(db, { parentId: county.orgId })];
  officer = await headersOf(county.orgId, 'bureauOfficer');
  admin = await headersOf(schools[0]!.orgId, 'schoolAdmin');
  teacher = await headersOf(schools[0]!.orgId, 'teacher');
  neighbour = await headersOf(schools[1]!.orgId, 'schoolAdmin');
});

const someone = {
  name: ' 甲乙 ',
  sex: 'female',
  department: '教务处',
  post: '主任',
  phone: '+0 555-90 42',
  email: 'someone@example.org',
};

const put = (headers: Headers, orgId: string, role: string, payload: object = someone) =>
  app.inject({ method: 'PUT', url: `/api/orgs/${orgId}/officers/${role}`, headers, payload });
const clear = (headers: Headers, orgId: string, role: string) =>
  app.inject({ method: 'DELETE', url: `/api/orgs/${orgId}/officers/${role}`, headers });
const list = async (headers: Headers, orgId: string) => {
  const answer = await app.inject({ url: `/api/orgs/${orgId}/officers`, headers });
  return { ...answer.json(), status: answer.statusCode } as {
    status: number;
    complete: number;
    units: { orgId: string; responsible: object | null; liaison: object | null }[];
  };
};

test('a school names both, the county sees who has not; said again it is the same one, of today', async () => {
  const [school] = schools;
  for (const role of ['responsible', 'liaison', 'liaison'])
    expect((await put(admin, school!.orgId, role)).statusCode).toBe(204);
  const seen = await list(officer, county.orgId);
  expect(seen.status).toBe(200);
  expect(seen.units.map(({ orgId }) => orgId).toSorted()).toEqual(
    [county.orgId, ...schools.map(({ orgId }) => orgId)].toSorted(),
  );
  expect(seen.units[0]?.orgId).toBe(county.orgId);
  expect(seen.complete).toBe(1);
  const { rows } = await sql<{ today: string }>`
    SELECT (app_now() AT TIME ZONE 'Asia/Shanghai')::date::text AS today`.execute(db);
  expect(seen.units.find(({ orgId }) => orgId === school!.orgId)?.liaison).toEqual({
    ...someone,
    name: '甲乙',
    phone: '+05559042',
    filledOn: rows[0]?.today,
  });
});

test('the number is not in the database as it is dialled, and who read the list is on record', async () => {
  const { rows } = await sql<{ row: string; cipher: Buffer }>`
    SELECT f::text AS row, f.cipher FROM unit_officers f WHERE org_id = ${schools[0]!.orgId}`.execute(db);
  expect(rows.length).toBeGreaterThan(0);
  for (const clear of ['5559042', 'someone@'])
    expect(rows.filter(({ row, cipher }) => row.includes(clear) || cipher.includes(clear))).toEqual([]);
  const lines = async () =>
    (
      await sql<{ n: number }>`SELECT count(*)::int AS n FROM audit_lines
        WHERE action = 'orgs.readOfficers' AND subject_id = ${county.orgId}`.execute(db)
    ).rows[0]!.n;
  const before = await lines();
  await list(officer, county.orgId);
  expect(await lines()).toBe(before + 1);
});

test('a name taken off leaves the place empty, twice as once; nobody else loses theirs', async () => {
  const [, second] = schools;
  for (const role of ['responsible', 'liaison']) await put(neighbour, second!.orgId, role);
  expect((await clear(neighbour, second!.orgId, 'liaison')).statusCode).toBe(204);
  expect((await clear(neighbour, second!.orgId, 'liaison')).statusCode).toBe(204);
  const [own] = (await list(neighbour, second!.orgId)).units;
  expect([own?.liaison, own?.responsible]).toMatchObject([null, { name: '甲乙' }]);
});

test('teachers see no list, a school neither reads nor names another’s; the county fills in for its schools', async () => {
  const [first, second] = schools;
  expect((await list(teacher, first!.orgId)).status).toBe(403);
  expect((await list(admin, second!.orgId)).status).toBe(404);
  expect((await list(admin, county.orgId)).status).toBe(404);
  expect((await put(admin, second!.orgId, 'liaison')).statusCode).toBe(404);
  expect((await clear(admin, second!.orgId, 'responsible')).statusCode).toBe(404);
  expect((await put(teacher, first!.orgId, 'liaison')).statusCode).toBe(403);
  expect((await put(officer, second!.orgId, 'liaison', { ...someone, email: '' })).statusCode).toBe(204);
});

test.each([
  [{ name: '  ' }, 'officer_name_required'],
  [{ phone: 'on request' }, 'number_unreadable'],
  [{ email: 'nobody' }, 'officer_email_unreadable'],
])('%o is refused in words, and nothing is written', async (wrong, code) => {
  const other = await aSchool(db, { parentId: county.orgId });
  const answer = await put(officer, other.orgId, 'liaison', { ...someone, ...wrong });
  expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  expect((await list(officer, other.orgId)).units[0]?.liaison).toBeNull();
});
