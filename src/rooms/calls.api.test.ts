import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { whoIsCalled } from './service-calls.ts';
import { aLesson } from './testing/a-lesson.ts';
import type { BuiltLesson } from './testing/a-lesson.ts';
import { outcome, roomCalls } from './testing/room-calls.ts';

const { app, db } = await buildTestApp();
const { post, talk } = roomCalls(app);

async function opened(options: Parameters<typeof aLesson>[1] = {}, present = 3) {
  const lesson = await aLesson(db, options);
  const joined = await post(lesson, lesson.teacher.headers, 'join');
  for (const { headers } of lesson.pupils.slice(0, present)) await post(lesson, headers, 'join');
  return { lesson, logId: (joined.json() as { logId: string }).logId };
}

async function called(lesson: BuiltLesson, id = randomUUID()): Promise<string> {
  const answer = await post(lesson, lesson.teacher.headers, 'calls', { id });
  expect(answer.statusCode).toBe(200);
  return (answer.json() as { personId: string }).personId;
}

describe('calling by lot', () => {
  test('comes to everybody present once before anybody twice, and to nobody who is not there', async () => {
    const { lesson } = await opened({ pupilsEach: 5 }, 4);
    const here = lesson.pupils.slice(0, 4).map(({ personId }) => personId);
    for (let round = 0; round < 3; round += 1) {
      const turn = [await called(lesson), await called(lesson), await called(lesson), await called(lesson)];
      expect(turn.toSorted()).toEqual(here.toSorted());
    }
    await sql`UPDATE room_entries SET last_seen_at = app_now() - interval '2 minutes'
      WHERE lesson_id = ${lesson.lessonId} AND person_id <> ${here[0]}`.execute(db);
    expect([await called(lesson), await called(lesson)]).toEqual([here[0], here[0]]);
  });

  test('stands in the log for the own class and the staff; the same call again is the same pupil', async () => {
    const { lesson, logId } = await opened({ classCount: 2, pupilsEach: 2 }, 2);
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => called(lesson, id)));
    expect(new Set(answers).size).toBe(1);
    const rows = await talk(logId, lesson.teacher.headers);
    expect(rows).toMatchObject([
      { kind: 'called', id, personId: answers[0], classId: lesson.pupils[0]!.classId },
    ]);
    expect(await talk(logId, lesson.pupils[1]!.headers)).toEqual(rows);
    expect(await talk(logId, lesson.pupils[3]!.headers)).toEqual([]);
  });

  test('is the teacher’s; not after the end, not with nobody there, not of somebody taken out', async () => {
    const { lesson } = await opened({ pupilsEach: 2 }, 2);
    const [first, second] = lesson.pupils;
    const id = randomUUID();
    expect(outcome(await post(lesson, first!.headers, 'calls', { id }))).toEqual([403, 'not_allowed']);
    const other = await aLesson(db);
    expect(outcome(await post(lesson, other.teacher.headers, 'calls', { id }))).toEqual([
      404,
      'room_not_found',
    ]);
    await post(lesson, lesson.teacher.headers, 'remove', { personId: first!.personId });
    expect([await called(lesson), await called(lesson)]).toEqual([second!.personId, second!.personId]);
    await post(lesson, lesson.teacher.headers, 'remove', { personId: second!.personId });
    expect(outcome(await post(lesson, lesson.teacher.headers, 'calls', { id }))).toEqual([
      409,
      'nobody_here',
    ]);
    await post(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 1000 });
    expect(outcome(await post(lesson, lesson.teacher.headers, 'calls', { id }))).toEqual([409, 'log_ended']);
  });
});

describe('who is called', () => {
  const pupil = (personId: string, times: number, lastN: number) => ({
    personId,
    classId: 'c',
    times,
    lastN,
  });
  const first = () => 0;
  test('those without a turn first, the draw among them', () => {
    const present = [pupil('a', 1, 5), pupil('b', 0, 0), pupil('c', 0, 0)];
    expect(whoIsCalled(present, first)?.personId).toBe('b');
    expect(whoIsCalled(present, (below) => below - 1)?.personId).toBe('c');
  });
  test('who comes late catches up, but nobody is called twice running', () => {
    expect(whoIsCalled([pupil('a', 3, 5), pupil('b', 1, 9)], first)?.personId).toBe('a');
  });
  test('somebody alone is called again; nobody is nobody', () => {
    expect(whoIsCalled([pupil('a', 2, 5)], first)?.personId).toBe('a');
    expect(whoIsCalled([], first)).toBeNull();
  });
});

describe('a countdown', () => {
  test('is told to everybody until when, once, and is stopped once', async () => {
    const { lesson, logId } = await opened({ classCount: 2, pupilsEach: 1 }, 0);
    const teacher = lesson.teacher.headers;
    const id = randomUUID();
    for (let again = 0; again < 2; again += 1)
      expect(outcome(await post(lesson, teacher, 'timers', { id, seconds: 180 }))).toBe(204);
    for (let again = 0; again < 2; again += 1)
      expect(outcome(await post(lesson, teacher, `timers/${id}/stop`))).toBe(204);
    for (const { headers } of lesson.pupils) {
      const rows = await talk(logId, headers);
      expect(rows.map((row) => [row.kind, 'id' in row && row.id])).toEqual([
        ['timer', id],
        ['timerStopped', id],
      ]);
      const [set] = rows;
      expect(set?.kind === 'timer' && Date.parse(set.until) - Date.parse(set.at)).toBe(180_000);
    }
  });

  test.each([
    [29, 400],
    [3601, 400],
    [30, 204],
    [3600, 204],
  ])('of %i s is answered with %i', async (seconds, status) => {
    const { lesson } = await opened({}, 0);
    const answer = await post(lesson, lesson.teacher.headers, 'timers', { id: randomUUID(), seconds });
    expect(answer.statusCode).toBe(status);
  });

  test('is the teacher’s, of this lesson, and not set after its end', async () => {
    const [{ lesson }, { lesson: other }] = [await opened({}, 0), await opened({}, 0)];
    const body = { id: randomUUID(), seconds: 60 };
    const [pupil] = lesson.pupils;
    expect(outcome(await post(lesson, pupil!.headers, 'timers', body))).toEqual([403, 'not_allowed']);
    expect(outcome(await post(other, other.teacher.headers, 'timers', body))).toBe(204);
    expect(outcome(await post(lesson, pupil!.headers, `timers/${body.id}/stop`))).toEqual([
      403,
      'not_allowed',
    ]);
    expect(outcome(await post(lesson, lesson.teacher.headers, `timers/${body.id}/stop`))).toEqual([
      404,
      'not_found',
    ]);
    await post(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 1000 });
    expect(outcome(await post(lesson, lesson.teacher.headers, 'timers', body))).toEqual([409, 'log_ended']);
  });
});
