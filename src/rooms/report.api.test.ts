import { randomUUID } from 'node:crypto';
import readXlsx from '@e965/xlsx';
import { describe, expect, test } from 'vitest';
import { recordFacts } from '../facts/service.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { tallyTalk } from './service-report.ts';
import { aLesson } from './testing/a-lesson.ts';
import type { BuiltLesson, Headers } from './testing/a-lesson.ts';
import { roomCalls } from './testing/room-calls.ts';
import type { TalkRow } from './wire.ts';

const { app, db } = await buildTestApp();
const { post } = roomCalls(app);

function read(lesson: BuiltLesson, headers: Headers, what = 'report') {
  return app.inject({ url: `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}/${what}`, headers });
}

/** Three pupils: one takes part, one comes and is lost, one never comes. */
async function aLivelyLesson() {
  const lesson = await aLesson(db);
  const teacher = lesson.teacher.headers;
  const [busy, quiet] = lesson.pupils;
  await post(lesson, teacher, 'join');
  for (const { headers } of [busy!, quiet!]) await post(lesson, headers, 'join');
  const poll = randomUUID();
  await post(lesson, teacher, 'polls', {
    id: poll,
    seconds: 60,
    kind: 'single',
    prompt: '=1+1',
    options: ['', ''],
    pageN: 1,
    right: { options: [1] },
  });
  await post(lesson, busy!.headers, `polls/${poll}/answers`, { chosen: [1], written: null });
  await post(lesson, quiet!.headers, `polls/${poll}/answers`, { chosen: [0], written: null });
  await post(lesson, busy!.headers, 'hand', { up: true });
  await post(lesson, busy!.headers, 'chat', { clientId: 'a-line-of-busy', text: '我会' });
  await post(lesson, quiet!.headers, 'lost', { pageN: 2 });
  await post(lesson, busy!.headers, 'lost', { pageN: 3 });
  await post(lesson, busy!.headers, 'lost', { pageN: 3, takenBack: true });
  const call = randomUUID();
  await post(lesson, teacher, 'roll-calls', { id: call, seconds: 60 });
  await post(lesson, quiet!.headers, `roll-calls/${call}/answers`);
  await post(lesson, teacher, 'order', { order: 'end', atMs: 1000 });
  return lesson;
}

describe('the report of a lesson', () => {
  test('says who was there when, who did what, who answered how, which pages hurt', async () => {
    const lesson = await aLivelyLesson();
    const [busy, quiet, away] = lesson.pupils;
    // The minutes themselves are gone by then; what is left of them is a fact.
    const now = new Date();
    await db.transaction().execute((trx) =>
      recordFacts(trx, [
        {
          schoolDay: lesson.schoolDay,
          personId: busy!.personId,
          plannedId: lesson.lessonId,
          way: 'live',
          fromAt: new Date(now.getTime() - 120_000),
          toAt: now,
          seconds: 120,
          source: 'room',
          sourceKey: `${lesson.lessonId}:${busy!.personId}:0-120000`,
          recordedAt: now,
        },
      ]),
    );
    const answer = await read(lesson, lesson.teacher.headers);
    expect(answer.statusCode).toBe(200);
    const report = answer.json();
    expect(report).toMatchObject({ courseTitle: '数学', rollCalls: 1, pages: [{ pageN: 2, lost: 1 }] });
    expect(report.endedAt).not.toBeNull();
    const of = (personId: string) =>
      report.pupils.find((pupil: { personId: string }) => pupil.personId === personId);
    expect(of(busy!.personId)).toMatchObject({
      heardSeconds: 120,
      hands: 1,
      lines: 1,
      rollCalls: 0,
      lostPages: [],
    });
    expect(of(busy!.personId).cameAt).not.toBeNull();
    expect(of(quiet!.personId)).toMatchObject({ hands: 0, rollCalls: 1, lostPages: [2] });
    expect(of(away!.personId)).toMatchObject({ cameAt: null, leftAt: null, heardSeconds: 0 });
    expect(report.polls).toMatchObject([
      {
        prompt: '=1+1',
        answers: [
          { personId: busy!.personId, chosen: [1], isRight: true },
          { personId: quiet!.personId, chosen: [0], isRight: false },
        ],
      },
    ]);
  });

  test('who comes to the recording alone was not there', async () => {
    const lesson = await aLivelyLesson();
    const late = lesson.pupils[2]!;
    await post(lesson, late.headers, 'join');
    const report = (await read(lesson, lesson.teacher.headers)).json();
    const of = report.pupils.find(({ personId }: { personId: string }) => personId === late.personId);
    expect(of).toMatchObject({ cameAt: null, leftAt: null });
  });

  test('is a workbook, too: pupils, answers, pages, and no text of it is a formula', async () => {
    const lesson = await aLivelyLesson();
    const answer = await read(lesson, lesson.teacher.headers, 'report.xlsx');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toContain(`lesson-${lesson.schoolDay}.xlsx`);
    const book = readXlsx.read(answer.rawPayload);
    expect(book.SheetNames).toEqual(['学生', '答题', '没听懂的页']);
    const rows = (name: string): unknown[][] =>
      readXlsx.utils.sheet_to_json(book.Sheets[name]!, { header: 1, blankrows: true });
    expect(rows('学生')).toHaveLength(5 + 3);
    expect(rows('答题')[4]?.[2]).toBe('1. =1+1');
    expect(
      rows('答题')
        .slice(5)
        .map((row) => row[2] ?? '')
        .toSorted(),
    ).toEqual(['', 'A', 'B ✓']);
    expect(rows('没听懂的页').slice(5)).toEqual([[2, 1]]);
    const formulas = Object.values(book.Sheets['答题']!).filter(
      (cell) => (cell as { f?: string }).f !== undefined,
    );
    expect(formulas).toEqual([]);
  });

  test('is for the teachers of the lesson alone', async () => {
    const lesson = await aLivelyLesson();
    const other = await aLesson(db);
    for (const what of ['report', 'report.xlsx']) {
      const refused = await read(lesson, lesson.pupils[0]!.headers, what);
      expect([refused.statusCode, refused.json().code]).toEqual([403, 'not_allowed']);
      const foreign = await read(lesson, other.teacher.headers, what);
      expect(foreign.statusCode).toBe(404);
    }
  });
});

describe('tallyTalk', () => {
  const at = '2026-11-26T01:00:00.000Z';
  const lost = (personId: string, pageN: number, takenBack?: true): TalkRow => ({
    at,
    classId: 'c',
    kind: 'lost',
    personId,
    pageN,
    ...(takenBack ? { takenBack } : {}),
  });
  test('counts a page by the pupils who did not follow it in the end, most first', () => {
    const { pages, of } = tallyTalk([
      lost('a', 4),
      lost('a', 1),
      lost('b', 4),
      lost('b', 2),
      lost('b', 2, true),
    ]);
    expect(pages).toEqual([
      { pageN: 4, lost: 2 },
      { pageN: 1, lost: 1 },
    ]);
    expect(of.get('a')?.lostPages).toEqual([1, 4]);
  });
});
