import { sql } from 'kysely';
import readXlsx from '@e965/xlsx';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordFacts, recordRun, type NewFact } from '../facts/service.ts';
import { writeContact } from '../people/contacts.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aLesson, aTaughtSchool, at, day, setClock, type TaughtSchool } from './testing/school.ts';

const { app, db, ctx, clock, logLines, runJob } = await buildTestApp();
let school: TaughtSchool;
let first: string;
let second: string;
let key = 0;

beforeEach(async () => {
  await sql`UPDATE school_days SET closed_at = clock_timestamp(), opened_at = coalesce(opened_at, clock_timestamp())`.execute(
    db,
  );
  school = await aTaughtSchool(db);
  const { schoolId, classId, teacher } = school;
  first = await aLesson(db, {
    schoolId,
    classIds: [classId],
    teacherId: teacher.personId,
    from: '09:00',
    period: 1,
  });
  second = await aLesson(db, {
    schoolId,
    classIds: [classId],
    teacherId: teacher.personId,
    from: '10:00',
    period: 2,
  });
  await now('07:00');
  await runJob('reach.tick');
});

const now = (time: string, on = day) => setClock(db, clock, at(time, on));
const get = (url: string, who: { headers: Record<string, string> }) =>
  app.inject({ url: `/api${url}`, headers: who.headers });
const post = (
  url: string,
  who: { headers: Record<string, string> },
  payload: object,
  idempotencyKey = `key-${(key += 1)}-12345`,
) =>
  app.inject({
    method: 'POST',
    url: `/api${url}`,
    headers: { ...who.headers, 'idempotency-key': idempotencyKey },
    payload,
  });

const write = (facts: NewFact[]) => db.transaction().execute((trx) => recordFacts(trx, facts));
const taught = (lessonId: string, from: string) =>
  db.transaction().execute((trx) =>
    recordRun(trx, {
      schoolDay: day,
      plannedId: lessonId,
      startedAt: at(from),
      endedAt: new Date(at(from).getTime() + 40 * 60_000),
      voiceSeconds: 2400,
    }),
  );
const live = (personId: string, lessonId: string, from: string, to: string): NewFact => ({
  schoolDay: day,
  personId,
  plannedId: lessonId,
  way: 'live',
  fromAt: at(from),
  toAt: at(to),
  source: 'room',
  sourceKey: `${lessonId} ${personId} ${from}`,
});
const heard = (personId: string, lessonId: string, seconds: number): NewFact => ({
  schoolDay: day,
  personId,
  plannedId: lessonId,
  way: 'recording',
  seconds,
  source: 'recording',
  sourceKey: `${lessonId} ${personId} ${seconds}`,
});
const openFollowUps = async () =>
  (await get('/my-follow-ups', school.classTeacher)).json<{
    open: { followUpId: string; pupilName: string; dueAt: string; days: string[] }[];
  }>().open;

/** Both lessons were taught; the first pupil was there, the second heard half, the third never came. */
async function aDayTaught() {
  const [here, half] = school.pupils;
  await taught(first, '09:00');
  await taught(second, '10:00');
  await write([
    live(here.personId, first, '09:01', '09:40'),
    live(here.personId, second, '10:00', '10:40'),
    live(half.personId, first, '09:00', '09:12'),
  ]);
}
async function closeDay() {
  await now('18:05');
  await runJob('reach.closeDays');
}

