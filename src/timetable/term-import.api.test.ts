import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { ensureSchoolDays } from '../calendar/service.ts';
import { operatorActor } from '../platform/actor.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { anOrg, aPupil, aStaff, aTeacher, signedInAs } from '../platform/testing/builders.ts';
import { sharedFile } from '../rosters/testing/shared-data.ts';
import { timetableCommands } from './commands.ts';
import { editSlots } from './service/edit-plan.ts';
import { publishWeekIn } from './service/publish.ts';
import { standAt, WEDNESDAY } from './testing/school.ts';

const { app, db, ctx, clock } = await buildTestApp();
await standAt(db, WEDNESDAY);
await clock.refresh(db);

const termFile = sharedFile('timetable-cn/tjcu_2016_sessions_a.json');
let school: { schoolId: string; code: string };
let admin: Record<string, string>;

/** A university without classes, teachers or bells: all it has is a term of 19 weeks. */
async function aUniversity() {
  const { orgId: schoolId, code } = await anOrg(db, { name: '滨海大学' });
  const term = { title: '2026—2027 学年第一学期', first_day: '2026-09-07', last_day: '2027-01-17' };
  await db
    .insertInto('terms')
    .values({ org_id: schoolId, ...term, week1_monday: '2026-09-07' })
    .execute();
  await ensureSchoolDays(db, { orgId: schoolId });
  return { schoolId, code };
}

beforeEach(async () => {
  school = await aUniversity();
  const person = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  admin = await signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
});

const row = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  课程名: '线性代数',
  上课地点: '3-201',
  任课老师: '林佳禾',
  上课周期: '1-16周上(2学时)',
  星期: '星期三',
  节次: 1,
  大节: '第1大节',
  ...change,
});
const bytesOf = (rows: unknown): Buffer => Buffer.from(JSON.stringify(rows));

async function upload(bytes: Buffer, headers = admin) {
  const head =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="term.json"\r\nContent-Type: application/json\r\n\r\n';
  return app.inject({
    method: 'POST',
    url: `/api/schools/${school.schoolId}/timetable-imports`,
    headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]),
  });
}
const nothing = { classes: {}, teachers: {}, cells: {} };
async function importNow(rows: unknown, choices: object = nothing) {
  const checked = (await upload(bytesOf(rows))).json();
  const done = await app.inject({
    method: 'POST',
    url: `/api/timetable-imports/${checked.importId}/confirmation`,
    headers: admin,
    payload: choices,
  });
  return done.json();
}
const slots = () =>
  db
    .selectFrom('plan_items')
    .where('school_id', '=', school.schoolId)
    .orderBy('period')
    .selectAll()
    .execute();
const publish = (weekNo: number) =>
  db
    .transaction()
    .execute((trx) =>
      publishWeekIn(trx, operatorActor(), { schoolId: school.schoolId, weekNo, now: ctx.now() }),
    );
const lessonsOf = () =>
  db.selectFrom('lessons').where('school_id', '=', school.schoolId).select(['period', 'status']).execute();

test('the list of a term is recognised by its content; the check writes nothing', async () => {
  const checked = await upload(bytesOf([row(), row(), row({ 节次: 3 })]));
  expect([checked.statusCode, checked.json().report]).toMatchObject([
    201,
    { kind: 'term', read: 3, created: 2, merged: 1, dropped: 0, draft: 2, newClasses: 2, makesBells: true },
  ]);
  expect(checked.json().report.problems).toMatchObject([
    { code: 'term_teacher_unknown', row: 1, column: 3, severity: 'look' },
  ]);
  expect([
    await slots(),
    await db.selectFrom('classes').where('school_id', '=', school.schoolId).execute(),
  ]).toEqual([[], []]);
});

test('lessons, teaching classes with their course groups, rooms and bells are made; again nothing changes', async () => {
  const rows = [row(), row(), row(), row({ 节次: 3, 上课地点: '' })];
  expect((await importNow(rows)).report).toMatchObject({ created: 2, changed: 0, unchanged: 0 });
  const [lecture, other] = await slots();
  expect([lecture?.classroom_id !== null, other?.classroom_id, lecture?.teacher_names]).toEqual([
    true,
    null,
    ['林佳禾'],
  ]);
  const audiences = await db
    .selectFrom('plan_item_audiences')
    .where('plan_item_id', '=', lecture?.id ?? '')
    .innerJoin('classes', 'classes.id', 'class_id')
    .innerJoin('course_groups', 'course_groups.class_id', 'classes.id')
    .select(['classes.kind', 'classes.name'])
    .orderBy('name')
    .execute();
  expect(audiences).toEqual([1, 2, 3].map((k) => ({ kind: 'scheduled', name: `线性代数·林佳禾（${k}）班` })));
  const before = await slots();
  expect((await importNow(rows)).report).toMatchObject({
    created: 0,
    changed: 0,
    unchanged: 2,
    leaving: 0,
    newClasses: 0,
  });
  expect(await slots()).toEqual(before);
  // Another room, one class fewer, one lesson gone; a list of other courses leaves all of it alone.
  const changed = await importNow([row({ 上课地点: '3-202' }), row({ 上课地点: '3-202' })]);
  expect(changed.report).toMatchObject({ created: 0, changed: 1, unchanged: 0, leaving: 1 });
  expect((await importNow([row({ 课程名: '英语', 节次: 5 })])).report).toMatchObject({
    created: 1,
    leaving: 0,
  });
  expect(await slots()).toHaveLength(2);
});

