import { expect, test } from 'vitest';
import { testDatabase } from '../platform/testing/database.ts';
import { ensureSchoolDays, loadNationalHolidays, schoolClock, schoolDays } from './service.ts';

const { db } = await testDatabase();
const county = await db
  .insertInto('orgs')
  .values({ kind: 'county', code: '530001', name: 'County', parent_id: null, sealed_at: null })
  .returning('id')
  .executeTakeFirstOrThrow();
const school = await db
  .insertInto('orgs')
  .values({ kind: 'school', code: 'S1', name: 'School', parent_id: county.id, sealed_at: null })
  .returning('id')
  .executeTakeFirstOrThrow();
await db
  .insertInto('terms')
  .values({
    org_id: county.id,
    title: 'Autumn',
    first_day: '2026-09-01',
    last_day: '2027-01-22',
    week1_monday: '2026-08-31',
  })
  .execute();
const week = { schoolId: school.id, firstDay: '2026-10-05', lastDay: '2026-10-10' };

test('a school teaches in the term of its county, without the public holidays, twice makes nothing new', async () => {
  await db.transaction().execute(loadNationalHolidays);
  expect(await db.transaction().execute(loadNationalHolidays)).toBe(0);
  expect(await ensureSchoolDays(db, { orgId: county.id })).toEqual({ schools: 1, written: 144, removed: 0 });
  expect(await ensureSchoolDays(db, { orgId: null })).toEqual({ schools: 1, written: 0, removed: 0 });
  const days = await schoolDays(db, week);
  expect(days.map(({ kind }) => kind)).toEqual(['off', 'off', 'off', 'teaching', 'teaching', 'teaching']);
  expect(days.at(-1)).toMatchObject({ day: '2026-10-10', teachesWeekday: null, weekNo: 6 });
});

test('what the school decides goes before what its county decides, and that before the notice', async () => {
  await db
    .insertInto('holidays')
    .values([
      { org_id: county.id, day: '2026-10-10', kind: 'makeUp', name: 'Make-up', teaches_weekday: 2 },
      { org_id: school.id, day: '2026-10-10', kind: 'makeUp', name: 'Make-up', teaches_weekday: 4 },
      { org_id: county.id, day: '2026-10-08', kind: 'holiday', name: 'Snow', teaches_weekday: null },
    ])
    .execute();
  expect(await ensureSchoolDays(db, { orgId: school.id })).toMatchObject({ written: 2 });
  const days = await schoolDays(db, week);
  expect(days.map(({ teachesWeekday }) => teachesWeekday)).toEqual([null, null, null, null, 5, 4]);
});

test('a day that was opened stays as it was, and days cut from the term go', async () => {
  await db
    .updateTable('school_days')
    .set({ opened_at: new Date() })
    .where('org_id', '=', school.id)
    .where('day', '=', '2026-10-09')
    .execute();
  await db
    .insertInto('holidays')
    .values({
      org_id: school.id,
      day: '2026-10-09',
      kind: 'holiday',
      name: 'Late snow',
      teaches_weekday: null,
    })
    .execute();
  await db.updateTable('terms').set({ last_day: '2027-01-15' }).execute();
  expect(await ensureSchoolDays(db, { orgId: school.id })).toMatchObject({ written: 0, removed: 7 });
  expect((await schoolDays(db, week)).find(({ day }) => day === '2026-10-09')?.kind).toBe('teaching');
});

test('a school knows its day and its term', async () => {
  const clock = await schoolClock(db, { schoolId: school.id, now: new Date('2026-11-25T16:30:00Z') });
  expect(clock).toMatchObject({ today: '2026-11-25', term: { title: 'Autumn' } });
  const before = await schoolClock(db, { schoolId: school.id, now: new Date('2026-07-01T00:00:00Z') });
  expect(before?.term?.firstDay).toBe('2026-09-01');
  expect(await schoolClock(db, { schoolId: county.id.replace(/^./, 'f'), now: new Date() })).toBeNull();
});
