import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { loadNationalHolidays } from '../calendar/service.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aStaff, signedInAs } from '../platform/testing/builders.ts';
import { aPlannedSchool, aSlot, standAt, type PlannedSchool } from './testing/school.ts';

const { app, db, clock } = await buildTestApp();
// Before National Day 2026, whose notice makes Saturday 10 October a day of teaching.
await standAt(db, new Date('2026-09-28T00:00:00Z'));
await clock.refresh(db);

let school: PlannedSchool;
let admin: Record<string, string>;

beforeEach(async () => {
  await db.transaction().execute((trx) => loadNationalHolidays(trx));
  school = await aPlannedSchool(db);
  const staff = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
  admin = await signedInAs(db, staff.accountId, { appointmentId: staff.appointmentId });
  for (const weekday of [4, 5]) await aSlot(db, school, { weekday, period: weekday - 3 });
});

const ask = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) =>
  app.inject({
    method,
    url: `/api${path}`,
    headers: { ...admin, 'idempotency-key': randomUUID() },
    ...(payload ? { payload } : {}),
  });
const decide = (day: string, teachesWeekday: number | null) =>
  ask('PUT', `/orgs/${school.schoolId}/holidays/${day}`, { kind: 'makeUp', name: '补课', teachesWeekday });
const publish = () => ask('POST', `/schools/${school.schoolId}/weeks/6/publications`, {});
const lessons = async () =>
  (
    await db
      .selectFrom('lessons')
      .where('school_id', '=', school.schoolId)
      .where('status', '=', 'planned')
      .select(['school_day', 'period'])
      .orderBy('school_day')
      .execute()
  ).map(({ school_day, period }) => [school_day, period]);

test('a make-up Saturday of the notice teaches nothing until the school says which day, then that day’s timetable', async () => {
  await publish();
  expect(await lessons()).toEqual([
    ['2026-10-08', 1],
    ['2026-10-09', 2],
  ]);
  expect((await decide('2026-10-10', 5)).statusCode).toBe(204);
  await publish();
  expect(await lessons()).toEqual([
    ['2026-10-08', 1],
    ['2026-10-09', 2],
    ['2026-10-10', 2],
  ]);
  await decide('2026-10-10', 4);
  await publish();
  expect((await lessons()).at(-1)).toEqual(['2026-10-10', 1]);
});

test('a weekday taken off by the school is not taught, and is again when the decision is taken back', async () => {
  const path = `/orgs/${school.schoolId}/holidays/2026-10-09`;
  await ask('PUT', path, { kind: 'holiday', name: '运动会', teachesWeekday: null });
  await publish();
  expect(await lessons()).toEqual([['2026-10-08', 1]]);
  await ask('DELETE', path);
  await publish();
  expect(await lessons()).toEqual([
    ['2026-10-08', 1],
    ['2026-10-09', 2],
  ]);
});