test('what planners changed by hand stands as long as the file says the same', async () => {
  await importNow([row(), row({ 节次: 3 })]);
  const [first] = await slots();
  await editSlots(ctx, operatorActor(), {
    schoolId: school.schoolId,
    weekNo: 12,
    scope: 'all',
    edits: [{ itemId: first?.id ?? '', weekday: 3, period: 7 }],
    request: { actor: operatorActor(), key: `hand ${school.schoolId}`, requestHash: Buffer.alloc(32) },
  });
  expect((await importNow([row(), row({ 节次: 3 })])).report).toMatchObject({ unchanged: 2, changed: 0 });
  expect((await slots()).map(({ period }) => period)).toEqual([3, 7]);
});

test('lessons that meet enter the draft with a problem, stay out of publication, and come in once solved', async () => {
  const rows = [
    row(),
    row({ 课程名: '英语', 任课老师: '沈念真' }),
    row({ 课程名: '体育', 任课老师: '周云', 节次: 5 }),
  ];
  const { report } = await importNow(rows);
  expect(report).toMatchObject({ created: 3, withProblem: 2 });
  const [clash] = report.problems.filter(({ code }: { code: string }) => code === 'term_clash');
  expect(clash).toMatchObject({ row: 1, column: 6, severity: 'look' });
  expect(clash.message).toContain('3-201');
  expect((await slots()).map(({ held }) => held)).toEqual([true, true, false]);

  expect((await publish(13)).report).toMatchObject({ added: 1, held: 2 });
  expect(await lessonsOf()).toEqual([{ period: 5, status: 'planned' }]);

  const [, english] = await slots();
  await editSlots(ctx, operatorActor(), {
    schoolId: school.schoolId,
    weekNo: 13,
    scope: 'all',
    edits: [{ itemId: english?.id ?? '', weekday: 3, period: 3 }],
    request: { actor: operatorActor(), key: `solve ${school.schoolId}`, requestHash: Buffer.alloc(32) },
  });
  expect((await slots()).map(({ held }) => held)).toEqual([false, false, false]);
  expect((await publish(13)).report).toMatchObject({ added: 2, held: 0, unchanged: 1 });
  // The same list again does not bring the solved problem back.
  expect((await importNow(rows)).report).toMatchObject({ unchanged: 3, withProblem: 0 });
});

test('only the weeks in which lessons meet are held back', async () => {
  await importNow([
    row({ 上课周期: '1-12周' }),
    row({ 课程名: '英语', 任课老师: '沈念真', 上课周期: '12-16周' }),
  ]);
  expect((await publish(12)).report).toMatchObject({ added: 0, held: 2 });
  expect((await publish(13)).report).toMatchObject({ added: 1, held: 0 });
});

test('a lesson that meets one of the present draft waits; the present one does not', async () => {
  await importNow([row()]);
  const { report } = await importNow([row({ 课程名: '英语', 任课老师: '沈念真' })]);
  expect(report).toMatchObject({ created: 1, withProblem: 1 });
  expect(report.problems.map(({ code }: { code: string }) => code)).toContain('term_clash_draft');
  expect((await publish(13)).report).toMatchObject({ added: 1, held: 1 });
});

test('a teaching class gets the pupils of the homeroom classes the file names, from the first day of the term', async () => {
  const rows = [row({ 教学班名称: '高数A班', 教学班组成: '软件2601班;软件2602班' })];
  expect((await importNow(rows)).report).toMatchObject({ newClasses: 3, composed: 1 });
  const classes = await db
    .selectFrom('classes')
    .where('school_id', '=', school.schoolId)
    .select(['id', 'name', 'kind'])
    .orderBy('name')
    .execute();
  expect(classes.map(({ name, kind }) => [name, kind])).toEqual([
    ['软件2601班', 'homeroom'],
    ['软件2602班', 'homeroom'],
    ['高数A班', 'scheduled'],
  ]);
  for (const { id } of classes.slice(0, 2)) await aPupil(db, { schoolId: school.schoolId, classId: id });
  expect((await importNow(rows)).report).toMatchObject({ unchanged: 1, newClasses: 0, composed: 1 });
  const pupils = await db
    .selectFrom('enrollments')
    .where('class_id', '=', classes[2]?.id ?? '')
    .select(['by_class_id', 'is_home'])
    .execute();
  expect(pupils).toHaveLength(2);
  expect(pupils.every(({ by_class_id, is_home }) => by_class_id !== null && !is_home)).toBe(true);
});

