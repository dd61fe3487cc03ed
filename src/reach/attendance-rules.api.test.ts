import { beforeEach, describe, expect, test } from 'vitest';
import { buildSchoolDay, heard, live } from './testing/day.ts';
import { at, day, type TaughtSchool } from './testing/school.ts';

const { db, now, get, send, write, taught, planDay, aTaughtSchool, runJob } = await buildSchoolDay();
let school: TaughtSchool;
let first: string;

const own = {
  lateMinutes: 3,
  leftEarlyPercent: 20,
  madeUpPercent: 80,
  dayNeeds: 'anyLesson',
  followUpHours: 16,
  helpHours: 2,
  dayCloses: '18:00',
};

beforeEach(async () => {
  await db.updateTable('school_days').set({ closed_at: new Date() }).execute();
  school = await aTaughtSchool();
  [first] = await planDay(school);
  await taught(first, '09:00');
  await write([live(school.pupils[1].personId, first, '09:00', '09:12')]);
});

const change = (who: { headers: Record<string, string> }, rules: object, version = 0) =>
  send('PUT', `/schools/${school.schoolId}/attendance-rules`, who, { version, rules });
const halfPupil = async (on = day) =>
  (await get(`/pupils/${school.pupils[1].personId}/days?day=${on}`, school.pupils[1])).json<{
    lessons: { state: string }[];
  }>().lessons[0]?.state;

describe('the rules of a school', () => {
  test('are its own data: today is judged anew by them', async () => {
    await now('12:00');
    await runJob('reach.tick');
    expect(await halfPupil()).toBe('leftEarly');
    expect((await change(school.admin, own)).json()).toMatchObject({
      version: 1,
      rules: own,
      defaults: { lateMinutes: 10, dayCloses: '18:00' },
    });
    expect(await halfPupil()).toBe('present');
    const stale = await change(school.deputy, own);
    expect([stale.statusCode, stale.json<{ code: string }>().code]).toEqual([409, 'rules_changed_meanwhile']);
    expect((await change(school.deputy, { ...own, lateMinutes: 5 }, 1)).json()).toMatchObject({ version: 2 });
  });

  test('changed by two at once, one of them learns that somebody else was first', async () => {
    const both = await Promise.all([
      change(school.admin, own),
      change(school.deputy, { ...own, lateMinutes: 4 }),
    ]);
    expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
  });

  test('do not reach back: a fact that comes days later leaves the others of its day as they were', async () => {
    await now('18:05');
    await runJob('reach.closeDays');
    expect(await halfPupil()).toBe('leftEarly');
    await now('09:00', '2026-11-20');
    await change(school.admin, own);
    // The whole class of that day is counted again.
    await write([heard(school.pupils[2].personId, first, 2400)]);
    await runJob('reach.recount');
    expect(await halfPupil()).toBe('leftEarly');
  });

  test('are changed only by those who stand for the school, and only to sensible values', async () => {
    for (const who of [school.teacher, school.officer, school.pupils[0]])
      expect((await change(who, own)).statusCode).toBe(403);
    expect((await change((await aTaughtSchool()).admin, own)).statusCode).toBe(404);
    const odd = [{ madeUpPercent: 0 }, { dayCloses: '25:00' }, { dayCloses: '03:59' }, { dayCloses: 'six' }];
    for (const values of odd)
      expect((await change(school.admin, { ...own, ...values })).statusCode).toBe(400);
  });
});

describe('the close of the day', () => {
  const closed = async (on = day) =>
    (
      await db
        .selectFrom('school_days')
        .where('org_id', '=', school.schoolId)
        .where('day', '=', on)
        .select('closed_at')
        .executeTakeFirstOrThrow()
    ).closed_at !== null;

  test('is the school’s own: moved to nine in the evening, six is not yet the end', async () => {
    await now('12:00');
    await change(school.admin, { ...own, dayCloses: '21:00' });
    await now('18:05');
    await runJob('reach.closeDays');
    expect(await closed()).toBe(false);
    await now('21:01');
    await runJob('reach.closeDays');
    expect(await closed()).toBe(true);
    expect((await get('/my-follow-ups', school.classTeacher)).json()).toMatchObject({
      open: [{ dueAt: at('13:00', '2026-11-19').toISOString() }, {}],
    });
  });

  test('lies in the school’s zone', async () => {
    await db.updateTable('orgs').set({ tz: 'Asia/Tokyo' }).where('id', '=', school.schoolId).execute();
    await now('12:00');
    await change(school.admin, { ...own, dayCloses: '17:30' });
    // 17:30 in Tokyo is 16:30 on the clock of this test.
    await now('16:29');
    await runJob('reach.closeDays');
    expect(await closed()).toBe(false);
    await now('16:31');
    await runJob('reach.closeDays');
    expect(await closed()).toBe(true);
  });

  test('waits for a lesson that is still to end', async () => {
    await now('09:05');
    await change(school.admin, { ...own, dayCloses: '09:30' });
    await now('09:35');
    await runJob('reach.closeDays');
    expect(await closed()).toBe(false);
  });
});
