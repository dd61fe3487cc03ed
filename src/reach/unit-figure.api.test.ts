import readXlsx from '@e965/xlsx';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { aClass, aPupil, aSchool, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { buildSchoolDay, heard, live } from './testing/day.ts';
import { aSchoolDay, day, type TaughtSchool } from './testing/school.ts';
import type { UnitFigure } from './unit-figure.ts';

const { db, now, get, send, write, taught, planDay, aTaughtSchool, runJob } = await buildSchoolDay();
let school: TaughtSchool;
let first: string;
let second: string;

beforeEach(async () => {
  await db.updateTable('school_days').set({ closed_at: new Date() }).execute();
  // Counties of earlier tests have no say in this one.
  await sql`DELETE FROM unit_figures`.execute(db);
  school = await aTaughtSchool();
  [first, second] = await planDay(school);
  await taught(first, '09:00');
  await taught(second, '10:00');
  await now('10:45');
  await write([live(school.pupils[0].personId, first, '09:00', '09:40')]);
  await runJob('reach.tick');
});

const figure = async (): Promise<UnitFigure> =>
  (await get(`/orgs/${school.countyId}/daily-figure?day=${day}`, school.officer)).json<UnitFigure>();
const issue = (who: { headers: Record<string, string> }) =>
  send('POST', `/orgs/${school.countyId}/daily-figure/issues`, who, { day });

test('before the hour the figures of now are shown and nothing is issued', async () => {
  await now('16:29');
  await runJob('reach.reportUnits');
  expect(await figure()).toMatchObject({
    issues: [],
    figures: { measures: { expected: 3, reached: 1, unreached: 2, schools: 1, silentSchools: 0 } },
  });
});

test('at the hour the county reports once, and schools that said nothing by name', async () => {
  const { orgId: silentId } = await aSchool(db, { parentId: school.countyId, name: '白鹭小学' });
  await aSchoolDay(db, silentId);
  const { classId } = await aClass(db, { schoolId: silentId, name: '三（1）班' });
  await aPupil(db, { schoolId: silentId, classId });
  await now('16:31');
  await runJob('reach.tick');
  await runJob('reach.reportUnits');
  await runJob('reach.reportUnits');
  const reported = await figure();
  expect(reported.issues).toMatchObject([{ issue: 1, issuedByName: null, differences: [] }]);
  expect(reported.figures).toMatchObject({
    measures: { expected: 3, reached: 1, unreached: 2, schools: 2, silentSchools: 1 },
    ways: [{ way: 'live', count: 1 }],
    silent: [{ name: '白鹭小学', data: 'noPlan' }],
  });
  expect(new Date(reported.cutOff).getTime()).toBeGreaterThanOrEqual(
    new Date(`${day}T16:31:00+08:00`).getTime(),
  );
});

test('what is made up in the evening becomes a correction at night that says what it changed', async () => {
  await now('16:31');
  await runJob('reach.reportUnits');
  await now('20:00');
  await write([heard(school.pupils[1].personId, first, 2400)]);
  await runJob('reach.tick');
  const evening = await figure();
  expect(evening.figures.measures).toMatchObject({ reached: 1, unreached: 2 });
  expect(evening.since).toContainEqual({ unitName: null, measure: 'reached', from: 1, to: 2 });
  await now('04:40', '2026-11-19');
  await runJob('reach.correctReports');
  await runJob('reach.correctReports');
  const corrected = await figure();
  expect(corrected.issues).toHaveLength(2);
  expect(corrected.issues[1]!.differences).toContainEqual({
    unitName: null,
    measure: 'reached',
    from: 1,
    to: 2,
  });
  expect(corrected.figures.measures).toMatchObject({ reached: 2, unreached: 1 });
  expect(corrected.since).toEqual([]);
});

test('the officer issues a correction by hand, twice the same is one, and others may not', async () => {
  await now('16:31');
  await runJob('reach.reportUnits');
  expect((await issue(school.officer)).json<UnitFigure>().issues).toHaveLength(1);
  await now('17:00');
  await write([heard(school.pupils[1].personId, first, 2400)]);
  const [one, two] = await Promise.all([issue(school.officer), issue(school.officer)]);
  expect([one.statusCode, two.statusCode]).toEqual([200, 200]);
  expect((await figure()).issues).toMatchObject([{ issue: 1 }, { issue: 2, issuedByName: '裴科长' }]);
  expect((await issue(school.admin)).statusCode).toBe(404);
  const elsewhere = await aTaughtSchool();
  expect((await issue(elsewhere.officer)).statusCode).toBe(404);
  const lines = await db
    .selectFrom('audit_lines')
    .where('action', '=', 'reach.issueFigure')
    .where('org_id', '=', school.countyId)
    .where('actor_kind', '=', 'person')
    .selectAll()
    .execute();
  expect(lines).toHaveLength(1);
});

test('a school has a figure of its own kind', async () => {
  const answer = await get(`/orgs/${school.schoolId}/daily-figure`, school.officer);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([422, 'not_above_schools']);
});

test('the workbook says of every number what it means, where it comes from, up to when, and what it was', async () => {
  const odd = await aSchool(db, { parentId: school.countyId, name: '=1+1' });
  await aSchoolDay(db, odd.orgId);
  await now('16:31');
  await runJob('reach.reportUnits');
  await now('17:00');
  await write([heard(school.pupils[1].personId, first, 2400)]);
  await issue(school.officer);
  const answer = await get(`/orgs/${school.countyId}/daily-figure.xlsx?day=${day}`, {
    headers: { ...school.officer.headers, 'accept-language': 'en' },
  });
  const book = readXlsx.read(answer.rawPayload, { type: 'buffer' });
  expect(book.SheetNames).toEqual(['Figures', 'By unit', 'Not reported', 'Corrections']);
  const rows = (name: string) => readXlsx.utils.sheet_to_json<unknown[]>(book.Sheets[name]!, { header: 1 });
  const reached = rows('Figures').find((row) => row[0] === 'Reached')!;
  expect(reached).toMatchObject([
    'Reached',
    2,
    expect.stringContaining('by any way'),
    expect.stringContaining('Room presence'),
    '2026-11-18 17:00',
    '云岭县',
    'Issue 1: 1',
  ]);
  expect(rows('Not reported').some((row) => row[1] === '=1+1')).toBe(true);
  expect(
    Object.values(book.Sheets['Not reported']!).some((cell: { f?: string }) => cell.f !== undefined),
  ).toBe(false);
  expect(rows('Corrections').some((row) => row[3] === 'Reached' && row[4] === 1 && row[5] === 2)).toBe(true);
});

test('a term without teaching today reports nothing', async () => {
  const { orgId } = await aStaffOnlyCounty();
  await now('16:31');
  await runJob('reach.reportUnits');
  expect(await db.selectFrom('unit_figures').where('org_id', '=', orgId).selectAll().execute()).toEqual([]);
});

async function aStaffOnlyCounty() {
  const { countyId } = await aTaughtSchool();
  await sql`UPDATE school_days SET kind = 'off' WHERE org_id IN (SELECT id FROM orgs WHERE parent_id = ${countyId})`.execute(
    db,
  );
  const staff = await aStaff(db, { orgId: countyId, role: 'bureauOfficer' });
  return { orgId: countyId, headers: await signedInAs(db, staff.accountId) };
}
