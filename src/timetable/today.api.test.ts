import { beforeEach, describe, expect, test } from 'vitest';
import { openExpectations, recordFacts, recordRun } from '../facts/service.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aGuardian, aPupil, aStaff, signedInAs } from '../platform/testing/builders.ts';
import { systemActor } from '../platform/actor.ts';
import { publishWeekIn } from './service/publish.ts';
import { beginLesson, endLesson, plannedLessons } from './service.ts';
import { aPlannedSchool, aSlot, standAt, WEDNESDAY, type PlannedSchool } from './testing/school.ts';

const { app, db, clock } = await buildTestApp();
const DAY = '2026-11-25';
const demo = systemActor('test', []);

let school: PlannedSchool;
let pupil: Record<string, string>;

async function at(instant: string): Promise<void> {
  await standAt(db, new Date(instant));
  await clock.refresh(db);
}
const get = async (url: string, headers = pupil) => app.inject({ url: `/api${url}`, headers });
async function today(headers = pupil, query = '') {
  const answer = await get(`/today${query}`, headers);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}
const lessonOfDay = () =>
  db
    .selectFrom('lessons')
    .where('school_id', '=', school.schoolId)
    .orderBy('starts_at')
    .selectAll()
    .execute();

beforeEach(async () => {
  await at(WEDNESDAY.toISOString());
  school = await aPlannedSchool(db);
  pupil = await signedInAs(db, school.pupil.accountId);
  await aSlot(db, school, { period: 1 });
  await aSlot(db, school, {
    period: 3,
    courseId: school.chinese,
    mode: 'external',
    modeParams: { link: 'https://meeting.example.org/1' },
  });
  await db.transaction().execute((trx) =>
    publishWeekIn(trx, demo, {
      schoolId: school.schoolId,
      weekNo: 13,
      now: new Date('2026-11-20T00:00:00Z'),
    }),
  );
});

async function openDay(): Promise<void> {
  const planned = await plannedLessons(db, { schoolId: school.schoolId, day: DAY });
  await db.transaction().execute((trx) =>
    openExpectations(trx, {
      schoolId: school.schoolId,
      day: DAY,
      firstTime: true,
      planned: planned.map((row) => ({
        plannedId: row.lessonId,
        plannedKind: 'lesson',
        viaClassId: row.classId,
        startsAt: row.startsAt,
        dueAt: row.endsAt,
      })),
    }),
  );
}

describe('a pupil’s day', () => {
  test.each([
    { clockAt: '08:10', states: ['before', 'before'], link: null },
    { clockAt: '08:25', states: ['open', 'before'], link: null },
    { clockAt: '08:35', states: ['running', 'before'], link: null },
    { clockAt: '09:45', states: ['ended', 'open'], link: 'https://meeting.example.org/1' },
    { clockAt: '12:00', states: ['ended', 'ended'], link: null },
  ])('at $clockAt the lessons are $states', async ({ clockAt, states, link }) => {
    await at(`${DAY}T${clockAt}:00+08:00`);
    const shown = await today();
    expect(shown).toMatchObject({ day: DAY, weekNo: 13, dayKind: 'teaching', isGuardian: false });
    expect(shown.lessons.map(({ state }: { state: string }) => state)).toEqual(states);
    expect(shown.lessons[1].link).toBe(link);
    expect(shown.pupil).toMatchObject({ name: '林晓禾', className: '五（1）班', schoolName: '实验小学' });
  });

  test('costs the data of what is still to hear', async () => {
    await at(`${DAY}T08:30:00+08:00`);
    const whole = (await today()).lessons[0].expectedBytes;
    await at(`${DAY}T08:50:00+08:00`);
    expect((await today()).lessons[0].expectedBytes).toBeLessThan(whole);
    expect(whole).toBeGreaterThan(3_000_000);
    expect(whole).toBeLessThan(6_500_000);
  });

  test('a missed lesson with a recording can be made up, and less of it after some was heard', async () => {
    await openDay();
    const [maths] = await lessonOfDay();
    const lesson = { day: DAY, lessonId: maths!.id };
    const logId = '01980000-0000-7000-8000-00000000000a';
    await db.transaction().execute(async (trx) => {
      await beginLesson(trx, { ...lesson, logId, at: new Date(`${DAY}T08:30:00+08:00`) });
      await endLesson(trx, { ...lesson, at: new Date(`${DAY}T08:55:00+08:00`) });
      await recordRun(trx, {
        schoolDay: DAY,
        plannedId: lesson.lessonId,
        startedAt: new Date(`${DAY}T08:30:00+08:00`),
        endedAt: new Date(`${DAY}T08:55:00+08:00`),
        voiceSeconds: 1500,
      });
    });
    await db
      .updateTable('expectations')
      .set({ state: 'missed' })
      .where('planned_id', '=', lesson.lessonId)
      .execute();
    await at(`${DAY}T12:00:00+08:00`);
    const before = await today();
    expect(before.makeUps).toMatchObject([{ courseTitle: '数学', period: 1, minutesLeft: 20 }]);
    expect(before.pupil.beads[0]).toEqual({ period: 1, reach: 'missed' });
    await db.transaction().execute((trx) =>
      recordFacts(trx, [
        {
          schoolDay: DAY,
          personId: school.pupil.personId,
          plannedId: lesson.lessonId,
          way: 'recording',
          seconds: 600,
          source: 'recording',
          sourceKey: 'half',
        },
      ]),
    );
    expect((await today()).makeUps[0].minutesLeft).toBe(10);
  });

  test('shows what changed, and the next lesson when the day is over', async () => {
    const [maths] = await lessonOfDay();
    const admin = await aStaff(db, { orgId: school.schoolId, role: 'schoolAdmin' });
    const headers = await signedInAs(db, admin.accountId, { appointmentId: admin.appointmentId });
    const moved = await app.inject({
      method: 'POST',
      url: `/api/lessons/${DAY}/${maths!.id}/moves`,
      headers: { ...headers, 'idempotency-key': 'move-maths' },
      payload: { to: { day: '2026-11-26', period: 2 }, reason: '停电' },
    });
    expect(moved.statusCode).toBe(200);
    await at(`${DAY}T12:00:00+08:00`);
    const shown = await today();
    expect(shown.changes).toMatchObject([
      {
        kind: 'moved',
        courseTitle: '数学',
        reason: '停电',
        before: { day: DAY, period: 1, leadName: '林佳禾' },
        after: { day: '2026-11-26', period: 2 },
      },
    ]);
    expect(shown.lessons).toHaveLength(1);
    expect(shown.next).toMatchObject({ day: '2026-11-26', courseTitle: '数学' });
  });

  test('after a change of class the day is that of the new class', async () => {
    const other = await aPupil(db, { schoolId: school.schoolId, classId: school.second });
    expect((await today(await signedInAs(db, other.accountId))).lessons).toEqual([]);
  });
});