describe('a school day', () => {
  test('opens from the published plan, once, and follows a lesson that is cancelled', async () => {
    const expected = () =>
      db
        .selectFrom('expectations')
        .where('school_id', '=', school.schoolId)
        .where('state', '<>', 'cancelled')
        .select('planned_id')
        .execute();
    expect(await expected()).toHaveLength(6);
    await runJob('reach.tick');
    expect(await expected()).toHaveLength(6);
    await sql`UPDATE lessons SET status = 'cancelled' WHERE id = ${second}`.execute(db);
    await runJob('reach.tick');
    expect(await expected()).toHaveLength(3);
  });

  test('opens at first use when no job has run yet', async () => {
    await sql`UPDATE school_days SET opened_at = NULL WHERE org_id = ${school.schoolId}`.execute(db);
    await sql`DELETE FROM expectations WHERE school_id = ${school.schoolId}`.execute(db);
    const answer = await get(`/pupils/${school.pupils[0].personId}/days`, school.pupils[0]);
    expect(answer.json()).toMatchObject({ day, lessons: [{ state: 'open' }, { state: 'open' }] });
  });

  test('becomes a follow-up of the class teacher for each pupil it did not reach, with deputy and deadline', async () => {
    await aDayTaught();
    await closeDay();
    expect(await openFollowUps()).toMatchObject([{ pupilName: '韦二' }, { pupilName: '虞三' }]);
    const [row] = await openFollowUps();
    expect(row).toMatchObject({ dueAt: at('10:00', '2026-11-19').toISOString(), days: [day] });
    expect((await get('/my-follow-ups', school.deputy)).json().open, 'the deputy sees them too').toHaveLength(
      2,
    );
    await runJob('reach.closeDays');
    expect(await openFollowUps(), 'closing twice opens nothing twice').toHaveLength(2);
  });

  test('nobody is forgotten: a pupil without an adult is shown to the school as a gap', async () => {
    await sql`DELETE FROM enrollments WHERE class_id = ${school.classId} AND role = 'classTeacher'`.execute(
      db,
    );
    await sql`DELETE FROM appointments WHERE org_id = ${school.schoolId} AND role IN ('schoolDeputy')`.execute(
      db,
    );
    await sql`UPDATE persons SET status = 'left' WHERE id = ${school.deputy.personId}`.execute(db);
    await runJob('reach.checkAdults');
    const gaps = async () => (await get(`/schools/${school.schoolId}/follow-ups`, school.admin)).json().gaps;
    expect(await gaps(), 'the administrator answers when nobody else does').toEqual([]);
    await sql`UPDATE persons SET status = 'left' WHERE id = ${school.admin.personId}`.execute(db);
    await runJob('reach.checkAdults');
    expect(await gaps()).toHaveLength(3);
    await aDayTaught();
    await closeDay();
    expect(
      await db.selectFrom('follow_ups').where('school_id', '=', school.schoolId).select('adult_id').execute(),
    ).toEqual([{ adult_id: null }, { adult_id: null }]);
    await sql`UPDATE persons SET status = 'active' WHERE id = ${school.admin.personId}`.execute(db);
    await runJob('reach.checkAdults');
    expect(
      await db.selectFrom('follow_ups').where('school_id', '=', school.schoolId).select('adult_id').execute(),
    ).toEqual([{ adult_id: school.admin.personId }, { adult_id: school.admin.personId }]);
  });
});

