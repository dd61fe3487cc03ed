import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aCounty, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';

const { app, db } = await buildTestApp();
let county: { orgId: string };
let school: { orgId: string; code: string };
let officer: Record<string, string>;
let teacher: Record<string, string>;

beforeAll(async () => {
  county = await aCounty(db);
  school = await aSchool(db, { parentId: county.orgId });
  const anOfficer = await aStaff(db, { orgId: county.orgId, role: 'bureauOfficer' });
  const aTeacher = await aStaff(db, { orgId: school.orgId, role: 'teacher' });
  officer = await signedInAs(db, anOfficer.accountId, anOfficer);
  teacher = await signedInAs(db, aTeacher.accountId, aTeacher);
});

const create = (headers: Record<string, string>, payload: object, key = crypto.randomUUID()) =>
  app.inject({ method: 'POST', url: '/api/orgs', headers: { ...headers, 'idempotency-key': key }, payload });

test('a county officer opens a school below the county, once however often it is sent', async () => {
  const key = crypto.randomUUID();
  const payload = { parentId: county.orgId, kind: 'school', code: 'XIKOU-2', name: ' 溪口二小 ' };
  const [first, again] = [await create(officer, payload, key), await create(officer, payload, key)];
  expect([first.statusCode, first.json()]).toMatchObject([201, { code: 'xikou-2', name: '溪口二小' }]);
  expect(again.json().id).toBe(first.json().id);
  const tree = await app.inject({ url: `/api/orgs/${county.orgId}/tree`, headers: officer });
  expect(tree.json().orgs.map(({ code }: { code: string }) => code)).toContain('xikou-2');
});

test('the same key with another content is refused', async () => {
  const key = crypto.randomUUID();
  await create(officer, { parentId: county.orgId, kind: 'school', code: 'a-1', name: '甲' }, key);
  const answer = await create(
    officer,
    { parentId: county.orgId, kind: 'school', code: 'a-2', name: '乙' },
    key,
  );
  expect([answer.statusCode, answer.json().code]).toEqual([422, 'idempotency_key_reused']);
});

test('a taken code, a wrong parent and a foreign parent are refused in words', async () => {
  const taken = await create(officer, {
    parentId: county.orgId,
    kind: 'school',
    code: school.code,
    name: '重号',
  });
  const upsideDown = await create(officer, {
    parentId: school.orgId,
    kind: 'county',
    code: 'up',
    name: '倒挂',
  });
  const elsewhere = await create(officer, {
    parentId: (await aCounty(db)).orgId,
    kind: 'school',
    code: 'away',
    name: '别处',
  });
  expect([taken.json().code, upsideDown.json().code, elsewhere.statusCode]).toEqual([
    'org_code_taken',
    'org_wrong_parent',
    404,
  ]);
});

test('a teacher neither reads the tree nor changes it', async () => {
  expect((await app.inject({ url: `/api/orgs/${school.orgId}/tree`, headers: teacher })).statusCode).toBe(
    403,
  );
  expect(
    (await create(teacher, { parentId: school.orgId, kind: 'grade', code: 'g1', name: '一年级' })).statusCode,
  ).toBe(403);
});

test('a unit moved below another takes everything below it along', async () => {
  const other = await aCounty(db);
  const grade = await db
    .insertInto('orgs')
    .values({ parent_id: school.orgId, kind: 'grade', code: 'grade-7', name: '七年级', sealed_at: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.updateTable('orgs').set({ parent_id: other.orgId }).where('id', '=', school.orgId).execute();
  const paths = await db
    .selectFrom('orgs')
    .select(['id', 'path'])
    .where('id', 'in', [other.orgId, school.orgId, grade.id])
    .execute();
  const pathOf = (id: string) => paths.find((row) => row.id === id)?.path ?? '';
  expect(pathOf(grade.id)).toBe(
    `${pathOf(other.orgId)}.${school.orgId.replaceAll('-', '')}.${grade.id.replaceAll('-', '')}`,
  );
  await expect(
    db.updateTable('orgs').set({ parent_id: grade.id }).where('id', '=', school.orgId).execute(),
  ).rejects.toThrow(/below itself/);
});