test('teachers known by name only are in one place at a time too', async () => {
  const { report } = await importNow([row(), row({ 课程名: '英语', 上课地点: '4-101' })]);
  expect(report.withProblem).toBe(2);
  expect((await publish(13)).report).toMatchObject({ added: 0, held: 2 });
});

test('teachers the roster lacks are made when somebody says so, with accounts that wait for a card', async () => {
  const known = await aTeacher(db, { orgId: school.schoolId, name: '沈念真' });
  const rows = [row(), row({ 课程名: '英语', 任课老师: '沈念真', 节次: 3 })];
  const { report } = await importNow(rows, { ...nothing, createTeachers: true });
  expect(report).toMatchObject({ newTeachers: 1, created: 2 });
  const made = await db
    .selectFrom('persons')
    .innerJoin('accounts', 'accounts.person_id', 'persons.id')
    .innerJoin('appointments', 'appointments.person_id', 'persons.id')
    .where('home_org_id', '=', school.schoolId)
    .where('name', '=', '林佳禾')
    .select(['number', 'accounts.status', 'role', 'persons.id'])
    .execute();
  expect(made).toMatchObject([{ number: '临-林佳禾', status: 'unclaimed', role: 'teacher' }]);
  const staff = await db.selectFrom('plan_item_staff').select('person_id').execute();
  expect(staff.map((one) => one.person_id)).toEqual(
    expect.arrayContaining([known.personId, made[0]?.id ?? '']),
  );
  expect((await importNow(rows)).report).toMatchObject({ unchanged: 2, newTeachers: 0 });
});

test('a file that is no list of meetings is refused in words; others’ schools stay unknown', async () => {
  const damaged = await upload(Buffer.from('[{"课程名":'));
  expect([damaged.statusCode, damaged.json().code]).toEqual([422, 'term_json_damaged']);
  const stranger = await aStaff(db, { orgId: (await aUniversity()).schoolId, role: 'schoolAdmin' });
  const foreign = await signedInAs(db, stranger.accountId, { appointmentId: stranger.appointmentId });
  expect((await upload(bytesOf([row()]), foreign)).statusCode).toBe(404);
});

test.skipIf(!termFile)(
  'a real term comes in by the command line: lessons, merged rows, problems; then its weeks',
  async () => {
    const [command] = timetableCommands;
    const rows = JSON.parse(readFileSync(termFile ?? '', 'utf8')) as Record<string, unknown>[];
    const args = [termFile ?? '', '--org', school.code, '--create-teachers'];
    const result = await command!.run(ctx, args);
    const { read, created, changed, merged, dropped, draft, withProblem, newTeachers } =
      result.counts as unknown as Record<string, number>;
    expect([result.exitCode, read, changed]).toEqual([0, rows.length, 0]);
    expect((created ?? 0) + (merged ?? 0) + (dropped ?? 0)).toBe(rows.length);
    expect([draft, newTeachers]).toEqual([created, new Set(rows.map((one) => one.任课老师)).size]);
    // Everybody who waits is told with row and column.
    const clashes = (result.problems ?? []).filter(({ code }) => code === 'term_clash');
    expect(clashes.length).toBeGreaterThan(0);
    expect(clashes.every((one) => one.row !== null && one.column !== null)).toBe(true);
    const held = (await slots()).filter((one) => one.held).length;
    expect([held, (await slots()).length]).toEqual([withProblem, draft]);
    // The lecture with most classes keeps them all.
    const equal = Map.groupBy(rows, (one) => JSON.stringify(one));
    const most = Math.max(...Array.from(equal.values(), (same) => same.length));
    const largest = await db
      .selectFrom('plan_item_audiences')
      .groupBy('plan_item_id')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .orderBy('count', 'desc')
      .limit(1)
      .execute();
    expect(Number(largest[0]?.count)).toBe(most);
    const again = await command!.run(ctx, args);
    expect(again.counts).toMatchObject({ created: 0, changed: 0, unchanged: draft, leaving: 0 });
    const { report } = await publish(13);
    expect(report.added).toBeGreaterThan(100);
    expect(report.held).toBeGreaterThan(0);
  },
);