describe('a follow-up', () => {
  const caseOf = async (name: string) =>
    (await openFollowUps()).find((row) => row.pupilName === name)!.followUpId;

  test('is closed by a recording heard at nine in the evening, and the day says late', async () => {
    await aDayTaught();
    await closeDay();
    const followUpId = await caseOf('虞三');
    await now('21:00');
    await write([heard(school.pupils[2].personId, first, 2000)]);
    await runJob('reach.recount');
    expect(await openFollowUps()).toMatchObject([{ pupilName: '韦二' }]);
    const { state, closedBy, recentDays } = (
      await get(`/follow-ups/${followUpId}`, school.classTeacher)
    ).json();
    expect({ state, closedBy, recentDays }).toMatchObject({
      state: 'closed',
      closedBy: 'fact',
      recentDays: [{ day, state: 'reachedLate', way: 'recording' }],
    });
  });

  test('a call nobody answered stays open; the lesson given by telephone closes it with a fact', async () => {
    await aDayTaught();
    await closeDay();
    const followUpId = await caseOf('虞三');
    const tried = await post(`/follow-ups/${followUpId}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'noAnswer',
    });
    expect(tried.json()).toMatchObject({
      state: 'open',
      log: [{ means: 'phone', outcome: 'noAnswer', byName: '周班主任' }],
    });
    const given = await post(`/follow-ups/${followUpId}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'taught',
      reason: 'noData',
    });
    expect(given.json()).toMatchObject({ state: 'closed', closedBy: 'fact', reason: 'noData' });
    const board = (await get(`/orgs/${school.schoolId}/reach`, school.admin)).json();
    expect(board.totals).toMatchObject({ expected: 3, reached: 2, reachedLate: 1, unreached: 1 });
  });

  test('a double click logs one contact', async () => {
    await aDayTaught();
    await closeDay();
    const followUpId = await caseOf('虞三');
    const twice = await Promise.all(
      [1, 2].map(() =>
        post(
          `/follow-ups/${followUpId}/contacts`,
          school.classTeacher,
          { means: 'phone', outcome: 'noAnswer' },
          'the-same-key',
        ),
      ),
    );
    expect(twice.map((answer) => answer.statusCode)).toEqual([200, 200]);
    expect(twice[1]!.json().log).toHaveLength(1);
  });

  test('an illness agreed with the family excuses the day', async () => {
    await aDayTaught();
    await closeDay();
    const answer = await post(`/follow-ups/${await caseOf('虞三')}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'excused',
      reason: 'ill',
    });
    expect(answer.json()).toMatchObject({
      state: 'closed',
      closedBy: 'reason',
      closingReason: 'ill',
      recentDays: [{ state: 'excused' }],
    });
  });

  test('a message teaches no lesson, a closed case takes no contact, and "other" needs words', async () => {
    await aDayTaught();
    await closeDay();
    const followUpId = await caseOf('虞三');
    const impossible = await post(`/follow-ups/${followUpId}/contacts`, school.classTeacher, {
      means: 'message',
      outcome: 'taught',
    });
    expect([impossible.statusCode, impossible.json().code]).toEqual([422, 'outcome_impossible']);
    const wordless = await post(`/follow-ups/${followUpId}/closing`, school.classTeacher, {
      reason: 'other',
    });
    expect([wordless.statusCode, wordless.json().code]).toEqual([422, 'reason_needs_words']);
    expect(
      (await post(`/follow-ups/${followUpId}/closing`, school.classTeacher, { reason: 'leftSchool' })).json(),
    ).toMatchObject({ state: 'closed' });
    const late = await post(`/follow-ups/${followUpId}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'noAnswer',
    });
    expect([late.statusCode, late.json().code]).toEqual([409, 'follow_up_closed']);
  });

  test('is handed to the deputy, who then answers for it', async () => {
    await aDayTaught();
    await closeDay();
    const followUpId = await caseOf('虞三');
    expect((await post(`/follow-ups/${followUpId}/hand-over`, school.classTeacher, {})).statusCode).toBe(200);
    expect((await get(`/follow-ups/${followUpId}`, school.deputy)).json()).toMatchObject({
      adultName: '蔺副校长',
      deputyName: '周班主任',
    });
  });

  test('a second unreached day joins the open case instead of opening another', async () => {
    await aDayTaught();
    await closeDay();
    await sql`UPDATE follow_ups SET due_at = due_at WHERE school_id = ${school.schoolId}`.execute(db);
    const next = '2026-11-19';
    await sql`INSERT INTO school_days SELECT org_id, ${next}, kind, 4, 12, opens_at + interval '1 day', closes_at + interval '1 day' FROM school_days WHERE org_id = ${school.schoolId}`.execute(
      db,
    );
    await aLesson(db, {
      schoolId: school.schoolId,
      classIds: [school.classId],
      teacherId: school.teacher.personId,
      from: '09:00',
      on: next,
    });
    await now('07:00', next);
    await runJob('reach.tick');
    await now('18:05', next);
    await runJob('reach.closeDays');
    expect((await openFollowUps()).find((row) => row.pupilName === '虞三')).toMatchObject({
      days: [day, next],
    });
    expect(await openFollowUps(), 'the pupil reached yesterday has a case of one day').toHaveLength(3);
  });
});

