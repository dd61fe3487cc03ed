import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aCounty, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';

import { calendarCommands } from './commands.ts';
import { schoolDays } from './service.ts';

const { app, db, ctx, runJob } = await buildTestApp();
let county: string;
let school: string;
let admin: Record<string, string>;
let officer: Record<string, string>;

async function as(orgId: string, role: 'schoolAdmin' | 'bureauOfficer' | 'teacher') {
  const person = await aStaff(db, { orgId, role });
  return signedInAs(db, person.accountId, { appointmentId: person.appointmentId });
}
const autumn = (orgId: string, change: object = {}) => ({
  orgId,
  title: '2026—2027 学年第一学期',
  firstDay: '2026-09-01',
  lastDay: '2027-01-22',
  week1Monday: '2026-08-31',
  ...change,
});
async function saveTerm(body: object, headers = admin, id?: string) {
  return app.inject({ method: 'PUT', url: `/api/terms/${id ?? randomUUID()}`, headers, payload: body });
}
const decide = (day: string, payload: object, headers = admin, orgId = school) =>
  app.inject({ method: 'PUT', url: `/api/orgs/${orgId}/holidays/${day}`, headers, payload });
const kindOf = async (day: string) =>
  (await schoolDays(db, { schoolId: school, firstDay: day, lastDay: day }))[0]?.kind;

beforeEach(async () => {
  ({ orgId: county } = await aCounty(db));
  ({ orgId: school } = await aSchool(db, { parentId: county }));
  admin = await as(school, 'schoolAdmin');
  officer = await as(county, 'bureauOfficer');
});

test('a county’s term gives its schools their days; saved twice it is one term', async () => {
  const id = randomUUID();
  expect((await saveTerm(autumn(county), officer, id)).statusCode).toBe(200);
  expect((await saveTerm(autumn(county), officer, id)).statusCode).toBe(200);
  expect(await kindOf('2026-09-01')).toBe('teaching');
  expect(await kindOf('2026-08-31')).toBeUndefined();
  const calendar = await app.inject({
    url: `/api/orgs/${school}/calendar?firstDay=2026-09-01&lastDay=2027-02-01`,
    headers: admin,
  });
  expect(calendar.json()).toMatchObject({ terms: [{ id, orgId: county }], unpublishedYears: [2027] });
  expect(calendar.json().days).toHaveLength(144);
});

test.each([
  [{ lastDay: '2026-08-01' }, 'term_reversed'],
  [{ lastDay: '2027-12-01' }, 'term_too_long'],
  [{ week1Monday: '2026-09-01' }, 'week1_not_monday'],
  [{ week1Monday: '2026-09-07' }, 'week1_after_term'],
  [{ title: ' ' }, 'invalid_request'],
  [{ firstDay: '1.9.2026' }, 'invalid_request'],
])('a term with %j is refused as %s', async (change, code) => {
  expect((await saveTerm(autumn(school, change))).json().code).toBe(code);
});

test('two terms of one school do not overlap, and somebody else’s term is not taken over', async () => {
  const saved = await saveTerm(autumn(school));
  expect(
    (await saveTerm(autumn(school, { firstDay: '2027-01-20', lastDay: '2027-07-01' }))).json().code,
  ).toBe('terms_overlap');
  const { orgId: other } = await aSchool(db, { parentId: county });
  const stranger = await as(other, 'schoolAdmin');
  expect((await saveTerm(autumn(other), stranger, saved.json().id)).statusCode).toBe(404);
  expect((await saveTerm(autumn(school), stranger)).statusCode).toBe(404);
  expect((await saveTerm(autumn(county), await as(school, 'teacher'))).statusCode).toBe(404);
});

test('a school sets a snow day and a make-up day, and takes a decision back', async () => {
  await saveTerm(autumn(school));
  const snow = { kind: 'holiday', name: '大雪停课', teachesWeekday: null };
  expect((await decide('2026-11-25', snow)).statusCode).toBe(204);
  expect(await kindOf('2026-11-25')).toBe('off');
  expect((await decide('2026-11-28', { kind: 'makeUp', name: '补课', teachesWeekday: 3 })).statusCode).toBe(
    204,
  );
  const [saturday] = await schoolDays(db, {
    schoolId: school,
    firstDay: '2026-11-28',
    lastDay: '2026-11-28',
  });
  expect(saturday).toMatchObject({ kind: 'teaching', teachesWeekday: 3 });
  const back = await app.inject({
    method: 'DELETE',
    url: `/api/orgs/${school}/holidays/2026-11-25`,
    headers: admin,
  });
  expect(back.statusCode).toBe(204);
  expect(await kindOf('2026-11-25')).toBe('teaching');
  expect((await decide('2026-11-25', { ...snow, teachesWeekday: 2 })).json().code).toBe(
    'holiday_teaches_nothing',
  );
  expect((await decide('2026-11-25', snow, await as(school, 'teacher'))).statusCode).toBe(403);
  expect((await decide('2026-11-25', snow, officer, county)).statusCode).toBe(204);
  expect(await kindOf('2026-11-25')).toBe('off');
});

test('the nightly job brings the shipped holidays to every school, again and again without harm', async () => {
  await saveTerm(autumn(school));
  await runJob('calendar.ensureSchoolDays');
  expect(await kindOf('2026-10-01')).toBe('off');
  await runJob('calendar.ensureSchoolDays');
  expect(await kindOf('2026-10-08')).toBe('teaching');
});

test('a term from the command line; the same title again changes it, a bad day is refused in words', async () => {
  const { code } = await db
    .selectFrom('orgs')
    .select('code')
    .where('id', '=', school)
    .executeTakeFirstOrThrow();
  const run = (...days: string[]) =>
    calendarCommands[0]!.run(ctx, ['--org', code, '--title', '秋', '--first', ...days]);
  expect(await run('2026-09-01', '--last', '2027-01-22')).toMatchObject({
    exitCode: 0,
    counts: { created: 1 },
  });
  expect(await run('2026-09-01', '--last', '2027-01-15')).toMatchObject({
    exitCode: 0,
    counts: { changed: 1 },
  });
  expect(await kindOf('2027-01-18')).toBeUndefined();
  expect(await kindOf('2026-11-25')).toBe('teaching');
  await expect(run('2026-09-01', '--last', '2026-08-01')).rejects.toMatchObject({ code: 'term_reversed' });
  await expect(run('1. 9. 2026', '--last', '2027-01-15')).rejects.toMatchObject({ code: 'command_usage' });
});
