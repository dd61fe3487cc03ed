import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { confirm, imported, problemsOf, type Importing } from '../testing/importing.ts';
import { workbookBytes, type Value } from '../testing/workbooks.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db } = await buildTestApp();

let school: { orgId: string; code: string };
let who: Importing;
let keys = 0;

const PUPILS = ['学号', '姓名', '性别', '班级'];
const STAFF = ['工号', '姓名', '职务', '班主任班级'];
const SECTIONS = ['教学班', '课程名称', '角色', '号码'];
const FIRST: Record<string, Value[][]> = {
  学生: [
    PUPILS,
    ['101', '沈可欣', '女', '三（1）班'],
    ['102', '韦长庚', '男', '三（1）班'],
    ['103', '谭一鸣', '男', '三（2）班'],
  ],
  教职工: [STAFF, ['T1', '欧阳文澜', '班主任', '三（1）班'], ['T2', '司马青', '教师', '']],
  教学班: [SECTIONS, ['书法', '书法', '学生', '101'], ['书法', '书法', '任课教师', 'T2']],
};
const SECOND: Record<string, Value[][]> = {
  学生: [
    PUPILS,
    ['101', '沈可心', '女', '三（2）班'],
    ['103', '谭一鸣', '男', '三（2）班'],
    ['104', '新来者', '男', '三（1）班'],
    ['105', '再来者', '女', '三（2）班'],
  ],
  教职工: [STAFF, ['T2', '司马青', '班主任', '三（1）班'], ['T3', '新老师', '教师', '']],
  教学班: [SECTIONS, ['书法', '书法', '学生', '103'], ['书法', '书法', '任课教师', 'T2']],
};

beforeEach(async () => {
  school = await aSchool(db);
  const admin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  who = { orgId: school.orgId, headers };
});

