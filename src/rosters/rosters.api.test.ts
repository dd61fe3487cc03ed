import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openContact } from '../people/contacts.ts';
import { authorize } from '../platform/authorize.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aStaff, enroll } from '../platform/testing/builders.ts';
import { checkRoster } from './actions.ts';
import { encodeGb18030 } from './testing/gb18030.ts';
import { aRosterSchool, HEADER, TWO, type RosterSchool } from './testing/roster-school.ts';
import { workbookBytes } from './testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx } = await buildTestApp();

let school: RosterSchool;

beforeEach(async () => {
  school = await aRosterSchool({ app, db });
});

describe('importing a roster', () => {
  test('a first roster creates classes, pupils, enrollments from today and accounts that wait for their card', async () => {
    const draft = await school.imported(TWO);
    expect(draft).toMatchObject({
      read: 2,
      created: 2,
      changed: 0,
      newClasses: ['三（1）班', '三（2）班'],
      progressPercent: 100,
    });
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
    const accounts = await db
      .selectFrom('accounts')
      .innerJoin('persons', 'persons.id', 'accounts.person_id')
      .select(['login_name', 'accounts.status', 'password_hash', 'under14_until'])
      .where('persons.home_org_id', '=', school.orgId)
      .where('number', 'like', '2024%')
      .orderBy('number')
      .execute();
    expect(accounts.map((a) => [a.login_name, a.status, a.password_hash])).toEqual([
      [`${school.code}-20240101`, 'unclaimed', null],
      [`${school.code}-20240102`, 'unclaimed', null],
    ]);
    expect(accounts[0]?.under14_until).toMatch(/^20\d\d-09-01$/);
    const groups = await sql<{
      n: number;
    }>`SELECT count(*)::int AS n FROM course_groups g JOIN classes c ON c.id = g.class_id WHERE c.school_id = ${school.orgId}`.execute(
      db,
    );
    expect(groups.rows[0]?.n).toBe(2);
  });

  test('the same roster again changes nothing', async () => {
    await school.imported(TWO);
    const again = await school.imported(TWO);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 2, leaving: 0, must: 0, look: 0 });
    expect((await school.pupils()).length).toBe(2);
  });

  test('a changed name and a move take effect today, the old class keeps its days', async () => {
    await school.imported(TWO);
    await sql`UPDATE enrollments SET during = daterange('2026-09-01', NULL) WHERE person_id IN (SELECT id FROM persons WHERE home_org_id = ${school.orgId})`.execute(
      db,
    );
    await db
      .updateTable('persons')
      .set({ name_readings: ['wei changgeng'] })
      .where('number', '=', '20240102')
      .execute();
    const draft = await school.imported([
      HEADER,
      ['20240101', '沈可欣', '女', '三（2）班'],
      ['20240102', '韦长赓', '男', '三（2）班'],
    ]);
    expect(draft).toMatchObject({ created: 0, changed: 2, unchanged: 0 });
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（2）班', '20240102 韦长赓 三（2）班']);
    const { rows } = await sql<{ name: string; open: boolean }>`
      SELECT c.name, upper_inf(e.during) AS open FROM enrollments e JOIN classes c ON c.id = e.class_id JOIN persons p ON p.id = e.person_id
      WHERE p.number = '20240101' AND p.home_org_id = ${school.orgId} ORDER BY e.during`.execute(db);
    expect(rows).toEqual([
      { name: '三（1）班', open: false },
      { name: '三（2）班', open: true },
    ]);
  });

  test('pupils the file leaves out stay, unless the importer ends their enrollment', async () => {
    await school.imported(TWO);
    const onlyOne = TWO.slice(0, 2);
    const kept = await school.imported(onlyOne);
    expect(kept).toMatchObject({ scope: 'school', leaving: 1 });
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
    const draft = await school.checked(onlyOne);
    expect((await school.lines(draft.id, 'leaving')).lines).toMatchObject([
      { number: '20240102', name: '韦长庚', className: '三（2）班' },
    ]);
    await school.confirm(draft.id, { leaving: 'end' });
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚']);
    await school.imported(TWO);
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
  });

  test('staff become teachers, and class teachers of the class they are named for', async () => {
    await school.imported(TWO);
    const staff = [
      ['工号', '姓名', '职务', '班主任班级'],
      ['T1', '岑玉珍', '教师', '三（1）班'],
      ['T2', '祝秋实', '教师', ''],
    ];
    await school.imported(staff);
    const held = () =>
      sql<{ line: string }>`
      SELECT concat_ws(' ', p.number, a.role, (SELECT c.name FROM enrollments e JOIN classes c ON c.id = e.class_id
        WHERE e.person_id = p.id AND e.role = a.role AND upper_inf(e.during) AND NOT isempty(e.during))) AS line
      FROM persons p JOIN appointments a ON a.person_id = p.id WHERE p.home_org_id = ${school.orgId} AND p.number LIKE 'T%' ORDER BY 1`.execute(
        db,
      );
    expect((await held()).rows.map((row) => row.line)).toEqual([
      'T1 classTeacher 三（1）班',
      'T1 teacher',
      'T2 teacher',
    ]);
    expect(await school.imported(staff)).toMatchObject({ created: 0, changed: 0, unchanged: 2, leaving: 0 });
    await school.imported([staff[0] ?? [], ['T2', '祝秋实', '教师', '三（1）班']]);
    expect((await held()).rows.map((row) => row.line)).toEqual([
      'T1 classTeacher',
      'T1 teacher',
      'T2 classTeacher 三（1）班',
      'T2 teacher',
    ]);
  });

  test('a guardian telephone is kept encrypted only when the column was mapped, one guardian for two children', async () => {
    const rows = [
      [...HEADER, '家长姓名', '家长电话'],
      ...TWO.slice(1).map((row) => [...row, '沈大年', '13800000001']),
    ];
    await school.imported(rows);
    const guardians = () =>
      sql<{ name: string; number: string; children: number; id: string }>`
      SELECT p.id, p.name, p.number, count(*)::int AS children FROM guardianships g JOIN persons p ON p.id = g.guardian_id
      WHERE p.home_org_id = ${school.orgId} GROUP BY p.id ORDER BY p.number`.execute(db);
    expect((await guardians()).rows).toEqual([]);
    const options = { choices: [{ sheet: '名册', column: 6, field: 'guardianPhone' }] };
    await school.imported(rows, { options });
    const [guardian] = (await guardians()).rows;
    expect(guardian).toMatchObject({ name: '沈大年', number: 'j20240101', children: 2 });
    const granted = await authorize(db, operatorActor(), checkRoster, { orgId: school.orgId });
    expect(await openContact(db, ctx.secrets, granted, { personId: guardian?.id ?? '' })).toBe('13800000001');
    expect(await school.imported(rows, { options })).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    expect((await guardians()).rows.length).toBe(1);
    const drafts = await sql<{
      text: string;
    }>`SELECT (to_jsonb(r) - 'guardian_cipher')::text AS text FROM roster_draft_rows r`.execute(db);
    expect(drafts.rows.filter(({ text }) => text.includes('13800000001'))).toEqual([]);
  });
});

