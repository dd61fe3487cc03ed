import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aLesson } from './testing/a-lesson.ts';
import type { BuiltLesson, Headers } from './testing/a-lesson.ts';
import { outcome, roomCalls } from './testing/room-calls.ts';
import { whatIsWrong } from './service-polls.ts';
import type { PollQuestion } from './wire.ts';

const { app, db, runJob } = await buildTestApp();
const { post, talk } = roomCalls(app);

const choice: PollQuestion = { kind: 'single', prompt: '哪个方程对？', options: ['', '', '', ''], pageN: 3 };

async function opened(options: Parameters<typeof aLesson>[1] = {}) {
  const lesson = await aLesson(db, options);
  const joined = await post(lesson, lesson.teacher.headers, 'join');
  return { lesson, logId: (joined.json() as { logId: string }).logId };
}

async function ask(lesson: BuiltLesson, over: object = {}): Promise<string> {
  const id = randomUUID();
  const asked = await post(lesson, lesson.teacher.headers, 'polls', {
    id,
    seconds: 60,
    right: { options: [1] },
    ...choice,
    ...over,
  });
  expect(asked.statusCode).toBe(200);
  return id;
}

const answer = (lesson: BuiltLesson, headers: Headers, id: string, given: object) =>
  post(lesson, headers, `polls/${id}/answers`, { chosen: null, written: null, ...given });

async function results(lesson: BuiltLesson, headers: Headers, id: string) {
  const url = `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/polls/${id}`;
  return app.inject({ method: 'GET', url, headers });
}