/** The school today: who is there under which name, in which class and role. */
async function today(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    WITH day AS (SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date AS d)
    SELECT concat_ws(' ', 'person', p.number, p.name, p.sex) AS line FROM persons p
    WHERE p.home_org_id = ${school.orgId} AND p.status = 'active' AND p.number ~ '^(T|1)'
    UNION ALL
    SELECT concat_ws(' ', c.name, m.role, p.number) FROM day, class_members(day.d) m JOIN classes c ON c.id = m.class_id
    JOIN persons p ON p.id = m.person_id WHERE c.school_id = ${school.orgId}
    UNION ALL
    SELECT concat_ws(' ', 'appointed', p.number, a.role) FROM day, appointments a JOIN persons p ON p.id = a.person_id
    WHERE a.org_id = ${school.orgId} AND a.during @> day.d AND p.number ~ '^T' AND p.status = 'active'
    ORDER BY 1`.execute(db);
  return rows.map(({ line }) => line);
}

function undo(draftId: string, headers = who.headers) {
  return app.inject({
    method: 'POST',
    url: `/api/roster-drafts/${draftId}/undo`,
    headers: { ...headers, 'idempotency-key': `undo-key-${(keys += 1)}` },
  });
}

/** Lets the school's enrollments have begun in the past, as those of an earlier term. */
async function age(): Promise<void> {
  await sql`UPDATE enrollments SET during = daterange(lower(during) - 90, upper(during))
    WHERE class_id IN (SELECT id FROM classes WHERE school_id = ${school.orgId})`.execute(db);
}

describe('taking an import back', () => {
  test('restores names, classes, class teachers, enrollments and those who left', async () => {
    await imported(app, who, workbookBytes(FIRST));
    await age();
    const before = await today();
    const second = await imported(app, who, workbookBytes(SECOND), { leaving: 'end' });
    expect(await today()).not.toEqual(before);
    const answer = await undo(second.id);
    expect([answer.statusCode, answer.json().code]).toEqual([201, undefined]);
    const draft = answer.json();
    expect(draft).toMatchObject({ state: 'checked', undoes: second.id, leaving: 3, changed: 2, must: 0 });
    // A draft only: nothing is written before it is confirmed.
    expect(await today()).not.toEqual(before);
    expect(await confirm(app, who, draft.id)).toMatchObject({ state: 'applied', leavingAct: 'end' });
    const appointedSince = ['appointed T2 classTeacher'];
    expect((await today()).filter((line) => !appointedSince.includes(line))).toEqual(before);
    const undone = await app.inject({ url: `/api/roster-drafts/${second.id}`, headers: who.headers });
    expect(undone.json()).toMatchObject({ undoneBy: draft.id });
  });

  test('says whom it cannot take back, and leaves them as they are', async () => {
    await imported(app, who, workbookBytes(FIRST));
    await age();
    const second = await imported(app, who, workbookBytes(SECOND));
    const idOf = async (number: string) =>
      (
        await db
          .selectFrom('persons')
          .select('id')
          .where('home_org_id', '=', school.orgId)
          .where('number', '=', number)
          .executeTakeFirstOrThrow()
      ).id;
    await db
      .updateTable('accounts')
      .set({ status: 'active' })
      .where('person_id', '=', await idOf('104'))
      .execute();
    await sql`SELECT ensure_month_partition('facts', (app_now() AT TIME ZONE 'Asia/Shanghai')::date)`.execute(
      db,
    );
    await sql`
      INSERT INTO facts (school_day, id, person_id, way, source)
      VALUES ((app_now() AT TIME ZONE 'Asia/Shanghai')::date, uuidv7(), ${await idOf('105')}, 'phone', 'call')`.execute(
      db,
    );
    await db
      .updateTable('persons')
      .set({ name: '沈可芯' })
      .where('id', '=', await idOf('101'))
      .execute();
    const draft = (await undo(second.id)).json();
    const said = (await problemsOf(app, who, draft.id)).map(({ code, message }) => [code, message]);
    expect(said).toEqual(
      expect.arrayContaining([
        ['roster_undo_changed_since', expect.stringContaining('沈可芯')],
        ['roster_undo_signed_in', expect.stringContaining('新来者')],
        ['roster_undo_facts', expect.stringContaining('再来者')],
      ]),
    );
    await confirm(app, who, draft.id);
    const now = await today();
    expect(now).toEqual(
      expect.arrayContaining([
        'person 104 新来者 male',
        'person 105 再来者 female',
        'person 101 沈可芯 female',
      ]),
    );
    expect(now).toContain('三（1）班 pupil 104');
    expect(now.filter((line) => line.includes('T3'))).toEqual([]);
  });

  test('can itself be taken back', async () => {
    await imported(app, who, workbookBytes(FIRST));
    await age();
    const second = await imported(
      app,
      who,
      workbookBytes({ 学生: [PUPILS, ['101', '沈可心', '女', '三（2）班']] }),
    );
    const after = await today();
    const first = (await undo(second.id)).json();
    await confirm(app, who, first.id);
    const again = (await undo(first.id)).json();
    await confirm(app, who, again.id);
    expect(await today()).toEqual(after);
  });

  test('is refused for a draft that was not written, and when nothing is left of it', async () => {
    const only = await imported(app, who, workbookBytes(FIRST));
    const taken = (await undo(only.id)).json();
    expect((await undo(taken.id)).json().code).toBe('roster_undo_not_applied');
    await confirm(app, who, taken.id);
    await sql`DELETE FROM roster_draft_rows WHERE draft_id = ${only.id}`.execute(db);
    await sql`DELETE FROM roster_draft_members WHERE draft_id = ${only.id}`.execute(db);
    const nothing = await undo(only.id);
    expect([nothing.statusCode, nothing.json().code]).toEqual([409, 'roster_undo_nothing']);
  });

  test('is not for teachers, and not for another school', async () => {
    const only = await imported(app, who, workbookBytes(FIRST));
    for (const [orgId, role, status] of [
      [school.orgId, 'teacher', 403],
      [(await aSchool(db)).orgId, 'schoolAdmin', 404],
    ] as const) {
      const person = await aStaff(db, { orgId, role });
      const headers = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
      expect((await undo(only.id, headers)).statusCode).toBe(status);
    }
  });
});
