import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aLesson } from './testing/a-lesson.ts';
import type { BuiltLesson, Headers } from './testing/a-lesson.ts';
import { outcome, roomCalls } from './testing/room-calls.ts';
import type { TalkRow } from './wire.ts';

const { app, db, runJob } = await buildTestApp();
const { post, talk } = roomCalls(app);
let lines = 0;

async function opened(options: Parameters<typeof aLesson>[1] = {}) {
  const lesson = await aLesson(db, options);
  const joined = await post(lesson, lesson.teacher.headers, 'join');
  return { lesson, logId: (joined.json() as { logId: string }).logId };
}

const say = (lesson: BuiltLesson, headers: Headers, text: string, clientId = `line-${(lines += 1)}-id`) =>
  post(lesson, headers, 'chat', { clientId, text });

async function said(lesson: BuiltLesson, headers: Headers, text: string): Promise<number> {
  const answer = await say(lesson, headers, text);
  expect(answer.statusCode).toBe(200);
  return (answer.json() as { n: number }).n;
}

const texts = (rows: readonly TalkRow[]) => rows.flatMap((row) => (row.kind === 'chat' ? [row.text] : []));

describe('who reads the chat', () => {
  test('is switched by the teacher: the class, the staff alone, nobody; the staff writes to all', async () => {
    const { lesson, logId } = await opened();
    const teacher = lesson.teacher.headers;
    const [first, second] = lesson.pupils;
    await said(lesson, first!.headers, '大家好');
    const switched = await post(lesson, teacher, 'order', { order: 'chatStaff' });
    expect(switched.json()).toEqual({ state: 'live', muted: false, chatScope: 'staff' });
    const clientId = 'a-line-sent-twice';
    const answers = [
      await say(lesson, first!.headers, '老师，我不会', clientId),
      await say(lesson, first!.headers, '老师，我不会', clientId),
    ];
    expect(answers.map((answer) => answer.json().toStaff)).toEqual([true, true]);
    await said(lesson, teacher, '看第二步');
    expect(texts(await talk(logId, second!.headers))).toEqual(['大家好', '看第二步']);
    expect(texts(await talk(logId, teacher))).toEqual(['大家好', '老师，我不会', '看第二步']);

    await post(lesson, teacher, 'order', { order: 'chatOff' });
    expect(outcome(await say(lesson, first!.headers, '在吗'))).toEqual([409, 'talk_off']);
    expect(outcome(await post(lesson, first!.headers, 'hand', { up: true }))).toBe(204);
    await said(lesson, teacher, '安静做题');
    await post(lesson, teacher, 'order', { order: 'chatAll' });
    await post(lesson, teacher, 'order', { order: 'chatAll' });
    expect((await say(lesson, first!.headers, '好')).json().toStaff).toBe(false);
    const orders = (await talk(logId, second!.headers)).flatMap((row) =>
      row.kind === 'order' ? [row.order] : [],
    );
    expect(orders).toEqual(['chatStaff', 'chatOff', 'chatAll']);
    expect(outcome(await post(lesson, first!.headers, 'order', { order: 'chatOff' }))).toEqual([
      403,
      'not_allowed',
    ]);
  });
});

