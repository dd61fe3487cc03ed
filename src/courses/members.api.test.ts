import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, aTeacher, signedInAs } from '../platform/testing/builders.ts';
import { composeClasses } from './compositions.ts';

const { app, db } = await buildTestApp();
let school: { orgId: string; code: string };
let admin: Record<string, string>;
let [first, second, algebra] = ['', '', ''];
let pupils: { personId: string }[];

beforeEach(async () => {
  school = await aSchool(db);
  first = (await aClass(db, { schoolId: school.orgId, name: '软件 2601 班' })).classId;
  second = (await aClass(db, { schoolId: school.orgId, name: '软件 2602 班' })).classId;
  algebra = (await aClass(db, { schoolId: school.orgId, name: '线性代数（1）班', courseTitle: '线性代数' }))
    .classId;
  pupils = [];
  for (const [n, classId] of [first, first, second, second].entries()) {
    pupils.push(await aPupil(db, { schoolId: school.orgId, classId, name: `学生${n}`, number: `s${n}` }));
  }
  const anAdmin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  admin = await signedInAs(db, anAdmin.accountId, anAdmin);
});

const ask = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object, headers = admin) =>
  app.inject({ method, url: `/api/classes/${path}`, headers, ...(payload ? { payload } : {}) });
const compose = (...homeroomIds: string[]) => ask('PUT', `${algebra}/composition`, { homeroomIds });
const join = (classId: string, number: string, name: string, schoolCode: string | null = null) =>
  ask('POST', `${classId}/pupils`, { schoolCode, number, name });
const members = async (classId = algebra): Promise<Record<string, unknown>[]> =>
  (await ask('GET', `${classId}/members`))
    .json()
    .members.filter(({ role }: { role: string }) => role === 'pupil');
const names = async (classId?: string) => (await members(classId)).map(({ name }) => name);
const today = async () =>
  (
    await sql<{
      today: string;
    }>`SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date AS today`.execute(db)
  ).rows[0]?.today ?? '';

describe('a teaching class is made of homeroom classes', () => {
  test('their pupils join; the same again changes nothing; a class taken away takes its pupils along', async () => {
    expect((await compose(first, second)).json()).toEqual({ joined: 4, left: 0 });
    expect((await compose(second, first)).json()).toEqual({ joined: 0, left: 0 });
    expect(await names()).toEqual(['学生0', '学生1', '学生2', '学生3']);
    expect(await members()).toMatchObject([
      { homeName: '软件 2601 班', isGuest: false, isOwnRight: false },
      {},
      {},
      {},
    ]);
    expect((await compose(second)).json()).toEqual({ joined: 0, left: 2 });
    expect(await names()).toEqual(['学生2', '学生3']);
    const { homerooms } = (await ask('GET', `${algebra}/composition`)).json();
    expect(homerooms.map(({ isPart }: { isPart: boolean }) => isPart)).toEqual([false, true]);
  });

  test('who changes homeroom class changes the lessons too, and yesterday stays as it was', async () => {
    await compose(first);
    const day = await today();
    await db
      .updateTable('enrollments')
      .set({ during: '[2026-01-01,)' })
      .where('class_id', '=', algebra)
      .execute();
    const [moved] = pupils;
    await sql`UPDATE enrollments SET during = daterange('2020-01-01', ${day}::date) WHERE person_id = ${moved?.personId} AND is_home`.execute(
      db,
    );
    await sql`INSERT INTO enrollments (class_id, person_id, role, is_home, during)
      VALUES (${second}, ${moved?.personId}, 'pupil', true, daterange(${day}::date, NULL))`.execute(db);
    const follow = () =>
      db.transaction().execute((trx) => composeClasses(trx, { schoolId: school.orgId, today: day }));
    expect([await follow(), await follow()]).toEqual([
      { joined: 0, left: 1 },
      { joined: 0, left: 0 },
    ]);
    expect(await names()).toEqual(['学生1']);
    const before = await sql`SELECT FROM class_members(${day}::date - 1) WHERE class_id = ${algebra}`.execute(
      db,
    );
    expect(before.rows).toHaveLength(2);
  });

  test('a class of a term to come gets its pupils from its first day on', async () => {
    await sql`UPDATE classes SET during = daterange(current_date + 3650, current_date + 3750) WHERE id = ${algebra}`.execute(
      db,
    );
    expect((await compose(first)).json()).toEqual({ joined: 2, left: 0 });
    expect(await names()).toEqual([]);
    const begins =
      await sql`SELECT DISTINCT during = daterange(current_date + 3650, current_date + 3750) AS fits
      FROM enrollments WHERE class_id = ${algebra}`.execute(db);
    expect(begins.rows).toEqual([{ fits: true }]);
    expect((await compose()).json()).toEqual({ joined: 0, left: 2 });
  });

  test('homeroom classes are not made of others, nor of another school’s', async () => {
    const foreign = await aClass(db, { schoolId: (await aSchool(db)).orgId });
    expect((await ask('PUT', `${first}/composition`, { homeroomIds: [second] })).json().code).toBe(
      'class_is_homeroom',
    );
    expect((await compose(foreign.classId)).json().code).toBe('homeroom_unknown');
    expect((await compose(algebra)).json().code).toBe('homeroom_unknown');
    const aTeacherHere = await aTeacher(db, { orgId: school.orgId });
    const teacher = await signedInAs(db, aTeacherHere.accountId, aTeacherHere);
    expect((await ask('PUT', `${algebra}/composition`, { homeroomIds: [] }, teacher)).statusCode).toBe(403);
  });
});