describe('the family’s number', () => {
  const ask = (who: { headers: Record<string, string> }, guardianId = school.pupils[2].guardian.personId) =>
    post(`/pupils/${school.pupils[2].personId}/guardian-number`, who, { guardianId });

  beforeEach(async () => {
    await db.transaction().execute((trx) =>
      writeContact(trx, ctx.secrets, {
        personId: school.pupils[2].guardian.personId,
        number: '10000000007',
      }),
    );
  });

  test('is shown to the named adult and the deputy, each time on record, never in the log', async () => {
    expect((await ask(school.classTeacher)).json()).toMatchObject({ number: '10000000007' });
    await aDayTaught();
    await closeDay();
    expect((await ask(school.deputy)).json()).toMatchObject({ number: '10000000007' });
    const lines = await db
      .selectFrom('audit_lines')
      .where('action', '=', 'reach.revealNumber')
      .where('subject_id', '=', school.pupils[2].personId)
      .select('actor_id')
      .execute();
    expect(lines).toEqual([{ actor_id: school.classTeacher.personId }, { actor_id: school.deputy.personId }]);
    expect(logLines.join('\n')).not.toContain('10000000007');
  });

  test('is refused to the subject teacher, the administrator, the county and a classmate', async () => {
    expect([(await ask(school.teacher)).statusCode, (await ask(school.admin)).statusCode]).toEqual([
      403, 403,
    ]);
    expect((await ask(school.officer)).statusCode).toBe(403);
    expect((await ask(school.pupils[0])).statusCode).toBe(403);
  });

  test('of somebody who is no guardian of this pupil is refused', async () => {
    const answer = await ask(school.classTeacher, school.pupils[0].guardian.personId);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'guardian_not_found']);
  });
});

describe('“I cannot attend”', () => {
  const tell = (
    who: { headers: Record<string, string> },
    lessonId: string | null = null,
    pupil = school.pupils[2],
  ) => post('/cannot-attend', who, { pupilId: pupil.personId, lessonId, reason: 'noData' });

  test('opens a case at once and tells who will call and by when', async () => {
    await now('08:25');
    const answer = await tell(school.pupils[2].guardian);
    expect(answer.json()).toMatchObject({
      adultName: '周班主任',
      told: [{ reason: 'noData', lessonId: null, dueAt: at('10:25').toISOString(), canWithdraw: true }],
    });
    expect(await openFollowUps()).toMatchObject([{ pupilName: '虞三' }]);
    expect((await get('/today', school.pupils[2])).json().cannotAttend).toMatchObject({
      adultName: '周班主任',
    });
    const lessons = (await get(`/pupils/${school.pupils[2].personId}/days`, school.pupils[2])).json().lessons;
    expect(lessons).toMatchObject([
      { state: 'excused', evidence: { reason: 'noData', excusedByStaff: false } },
      { state: 'excused' },
    ]);
  });

  test('said twice is said once, for one lesson or for the rest of the day', async () => {
    await now('08:25');
    await Promise.all([tell(school.pupils[2], first), tell(school.pupils[2].guardian, first)]);
    expect((await tell(school.pupils[2], first)).json().told).toHaveLength(1);
    expect(await openFollowUps()).toHaveLength(1);
  });

  test('taken back before anybody acted, the lessons count as before', async () => {
    await now('08:25');
    const { told } = (await tell(school.pupils[2])).json();
    const answer = await post(`/cannot-attend/${told[0].id}/withdrawal`, school.pupils[2], {
      pupilId: school.pupils[2].personId,
    });
    expect(answer.json().told).toEqual([]);
    expect(await openFollowUps()).toEqual([]);
    expect(
      (await get(`/pupils/${school.pupils[2].personId}/days`, school.pupils[2])).json().lessons,
    ).toMatchObject([{ state: 'open' }, { state: 'open' }]);
  });

  test('cannot be taken back once the teacher has called', async () => {
    await now('08:25');
    const { told } = (await tell(school.pupils[2])).json();
    const [row] = await openFollowUps();
    await now('08:40');
    await post(`/follow-ups/${row!.followUpId}/contacts`, school.classTeacher, {
      means: 'phone',
      outcome: 'willMakeUp',
    });
    const answer = await post(`/cannot-attend/${told[0].id}/withdrawal`, school.pupils[2], {
      pupilId: school.pupils[2].personId,
    });
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'already_acted_on']);
  });

  test('is no absence, and the pupil still is not reached when the day closes', async () => {
    await now('08:25');
    await tell(school.pupils[2]);
    await aDayTaught();
    await closeDay();
    expect((await get(`/orgs/${school.schoolId}/reach`, school.admin)).json().totals).toMatchObject({
      unreached: 2,
      excused: 0,
    });
    expect(await openFollowUps(), 'one case, not two').toHaveLength(2);
  });

  test('who comes after all closes the case', async () => {
    await now('08:25');
    await tell(school.pupils[2]);
    await now('10:45');
    await taught(second, '10:00');
    await write([live(school.pupils[2].personId, second, '10:00', '10:40')]);
    await runJob('reach.recount');
    expect(await openFollowUps()).toEqual([]);
  });

  test('after the last lesson there is nothing to tell; a lesson of another class is unknown', async () => {
    await now('11:00');
    expect((await tell(school.pupils[2])).json().code).toBe('nothing_left_today');
    const answer = await tell(school.pupils[2], crypto.randomUUID());
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'lesson_not_expected']);
  });

  test('a classmate, a teacher and another guardian may not say it; a reason outside the tiles is refused', async () => {
    await now('08:25');
    expect((await tell(school.pupils[0])).statusCode).toBe(403);
    expect((await tell(school.teacher)).statusCode).toBe(403);
    expect((await tell(school.pupils[0].guardian)).statusCode).toBe(404);
    const odd = await post('/cannot-attend', school.pupils[2], {
      pupilId: school.pupils[2].personId,
      lessonId: null,
      reason: 'lazy',
    });
    expect([odd.statusCode, odd.json().code]).toEqual([400, 'invalid_request']);
  });
});

