import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openContact } from '../people/contacts.ts';
import { authorize } from '../platform/authorize.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aClass, aPupil, aSchool, aStaff, enroll, signedInAs } from '../platform/testing/builders.ts';
import { checkRoster } from './actions.ts';
import { rostersCommands } from './commands.ts';
import type { RosterDraft } from './contract.ts';
import { encodeGb18030 } from './testing/gb18030.ts';
import { passwordProtectedXlsx, workbookBytes, zipBomb, type Value } from './testing/workbooks.ts';
import { readWorkbook } from './workbook/read-workbook.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx, logLines, runJob } = await buildTestApp();
const folder = await mkdtemp(path.join(tmpdir(), 'nol-rosters-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let school: { orgId: string; code: string };
let admin: Record<string, string>;

beforeEach(async () => {
  school = await aSchool(db);
  const person = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  admin = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
});

const HEADER = ['学号', '姓名', '性别', '班级'];
const TWO = [HEADER, ['20240101', '沈可欣', '女', '三（1）班'], ['20240102', '韦长庚', '男', '三（2）班']];
let keys = 0;

/** Uploads a workbook as the page does: multipart with the file and the options. */
async function upload(
  rows: Value[][] | Uint8Array,
  {
    headers = admin,
    orgId = school.orgId,
    options = {},
    key = `upload-${(keys += 1)}`,
    fileName = '花名册.xls',
  }: {
    headers?: Record<string, string>;
    orgId?: string;
    options?: object;
    key?: string;
    fileName?: string;
  } = {},
) {
  const bytes = rows instanceof Uint8Array ? rows : workbookBytes({ 名册: rows });
  const form = new FormData();
  form.set('options', JSON.stringify({ choices: [], createClasses: false, ...options }));
  form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName);
  const body = new Response(form);
  return app.inject({
    method: 'POST',
    url: `/api/orgs/${orgId}/roster-drafts`,
    headers: { ...headers, 'idempotency-key': key, 'content-type': body.headers.get('content-type') ?? '' },
    payload: Buffer.from(await body.arrayBuffer()),
  });
}

async function checked(
  rows: Value[][] | Uint8Array,
  more: Parameters<typeof upload>[1] = {},
): Promise<RosterDraft> {
  const answer = await upload(rows, more);
  expect([answer.statusCode, answer.json().code]).toEqual([201, undefined]);
  return answer.json();
}

function confirm(draftId: string, { headers = admin, leaving = 'keep' } = {}) {
  return app.inject({
    method: 'POST',
    url: `/api/roster-drafts/${draftId}/confirmation`,
    headers,
    payload: { leaving },
  });
}

async function imported(
  rows: Value[][],
  more: Parameters<typeof upload>[1] & { leaving?: string } = {},
): Promise<RosterDraft> {
  const draft = await checked(rows, more);
  const answer = await confirm(draft.id, { leaving: more.leaving ?? 'keep' });
  expect([answer.statusCode, answer.json().state]).toEqual([200, 'applied']);
  return answer.json();
}

/** `number name class` of the pupils of the school today. */
async function pupils(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT concat_ws(' ', p.number, p.name, c.name) AS line
    FROM persons p
    LEFT JOIN enrollments e ON e.person_id = p.id AND e.is_home AND e.during @> (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date
    LEFT JOIN classes c ON c.id = e.class_id
    WHERE p.home_org_id = ${school.orgId} AND NOT EXISTS (SELECT FROM appointments a WHERE a.person_id = p.id)
    ORDER BY p.number`.execute(db);
  return rows.map((row) => row.line);
}

async function lines(draftId: string, list: string, query = '') {
  const answer = await app.inject({
    url: `/api/roster-drafts/${draftId}/lines?list=${list}${query}`,
    headers: admin,
  });
  expect(answer.statusCode).toBe(200);
  return answer.json() as { lines: Record<string, unknown>[]; next: number | null };
}

describe('importing a roster', () => {
  test('a first roster creates classes, pupils, enrollments from today and accounts that wait for their card', async () => {
    const draft = await imported(TWO);
    expect(draft).toMatchObject({
      read: 2,
      created: 2,
      changed: 0,
      newClasses: ['三（1）班', '三（2）班'],
      progressPercent: 100,
    });
    expect(await pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
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
    await imported(TWO);
    const again = await imported(TWO);
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 2, leaving: 0, must: 0, look: 0 });
    expect((await pupils()).length).toBe(2);
  });

  test('a changed name and a move take effect today, the old class keeps its days', async () => {
    await imported(TWO);
    await sql`UPDATE enrollments SET during = daterange('2026-09-01', NULL) WHERE person_id IN (SELECT id FROM persons WHERE home_org_id = ${school.orgId})`.execute(
      db,
    );
    await db
      .updateTable('persons')
      .set({ name_readings: ['wei changgeng'] })
      .where('number', '=', '20240102')
      .execute();
    const draft = await imported([
      HEADER,
      ['20240101', '沈可欣', '女', '三（2）班'],
      ['20240102', '韦长赓', '男', '三（2）班'],
    ]);
    expect(draft).toMatchObject({ created: 0, changed: 2, unchanged: 0 });
    expect(await pupils()).toEqual(['20240101 沈可欣 三（2）班', '20240102 韦长赓 三（2）班']);
    const { rows } = await sql<{ name: string; open: boolean }>`
      SELECT c.name, upper_inf(e.during) AS open FROM enrollments e JOIN classes c ON c.id = e.class_id JOIN persons p ON p.id = e.person_id
      WHERE p.number = '20240101' AND p.home_org_id = ${school.orgId} ORDER BY e.during`.execute(db);
    expect(rows).toEqual([
      { name: '三（1）班', open: false },
      { name: '三（2）班', open: true },
    ]);
  });

  test('pupils the file leaves out stay, unless the importer ends their enrollment', async () => {
    await imported(TWO);
    const onlyOne = TWO.slice(0, 2);
    const kept = await imported(onlyOne);
    expect(kept).toMatchObject({ scope: 'school', leaving: 1 });
    expect(await pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
    const draft = await checked(onlyOne);
    expect((await lines(draft.id, 'leaving')).lines).toMatchObject([
      { number: '20240102', name: '韦长庚', className: '三（2）班' },
    ]);
    await confirm(draft.id, { leaving: 'end' });
    expect(await pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚']);
    await imported(TWO);
    expect(await pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
  });

  test('staff become teachers, and class teachers of the class they are named for', async () => {
    await imported(TWO);
    const staff = [
      ['工号', '姓名', '职务', '班主任班级'],
      ['T1', '岑玉珍', '教师', '三（1）班'],
      ['T2', '祝秋实', '教师', ''],
    ];
    await imported(staff);
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
    expect(await imported(staff)).toMatchObject({ created: 0, changed: 0, unchanged: 2, leaving: 0 });
    await imported([staff[0] ?? [], ['T2', '祝秋实', '教师', '三（1）班']]);
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
    await imported(rows);
    const guardians = () =>
      sql<{ name: string; number: string; children: number; id: string }>`
      SELECT p.id, p.name, p.number, count(*)::int AS children FROM guardianships g JOIN persons p ON p.id = g.guardian_id
      WHERE p.home_org_id = ${school.orgId} GROUP BY p.id ORDER BY p.number`.execute(db);
    expect((await guardians()).rows).toEqual([]);
    const options = { choices: [{ sheet: '名册', column: 6, field: 'guardianPhone' }] };
    await imported(rows, { options });
    const [guardian] = (await guardians()).rows;
    expect(guardian).toMatchObject({ name: '沈大年', number: 'j20240101', children: 2 });
    const granted = await authorize(db, operatorActor(), checkRoster, { orgId: school.orgId });
    expect(await openContact(db, ctx.secrets, granted, { personId: guardian?.id ?? '' })).toBe('13800000001');
    expect(await imported(rows, { options })).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
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
    const draft = await checked(bytes(), { fileName: '名册.xls' });
    expect(draft).toMatchObject({ format, created: 2, must: 0 });
    await confirm(draft.id);
    expect(await pupils()).toEqual(['20240101 沈可欣 三（1）班', '20240102 韦长庚 三（2）班']);
  });
});

describe('refusing a roster', () => {
  test('while one row must be corrected nothing is written, and the rows come back with what is wrong', async () => {
    const rows = [
      [...HEADER, '身份证号'],
      ['20240241', '沈书言', '女', '三（1）班', '11010519491231002X'],
      ['20240241', '=1+1', '女', '三（2）班', ''],
    ];
    const draft = await checked(rows);
    expect(draft).toMatchObject({ must: 1, created: 1 });
    const { lines: problems } = await lines(draft.id, 'problems');
    expect(problems[0]).toMatchObject({
      code: 'roster_number_duplicate',
      severity: 'must',
      row: 3,
      column: 'A',
      number: '20240241',
    });
    expect(problems[0]?.message).toContain('第 2 行');
    const refused = await confirm(draft.id);
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'roster_draft_blocked']);
    expect(await pupils()).toEqual([]);
    const file = await app.inject({ url: `/api/roster-drafts/${draft.id}/workbook`, headers: admin });
    const read = await readWorkbook(new Uint8Array(file.rawPayload));
    if (!read.ok) throw new Error(read.refusal.code);
    const [head, , second] = read.workbook.sheets[0]?.rows ?? [];
    expect(head?.texts).toEqual(['行号', '学号', '姓名', '性别', '班级', '问题']);
    expect(second?.texts.slice(0, 3)).toEqual(['3', '20240241', '=1+1']);
    expect(second?.texts[5]).toContain('必须改');
    expect(second?.marks.some((mark) => mark.formula)).toBe(false);
  });

  test.each([
    { why: 'a password', bytes: () => passwordProtectedXlsx(), code: 'workbook_password_protected' },
    { why: 'a zip bomb', bytes: () => zipBomb(256 * 1024 * 1024), code: 'workbook_zip_bomb' },
    {
      why: 'no spreadsheet at all',
      bytes: () => new TextEncoder().encode('%PDF-1.7'),
      code: 'workbook_is_pdf',
    },
  ])('$why is refused with a sentence that says what to do', async ({ bytes, code }) => {
    const answer = await upload(bytes());
    expect([answer.statusCode, answer.json().code]).toEqual([422, code]);
    expect(answer.json().detail).toMatch(/。/);
  });

  test("a class beside others of its year is a question; creating it is the importer's act", async () => {
    await imported(TWO);
    const rows = [HEADER, ['20240103', '谭一鸣', '男', '三（9）班']];
    expect((await lines((await checked(rows)).id, 'problems')).lines).toMatchObject([
      { code: 'roster_class_unknown' },
    ]);
    await imported(rows, { options: { createClasses: true } });
    expect(await pupils()).toContain('20240103 谭一鸣 三（9）班');
  });

  test('a roster that changed after the check is not overwritten', async () => {
    await imported(TWO);
    const draft = await checked([HEADER, ['20240101', '沈可欣', '女', '三（2）班']]);
    const { classId } = await aClass(db, { schoolId: school.orgId });
    await aPupil(db, { schoolId: school.orgId, classId, number: '20249999', name: '新来的' });
    const answer = await confirm(draft.id);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_draft_stale']);
    expect(await pupils()).toContain('20240101 沈可欣 三（1）班');
  });

  test('an import that fails half-way leaves nothing behind', async () => {
    const draft = await checked([
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
    const answer = await confirm(draft.id);
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_login_taken']);
    expect(await pupils()).toEqual([]);
    const classes = await db
      .selectFrom('classes')
      .select('id')
      .where('school_id', '=', school.orgId)
      .execute();
    expect(classes).toEqual([]);
    const state = await app.inject({ url: `/api/roster-drafts/${draft.id}`, headers: admin });
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
    expect((await upload(TWO, { headers })).statusCode).toBe(status);
  });

  test('an administrator of another school sees no draft of ours, and nobody without a sign-in does', async () => {
    const draft = await checked(TWO);
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
    expect((await confirm(draft.id, { headers })).statusCode).toBe(404);
    expect(await pupils()).toEqual([]);
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
        ...admin,
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
    const first = await checked(TWO, { key: 'same-key-1' });
    const bytes = workbookBytes({ 名册: TWO });
    expect((await upload(bytes, { key: 'same-key-2' })).json().id).toBe(
      (await upload(bytes, { key: 'same-key-2' })).json().id,
    );
    const other = await upload([HEADER, ['9', '谭一鸣', '男', '三（1）班']], { key: 'same-key-1' });
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency_key_reused']);
    expect(first.state).toBe('checked');
  });

  test('confirming twice is one import', async () => {
    const draft = await checked(TWO);
    const [a, b] = await Promise.all([confirm(draft.id), confirm(draft.id)]);
    expect([a.statusCode, b.statusCode]).toEqual([200, 200]);
    expect((await pupils()).length).toBe(2);
    expect((await confirm(draft.id)).json().state).toBe('applied');
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
    const draft = await checked(rows);
    const first = await lines(draft.id, 'created', '&limit=10');
    const second = await lines(draft.id, 'created', `&limit=10&after=${first.next}`);
    expect([first.lines.length, second.lines[0]?.['number']]).toEqual([10, '20240110']);
    expect((await lines(draft.id, 'all', `&search=${encodeURIComponent('沈可乙')}`)).lines.length).toBe(5);
    expect((await lines(draft.id, 'all', '&search=20240124')).lines).toMatchObject([
      { className: '三（1）班', row: 26 },
    ]);
  });

  test('a draft thrown away keeps no names and cannot be confirmed', async () => {
    const draft = await checked(TWO);
    expect(
      (await app.inject({ method: 'DELETE', url: `/api/roster-drafts/${draft.id}`, headers: admin }))
        .statusCode,
    ).toBe(204);
    expect((await confirm(draft.id)).json().code).toBe('roster_draft_gone');
    const left = await sql<{
      n: number;
    }>`SELECT count(*)::int AS n FROM roster_draft_rows WHERE draft_id = ${draft.id}`.execute(db);
    expect(left.rows[0]?.n).toBe(0);
  });

  test('drafts are gone after a week', async () => {
    const draft = await checked(TWO);
    await sql`UPDATE roster_drafts SET created_at = clock_timestamp() - interval '8 days' WHERE id = ${draft.id}`.execute(
      db,
    );
    await runJob('rosters.purge');
    expect((await app.inject({ url: `/api/roster-drafts/${draft.id}`, headers: admin })).statusCode).toBe(
      404,
    );
  });

  test("the history lists the school's imports, the template opens as a roster without people", async () => {
    await imported(TWO);
    const list = await app.inject({ url: `/api/orgs/${school.orgId}/roster-drafts`, headers: admin });
    expect(list.json().drafts).toMatchObject([{ state: 'applied', fileName: '花名册.xls', created: 2 }]);
    const template = await app.inject({ url: `/api/orgs/${school.orgId}/roster-template`, headers: admin });
    const draft = await upload(new Uint8Array(template.rawPayload));
    expect(draft.json()).toMatchObject({ read: 0, must: 0 });
  });

  test('no name and no number of a pupil reaches the log', async () => {
    await imported([HEADER, ['20247777', '独孤求败', '男', '三（1）班']]);
    expect(logLines.filter((line) => line.includes('独孤求败') || line.includes('20247777'))).toEqual([]);
  });
});

describe('roster import on the command line', () => {
  const run = async (rows: Value[][] | Uint8Array, ...args: string[]) => {
    const file = path.join(folder, `roster-${(keys += 1)}.xlsx`);
    await writeFile(file, rows instanceof Uint8Array ? rows : workbookBytes({ 名册: rows }));
    const command = rostersCommands.find(({ name }) => name === 'roster import');
    if (!command) throw new Error('no command');
    return command.run(ctx, [file, '--org', school.code, ...args]);
  };

  test('checks with --dry-run, imports without, and finds nothing to do the second time', async () => {
    const rows = [[...HEADER, '身份证号'], ...TWO.slice(1).map((row) => [...row, '11010519491231002X'])];
    const dry = await run(rows, '--dry-run');
    expect([dry.exitCode, dry.counts]).toMatchObject([
      0,
      { read: 2, created: 2, changed: 0, unchanged: 0, leaving: 0, dropped: 1, merged: 0, draft: 2 },
    ]);
    expect(await pupils()).toEqual([]);
    expect((await run(rows)).counts).toMatchObject({ created: 2, draft: 0 });
    expect((await run(rows)).counts).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    expect((await pupils()).length).toBe(2);
  });

  test('refuses with exit code 1 and the place of every problem', async () => {
    const result = await run([
      HEADER,
      ['1', '沈可欣', '女', '三（1）班'],
      ['1', '韦长庚', '男', '三（1）班'],
    ]);
    expect(result.exitCode).toBe(1);
    expect(result.problems).toMatchObject([
      { sheet: '名册', row: 3, column: 'A', code: 'roster_number_duplicate', severity: 'must' },
    ]);
    expect(await pupils()).toEqual([]);
    const bomb = await run(zipBomb(256 * 1024 * 1024));
    expect([bomb.exitCode, bomb.problems]).toMatchObject([1, [{ code: 'workbook_zip_bomb', row: null }]]);
  });

  test.each([
    [[]],
    [['--org']],
    [['--org', 'nowhere', '--leaving', 'maybe']],
    [['--org', 'nowhere', '--dryrun']],
    [['--org', 'nowhere', 'second.xlsx']],
  ])('a wrong way of writing (%s) is refused', async (args) => {
    const command = rostersCommands[0];
    await expect(command?.run(ctx, ['nothing.xlsx', ...args])).rejects.toMatchObject({
      code: 'command_usage',
    });
  });

  test('a unit that does not exist and a file that does not exist are named', async () => {
    const command = rostersCommands[0];
    const gone = await command?.run(ctx, ['gone.xlsx', '--org', school.code]);
    expect(gone).toMatchObject({
      exitCode: 1,
      problems: [{ file: 'gone.xlsx', code: 'roster_file_unreadable' }],
    });
    expect(await run(TWO, '--org', 'nowhere')).toMatchObject({
      exitCode: 1,
      problems: [{ code: 'org_not_found', row: null }],
    });
  });
});

test('a class teacher enrolled by hand survives an import of pupils', async () => {
  await imported(TWO);
  const teacher = await aStaff(db, { orgId: school.orgId, role: 'classTeacher' });
  const { id } = await db
    .selectFrom('classes')
    .select('id')
    .where('school_id', '=', school.orgId)
    .where('name', '=', '三（1）班')
    .executeTakeFirstOrThrow();
  await enroll(db, { personId: teacher.personId, classId: id, role: 'classTeacher' });
  await imported(TWO);
  const still = await sql<{
    n: number;
  }>`SELECT count(*)::int AS n FROM enrollments WHERE person_id = ${teacher.personId} AND upper_inf(during)`.execute(
    db,
  );
  expect(still.rows[0]?.n).toBe(1);
});