describe('a question to the class', () => {
  test('goes to every pupil without its right answer; the class sees results only when shown, without names', async () => {
    const { lesson, logId } = await opened({ pupilsEach: 4 });
    const [first, second, third] = lesson.pupils;
    const id = await ask(lesson);
    const seen = await talk(logId, first!.headers);
    expect(seen).toMatchObject([{ kind: 'poll', id, question: choice, classId: null }]);
    expect(JSON.stringify(seen)).not.toContain('right');

    expect(outcome(await answer(lesson, first!.headers, id, { chosen: [1] }))).toBe(204);
    expect(outcome(await answer(lesson, second!.headers, id, { chosen: [1] }))).toBe(204);
    expect(outcome(await answer(lesson, third!.headers, id, { chosen: [3] }))).toBe(204);
    expect((await talk(logId, second!.headers)).length).toBe(1);

    const staff = await results(lesson, lesson.teacher.headers, id);
    expect(staff.json()).toMatchObject({
      right: { options: [1] },
      counts: { answered: 3, chosen: [0, 2, 0, 1], numbers: [] },
      answers: [
        { personId: first!.personId, chosen: [1] },
        { personId: second!.personId, chosen: [1] },
        { personId: third!.personId, chosen: [3] },
      ],
    });
    expect(outcome(await results(lesson, first!.headers, id))).toEqual([403, 'not_allowed']);

    expect(outcome(await post(lesson, lesson.teacher.headers, `polls/${id}/show`))).toBe(204);
    const shown = (await talk(logId, second!.headers)).at(-1);
    expect(shown).toMatchObject({
      kind: 'pollShown',
      id,
      counts: { answered: 3, chosen: [0, 2, 0, 1] },
      right: { options: [1] },
    });
    for (const { personId } of lesson.pupils) expect(JSON.stringify(shown)).not.toContain(personId);
  });

  test('the first answer counts, once, however often and at once it is sent', async () => {
    const { lesson } = await opened();
    const [pupil] = lesson.pupils;
    const id = await ask(lesson);
    const sent = await Promise.all(
      Array.from({ length: 12 }, () => answer(lesson, pupil!.headers, id, { chosen: [2] })),
    );
    expect(sent.map(outcome)).toEqual(sent.map(() => 204));
    expect(outcome(await answer(lesson, pupil!.headers, id, { chosen: [0] }))).toEqual([
      409,
      'poll_answered',
    ]);
    expect((await results(lesson, lesson.teacher.headers, id)).json().counts.chosen).toEqual([0, 0, 1, 0]);
  });

  test('the database clock decides; what was on a weak line counts fifteen seconds longer', async () => {
    const { lesson } = await opened();
    const [first, second] = lesson.pupils;
    const id = await ask(lesson);
    await sql`UPDATE polls SET until_at = app_now() - interval '10 seconds' WHERE id = ${id}`.execute(db);
    expect(outcome(await answer(lesson, first!.headers, id, { chosen: [0] }))).toBe(204);
    await sql`UPDATE polls SET until_at = app_now() - interval '20 seconds' WHERE id = ${id}`.execute(db);
    expect(outcome(await answer(lesson, second!.headers, id, { chosen: [0] }))).toEqual([409, 'poll_over']);
    // What was acknowledged before stays acknowledged.
    expect(outcome(await answer(lesson, first!.headers, id, { chosen: [0] }))).toBe(204);
  });

  test('closing it early, asking the next or showing how it went ends it for everybody', async () => {
    const { lesson, logId } = await opened();
    const teacher = lesson.teacher.headers;
    const [first, second, third] = [await ask(lesson), await ask(lesson), await ask(lesson)];
    expect((await talk(logId, teacher)).map(({ kind }) => kind)).toEqual([
      'poll',
      'pollClosed',
      'poll',
      'pollClosed',
      'poll',
    ]);
    await sql`UPDATE polls SET closed_at = closed_at - interval '16 seconds' WHERE id = ${second}`.execute(
      db,
    );
    expect(outcome(await answer(lesson, lesson.pupils[0]!.headers, second, { chosen: [0] }))).toEqual([
      409,
      'poll_over',
    ]);
    await post(lesson, teacher, `polls/${third}/close`);
    expect(outcome(await post(lesson, teacher, `polls/${third}/close`))).toBe(204);
    expect((await talk(logId, teacher)).filter(({ kind }) => kind === 'pollClosed')).toHaveLength(3);
    expect((await results(lesson, teacher, first)).json().closedAt).not.toBeNull();
  });

  test('numbers are counted by their value, texts reach the teacher only', async () => {
    const { lesson, logId } = await opened();
    const [first, second, third] = lesson.pupils;
    const number = await ask(lesson, { kind: 'number', options: [], right: { number: '4' } });
    for (const [pupil, written] of [
      [first, '4'],
      [second, '4.0'],
      [third, '-12.5'],
    ] as const)
      expect(outcome(await answer(lesson, pupil!.headers, number, { written }))).toBe(204);
    await post(lesson, lesson.teacher.headers, `polls/${number}/show`);
    expect((await talk(logId, first!.headers)).at(-1)).toMatchObject({
      counts: {
        answered: 3,
        chosen: [],
        numbers: [
          { number: '4', count: 2 },
          { number: '-12.5', count: 1 },
        ],
      },
    });

    const text = await ask(lesson, { kind: 'text', options: [], right: null });
    expect(outcome(await answer(lesson, first!.headers, text, { written: '因为两边同时加四' }))).toBe(204);
    await post(lesson, lesson.teacher.headers, `polls/${text}/show`);
    expect(JSON.stringify(await talk(logId, second!.headers))).not.toContain('同时加四');
    expect((await results(lesson, lesson.teacher.headers, text)).json().answers[0].written).toBe(
      '因为两边同时加四',
    );
  });

  test.each([
    ['an option that is not there', choice, { chosen: [4] }],
    ['two where one is asked', choice, { chosen: [0, 1] }],
    ['a text where one chooses', choice, { written: 'B' }],
    ['one option twice', { ...choice, kind: 'multiple' }, { chosen: [1, 1] }],
    ['nothing at all', choice, {}],
    ['both at once', choice, { chosen: [0], written: 'A' }],
    ['words for a number', { ...choice, kind: 'number', options: [] }, { written: '四' }],
  ] as const)('refuses %s', async (_name, question, given) => {
    const { lesson } = await opened();
    const id = await ask(lesson, { ...question, right: null });
    expect(outcome(await answer(lesson, lesson.pupils[0]!.headers, id, given))).toEqual([
      422,
      'poll_answer_wrong',
    ]);
    const held = await db.selectFrom('poll_answers').selectAll().where('poll_id', '=', id).execute();
    expect(held).toEqual([]);
  });

  test("only the lesson's own people: a pupil may not ask, a teacher not answer, another lesson's question is not there", async () => {
    const [{ lesson }, { lesson: other }] = [await opened(), await opened()];
    const [pupil] = lesson.pupils;
    const foreign = await ask(other);
    const body = { id: randomUUID(), seconds: 60, right: null, ...choice };
    expect(outcome(await post(lesson, pupil!.headers, 'polls', body))).toEqual([403, 'not_allowed']);
    expect(outcome(await answer(lesson, pupil!.headers, foreign, { chosen: [0] }))).toEqual([
      404,
      'not_found',
    ]);
    expect(outcome(await answer(other, pupil!.headers, foreign, { chosen: [0] }))).toEqual([
      404,
      'room_not_found',
    ]);
    const id = await ask(lesson);
    expect(outcome(await answer(lesson, lesson.teacher.headers, id, { chosen: [0] }))).toEqual([
      403,
      'not_allowed',
    ]);
    for (const what of ['close', 'show'])
      expect(outcome(await post(lesson, pupil!.headers, `polls/${id}/${what}`))).toEqual([
        403,
        'not_allowed',
      ]);
    await post(lesson, lesson.teacher.headers, 'remove', { personId: pupil!.personId });
    expect(outcome(await answer(lesson, pupil!.headers, id, { chosen: [0] }))).toEqual([
      403,
      'removed_from_room',
    ]);
  });

  test('the same question sent twice is one; an ended lesson asks nothing', async () => {
    const { lesson, logId } = await opened();
    const body = { id: randomUUID(), seconds: 60, right: null, ...choice };
    const [first, again] = [
      await post(lesson, lesson.teacher.headers, 'polls', body),
      await post(lesson, lesson.teacher.headers, 'polls', body),
    ];
    expect(again.json()).toEqual(first.json());
    expect((await talk(logId, lesson.teacher.headers)).length).toBe(1);
    await post(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 1000 });
    expect(
      outcome(await post(lesson, lesson.teacher.headers, 'polls', { ...body, id: randomUUID() })),
    ).toEqual([409, 'log_ended']);
  });

  test('questions and answers go with the recording', async () => {
    const { lesson, logId } = await opened();
    const id = await ask(lesson);
    await answer(lesson, lesson.pupils[0]!.headers, id, { chosen: [0] });
    await post(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 1000 });
    await sql`UPDATE lesson_logs SET retention_until = '2020-01-01' WHERE id = ${logId}`.execute(db);
    await runJob('rooms.purge');
    for (const table of ['polls', 'poll_answers'] as const) {
      const column = table === 'polls' ? 'id' : 'poll_id';
      const left = await sql`SELECT FROM ${sql.table(table)} WHERE ${sql.ref(column)} = ${id}`.execute(db);
      expect(left.rows).toEqual([]);
    }
  });
});

describe('whatIsWrong', () => {
  test.each([
    [{ ...choice, kind: 'trueFalse', options: ['', '', ''] }, null],
    [{ ...choice, options: [''] }, null],
    [{ ...choice, kind: 'number' }, null],
    [choice, { number: '4' }],
    [choice, { options: [4] }],
    [choice, { options: [0, 1] }],
    [{ ...choice, kind: 'multiple' }, { options: [1, 1] }],
    [{ ...choice, kind: 'text', options: [] }, { options: [0] }],
  ] as const)('%j with %j', (question, right) => {
    expect(
      whatIsWrong(
        { ...question, options: [...question.options] },
        right && ('options' in right ? { options: [...right.options] } : right),
      ),
    ).not.toBeNull();
  });

  test.each([
    [choice, null],
    [choice, { options: [3] }],
    [{ ...choice, kind: 'multiple' as const }, { options: [0, 3] }],
    [{ ...choice, kind: 'number' as const, options: [] }, { number: '-2.5' }],
    [{ ...choice, kind: 'text' as const, options: [] }, null],
  ])('%j with %j is fine', (question, right) => {
    expect(whatIsWrong(question, right)).toBeNull();
  });
});