describe('a guardian’s day', () => {
  test('shows the child in need first, switches between children, and never shows somebody else’s', async () => {
    const younger = await aPupil(db, { schoolId: school.schoolId, classId: school.second, name: '林晓苗' });
    const guardian = await aGuardian(db, {
      schoolId: school.schoolId,
      pupilIds: [younger.personId, school.pupil.personId],
    });
    const headers = await signedInAs(db, guardian.accountId);
    await openDay();
    await db
      .updateTable('expectations')
      .set({ state: 'missed' })
      .where('person_id', '=', school.pupil.personId)
      .execute();
    const shown = await today(headers);
    expect(shown.isGuardian).toBe(true);
    expect(shown.pupil.name).toBe('林晓禾');
    expect(shown.children.map(({ name }: { name: string }) => name)).toEqual(['林晓禾', '林晓苗']);
    expect((await today(headers, `?pupilId=${younger.personId}`)).pupil.name).toBe('林晓苗');
    const stranger = await aPupil(db, { schoolId: school.schoolId, classId: school.first });
    expect((await get(`/today?pupilId=${stranger.personId}`, headers)).statusCode).toBe(404);
    expect((await get(`/people/me/week?pupilId=${stranger.personId}`, headers)).statusCode).toBe(404);
    expect((await get(`/people/me/week?pupilId=${younger.personId}`, headers)).json().title).toBe(
      '五（2）班',
    );
  });

  test('nobody signed in sees no day, and an account without a pupil is told so', async () => {
    expect((await get('/today', {})).statusCode).toBe(401);
    const guardian = await aGuardian(db, { schoolId: school.schoolId, pupilIds: [] });
    const answer = await get('/today', await signedInAs(db, guardian.accountId));
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'no_pupil']);
  });
});

describe('a teacher’s day', () => {
  test('shows own lessons with who is expected and who is missing', async () => {
    await openDay();
    const [maths] = await lessonOfDay();
    await db
      .updateTable('expectations')
      .set({ state: 'missed' })
      .where('planned_id', '=', maths!.id)
      .execute();
    const headers = await signedInAs(db, school.lin.accountId, { appointmentId: school.lin.appointmentId });
    await at(`${DAY}T08:15:00+08:00`);
    const answer = await get('/today/teaching', headers);
    expect(answer.json()).toMatchObject({
      name: '林佳禾',
      classes: [{ classId: school.first }],
      lessons: [
        { courseTitle: '数学', state: 'open', classNames: ['五（1）班'], pupils: { expected: 1, missed: 1 } },
        { courseTitle: '语文', pupils: { expected: 1, reached: 0, missed: 0 } },
      ],
    });
    expect((await get('/today/teaching')).statusCode).toBe(404);
  });
});

describe('a week', () => {
  test('of a class is seen by its pupils and the school, not by pupils of other classes', async () => {
    const week = await get(`/classes/${school.first}/week?day=2026-11-27`);
    expect(week.json()).toMatchObject({ weekNo: 13, title: '五（1）班', published: { version: 1 } });
    expect(week.json().lessons).toHaveLength(2);
    expect(week.json().periods).toHaveLength(4);
    expect((await get(`/classes/${school.second}/week`)).statusCode).toBe(403);
    const shen = await signedInAs(db, school.shen.accountId, { appointmentId: school.shen.appointmentId });
    expect((await get(`/classes/${school.second}/week`, shen)).statusCode).toBe(200);
    const other = await aPlannedSchool(db);
    expect((await get(`/classes/${other.first}/week`, shen)).statusCode).toBe(404);
    expect((await get(`/classes/${school.first}/week?day=tomorrow`)).statusCode).toBe(400);
  });

  test('of a teacher has the lessons of the teacher', async () => {
    const lin = await signedInAs(db, school.lin.accountId, { appointmentId: school.lin.appointmentId });
    expect((await get('/people/me/week', lin)).json().lessons).toHaveLength(2);
    const shen = await signedInAs(db, school.shen.accountId, { appointmentId: school.shen.appointmentId });
    expect((await get('/people/me/week', shen)).json().lessons).toHaveLength(0);
  });
});
