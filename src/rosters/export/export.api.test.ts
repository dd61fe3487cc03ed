import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTestApp } from '../../platform/testing/app.ts';
import { aSchool, aStaff, signedInAs } from '../../platform/testing/builders.ts';
import { rostersCommands } from '../commands.ts';
import { joinName, splitName } from '../exchange/names.ts';
import { checked, confirm, imported, problemsOf, type Importing } from '../testing/importing.ts';
import { oneRosterSet, zipOf } from '../testing/table-sets.ts';
import { workbookBytes } from '../testing/workbooks.ts';
import { readWorkbook } from '../workbook/read-workbook.ts';

// Each upload starts a process of its own; on a busy machine a few of them take their time.
vi.setConfig({ testTimeout: 60_000 });
const { app, db, ctx } = await buildTestApp();
const folder = await mkdtemp(path.join(tmpdir(), 'nol-export-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let school: { orgId: string; code: string };
let who: Importing;

beforeEach(async () => {
  school = await aSchool(db);
  const admin = await aStaff(db, { orgId: school.orgId, role: 'schoolAdmin' });
  const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
  who = { orgId: school.orgId, headers };
  await imported(
    app,
    who,
    workbookBytes({
      学生: [
        ['学号', '姓名', '性别', '年级', '班级'],
        ['007', '石𬱖', '男', '高一', '高一（11）班'],
        ['008', '=1+1', '女', '高一', '高一（11）班'],
        ['009', '古丽 阿依', '女', '', '国际部A班'],
        ['2021001', 'Ann Mary Lee', '', '', '计科2101'],
      ],
      教职工: [
        ['工号', '姓名', '职务', '班主任班级'],
        ['T9', '欧阳文澜', '班主任', '高一（11）班'],
        ['T8', '司马青', '辅导员', ''],
      ],
      教学班: [
        ['教学班', '课程代码', '课程名称', '角色', '号码', '姓名'],
        ['物理A', 'PHY', '物理', '任课教师', 'T8', '司马青'],
        ['物理A', 'PHY', '物理', '学生', '007', '石𬱖'],
        ['物理B', 'PHY', '物理', '', '2021001', 'Ann Mary Lee'],
        ['空班', '', '美术', '', '', ''],
      ],
    }),
    { options: { createClasses: true } },
  );
});

/** Everything an import could change, as text. */
async function snapshot(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT concat_ws(' ', p.number, p.name, p.sex, p.status, p.home_org_id) AS line FROM persons p
    UNION ALL SELECT concat_ws(' ', e.class_id, e.person_id, e.role, e.is_home, e.during) FROM enrollments e
    UNION ALL SELECT concat_ws(' ', c.id, c.kind, c.name, c.course_id, c.year_group, c.during) FROM classes c
    UNION ALL SELECT concat_ws(' ', c.id, c.code, c.title) FROM courses c
    UNION ALL SELECT concat_ws(' ', a.person_id, a.org_id, a.role, a.during) FROM appointments a
    UNION ALL SELECT concat_ws(' ', x.source, x.kind, x.external_id, x.entity_id) FROM external_ids x
    UNION ALL SELECT concat_ws(' ', a.person_id, a.login_name) FROM accounts a
    ORDER BY 1`.execute(db);
  return rows.map(({ line }) => line);
}

async function exported(format: 'oneroster' | 'workbook', headers = who.headers): Promise<Uint8Array> {
  const answer = await app.inject({
    url: `/api/orgs/${school.orgId}/roster-export?format=${format}`,
    headers,
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['cache-control']).toBe('no-store');
  return new Uint8Array(answer.rawPayload);
}

describe('an exported roster', () => {
  test.each(['oneroster', 'workbook'] as const)('as %s is read again without any change', async (format) => {
    const before = await snapshot();
    const bytes = await exported(format);
    const draft = await checked(app, who, bytes);
    const problems = await problemsOf(app, who, draft.id);
    expect(problems.filter(({ severity }) => severity === 'must')).toEqual([]);
    expect(draft).toMatchObject({
      read: 6,
      created: 0,
      changed: 0,
      unchanged: 6,
      leaving: 0,
      newClasses: [],
      sections: { created: 0, changed: 0, unchanged: 3, ended: 0 },
      members: { created: 0, ended: 0 },
    });
    await confirm(app, who, draft.id, 'end');
    expect(await snapshot()).toEqual(before);
  });

  test('is fetched by a link that names the appointment, as the page has it', async () => {
    const { 'nol-appointment': as, ...rest } = who.headers;
    const url = `/api/orgs/${school.orgId}/roster-export?format=workbook&as=${as ?? ''}`;
    const answer = await app.inject({ url, headers: rest });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="roster.xlsx"/);
  });

  test('keeps the ids of the system that the roster came from', async () => {
    await imported(app, who, zipOf(oneRosterSet({ code: school.code })));
    const files = unzipSync(await exported('oneroster'));
    expect(strFromU8(files['users.csv'] ?? new Uint8Array())).toMatch(/^u-1,.*可欣,沈/m);
    expect(strFromU8(files['enrollments.csv'] ?? new Uint8Array())).toMatch(/,k-1,.*,u-1,student/);
  });

  test('holds no formula, in neither form', async () => {
    const files = unzipSync(await exported('oneroster'));
    const users = strFromU8(files['users.csv'] ?? new Uint8Array());
    expect(users).toContain(`,'=1+1,`);
    for (const text of Object.values(files)) expect(strFromU8(text)).not.toMatch(/(^|,)"?[=+@-]/m);
    const read = await readWorkbook(await exported('workbook'));
    if (!read.ok) throw new Error(read.refusal.code);
    const cells = read.workbook.sheets.flatMap(({ rows }) => rows);
    expect(cells.flatMap(({ texts }) => texts)).toContain('=1+1');
    expect(cells.flatMap(({ marks }) => marks).filter(({ formula }) => formula)).toEqual([]);
  });

  test('leaves an audit line with counts and no name', async () => {
    await exported('workbook');
    const { rows } = await sql<{ detail: string }>`
      SELECT detail::text FROM audit_lines WHERE action = 'rosters.export' AND org_id = ${school.orgId}`.execute(
      db,
    );
    expect(rows).toEqual([{ detail: expect.stringContaining('"people": 6') }]);
  });

  test.each([
    { role: 'teacher', same: true, status: 403 },
    { role: 'principal', same: true, status: 403 },
    { role: 'schoolAdmin', same: false, status: 404 },
  ] as const)('is refused to a $role of the same school: $same', async ({ role, same, status }) => {
    const at = same ? school : await aSchool(db);
    const person = await aStaff(db, { orgId: at.orgId, role });
    const headers = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
    const url = `/api/orgs/${school.orgId}/roster-export?format=oneroster`;
    expect((await app.inject({ url, headers })).statusCode).toBe(status);
  });
});

