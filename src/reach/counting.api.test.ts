import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { aClass, enroll } from '../platform/testing/builders.ts';
import { askForRecount, recordRun } from '../facts/service.ts';
import { buildSchoolDay, heard, live } from './testing/day.ts';
import { aLesson, at, day, type TaughtSchool } from './testing/school.ts';

const { db, now, get, send, write, taught, planDay, aTaughtSchool, runJob } = await buildSchoolDay();
let school: TaughtSchool;
let first: string;
let second: string;

beforeEach(async () => {
  await db.updateTable('school_days').set({ closed_at: new Date() }).execute();
  school = await aTaughtSchool();
  [first, second] = await planDay(school);
});

/** What a unit's board says, beside a count of the raw rows of its pupils by whoever reached them. */
async function shown(orgId: string, who: { headers: Record<string, string> }) {
  const { totals } = (await get(`/orgs/${orgId}/reach?day=${day}`, who)).json<{
    totals: { expected: number; reached: number; unreached: number; pending: number };
  }>();
  const { expected, reached, unreached, pending } = totals;
  return { expected, reached, unreached, pending };
}
const everyLevel = async () => {
  const atSchool = await shown(school.schoolId, school.admin);
  expect(await shown(school.countyId, school.officer)).toEqual(atSchool);
  return atSchool;
};

describe('every level counts the same after', () => {
  test('a correction: a roll call that was wrong is superseded and the pupil counts again', async () => {
    const { personId } = school.pupils[0];
    await taught(first, '09:00');
    await taught(second, '10:00');
    await now('10:45');
    await write([
      live(personId, first, '09:00', '09:40'),
      {
        schoolDay: day,
        personId,
        plannedId: first,
        way: 'live',
        outcome: 'absent',
        source: 'rollCall',
        sourceKey: `${first} ${personId}`,
      },
    ]);
    await runJob('reach.tick');
    expect(await everyLevel()).toEqual({ expected: 3, reached: 0, unreached: 3, pending: 0 });
    const wrong = await db
      .selectFrom('facts')
      .where('person_id', '=', personId)
      .where('source', '=', 'rollCall')
      .select('id')
      .executeTakeFirstOrThrow();
    await write([
      {
        schoolDay: day,
        personId,
        plannedId: first,
        way: 'live',
        outcome: 'present',
        source: 'rollCall',
        sourceKey: `${first} ${personId} again`,
        supersedes: wrong.id,
      },
    ]);
    await runJob('reach.recount');
    expect(await everyLevel()).toEqual({ expected: 3, reached: 1, unreached: 2, pending: 0 });
  });

  test('a fact that comes two days late counts for its own day', async () => {
    await taught(first, '09:00');
    await now('18:05');
    await runJob('reach.closeDays');
    await now('12:00', '2026-11-20');
    await write([heard(school.pupils[1].personId, first, 2400)]);
    await runJob('reach.recount');
    expect(await everyLevel()).toEqual({ expected: 3, reached: 1, unreached: 2, pending: 0 });
  });

  test('a lesson cancelled in the day: who only had that lesson is expected no more', async () => {
    await sql`UPDATE lessons SET status = 'cancelled' WHERE id = ANY (${[first, second]}::uuid[])`.execute(
      db,
    );
    await runJob('reach.tick');
    expect(await everyLevel()).toEqual({ expected: 0, reached: 0, unreached: 0, pending: 0 });
  });

  test('a move to another class in the day: one pupil, counted once, in the new class', async () => {
    const { schoolId, classId, teacher, pupils } = school;
    const { classId: other } = await aClass(db, { schoolId, name: '七（3）班' });
    await aLesson(db, { schoolId, classIds: [other], teacherId: teacher.personId, from: '14:00' });
    await taught(first, '09:00');
    await write([live(pupils[0].personId, first, '09:00', '09:40')]);
    await now('09:45');
    await sql`UPDATE enrollments SET class_id = ${other} WHERE person_id = ${pupils[0].personId} AND class_id = ${classId}`.execute(
      db,
    );
    await runJob('reach.tick');
    expect(await everyLevel()).toMatchObject({ expected: 3, reached: 1 });
    const { rows } = await sql`
      SELECT class_id, expected::int, reached::int FROM reach_days WHERE school_day = ${day} AND person_id = ${pupils[0].personId}
    `.execute(db);
    // The first lesson stands with the old class, the second is cancelled, the one of the new class is expected.
    expect(rows).toEqual([{ class_id: other, expected: 2, reached: 1 }]);
  });

  test('a joint lesson: two classes in one lesson, nobody twice, each class its own', async () => {
    const { schoolId, classId, teacher, pupils } = school;
    const { classId: other } = await aClass(db, { schoolId, name: '七（3）班' });
    // In both audiences: expected once, through the home class.
    await enroll(db, { personId: pupils[0].personId, classId: other, role: 'pupil', isHome: false });
    const joint = await aLesson(db, {
      schoolId,
      classIds: [classId, other],
      teacherId: teacher.personId,
      from: '11:00',
    });
    await runJob('reach.tick');
    const { rows } = await sql`
      SELECT count(*)::int AS expected, count(DISTINCT person_id)::int AS pupils, count(DISTINCT via_class_id)::int AS classes
      FROM expectations WHERE school_day = ${day} AND planned_id = ${joint}
    `.execute(db);
    expect(rows).toEqual([{ expected: 3, pupils: 3, classes: 1 }]);
    await taught(joint, '11:00');
    await now('11:45');
    await write([live(pupils[0].personId, joint, '11:00', '11:40')]);
    await runJob('reach.tick');
    expect(await everyLevel()).toMatchObject({ expected: 3, reached: 1 });
  });

  test('a guest from another school: counted at home, once, also when only the guest lesson reached', async () => {
    const host = await aTaughtSchool();
    const guest = school.pupils[2];
    await enroll(db, { personId: guest.personId, classId: host.classId, role: 'pupil', isHome: false });
    const lesson = await aLesson(db, {
      schoolId: host.schoolId,
      classIds: [host.classId],
      teacherId: host.teacher.personId,
      from: '13:00',
    });
    await runJob('reach.tick');
    await taught(lesson, '13:00');
    await now('13:45');
    await write([
      live(guest.personId, lesson, '13:00', '13:40'),
      live(host.pupils[0].personId, lesson, '13:00', '13:40'),
    ]);
    await runJob('reach.tick');
    expect(await everyLevel()).toMatchObject({ expected: 3, reached: 1 });
    expect(await shown(host.schoolId, host.admin)).toMatchObject({ expected: 3, reached: 1 });
  });
});