describe('a contest', () => {
  const contest = (who: { headers: Record<string, string> }, reason: string, lessonId = first) =>
    post('/contests', who, { pupilId: school.pupils[2].personId, day, lessonId, reason, note: '平板坏了' });
  const contestId = async () =>
    (await get('/my-follow-ups', school.classTeacher)).json().contests[0].contestId as string;

  beforeEach(async () => {
    await aDayTaught();
    await now('12:00');
    await runJob('reach.tick');
  });

  test('accepted, a failure of the device is a reason and no absence', async () => {
    expect((await contest(school.pupils[2].guardian, 'deviceFailed')).statusCode).toBe(200);
    expect(
      (await post(`/contests/${await contestId()}/answer`, school.classTeacher, { accept: true })).statusCode,
    ).toBe(200);
    const [lesson] = (await get(`/pupils/${school.pupils[2].personId}/days`, school.pupils[2])).json()
      .lessons;
    expect(lesson).toMatchObject({
      state: 'excused',
      evidence: { source: 'correction', reason: 'deviceFailed' },
      contest: { state: 'accepted' },
    });
  });

  test('accepted, having been there is believed before the connection', async () => {
    await contest(school.pupils[2], 'wasThere');
    await post(`/contests/${await contestId()}/answer`, school.teacher, { accept: true });
    const [lesson] = (await get(`/pupils/${school.pupils[2].personId}/days`, school.pupils[2])).json()
      .lessons;
    expect(lesson).toMatchObject({ state: 'present', evidence: { source: 'correction' } });
  });

  test('declined only with words, answered only once, asked only once', async () => {
    await contest(school.pupils[2], 'wasThere');
    expect((await contest(school.pupils[2].guardian, 'wasThere')).json().code).toBe('contest_open');
    const id = await contestId();
    expect((await post(`/contests/${id}/answer`, school.classTeacher, { accept: false })).json().code).toBe(
      'answer_needs_words',
    );
    expect(
      (
        await post(`/contests/${id}/answer`, school.classTeacher, {
          accept: false,
          answer: '那天全班没有您孩子的名字',
        })
      ).statusCode,
    ).toBe(200);
    expect((await post(`/contests/${id}/answer`, school.classTeacher, { accept: true })).json().code).toBe(
      'contest_answered',
    );
  });

  test('there is nothing to contest in a lesson that reached, and nothing for strangers', async () => {
    const answer = await post('/contests', school.pupils[0], {
      pupilId: school.pupils[0].personId,
      day,
      lessonId: first,
      reason: 'wasThere',
    });
    expect(answer.json().code).toBe('nothing_to_contest');
    expect((await contest(school.pupils[0].guardian, 'wasThere')).statusCode).toBe(404);
    expect((await contest(school.teacher, 'wasThere')).statusCode).toBe(403);
  });
});

