import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aLesson, aTaughtSchool, at, day, setClock, type TaughtSchool } from './testing/school.ts';

const { app, db, clock, runJob } = await buildTestApp();
let school: TaughtSchool;

beforeEach(async () => {
  school = await aTaughtSchool(db);
});

const now = (time: string) => setClock(db, clock, at(time));
const post = async (url: string, who: { headers: Record<string, string> }, payload: object) => {
  const answer = await app.inject({ method: 'POST', url: `/api${url}`, headers: who.headers, payload });
  expect([url, answer.statusCode, answer.statusCode < 300 ? '' : answer.body]).toEqual([
    url,
    answer.statusCode,
    '',
  ]);
  return answer;
};

async function aLessonTaughtAs(mode: string, modeParams: object): Promise<string> {
  const { schoolId, classId, teacher } = school;
  const lessonId = await aLesson(db, {
    schoolId,
    classIds: [classId],
    teacherId: teacher.personId,
    from: '09:00',
    mode,
    period: 1,
  });
  await sql`UPDATE lessons SET mode_params = ${JSON.stringify(modeParams)}::jsonb WHERE id = ${lessonId}`.execute(
    db,
  );
  await now('07:00');
  await runJob('reach.tick');
  return lessonId;
}

async function statesAfterClose(lessonId: string) {
  await now('18:05');
  await runJob('reach.closeDays');
  const { rows } = await sql<{ person_id: string; state: string; way: string | null }>`
    SELECT person_id, state, way FROM expectations WHERE planned_id = ${lessonId}`.execute(db);
  return school.pupils.map(({ personId }) => {
    const found = rows.find((row) => row.person_id === personId);
    return [found?.state, found?.way];
  });
}

test('a lesson in a meeting elsewhere reaches who answers our roll call, not who only opened the link', async () => {
  const lessonId = await aLessonTaughtAs('external', { link: 'https://meeting.example.edu.cn/j/7' });
  const room = `/rooms/${day}/${lessonId}`;
  const [answers, onlyOpens] = school.pupils;
  await now('08:55');
  await post(`${room}/join`, school.teacher, {});
  for (const pupil of [answers, onlyOpens]) await post(`${room}/join`, pupil, {});
  await now('09:10');
  const id = randomUUID();
  await post(`${room}/roll-calls`, school.teacher, { id, seconds: 180 });
  await post(`${room}/roll-calls/${id}/answers`, answers, {});
  await now('09:40');
  await post(`${room}/order`, school.teacher, { order: 'end' });
  expect(await statesAfterClose(lessonId)).toEqual([
    ['present', 'external'],
    ['missed', null],
    ['missed', null],
  ]);
});

test('a lesson seen to by hand reaches whom a call, a visit or a sheet reached; a wrong tap is put right', async () => {
  const lessonId = await aLessonTaughtAs('contacted', {});
  const room = `/rooms/${day}/${lessonId}`;
  const [called, visited, sheet] = school.pupils;
  await now('09:20');
  const note = (pupilId: string, way: string, outcome: string) =>
    post(`${room}/contacts`, school.teacher, { pupilId, way, outcome });
  await note(called.personId, 'phone', 'noAnswer');
  await note(called.personId, 'phone', 'taught');
  await note(visited.personId, 'visit', 'taught');
  await note(visited.personId, 'visit', 'noAnswer');
  await note(sheet.personId, 'paper', 'given');
  expect(await statesAfterClose(lessonId)).toEqual([
    ['reached', 'phone'],
    ['missed', null],
    ['reached', 'paper'],
  ]);
});