describe('single pupils', () => {
  test('a retaking pupil joins in their own right, once, and stays when the class is composed anew', async () => {
    await compose(first);
    const answer = await join(algebra, 's3', '学生3');
    expect([answer.json().outcome, (await join(algebra, 's3', '学生3')).json().outcome]).toEqual([
      'joined',
      'unchanged',
    ]);
    expect((await members()).find(({ name }) => name === '学生3')).toMatchObject({
      isOwnRight: true,
      homeName: '软件 2602 班',
    });
    expect((await compose(second)).json()).toEqual({ joined: 1, left: 2 });
    expect((await compose()).json()).toEqual({ joined: 0, left: 1 });
    expect(await names()).toEqual(['学生3']);
  });

  test('an exempted pupil stays out while the class follows, and comes back by joining', async () => {
    await compose(first);
    const [exempt] = pupils;
    const leave = () => ask('DELETE', `${algebra}/pupils/${exempt?.personId}`);
    expect([(await leave()).statusCode, (await leave()).statusCode]).toEqual([204, 204]);
    expect((await compose(first)).json()).toEqual({ joined: 0, left: 0 });
    expect(await names()).toEqual(['学生1']);
    await join(algebra, 's0', '学生0');
    expect(await names()).toEqual(['学生0', '学生1']);
  });

  test('an exchange pupil is a guest by school, number and name; the home stays the home', async () => {
    const elsewhere = await aSchool(db);
    const home = await aClass(db, { schoolId: elsewhere.orgId, name: '交流 1 班' });
    const guest = await aPupil(db, {
      schoolId: elsewhere.orgId,
      classId: home.classId,
      name: '客人',
      number: 'g1',
    });
    expect((await join(algebra, 'g1', '客人')).json().code).toBe('pupil_not_found');
    expect((await join(algebra, 'g1', '别人', elsewhere.code)).json().code).toBe('pupil_not_found');
    expect((await join(algebra, 'g1', '客人', elsewhere.code)).json()).toEqual({
      personId: guest.personId,
      outcome: 'joined',
    });
    expect(await members()).toMatchObject([
      { name: '客人', isGuest: true, isOwnRight: true, homeName: '交流 1 班' },
    ]);
    const homes = await sql<{ class_id: string }>`
      SELECT class_id FROM home_classes((app_now() AT TIME ZONE 'Asia/Shanghai')::date) WHERE person_id = ${guest.personId}
    `.execute(db);
    expect(homes.rows).toEqual([{ class_id: home.classId }]);
    expect((await join(first, 'g1', '客人', elsewhere.code)).json().outcome).toBe('joined');
  });

  test('a homeroom class of the own school is for the roster', async () => {
    expect((await join(second, 's0', '学生0')).json().code).toBe('join_homeroom');
    expect((await ask('DELETE', `${first}/pupils/${pupils[0]?.personId}`)).json().code).toBe(
      'home_by_roster',
    );
  });
});