describe('a line that should not have been written', () => {
  test('is hidden from the class by one report, kept in the log, named to the staff, written in the audit', async () => {
    const { lesson, logId } = await opened();
    const [author, reporter, other] = lesson.pupils;
    await said(lesson, author!.headers, '好的');
    const n = await said(lesson, author!.headers, '你真笨');
    for (let again = 0; again < 2; again += 1)
      expect(outcome(await post(lesson, reporter!.headers, `chat/${n}/report`))).toBe(204);
    const rows = await talk(logId, other!.headers);
    expect(texts(rows)).toEqual(['好的']);
    expect(rows.at(-1)).toMatchObject({ kind: 'hidden', ofN: n, isHidden: true });
    expect(JSON.stringify(rows)).not.toContain(reporter!.personId);
    const staff = await talk(logId, lesson.teacher.headers);
    expect(texts(staff)).toEqual(['好的', '你真笨']);
    expect(staff.filter(({ kind }) => kind === 'reported')).toMatchObject([
      { personId: reporter!.personId, ofN: n },
    ]);
    const audited = await sql<{ detail: object }>`
      SELECT detail FROM audit_lines WHERE subject_id = ${author!.personId}`.execute(db);
    expect(audited.rows.map(({ detail }) => detail)).toEqual([
      { reportedLine: n, lessonId: lesson.lessonId },
    ]);
  });

  test('what the staff shows again stays, whoever reports it then; the staff hides it in the end', async () => {
    const { lesson, logId } = await opened({ pupilsEach: 4 });
    const [author, first, second, reader] = lesson.pupils;
    const n = await said(lesson, author!.headers, '作业好难');
    await post(lesson, first!.headers, `chat/${n}/report`);
    const hide = (isHidden: boolean) => post(lesson, lesson.teacher.headers, `chat/${n}/hide`, { isHidden });
    expect([outcome(await hide(false)), outcome(await hide(false))]).toEqual([204, 204]);
    await post(lesson, second!.headers, `chat/${n}/report`);
    expect(texts(await talk(logId, reader!.headers))).toEqual(['作业好难']);
    expect((await talk(logId, lesson.teacher.headers)).map(({ kind }) => kind)).toEqual([
      'chat',
      'reported',
      'hidden',
      'hidden',
      'reported',
    ]);
    await hide(true);
    await hide(true);
    expect(texts(await talk(logId, reader!.headers))).toEqual([]);
  });

  test('does not come back with the recording, neither from the database nor from its sealed part', async () => {
    const { lesson, logId } = await opened();
    const [author, reader] = lesson.pupils;
    const n = await said(lesson, author!.headers, '难听的话');
    await said(lesson, author!.headers, '对不起');
    await post(lesson, lesson.teacher.headers, `chat/${n}/hide`, { isHidden: true });
    await post(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 1000 });
    expect(texts(await talk(logId, reader!.headers))).toEqual(['对不起']);
    await runJob('rooms.sweep');
    const tail = await db.selectFrom('log_tail').select('n').where('log_id', '=', logId).execute();
    expect(tail).toEqual([]);
    expect(texts(await talk(logId, reader!.headers))).toEqual(['对不起']);
    expect(texts(await talk(logId, lesson.teacher.headers))).toEqual(['难听的话', '对不起']);
  });

  test('only a classmate’s line is reported, only the staff hides, only of this lesson', async () => {
    const { lesson } = await opened({ classCount: 2, pupilsEach: 2 });
    const [author, mate, foreign] = lesson.pupils;
    const n = await said(lesson, author!.headers, '你好');
    const ofTeacher = await said(lesson, lesson.teacher.headers, '开始');
    const report = (headers: Headers, line: number) => post(lesson, headers, `chat/${line}/report`);
    expect(outcome(await report(author!.headers, n))).toEqual([403, 'not_allowed']);
    expect(outcome(await report(mate!.headers, ofTeacher))).toEqual([403, 'not_allowed']);
    expect(outcome(await report(lesson.teacher.headers, n))).toEqual([403, 'not_allowed']);
    expect(outcome(await report(foreign!.headers, n))).toEqual([404, 'not_found']);
    expect(outcome(await report(mate!.headers, 9999))).toEqual([404, 'not_found']);
    expect(outcome(await post(lesson, mate!.headers, `chat/${n}/hide`, { isHidden: true }))).toEqual([
      403,
      'not_allowed',
    ]);
    const { lesson: elsewhere } = await opened();
    expect(outcome(await post(elsewhere, mate!.headers, `chat/${n}/report`))).toEqual([
      404,
      'room_not_found',
    ]);
  });
});