describe('nol roster export', () => {
  const command = rostersCommands.find(({ name }) => name === 'roster export');

  test('writes a file that imports unchanged, and never over another file', async () => {
    const to = path.join(folder, 'roster.zip');
    const done = await command?.run(ctx, ['--org', school.code, '--to', to]);
    expect(done).toMatchObject({ exitCode: 0, json: { people: 6, format: 'oneroster' } });
    expect(await checked(app, who, new Uint8Array(await readFile(to)))).toMatchObject({ unchanged: 6 });
    const again = await command?.run(ctx, ['--org', school.code, '--to', to]);
    expect(again).toMatchObject({ exitCode: 1, problems: [{ code: 'roster_file_unwritable' }] });
  });

  test('refuses a kind of file that it cannot write', async () => {
    const run = command?.run(ctx, ['--org', school.code, '--to', path.join(folder, 'roster.pdf')]);
    await expect(run).rejects.toMatchObject({ code: 'command_usage' });
  });
});

describe('names in two parts', () => {
  test.each([
    ['欧阳文澜', '欧阳', '文澜'],
    ['司马', '司', '马'],
    ['沈可欣', '沈', '可欣'],
    ['Ann Mary Lee', 'Lee', 'Ann Mary'],
    ['买买提·艾力', '买', '买提·艾力'],
    ['Plato', 'Plato', ''],
  ])('%s is %s and %s, and the same again', (name, familyName, givenName) => {
    expect(splitName(name)).toEqual({ familyName, givenName });
    expect(joinName({ familyName, givenName })).toBe(name);
  });
});
