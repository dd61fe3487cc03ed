import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aRosterSchool, HEADER, TWO, type RosterSchool } from './testing/roster-school.ts';
import { passwordProtectedXlsx, workbookBytes, zipBomb } from './testing/workbooks.ts';
import { readWorkbook } from './workbook/read-workbook.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, logLines, runJob } = await buildTestApp();

let school: RosterSchool;

beforeEach(async () => {
  school = await aRosterSchool({ app, db });
});

describe('refusing a roster', () => {
  test('while one row must be corrected nothing is written, and the rows come back with what is wrong', async () => {
    const rows = [
      [...HEADER, '身份证号'],
      ['20240241', '沈书言', '女', '三（1）班', '11010519491231002X'],
      ['20240241', '=1+1', '女', '三（2）班', ''],
    ];
    const draft = await school.checked(rows);
    expect(draft).toMatchObject({ must: 1, created: 1 });
    const { lines: problems } = await school.lines(draft.id, 'problems');
    expect(problems[0]).toMatchObject({
      code: 'roster_number_duplicate',
      severity: 'must',
      row: 3,
      column: 'A',
      number: '20240241',
    });
    expect(problems[0]?.message).toContain('第 2 行');
    const refused = await school.confirm(draft.id);
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'roster_draft_blocked']);
    expect(await school.pupils()).toEqual([]);
    const file = await app.inject({ url: `/api/roster-drafts/${draft.id}/workbook`, headers: school.admin });
    const read = await readWorkbook(new Uint8Array(file.rawPayload));
    if (!read.ok) throw new Error(read.refusal.code);
    const [head, , second] = read.workbook.sheets[0]?.rows ?? [];
    expect(head?.texts).toEqual(['行号', '学号', '姓名', '性别', '班级', '问题']);
    expect(second?.texts.slice(0, 3)).toEqual(['3', '20240241', '=1+1']);
    expect(second?.texts[5]).toContain('必须改');
    expect(second?.marks.some((mark) => mark.formula)).toBe(false);
  });

  test.each([
    { why: 'a zip bomb', bytes: () => zipBomb(256 * 1024 * 1024), code: 'workbook_zip_bomb' },
    {
      why: 'no spreadsheet at all',
      bytes: () => new TextEncoder().encode('%PDF-1.7'),
      code: 'workbook_is_pdf',
    },
  ])('$why is refused with a sentence that says what to do', async ({ bytes, code }) => {
    const answer = await school.upload(bytes());
    expect([answer.statusCode, answer.json().code]).toEqual([422, code]);
    expect(answer.json().detail).toMatch(/。/);
  });

  test('what shows only when it is opened is refused by the check, which says what to do', async () => {
    const answer = await school.upload(passwordProtectedXlsx());
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      { state: 'refused', check: null, failure: expect.stringMatching(/密码.*。/) },
    ]);
    expect((await school.confirm(answer.json().id)).json().code).toBe('roster_draft_gone');
  });

  test("a class beside others of its year is a question; creating it is the importer's act", async () => {
    await school.imported(TWO);
    const rows = [HEADER, ['20240103', '谭一鸣', '男', '三（9）班']];
    expect((await school.lines((await school.checked(rows)).id, 'problems')).lines).toMatchObject([
      { code: 'roster_class_unknown' },
    ]);
    await school.imported(rows, { options: { createClasses: true } });
    expect(await school.pupils()).toContain('20240103 谭一鸣 三（9）班');
  });

  test('a roster that changed after the check is not overwritten', async () => {
    await school.imported(TWO);
    const draft = await school.checked([HEADER, ['20240101', '沈可欣', '女', '三（2）班']]);
    const { classId } = await aClass(db, { schoolId: school.orgId });
    await aPupil(db, { schoolId: school.orgId, classId, number: '20249999', name: '新来的' });
    const answer = await school.confirm(draft.id);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_draft_stale']);
    expect(await school.pupils()).toContain('20240101 沈可欣 三（1）班');
  });

  test('an import that fails half-way leaves nothing behind', async () => {
    const draft = await school.checked([
      HEADER,
      ...Array.from({ length: 30 }, (_, i) => [`2024${100 + i}`, '沈可欣', '女', `三（${(i % 3) + 1}）班`]),
    ]);
    const other = await aSchool(db);
    const squatter = await aPupil(db, {
      schoolId: other.orgId,
      classId: (await aClass(db, { schoolId: other.orgId })).classId,
    });
    await db
      .updateTable('accounts')
      .set({ login_name: `${school.code}-2024115` })
      .where('id', '=', squatter.accountId)
      .execute();
    const answer = await school.confirm(draft.id);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_login_taken']);
    expect(await school.pupils()).toEqual([]);
    const classes = await db
      .selectFrom('classes')
      .select('id')
      .where('school_id', '=', school.orgId)
      .execute();
    expect(classes).toEqual([]);
    const state = await app.inject({ url: `/api/roster-drafts/${draft.id}`, headers: school.admin });
    expect(state.json()).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining(`${school.code}-2024115`),
    });
  });
});

