import { beforeAll, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import {
  aClass,
  aCounty,
  aPupil,
  aSchool,
  aStaff,
  enroll,
  signedInAs,
} from '../platform/testing/builders.ts';

const { app, db } = await buildTestApp();
let school: { orgId: string };
let county: { orgId: string };
let classId: string;
let headersOf: Record<
  'admin' | 'classTeacher' | 'teacher' | 'officer' | 'pupil' | 'foreignAdmin',
  Record<string, string>
>;
let staffIds: Record<'classTeacher' | 'teacher', string>;
let pupilId: string;

beforeAll(async () => {
  county = await aCounty(db);
  school = await aSchool(db, { parentId: county.orgId });
  ({ classId } = await aClass(db, { schoolId: school.orgId, name: '三（2）班' }));
  const pupil = await aPupil(db, { schoolId: school.orgId, classId, name: '祝䶮' });
  pupilId = pupil.personId;
  const staff = async (role: 'schoolAdmin' | 'classTeacher' | 'teacher', orgId = school.orgId) =>
    aStaff(db, { orgId, role });
  const [admin, classTeacher, teacher] = [
    await staff('schoolAdmin'),
    await staff('classTeacher'),
    await staff('teacher'),
  ];
  const officer = await aStaff(db, { orgId: county.orgId, role: 'bureauOfficer' });
  const foreignAdmin = await staff('schoolAdmin', (await aSchool(db, { parentId: county.orgId })).orgId);
  await enroll(db, { personId: classTeacher.personId, classId, role: 'classTeacher' });
  staffIds = { classTeacher: classTeacher.personId, teacher: teacher.personId };
  headersOf = {
    admin: await signedInAs(db, admin.accountId, admin),
    classTeacher: await signedInAs(db, classTeacher.accountId, classTeacher),
    teacher: await signedInAs(db, teacher.accountId, teacher),
    officer: await signedInAs(db, officer.accountId, officer),
    pupil: await signedInAs(db, pupil.accountId),
    foreignAdmin: await signedInAs(db, foreignAdmin.accountId, foreignAdmin),
  };
});

test('the school sees its classes with counts and who answers for them', async () => {
  const answer = await app.inject({ url: `/api/orgs/${school.orgId}/classes`, headers: headersOf.admin });
  expect(answer.json().classes).toMatchObject([{ name: '三（2）班', pupils: 1, unclaimed: 0 }]);
});

test('a class teacher reads the class by name; a teacher of other classes and the county do not', async () => {
  const read = (who: keyof typeof headersOf) =>
    app.inject({ url: `/api/classes/${classId}/members`, headers: headersOf[who] });
  const members = (await read('classTeacher')).json().members;
  expect(members.find(({ role }: { role: string }) => role === 'pupil')).toMatchObject({
    name: '祝䶮',
    adultVia: 'classTeacher',
  });
  expect((await read('teacher')).statusCode).toBe(403);
  expect((await read('officer')).statusCode).toBe(403);
  expect((await read('foreignAdmin')).statusCode).toBe(404);
});

test('a pupil reads neither classes nor members of the school', async () => {
  expect(
    (await app.inject({ url: `/api/orgs/${school.orgId}/classes`, headers: headersOf.pupil })).statusCode,
  ).toBe(403);
  expect(
    (await app.inject({ url: `/api/classes/${classId}/members`, headers: headersOf.pupil })).statusCode,
  ).toBe(403);
});

test('people are found by a rare character, never across schools', async () => {
  const find = (who: keyof typeof headersOf, orgId = school.orgId) =>
    app.inject({ url: `/api/orgs/${orgId}/people`, query: { text: '䶮' }, headers: headersOf[who] });
  expect((await find('admin')).json().people).toMatchObject([
    { personId: pupilId, kind: 'pupil', className: '三（2）班' },
  ]);
  expect((await find('foreignAdmin')).statusCode).toBe(404);
});

test('a percent sign in a search is a character, not a wildcard', async () => {
  const answer = await app.inject({
    url: `/api/orgs/${school.orgId}/people`,
    query: { text: '%' },
    headers: headersOf.admin,
  });
  expect(answer.json().people).toEqual([]);
});

test('another adult takes over a class, and gives it back', async () => {
  const put = (body: object) =>
    app.inject({
      method: 'PUT',
      url: `/api/classes/${classId}/care-duty`,
      headers: headersOf.admin,
      payload: body,
    });
  const adult = async () =>
    (await app.inject({ url: `/api/classes/${classId}/members`, headers: headersOf.admin }))
      .json()
      .members.find(({ role }: { role: string }) => role === 'pupil').adultVia;
  expect((await put({ adultId: staffIds.teacher, deputyId: staffIds.classTeacher })).statusCode).toBe(204);
  expect(await adult()).toBe('careDuty');
  expect((await put({ adultId: staffIds.teacher, deputyId: staffIds.teacher })).json().code).toBe(
    'care_same_person',
  );
  expect((await put({ adultId: pupilId, deputyId: null })).json().code).toBe('adult_not_found');
  expect((await put({ adultId: null, deputyId: null })).statusCode).toBe(204);
  expect(await adult()).toBe('classTeacher');
});