describe('boards', () => {
  const classBoard = (who: { headers: Record<string, string> }) =>
    get(`/lessons/${day}/${first}/classes/${school.classId}/board`, who);

  test('the class board shows the missing first, with what is known and the guardian’s last digits', async () => {
    await db.transaction().execute((trx) =>
      writeContact(trx, ctx.secrets, {
        personId: school.pupils[2].guardian.personId,
        number: '10000000007',
      }),
    );
    await now('09:12');
    await db
      .transaction()
      .execute((trx) => recordRun(trx, { schoolDay: day, plannedId: first, startedAt: at('09:00') }));
    await write([
      live(school.pupils[0].personId, first, '09:01', '09:01'),
      live(school.pupils[1].personId, first, '09:11', '09:11'),
    ]);
    await runJob('reach.recount');
    const board = (await classBoard(school.classTeacher)).json();
    expect(board.tiles.map((tile: { name: string; tile: string }) => [tile.name, tile.tile])).toEqual([
      ['虞三', 'missing'],
      ['韦二', 'late'],
      ['岑一', 'here'],
    ]);
    expect(board.tiles[0].known).toMatchObject({
      isOwnCare: true,
      adultName: '周班主任',
      guardians: [{ name: '虞三家长', tail: '0007' }],
    });
    expect(JSON.stringify(board)).not.toContain('10000000007');
    expect(
      (await classBoard(school.teacher)).json().tiles[0].known.isOwnCare,
      'the subject teacher may not call',
    ).toBe(false);
  });

  test('pupils waiting for their teacher are not missing, and the school sees the alarm', async () => {
    await now('09:08');
    const board = (await get(`/schools/${school.schoolId}/board`, school.admin)).json();
    expect(board.lessons[0]).toMatchObject({
      phase: 'waiting',
      teacherMissingMinutes: 8,
      teacherName: '林任课',
      missing: 0,
      expected: 3,
    });
    expect(board.totals).toEqual({ expected: 0, here: 0, missing: 0, waiting: 3 });
    expect(
      (await classBoard(school.teacher))
        .json()
        .tiles.every((tile: { tile: string }) => tile.tile === 'waiting'),
    ).toBe(true);
  });

  test('the county sees counts of the school and no name from any route', async () => {
    await aDayTaught();
    await closeDay();
    const board = (await get(`/orgs/${school.countyId}/reach`, school.officer)).json();
    expect(board).toMatchObject({
      totals: { expected: 3, reached: 1, unreached: 2, followUps: 2, schools: 1, silentSchools: 0 },
      rows: [{ name: '青石镇初级中学', data: 'reports', expected: 3, unreached: 2, followUps: 2 }],
    });
    const names = ['岑一', '韦二', '虞三', '家长', '林任课', '周班主任', '蔺副校长', '葛管理'];
    const ids = [...school.pupils.map((pupil) => pupil.personId), school.classTeacher.personId];
    const pupil = school.pupils[2].personId;
    const followUpId = (await openFollowUps())[0]!.followUpId;
    const urls = [
      `/orgs/${school.countyId}/reach`,
      `/orgs/${school.schoolId}/reach`,
      `/schools/${school.schoolId}/daily-figure`,
      `/schools/${school.schoolId}/daily-figure.xlsx`,
      `/schools/${school.schoolId}/board`,
      `/schools/${school.schoolId}/follow-ups`,
      `/schools/${school.schoolId}/contests`,
      `/schools/${school.schoolId}/attendance-rules`,
      `/follow-ups/${followUpId}`,
      `/lessons/${day}/${first}/classes/${school.classId}/board`,
      `/pupils/${pupil}/days`,
      `/cannot-attend?pupilId=${pupil}`,
      '/my-follow-ups',
      '/my-children',
    ];
    const said: Record<string, number> = {};
    for (const url of urls) {
      const answer = await get(url, school.officer);
      said[url.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')] = answer.statusCode;
      const words = answer.headers['content-type']?.toString().includes('spreadsheet')
        ? JSON.stringify(readXlsx.read(answer.rawPayload).Sheets)
        : answer.body;
      for (const secret of [...names, ...ids]) expect(words).not.toContain(secret);
    }
    expect(said).toEqual({
      '/orgs/:id/reach': 200,
      '/schools/:id/daily-figure': 200,
      '/schools/:id/daily-figure.xlsx': 200,
      '/schools/:id/board': 403,
      '/schools/:id/follow-ups': 403,
      '/schools/:id/contests': 403,
      '/schools/:id/attendance-rules': 403,
      '/follow-ups/:id': 403,
      [`/lessons/${day}/:id/classes/:id/board`]: 403,
      '/pupils/:id/days': 403,
      '/cannot-attend?pupilId=:id': 403,
      '/my-follow-ups': 403,
      '/my-children': 403,
    });
  });

  test('a school from which nothing was heard stands first and is in no figure of the sum', async () => {
    await now('12:00');
    await runJob('reach.tick');
    const board = (await get(`/orgs/${school.countyId}/reach`, school.officer)).json();
    expect(board).toMatchObject({
      totals: { expected: 0, unreached: 0, silentSchools: 1 },
      rows: [{ data: 'silent', expected: 3 }],
    });
  });

  test('a foreign county and a foreign school learn nothing, not even that it exists', async () => {
    const other = await aTaughtSchool(db);
    const urls = [
      `/orgs/${school.schoolId}/reach`,
      `/schools/${school.schoolId}/board`,
      `/schools/${school.schoolId}/daily-figure`,
    ];
    for (const url of urls) expect((await get(url, other.officer)).statusCode).toBe(404);
    for (const url of urls) expect((await get(url, other.admin)).statusCode).toBe(404);
    expect((await classBoard(other.teacher)).statusCode).toBe(404);
  });

  test('the daily workbook says what its numbers mean and up to when they count', async () => {
    await aDayTaught();
    await closeDay();
    const answer = await get(`/schools/${school.schoolId}/daily-figure.xlsx`, school.admin);
    const book = readXlsx.read(answer.rawPayload);
    const rows = readXlsx.utils.sheet_to_json<string[]>(book.Sheets[book.SheetNames[0]!]!, { header: 1 });
    expect(rows[0]?.[0]).toBe('青石镇初级中学 2026年11月18日 星期三 教学覆盖日报');
    expect(rows[1]?.[0]).toContain('截至 18:05');
    const value = (label: string) => rows.find((row) => row[0] === label)?.slice(1);
    expect([value('全部'), value('直播'), value('应覆盖'), value('已覆盖'), value('未覆盖')]).toEqual([
      [2, 2, 0],
      [2, 2, 0],
      [3],
      [1],
      [2],
    ]);
  });
});

test('a guardian sees their own children only, those in need first', async () => {
  await aDayTaught();
  await now('12:00');
  await runJob('reach.tick');
  const { children } = (await get('/my-children', school.pupils[2].guardian)).json();
  expect(children).toMatchObject([
    {
      name: '虞三',
      className: '七（2）班',
      expected: 2,
      missed: 2,
      beads: [{ state: 'missed' }, { state: 'missed' }],
    },
  ]);
  expect(children).toHaveLength(1);
});

test('a signed-out visitor is asked to sign in', async () => {
  for (const url of ['/my-follow-ups', '/my-children', `/orgs/${school.countyId}/reach`]) {
    expect((await app.inject({ url: `/api${url}` })).statusCode).toBe(401);
  }
});
