import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aStaff, aTeacher, signedInAs } from '../platform/testing/builders.ts';
import { passwordProtectedXlsx, workbookBytes } from '../rosters/testing/workbooks.ts';
import { timetableCommands } from './commands.ts';
import { importMatrix } from './service/import-matrix.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY, type PlannedSchool } from './testing/school.ts';

const { app, db, ctx, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

let school: PlannedSchool;
let admin: Record<string, string>;

const WEEK = ['节次', '星期一', '星期二', '星期三', '星期四', '星期五'];
const ofFirstClass = [
  ['五（1）班课程表'],
  WEEK,
  ['第1节', '语文\n沈念真', '数学\n林佳禾', '语文\n沈念真', '数学\n林佳禾', '语文\n沈念真'],
  ['第2节', '数学\n林佳禾', '语文\n沈念真', '数学\n林佳禾', '', '数学\n林佳禾'],
];
const matrix = (rows = ofFirstClass, more: Record<string, (string | number)[][]> = {}) =>
  workbookBytes({ '五（1）班': rows, ...more });

async function upload(bytes: Uint8Array, headers = admin, name = '课程表.xlsx') {
  const boundary = 'test-boundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return app.inject({
    method: 'POST',
    url: `/api/schools/${school.schoolId}/timetable-imports`,
    headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  });
}
const nothing = { classes: {}, teachers: {}, cells: {} };
const post = (url: string, payload: object, headers = admin) =>
  app.inject({ method: 'POST', url: `/api${url}`, headers, payload });
const confirm = (importId: string, choices: object = nothing) =>
  post(`/timetable-imports/${importId}/confirmation`, choices);
const slots = () =>
  db.selectFrom('plan_items').where('school_id', '=', school.schoolId).selectAll().execute();
async function importNow(bytes: Uint8Array, choices: object = nothing) {
  const checked = (await upload(bytes)).json();
  return (await confirm(checked.importId, choices)).json();
}
/** As the command line does it: check and confirmation in one. */
const importAtOnce = (bytes: Uint8Array) =>
  importMatrix(ctx, operatorActor(), { schoolId: school.schoolId, fileName: 'a.xlsx', bytes, dryRun: false });

beforeEach(async () => {
  school = await aPlannedSchool(db);
  const person = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  admin = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
});

test('a check says what would be and writes nothing; the confirmation writes it as a draft', async () => {
  const checked = await upload(matrix());
  expect(checked.statusCode).toBe(201);
  expect(checked.json().report).toMatchObject({
    read: 9,
    created: 9,
    changed: 0,
    leaving: 0,
    draft: 9,
    problems: [],
  });
  expect(await slots()).toEqual([]);
  const done = await confirm(checked.json().importId);
  expect(done.json()).toMatchObject({ state: 'confirmed', report: { created: 9 } });
  const written = await slots();
  expect(written).toHaveLength(9);
  expect(written.every(({ mode, weeks }) => mode === 'live' && weeks.length === 21)).toBe(true);
  const staff = await db
    .selectFrom('plan_item_staff')
    .where('plan_item_id', '=', written[0]!.id)
    .selectAll()
    .execute();
  expect(staff).toMatchObject([{ duty: 'lead' }]);
  expect(await db.selectFrom('lessons').where('school_id', '=', school.schoolId).execute()).toEqual([]);
});

test('the same file again changes nothing, a changed one changes what it changed', async () => {
  await importNow(matrix());
  const before = await slots();
  expect((await importNow(matrix())).report).toMatchObject({
    created: 0,
    changed: 0,
    unchanged: 9,
    leaving: 0,
  });
  expect(await slots()).toEqual(before);
  const changed = ofFirstClass.map((row) => [...row]);
  changed[2]![1] = '数学\n林佳禾';
  changed[3]![5] = '';
  const report = await importAtOnce(matrix(changed));
  expect(report).toMatchObject({ created: 0, changed: 1, unchanged: 7, leaving: 1, draft: 8 });
  expect(await slots()).toHaveLength(8);
});

test('two clicks on confirm import once', async () => {
  const { importId } = (await upload(matrix())).json();
  const [one, two] = await Promise.all([confirm(importId), confirm(importId)]);
  expect([one.statusCode, two.statusCode]).toEqual([200, 200]);
  expect(await slots()).toHaveLength(9);
});

test('slots made by hand and other classes stay', async () => {
  const byHand = await aSlot(db, school, { weekday: 5, period: 4 });
  const other = await aSlot(db, school, {
    classId: school.second,
    weekday: 5,
    period: 3,
    teacherId: school.shen.personId,
  });
  await importAtOnce(matrix());
  await importAtOnce(matrix());
  const ids = (await slots()).map(({ id }) => id);
  expect(ids).toHaveLength(11);
  expect(ids).toEqual(expect.arrayContaining([byHand, other]));
});

test('a class the school has not got blocks everything until somebody says which class it is', async () => {
  const bytes = matrix(ofFirstClass, {
    '六（9）班': [['六（9）班课程表'], WEEK, ['第1节', '音乐', '', '', '', '']],
  });
  const checked = (await upload(bytes)).json();
  expect(checked.report.questions.classes).toMatchObject([{ key: '6-9', lessons: 1 }]);
  const refused = await confirm(checked.importId);
  expect([refused.statusCode, refused.json().code]).toEqual([422, 'import_blocked']);
  expect(await slots()).toEqual([]);
  const choices = { ...nothing, classes: { '6-9': school.second } };
  const again = (await post(`/timetable-imports/${checked.importId}/check`, choices)).json();
  expect(again.report).toMatchObject({ created: 10, dropped: 0 });
  expect((await confirm(checked.importId, choices)).statusCode).toBe(200);
  const left = { ...nothing, classes: { '6-9': null } };
  expect((await importNow(bytes, left)).report).toMatchObject({ dropped: 1, unchanged: 9 });
});