test('what was written is on the boards at once for who wrote it, and within one round for everybody', async () => {
  await taught(first, '09:00');
  await taught(second, '10:00');
  await now('10:45');
  await runJob('reach.tick');
  const { followUpId } = (
    await send('POST', `/pupils/${school.pupils[0].personId}/follow-ups`, school.classTeacher, {})
  ).json<{ followUpId: string }>();
  await send('POST', `/follow-ups/${followUpId}/contacts`, school.classTeacher, {
    means: 'phone',
    outcome: 'taught',
  });
  expect(await everyLevel()).toEqual({ expected: 3, reached: 1, unreached: 2, pending: 0 });
  await write([live(school.pupils[1].personId, first, '09:00', '09:40')]);
  await runJob('reach.recount');
  expect(await everyLevel()).toEqual({ expected: 3, reached: 2, unreached: 1, pending: 0 });
});

describe('who comes into a room', () => {
  const state = async (personId: string) => {
    const row = await db
      .selectFrom('expectations')
      .where('planned_id', '=', first)
      .where('person_id', '=', personId)
      .select(['state', 'way', 'best_fact_id', 'settled'])
      .executeTakeFirstOrThrow();
    return row;
  };
  const comesIn = async (personId: string) => {
    await sql`SELECT ensure_month_partition('room_entries', ${day}::date)`.execute(db);
    await sql`
      INSERT INTO room_entries (school_day, lesson_id, person_id, standing, via_class_id, entered_at, last_seen_at)
      VALUES (${day}, ${first}, ${personId}, 'pupil', ${school.classId}, app_now(), app_now())`.execute(db);
    await db.transaction().execute((trx) => askForRecount(trx, day, [personId]));
    await runJob('reach.recount');
  };
  const begins = () =>
    db
      .transaction()
      .execute((trx) => recordRun(trx, { schoolDay: day, plannedId: first, startedAt: at('09:00') }));

  test('is here before any fact tells for how long, and is judged by what was heard afterwards', async () => {
    const [stayed, left] = school.pupils;
    await now('09:02');
    await begins();
    await comesIn(stayed.personId);
    await comesIn(left.personId);
    expect(await state(stayed.personId)).toEqual({
      state: 'present',
      way: 'live',
      best_fact_id: null,
      settled: false,
    });
    await write([live(stayed.personId, first, '09:02', '09:40')]);
    await taught(first, '09:00');
    await now('09:45');
    await runJob('reach.tick');
    const [proof] = await db
      .selectFrom('facts')
      .where('person_id', '=', stayed.personId)
      .select('id')
      .execute();
    expect(await state(stayed.personId)).toMatchObject({
      state: 'present',
      best_fact_id: proof!.id,
      settled: true,
    });
    expect(await state(left.personId)).toMatchObject({ state: 'leftEarly', settled: true });
  });

  test('after the end comes to the recording and is not here', async () => {
    const [late] = school.pupils;
    await taught(first, '09:00');
    await sql`
      INSERT INTO lesson_logs (school_day, lesson_id, school_id, state, ended_at, ended_ms, epoch_secret, retention_until)
      VALUES (${day}, ${first}, ${school.schoolId}, 'ended', ${at('09:40')}, 2400000, '\\x00', '2027-06-01')`.execute(
      db,
    );
    await now('11:00');
    await comesIn(late.personId);
    expect(await state(late.personId)).toMatchObject({ state: 'missed', settled: true });
  });

  test('a lesson that nobody judged after its end is looked at again until somebody did', async () => {
    const toCome = () =>
      sql<{ n: number }>`
      SELECT count(*)::int AS n FROM things_to_come WHERE planned_id = ${first}`.execute(db);
    await begins();
    await now('09:50');
    await runJob('reach.tick');
    expect((await toCome()).rows).toEqual([{ n: 1 }]);
    // An hour after the bell a run that nobody ended is over.
    await now('10:41');
    await runJob('reach.tick');
    expect(await state(school.pupils[0].personId)).toMatchObject({ settled: true });
    await runJob('reach.tick');
    expect((await toCome()).rows).toEqual([{ n: 0 }]);
    // Taken up again it has an end to come once more.
    await begins();
    expect((await toCome()).rows).toEqual([{ n: 1 }]);
  });
});