describe('who may import', () => {
  test.each([
    { role: 'teachingSecretary', same: true, status: 201 },
    { role: 'teacher', same: true, status: 403 },
    { role: 'classTeacher', same: true, status: 403 },
    { role: 'schoolAdmin', same: false, status: 404 },
  ] as const)('$role of the same school: $same is answered $status', async ({ role, same, status }) => {
    const at = same ? school : await aSchool(db);
    const person = await aStaff(db, { orgId: at.orgId, role });
    const headers = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
    expect((await school.upload(TWO, { headers })).statusCode).toBe(status);
  });

  test('an administrator of another school sees no draft of ours, and nobody without a sign-in does', async () => {
    const draft = await school.checked(TWO);
    const other = await aSchool(db);
    const stranger = await aStaff(db, { orgId: other.orgId, role: 'schoolAdmin' });
    const headers = await signedInAs(db, stranger.accountId, { appointmentId: stranger.appointmentId });
    for (const url of [
      `/api/roster-drafts/${draft.id}`,
      `/api/roster-drafts/${draft.id}/lines?list=all`,
      `/api/roster-drafts/${draft.id}/workbook`,
    ]) {
      expect((await app.inject({ url, headers })).statusCode).toBe(404);
      expect((await app.inject({ url })).statusCode).toBe(401);
    }
    expect((await school.confirm(draft.id, { headers })).statusCode).toBe(404);
    expect(await school.pupils()).toEqual([]);
  });

  test.each([
    {
      why: 'no file',
      form: () => ({ options: '{"choices":[],"createClasses":false}' }),
      code: 'roster_file_missing',
    },
    { why: 'options that are no JSON', form: () => ({ options: '{' }), code: 'invalid_request' },
  ])('an upload with $why is refused', async ({ form, code }) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(form())) data.set(name, value);
    const body = new Response(data);
    const answer = await app.inject({
      method: 'POST',
      url: `/api/orgs/${school.orgId}/roster-drafts`,
      headers: {
        ...school.admin,
        'idempotency-key': 'upload-bad-1',
        'content-type': body.headers.get('content-type') ?? '',
      },
      payload: Buffer.from(await body.arrayBuffer()),
    });
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });
});

describe('drafts', () => {
  test('the same upload twice under one key is one draft, another file under it is refused', async () => {
    const first = await school.checked(TWO, { key: 'same-key-1' });
    const bytes = workbookBytes({ 名册: TWO });
    expect((await school.upload(bytes, { key: 'same-key-2' })).json().id).toBe(
      (await school.upload(bytes, { key: 'same-key-2' })).json().id,
    );
    const other = await school.upload([HEADER, ['9', '谭一鸣', '男', '三（1）班']], { key: 'same-key-1' });
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency_key_reused']);
    expect(first.state).toBe('checked');
  });

  test('confirming twice is one import', async () => {
    const draft = await school.checked(TWO);
    const [a, b] = await Promise.all([school.confirm(draft.id), school.confirm(draft.id)]);
    expect([a.statusCode, b.statusCode]).toEqual([200, 200]);
    expect((await school.pupils()).length).toBe(2);
    expect((await school.confirm(draft.id)).json().state).toBe('applied');
  });

  test('rows are found by name, number and class, page by page', async () => {
    const rows = [
      HEADER,
      ...Array.from({ length: 25 }, (_, i) => [
        `${20240100 + i}`,
        `沈可${'甲乙丙丁戊'[i % 5]}`,
        '女',
        `三（${(i % 2) + 1}）班`,
      ]),
    ];
    const draft = await school.checked(rows);
    const first = await school.lines(draft.id, 'created', '&limit=10');
    const second = await school.lines(draft.id, 'created', `&limit=10&after=${first.next}`);
    expect([first.lines.length, second.lines[0]?.['number']]).toEqual([10, '20240110']);
    expect(
      (await school.lines(draft.id, 'all', `&search=${encodeURIComponent('沈可乙')}`)).lines.length,
    ).toBe(5);
    expect((await school.lines(draft.id, 'all', '&search=20240124')).lines).toMatchObject([
      { className: '三（1）班', row: 26 },
    ]);
  });

  test('a draft thrown away keeps no names and cannot be confirmed', async () => {
    const draft = await school.checked(TWO);
    expect(
      (await app.inject({ method: 'DELETE', url: `/api/roster-drafts/${draft.id}`, headers: school.admin }))
        .statusCode,
    ).toBe(204);
    expect((await school.confirm(draft.id)).json().code).toBe('roster_draft_gone');
    const left = await sql<{
      n: number;
    }>`SELECT count(*)::int AS n FROM roster_draft_rows WHERE draft_id = ${draft.id}`.execute(db);
    expect(left.rows[0]?.n).toBe(0);
  });

  test('drafts are gone after a week', async () => {
    const draft = await school.checked(TWO);
    await sql`UPDATE roster_drafts SET created_at = clock_timestamp() - interval '8 days' WHERE id = ${draft.id}`.execute(
      db,
    );
    await runJob('rosters.purge');
    expect(
      (await app.inject({ url: `/api/roster-drafts/${draft.id}`, headers: school.admin })).statusCode,
    ).toBe(404);
  });

  test("the history lists the school's imports, the template opens as a roster without people", async () => {
    await school.imported(TWO);
    const list = await app.inject({ url: `/api/orgs/${school.orgId}/roster-drafts`, headers: school.admin });
    expect(list.json().drafts).toMatchObject([{ state: 'applied', fileName: '花名册.xls', created: 2 }]);
    const template = await app.inject({
      url: `/api/orgs/${school.orgId}/roster-template`,
      headers: school.admin,
    });
    const draft = await school.upload(new Uint8Array(template.rawPayload));
    expect(draft.json()).toMatchObject({ read: 0, must: 0 });
  });

  test('no name and no number of a pupil reaches the log', async () => {
    await school.imported([HEADER, ['20247777', '独孤求败', '男', '三（1）班']]);
    expect(logLines.filter((line) => line.includes('独孤求败') || line.includes('20247777'))).toEqual([]);
  });
});