test('a teacher’s name of two people is asked, an unknown one left open', async () => {
  const twin = await aTeacher(db, { orgId: school.schoolId, name: '林佳禾' });
  const rows = ofFirstClass.map((row) => row.map((cell) => cell.replace('沈念真', '陈陌生')));
  const checked = (await upload(matrix(rows))).json();
  const { teachers } = checked.report.questions;
  expect(teachers.find(({ name }: { name: string }) => name === '林佳禾').candidates).toHaveLength(2);
  expect(teachers.find(({ name }: { name: string }) => name === '陈陌生').candidates).toEqual([]);
  expect(checked.report.problems.map(({ code }: { code: string }) => code).sort()).toEqual([
    'matrix_teacher_ambiguous',
    'matrix_teacher_unknown',
  ]);
  expect(checked.report.problems[0].message).toMatch(/林佳禾|陈陌生/);
  await confirm(checked.importId, { ...nothing, teachers: { 林佳禾: twin.personId } });
  const taught = await db
    .selectFrom('plan_item_staff')
    .where('person_id', '=', twin.personId)
    .selectAll()
    .execute();
  expect(taught).toHaveLength(5);
});

test('a teacher in two classes at once is told before confirming', async () => {
  const rows = [['五（2）班课程表'], WEEK, ['第1节', '语文\n沈念真', '', '', '', '']];
  const { report } = (await upload(matrix(ofFirstClass, { '五（2）班': rows }))).json();
  const [clash] = report.problems;
  expect(clash).toMatchObject({ code: 'matrix_clash', severity: 'look' });
  expect(clash.message).toContain('沈念真');
});

test('a cell that cannot be read is asked; what a person says is imported', async () => {
  const rows = ofFirstClass.map((row) => [...row]);
  rows[3]![4] = '(3-4周)';
  const checked = (await upload(matrix(rows))).json();
  const [cell] = checked.report.questions.cells;
  expect(cell).toMatchObject({ className: '五（1）班', weekday: 4 });
  const said = { courseName: '体育', weekday: 4, periodFrom: 2, periodTo: 2 };
  await confirm(checked.importId, { ...nothing, cells: { [cell.key]: said } });
  const courses = await db
    .selectFrom('courses')
    .where('school_id', '=', school.schoolId)
    .select('title')
    .execute();
  expect(courses.map(({ title }) => title)).toContain('体育');
  expect(await slots()).toHaveLength(10);
});

test('a school without bells gets usual ones with its first timetable', async () => {
  await db.deleteFrom('bell_plans').where('school_id', '=', school.schoolId).execute();
  expect((await importNow(matrix())).report.makesBells).toBe(true);
  const bells = await app.inject({ url: `/api/schools/${school.schoolId}/bell-plans`, headers: admin });
  expect(bells.json().bellPlans[0].periods).toHaveLength(8);
});

test('a file that is no timetable, is locked or empty is refused by name, and no stranger may import', async () => {
  expect((await upload(passwordProtectedXlsx())).json().code).toBe('workbook_password_protected');
  expect((await upload(new Uint8Array())).json().code).toBe('workbook_empty_file');
  const notes = (await upload(workbookBytes({ 通知: [['明天放假']] }))).json();
  expect(notes.report.problems).toMatchObject([{ code: 'matrix_not_found', severity: 'must' }]);
  expect((await confirm(notes.importId)).json().code).toBe('import_blocked');
  const teacher = await signedInAs(db, school.lin.accountId, { appointmentId: school.lin.appointmentId });
  expect((await upload(matrix(), teacher)).statusCode).toBe(403);
  const other = await aPlannedSchool(db);
  const stranger = await signedInAs(db, other.lin.accountId, { appointmentId: other.lin.appointmentId });
  expect((await upload(matrix(), stranger)).statusCode).toBe(404);
  expect((await confirm(notes.importId, { ...nothing, classes: { x: other.first } })).json().code).toBe(
    'choice_unknown',
  );
});

test('the command line imports, checks only with --dry-run, and refuses with exit code 1', async () => {
  const [command] = timetableCommands;
  const file = join(tmpdir(), `nol-timetable-${school.code}.xlsx`);
  writeFileSync(file, matrix());
  const run = (...args: string[]) => command!.run(ctx, args);
  expect(await run(file, '--org', school.code, '--dry-run')).toMatchObject({
    exitCode: 0,
    counts: { read: 9, created: 9 },
  });
  expect(await slots()).toEqual([]);
  expect(await run(file, '--org', school.code)).toMatchObject({
    exitCode: 0,
    counts: { created: 9, draft: 9 },
  });
  expect(await run(file, '--org', school.code)).toMatchObject({ counts: { created: 0, unchanged: 9 } });
  expect(await run(file, '--org', 'nowhere')).toMatchObject({
    exitCode: 1,
    problems: [{ code: 'school_not_found', file: `nol-timetable-${school.code}.xlsx` }],
  });
  expect(await run(`${file}.gone`, '--org', school.code)).toMatchObject({
    exitCode: 1,
    problems: [{ code: 'timetable_file_unreadable', row: null }],
  });
  writeFileSync(file, matrix([['九（9）班课程表'], WEEK, ['第1节', '音乐', '', '', '', '']]));
  const blocked = await run(file, '--org', school.code);
  expect(blocked).toMatchObject({ exitCode: 1, counts: { read: 1 } });
  expect(blocked.problems?.[0]).toMatchObject({
    file: `nol-timetable-${school.code}.xlsx`,
    sheet: '五（1）班',
    row: 3,
    column: 'B',
    code: 'matrix_class_unknown',
  });
  expect(await slots()).toHaveLength(9);
});
