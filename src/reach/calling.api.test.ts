import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeContact } from '../people/contacts.ts';
import { recordRun } from '../facts/service.ts';
import { buildSchoolDay, live } from './testing/day.ts';
import { at, day, type TaughtSchool } from './testing/school.ts';

const { db, ctx, now, get, send, write, taught, planDay, aTaughtSchool, runJob } = await buildSchoolDay();
let school: TaughtSchool;
let first: string;
let second: string;

beforeEach(async () => {
  await db.updateTable('school_days').set({ closed_at: new Date() }).execute();
  school = await aTaughtSchool();
  [first, second] = await planDay(school);
});

const missing = () => school.pupils[2];
const begin = (who: { headers: Record<string, string> }) =>
  send('POST', `/pupils/${missing().personId}/follow-ups`, who, {});
const own = async () =>
  (await get('/my-follow-ups', school.classTeacher)).json<{
    open: { followUpId: string; origin: string; pupilName: string; days: string[]; dueAt: string }[];
    missedToday: { pupilName: string }[];
  }>();

describe('looking after a pupil before the day closes', () => {
  test('begins a follow-up once, due within the school’s hours', async () => {
    await now('09:12');
    const twice = await Promise.all([begin(school.classTeacher), begin(school.classTeacher)]);
    const ids = twice.map((answer) => answer.json<{ followUpId: string }>().followUpId);
    expect(ids[0]).toBe(ids[1]);
    expect((await own()).open).toMatchObject([
      {
        followUpId: ids[0],
        origin: 'byHand',
        pupilName: '虞三',
        days: [day],
        dueAt: at('11:12').toISOString(),
      },
    ]);
    const noted = await send('POST', `/follow-ups/${ids[0]}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'willMakeUp',
      reason: 'noData',
    });
    expect(noted.json()).toMatchObject({ state: 'open', log: [{ means: 'phone', outcome: 'willMakeUp' }] });
  });

  test('a call from the board finds the place for its result', async () => {
    const guardianId = missing().guardian.personId;
    await db
      .transaction()
      .execute((trx) => writeContact(trx, ctx.secrets, { personId: guardianId, number: '10000000007' }));
    await now('09:12');
    const answer = await send('POST', `/pupils/${missing().personId}/guardian-number`, school.classTeacher, {
      guardianId,
    });
    const [row] = (await own()).open;
    expect(answer.json()).toEqual({ number: '10000000007', followUpId: row?.followUpId });
  });

  test('is for the named adult and the deputy, nobody else', async () => {
    await now('09:12');
    for (const who of [school.teacher, school.admin, school.officer, school.pupils[0]])
      expect((await begin(who)).statusCode).toBe(403);
    expect((await begin(missing().guardian)).statusCode).toBe(404);
    const other = await aTaughtSchool();
    expect((await begin(other.classTeacher)).statusCode).toBe(404);
  });

  test('on a day without anything planned there is nothing to begin', async () => {
    await now('09:12', '2026-11-21');
    const answer = await begin(school.classTeacher);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'nothing_expected']);
  });

  test('who comes to the next lesson closes it; what was before the call does not', async () => {
    await taught(first, '09:00');
    await now('09:45');
    await begin(school.classTeacher);
    await write([live(missing().personId, first, '09:00', '09:40')]);
    await runJob('reach.recount');
    expect((await own()).open).toHaveLength(1);
    await taught(second, '10:00');
    await now('10:41');
    await write([live(missing().personId, second, '10:00', '10:40')]);
    await runJob('reach.recount');
    expect((await own()).open).toEqual([]);
  });

  test('still open at the day’s close it is the day’s follow-up, not a second one', async () => {
    await taught(first, '09:00');
    await taught(second, '10:00');
    await now('09:45');
    await begin(school.classTeacher);
    await now('18:05');
    await runJob('reach.closeDays');
    expect((await own()).open.filter(({ pupilName }) => pupilName === '虞三')).toMatchObject([
      { origin: 'byHand', days: [day] },
    ]);
  });

  test('who missed a lesson stands on the adult’s list until a follow-up is begun', async () => {
    await taught(first, '09:00');
    await now('09:45');
    await runJob('reach.tick');
    expect((await own()).missedToday.map(({ pupilName }) => pupilName)).toContain('虞三');
    await begin(school.classTeacher);
    expect((await own()).missedToday.map(({ pupilName }) => pupilName)).not.toContain('虞三');
  });
});

test('a pupil whose page fell silent lost the line and is not called missing', async () => {
  const [here, silent] = school.pupils;
  await now('09:00');
  await db
    .transaction()
    .execute((trx) => recordRun(trx, { schoolDay: day, plannedId: first, startedAt: at('09:00') }));
  await write([live(here.personId, first, '09:00', '09:00'), live(silent.personId, first, '09:00', '09:00')]);
  await runJob('reach.recount');
  await sql`SELECT ensure_month_partition('room_entries', ${day}::date)`.execute(db);
  await db
    .insertInto('room_entries')
    .values(
      [here, silent].map(({ personId }, place) => ({
        school_day: day,
        lesson_id: first,
        person_id: personId,
        standing: 'pupil' as const,
        via_class_id: school.classId,
        entered_at: at('09:00'),
        last_seen_at: at(place === 0 ? '09:12' : '09:05'),
      })),
    )
    .execute();
  await now('09:12');
  const board = (
    await get(`/lessons/${day}/${first}/classes/${school.classId}/board`, school.classTeacher)
  ).json<{ timeZone: string; tiles: { name: string; tile: string }[] }>();
  expect(board.timeZone).toBe('Asia/Shanghai');
  expect(board.tiles.map(({ name, tile }) => [name, tile])).toEqual([
    ['虞三', 'missing'],
    ['韦二', 'lost'],
    ['岑一', 'here'],
  ]);
});