describe('files called .xls', () => {
  const table = TWO.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('');
  const page = `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><table>${table}</table></body></html>`;
  const csv = TWO.map((row) => row.join(',')).join('\r\n');
  test.each([
    { what: 'binary workbooks', bytes: () => workbookBytes({ 名册: TWO }, { type: 'biff8' }), format: 'xls' },
    { what: 'web pages in GBK', bytes: () => encodeGb18030(page), format: 'html' },
    { what: 'text tables in GB18030', bytes: () => encodeGb18030(csv), format: 'csv' },
  ])('may be $what and are imported by what they hold', async ({ bytes, format }) => {
    const draft = await school.checked(bytes(), { fileName: '名册.xls' });
    expect(draft).toMatchObject({ format, created: 2, must: 0 });
    await school.confirm(draft.id);
    expect(await school.pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
  });
});

test('a class teacher enrolled by hand survives an import of pupils', async () => {
  await school.imported(TWO);
  const teacher = await aStaff(db, { orgId: school.orgId, role: 'classTeacher' });
  const { id } = await db
    .selectFrom('classes')
    .select('id')
    .where('school_id', '=', school.orgId)
    .where('name', '=', '三（1）班')
    .executeTakeFirstOrThrow();
  await enroll(db, { personId: teacher.personId, classId: id, role: 'classTeacher' });
  await school.imported(TWO);
  const still = await sql<{
    n: number;
  }>`SELECT count(*)::int AS n FROM enrollments WHERE person_id = ${teacher.personId} AND upper_inf(during)`.execute(
    db,
  );
  expect(still.rows[0]?.n).toBe(1);
});
