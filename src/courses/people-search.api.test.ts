import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillReadings } from '../people/fill-readings.ts';
import { searchQuery } from '../people/name-words.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPerson, aPupil, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { peopleFoundBy } from './queries.ts';

const { app, db } = await buildTestApp();
let school: { orgId: string };
let admin: Record<string, string>;
let teacher: Record<string, string>;
let zeng: { personId: string };

beforeAll(async () => {
  school = await aSchool(db);
  const { classId } = await aClass(db, { schoolId: school.orgId });
  zeng = await aPupil(db, { classId, schoolId: school.orgId, name: '曾文敏' });
  await aPupil(db, { classId, schoolId: school.orgId, name: '单文敏' });
  await aPupil(db, { classId, schoolId: school.orgId, name: '吕买买提·江' });
  await aPerson(db, { orgId: school.orgId, name: '𬱖䶮', number: 'GH20240017' });
  const otherSchool = await aSchool(db);
  await aPerson(db, { orgId: otherSchool.orgId, name: '曾文敏' });
  await db
    .insertInto('external_ids')
    .values({ source: 'other', kind: 'user', external_id: 'sid-77', entity_id: zeng.personId })
    .execute();
  const anAdmin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin', name: '仇英' });
  const aTeacher = await aStaff(db, { orgId: school.orgId, role: 'teacher', name: '区志强' });
  admin = await signedInAs(db, anAdmin.accountId, anAdmin);
  teacher = await signedInAs(db, aTeacher.accountId, aTeacher);
  await fillReadings(db);
});

const found = async (text: string): Promise<string[]> => {
  const answer = await app.inject({
    url: `/api/orgs/${school.orgId}/people?text=${encodeURIComponent(text)}`,
    headers: admin,
  });
  return answer.json().people.map(({ name }: { name: string }) => name);
};

describe('people are found', () => {
  test.each([
    ['曾文敏', ['曾文敏']],
    ['文敏', ['单文敏', '曾文敏']],
    ['zengwenmin', ['曾文敏']],
    ['Zēng wén', ['曾文敏']],
    ['zwm', ['曾文敏']],
    ['zengwm', ['曾文敏']],
    ['wenmin', ['单文敏', '曾文敏']],
    ['swm', ['单文敏']],
    ['danwenmin', ['单文敏']],
    ['曾wm', ['曾文敏']],
    ['lvmai', ['吕买买提·江']],
    ['LYU', ['吕买买提·江']],
    // 强 is read jiàng too.
    ['jiang', ['吕买买提·江', '区志强']],
    ['䶮', ['𬱖䶮']],
    ['diyan', ['𬱖䶮']],
    ['gh2024', ['𬱖䶮']],
    ['0017', ['𬱖䶮']],
    ['sid-77', ['曾文敏']],
    ['ouzhiqiang', ['区志强']],
    ['qy', ['仇英']],
    ['王', []],
    ["'", []],
    ['\\', []],
  ])('by %s: %j', async (text, names) => {
    expect(await found(text)).toEqual(names);
  });
});

describe('a school corrects a reading', () => {
  const correct = (headers: Record<string, string>, reading: string | null, personId = zeng.personId) =>
    app.inject({
      method: 'PUT',
      url: `/api/people/${personId}/reading`,
      headers,
      payload: { reading },
    });

  test('it is kept first, with an audit line without the name, and taken back', async () => {
    const answer = await correct(admin, 'Céng Wénmǐn');
    expect(answer.json()).toMatchObject({ isCorrected: true });
    expect(answer.json().readings.slice(0, 2)).toEqual(['ceng wenmin', 'zeng wen min']);
    expect(await found('cengwenmin')).toEqual(['曾文敏']);
    const lines = await db
      .selectFrom('audit_lines')
      .select(['action', 'detail'])
      .where('subject_id', '=', zeng.personId)
      .execute();
    expect(lines).toEqual([{ action: 'people.correctReading', detail: { corrected: true } }]);
    expect((await correct(admin, null)).json().readings[0]).toBe('zeng wen min');
  });

  test('it stays when names are read again, and falls with the name', async () => {
    await correct(admin, 'zeng wen ming');
    await fillReadings(db);
    const readings = () =>
      db
        .selectFrom('persons')
        .select(['name_readings', 'reading_corrected'])
        .where('id', '=', zeng.personId)
        .executeTakeFirstOrThrow();
    expect(await readings()).toMatchObject({ reading_corrected: true });
    await db.updateTable('persons').set({ name: '曾文敏' }).where('id', '=', zeng.personId).execute();
    expect((await readings()).name_readings[0]).toBe('zeng wen ming');
    await db.updateTable('persons').set({ name: '曾闻' }).where('id', '=', zeng.personId).execute();
    expect(await readings()).toEqual({ name_readings: [], reading_corrected: false });
    expect(await fillReadings(db, { orgIds: [school.orgId] })).toBe(1);
    expect((await readings()).name_readings[0]).toBe('zeng wen');
  });

  test('hanzi are refused in words, and a teacher of another class may not', async () => {
    expect((await correct(admin, '曾')).json().code).toBe('reading_not_latin');
    expect((await correct(teacher, 'ceng')).statusCode).toBe(403);
    const elsewhere = await aPerson(db, { orgId: (await aSchool(db)).orgId });
    expect((await correct(admin, 'ceng', elsewhere.personId)).statusCode).toBe(404);
  });
});

test('a search goes through the index, whatever is typed', async () => {
  await sql`
    INSERT INTO persons (home_org_id, number, name, name_readings)
    SELECT ${school.orgId}, 'x' || n, '某' || n, ARRAY['mou ' || chr(97 + n % 26) || 'a ' || chr(97 + n / 26 % 26) || 'o']
    FROM generate_series(1, 20000) n
  `.execute(db);
  await sql`ANALYZE persons`.execute(db);
  await sql`ANALYZE external_ids`.execute(db);
  for (const text of ['曾文敏', 'zengwenmin', 'zwm', 'sid-77', 'x12345']) {
    const { rows } = await sql<{
      'QUERY PLAN': string;
    }>`EXPLAIN ${peopleFoundBy(searchQuery(text) ?? '', text)}`.execute(db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('persons_found_by_idx');
    expect(plan).not.toMatch(/Seq Scan on persons/);
  }
});
