import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../platform/testing/app.ts';
import { aGuardian, aPupil, signedInAs, enroll, aTeacher, aStaff } from '../platform/testing/builders.ts';
import { loosenFiles } from './loose-files.ts';
import { aLesson, aSegment, sha256Hex } from './testing/a-lesson.ts';
import type { BuiltLesson, Headers } from './testing/a-lesson.ts';
import { decodeFeed, decodeJsonRow, encodeEvents, VOICE_SEGMENT_MS } from './wire.ts';
import type { TalkRow } from './wire.ts';

const { app, ctx, db, runJob } = await buildTestApp();

const roomOf = (lesson: BuiltLesson) => `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}`;

async function act(lesson: BuiltLesson, headers: Headers, what: string, payload: object = {}) {
  return app.inject({ method: 'POST', url: `${roomOf(lesson)}/${what}`, headers, payload });
}

async function joinAs(lesson: BuiltLesson, headers: Headers, query = '') {
  return app.inject({ method: 'POST', url: `${roomOf(lesson)}/join${query}`, headers, payload: {} });
}

function putSegment(
  logId: string,
  headers: Headers,
  track: 'voice' | 'events',
  n: number,
  bytes: Buffer,
  over: { startMs?: number; durationMs?: number; sha256?: string } = {},
) {
  const { startMs = Math.max(0, n - 1) * VOICE_SEGMENT_MS, durationMs = n === 0 ? 0 : VOICE_SEGMENT_MS } =
    over;
  const query = new URLSearchParams({
    startMs: String(startMs),
    durationMs: String(durationMs),
    sha256: over.sha256 ?? sha256Hex(bytes),
  });
  return app.inject({
    method: 'PUT',
    url: `/api/logs/${logId}/${track}/${n}?${query}`,
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    payload: bytes,
  });
}

async function feed(logId: string, headers: Headers, query: Record<string, string | number> = {}) {
  const asked = new URLSearchParams({
    voice: '0',
    events: '1',
    talk: '1',
    pages: '1',
    hold: '0',
    max: '300000',
  });
  for (const [name, value] of Object.entries(query)) asked.set(name, String(value));
  const answer = await app.inject({ method: 'GET', url: `/api/logs/${logId}/feed?${asked}`, headers });
  return {
    status: answer.statusCode,
    answer,
    frames: answer.statusCode === 200 ? decodeFeed(answer.rawPayload) : [],
  };
}

const outcome = (answer: { statusCode: number; json(): { code?: string } }) =>
  answer.statusCode < 400 ? answer.statusCode : [answer.statusCode, answer.json().code];

/** A lesson whose teacher has come in and spoken so many segments. */
async function taught(segments: number, options: Parameters<typeof aLesson>[1] = {}) {
  const lesson = await aLesson(db, options);
  const { logId } = (await joinAs(lesson, lesson.teacher.headers)).json() as { logId: string };
  const voice: Buffer[] = [];
  for (let n = 0; n <= segments; n++) {
    voice.push(aSegment(n === 0 ? 586 : 3000));
    const put = await putSegment(logId, lesson.teacher.headers, 'voice', n, voice[n]!);
    expect(outcome(put)).toBe(200);
  }
  return { lesson, logId, voice };
}

describe('coming in', () => {
  let lesson: BuiltLesson;
  beforeAll(async () => {
    lesson = await aLesson(db);
  });

  test('a pupil comes in with one request and is counted at once', async () => {
    const [pupil] = lesson.pupils;
    const joined = await joinAs(lesson, pupil!.headers);
    expect(joined.json()).toMatchObject({
      standing: 'pupil',
      classId: pupil!.classId,
      state: 'waiting',
      entrance: 'room',
      link: null,
      lesson: { courseTitle: '数学', teacherName: '周老师', mode: 'live' },
    });
    const comings = await sql<{ lesson_id: string; asked: boolean }>`
      SELECT lesson_id, EXISTS (SELECT FROM dirty_classes d
        WHERE d.school_day = c.school_day AND d.class_id = ${pupil!.classId}::uuid) AS asked
      FROM room_comings c WHERE person_id = ${pupil!.personId}`.execute(db);
    expect(comings.rows).toEqual([{ lesson_id: lesson.lessonId, asked: true }]);
  });

  test('coming in again is the same coming with another ticket', async () => {
    const [pupil] = lesson.pupils;
    const [first, second] = [await joinAs(lesson, pupil!.headers), await joinAs(lesson, pupil!.headers)];
    expect(first.json().logId).toBe(second.json().logId);
    expect(first.json().ticket).not.toBe(second.json().ticket);
    const entries = await db
      .selectFrom('room_entries')
      .selectAll()
      .where('person_id', '=', pupil!.personId)
      .execute();
    expect(entries.length).toBe(1);
  });

  test('when the teacher comes the room is open', async () => {
    const joined = await joinAs(lesson, lesson.teacher.headers);
    expect(joined.json()).toMatchObject({ standing: 'teacher', classId: null, state: 'live' });
    const planned = await sql<{ status: string; log_id: string }>`
      SELECT status, log_id FROM lesson_cards WHERE lesson_id = ${lesson.lessonId}`.execute(db);
    expect(planned.rows).toEqual([{ status: 'live', log_id: joined.json().logId }]);
  });

  test('thirty pupils at the bell all come in, each once', async () => {
    const full = await aLesson(db, { pupilsEach: 30 });
    const joined = await Promise.all(full.pupils.map((pupil) => joinAs(full, pupil.headers)));
    expect(new Set(joined.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(new Set(joined.map((answer) => answer.json().logId)).size).toBe(1);
    const entries = await db
      .selectFrom('room_entries')
      .selectAll()
      .where('lesson_id', '=', full.lessonId)
      .execute();
    expect(entries.length).toBe(30);
  });

  test('a pupil of another class finds no such room, and so does a teacher of another school', async () => {
    const elsewhere = await aLesson(db);
    expect(outcome(await joinAs(lesson, elsewhere.pupils[0]!.headers))).toEqual([404, 'room_not_found']);
    expect(outcome(await joinAs(lesson, elsewhere.teacher.headers))).toEqual([404, 'room_not_found']);
    expect(outcome(await joinAs(lesson, {}))).toEqual([401, 'sign_in_required']);
  });

  test('a lesson that does not exist looks the same', async () => {
    const ghost = { ...lesson, lessonId: randomUUID() };
    expect(outcome(await joinAs(ghost, lesson.pupils[0]!.headers))).toEqual([404, 'room_not_found']);
  });

  test('a room opens ten minutes early for pupils, half an hour for the teacher, and says when', async () => {
    const later = await aLesson(db, { startsInMinutes: 20 });
    const early = await joinAs(later, later.pupils[0]!.headers);
    expect(outcome(early)).toEqual([409, 'room_not_open']);
    expect(early.json().detail).toMatch(/(^|[^\d])\d{1,2}:\d\d 开放/);
    expect(outcome(await joinAs(later, later.teacher.headers))).toBe(200);
    const muchLater = await aLesson(db, { startsInMinutes: 60 });
    expect(outcome(await joinAs(muchLater, muchLater.teacher.headers))).toEqual([409, 'room_not_open']);
  });

  test('a cancelled lesson and one taught on paper have no door', async () => {
    const cancelled = await aLesson(db, { status: 'cancelled' });
    expect(outcome(await joinAs(cancelled, cancelled.pupils[0]!.headers))).toEqual([409, 'lesson_cancelled']);
    const paper = await aLesson(db, { mode: 'paper' });
    expect(outcome(await joinAs(paper, paper.pupils[0]!.headers))).toEqual([409, 'no_room']);
  });

  test('a child follows on a parent telephone, and only on that of its own parent', async () => {
    const [pupil] = lesson.pupils;
    const guardian = await aGuardian(db, { schoolId: lesson.schoolId, pupilIds: [pupil!.personId] });
    const headers = await signedInAs(db, guardian.accountId);
    expect((await joinAs(lesson, headers, `?for=${pupil!.personId}`)).json()).toMatchObject({
      standing: 'pupil',
      personId: pupil!.personId,
    });
    expect(outcome(await joinAs(lesson, headers))).toEqual([400, 'pupil_required']);
    expect(outcome(await joinAs(lesson, headers, `?for=${lesson.pupils[1]!.personId}`))).toEqual([
      404,
      'not_found',
    ]);
  });

  test('a lesson held elsewhere gives its link inside its time, and only a plain https one', async () => {
    const link = 'https://meeting.example.edu.cn/j/1';
    const external = await aLesson(db, { mode: 'external', modeParams: { link } });
    expect((await joinAs(external, external.pupils[0]!.headers)).json()).toMatchObject({
      entrance: 'link',
      link,
    });
    const early = await aLesson(db, { mode: 'external', modeParams: { link }, startsInMinutes: 30 });
    expect(outcome(await joinAs(early, early.pupils[0]!.headers))).toEqual([409, 'room_not_open']);
    const wrong = await aLesson(db, { mode: 'external', modeParams: { link: 'javascript:alert(1)' } });
    expect((await joinAs(wrong, wrong.pupils[0]!.headers)).json().link).toBeNull();
  });

  test('names are those of the own class and the staff, never of the class next door', async () => {
    const joint = await aLesson(db, { classCount: 2, pupilsEach: 2 });
    await joinAs(joint, joint.pupils[0]!.headers);
    const people = async (headers: Headers) =>
      (await app.inject({ method: 'GET', url: `${roomOf(joint)}/people`, headers })).json().people as {
        personId: string;
      }[];
    const seen = (await people(joint.pupils[0]!.headers)).map(({ personId }) => personId);
    expect(seen.toSorted()).toEqual(
      [joint.teacher.personId, joint.pupils[0]!.personId, joint.pupils[1]!.personId].toSorted(),
    );
    expect((await people(joint.teacher.headers)).length).toBe(5);
  });
});

describe('writing the log', () => {
  test('a segment sent twice is held once, and the answer says what comes next', async () => {
    const { lesson, logId, voice } = await taught(2);
    const again = await putSegment(logId, lesson.teacher.headers, 'voice', 2, voice[2]!);
    expect([again.statusCode, again.json()]).toEqual([200, { next: 3 }]);
    const rows = await db
      .selectFrom('log_tail')
      .select('n')
      .where('log_id', '=', logId)
      .where('track', '=', 1)
      .execute();
    expect(rows.length).toBe(3);
  });

  test('other bytes under a held number are refused and change nothing', async () => {
    const { lesson, logId, voice } = await taught(1);
    const other = await putSegment(logId, lesson.teacher.headers, 'voice', 1, aSegment());
    expect(outcome(other)).toEqual([409, 'segment_differs']);
    const { frames } = await feed(logId, lesson.pupils[0]!.headers);
    expect(Buffer.from(frames.find(({ n, track }) => n === 1 && track === 'voice')!.bytes)).toEqual(voice[1]);
  });

  test('segments that overtake each other leave a gap that `next` names', async () => {
    const { lesson, logId } = await taught(1);
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 4, aSegment())).json()).toEqual({
      next: 2,
    });
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 2, aSegment())).json()).toEqual({
      next: 3,
    });
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 3, aSegment())).json()).toEqual({
      next: 5,
    });
  });

  test('an upload that broke off is refused whole', async () => {
    const { lesson, logId } = await taught(1);
    const whole = aSegment();
    const broken = await putSegment(logId, lesson.teacher.headers, 'voice', 2, whole.subarray(0, 1000), {
      sha256: sha256Hex(whole),
    });
    expect(outcome(broken)).toEqual([400, 'segment_damaged']);
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 2, whole)).json()).toEqual({ next: 3 });
  });

  test('ink that no page could read is refused before it is held', async () => {
    const { lesson, logId } = await taught(1);
    const wrong = Buffer.from([1, 3, 0, 200]);
    expect(outcome(await putSegment(logId, lesson.teacher.headers, 'events', 1, wrong))).toEqual([
      400,
      'segment_damaged',
    ]);
    const ink = Buffer.from(encodeEvents([{ kind: 'page', dtMs: 0, pageN: 1 }]));
    expect((await putSegment(logId, lesson.teacher.headers, 'events', 1, ink)).json()).toEqual({ next: 2 });
  });

  test.each([
    ['too large', aSegment(256 * 1024 + 1), {}, 413],
    ['empty', Buffer.alloc(0), {}, 400],
    ['with a time that is none', aSegment(10), { startMs: -1 }, 400],
    ['with a hash that is none', aSegment(10), { sha256: 'abc' }, 400],
  ] as const)('a segment %s is refused', async (_why, bytes, over, status) => {
    const { lesson, logId } = await taught(0);
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 1, bytes, over)).statusCode).toBe(
      status,
    );
  });

  test('only the teacher of the lesson writes it: not a pupil, a colleague, a stranger, a class teacher', async () => {
    const { lesson, logId } = await taught(1);
    const classTeacher = await aStaff(db, { orgId: lesson.schoolId, role: 'classTeacher' });
    await enroll(db, { personId: classTeacher.personId, classId: lesson.classIds[0]!, role: 'classTeacher' });
    const colleague = await aTeacher(db, { orgId: lesson.schoolId });
    const stranger = (await aLesson(db)).teacher.headers;
    const write = async (headers: Headers) =>
      outcome(await putSegment(logId, headers, 'voice', 2, aSegment()));
    expect(await write(lesson.pupils[0]!.headers)).toEqual([403, 'not_allowed']);
    expect(await write(await signedInAs(db, classTeacher.accountId))).toEqual([403, 'not_allowed']);
    expect(await write(await signedInAs(db, colleague.accountId))).toEqual([403, 'not_allowed']);
    expect(await write(stranger)).toEqual([404, 'not_found']);
    expect(await write({})).toEqual([401, 'sign_in_required']);
    const rows = await db
      .selectFrom('log_tail')
      .select('n')
      .where('log_id', '=', logId)
      .where('track', '=', 1)
      .execute();
    expect(rows.length).toBe(2);
  });

  test('after the end only what was said before it is taken in', async () => {
    const { lesson, logId } = await taught(2);
    const ended = await act(lesson, lesson.teacher.headers, 'order', {
      order: 'end',
      atMs: 4 * VOICE_SEGMENT_MS,
    });
    expect(ended.json()).toMatchObject({ state: 'ended' });
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 3, aSegment())).json()).toEqual({
      next: 4,
    });
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 4, aSegment())).json()).toEqual({
      next: 5,
    });
    const later = await putSegment(logId, lesson.teacher.headers, 'voice', 5, aSegment());
    expect(outcome(later)).toEqual([409, 'log_ended']);
    await runJob('rooms.sweep');
    const { frames } = await feed(logId, lesson.pupils[0]!.headers);
    expect(frames.filter(({ track }) => track === 'voice').map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  test('what is sealed reads as it did before, and is not taken in a second time', async () => {
    const { lesson, logId, voice } = await taught(30);
    const before = (await feed(logId, lesson.pupils[0]!.headers)).answer.rawPayload;
    await runJob('rooms.sweep');
    const tail = await db
      .selectFrom('log_tail')
      .select('n')
      .where('log_id', '=', logId)
      .where('track', '=', 1)
      .execute();
    expect(tail).toEqual([]);
    const manifest = await app.inject({
      method: 'GET',
      url: `/api/logs/${logId}/manifest`,
      headers: lesson.pupils[0]!.headers,
    });
    expect(manifest.json()).toMatchObject({ lastVoice: 30, durationMs: 30 * VOICE_SEGMENT_MS });
    const again = await putSegment(logId, lesson.teacher.headers, 'voice', 30, voice[30]!);
    expect([again.statusCode, again.json()]).toEqual([200, { next: 31 }]);
    expect(outcome(await putSegment(logId, lesson.teacher.headers, 'voice', 30, aSegment()))).toEqual([
      409,
      'segment_differs',
    ]);
    expect((await putSegment(logId, lesson.teacher.headers, 'voice', 31, aSegment())).json()).toEqual({
      next: 32,
    });
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const parts = await db.selectFrom('log_parts').select('track').where('log_id', '=', logId).execute();
    expect(parts.map(({ track }) => track).toSorted()).toEqual([1, 3]);
    const after = await feed(logId, lesson.pupils[0]!.headers, { max: 500_000 });
    const voiceBefore = decodeFeed(before).filter(({ track }) => track === 'voice');
    expect(after.frames.filter(({ track }) => track === 'voice').slice(0, 31)).toEqual(voiceBefore);
  });
});

describe('pages', () => {
  const picture = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#ffffff' } })
      .png()
      .toBuffer();
  const send = (
    logId: string,
    headers: Headers,
    n: number,
    image: Buffer,
    type = 'image/png',
    sha256 = sha256Hex(image),
  ) =>
    app.inject({
      method: 'POST',
      url: `/api/logs/${logId}/pages?n=${n}&sha256=${sha256}&text=${encodeURIComponent('一次函数')}`,
      headers: { ...headers, 'content-type': type },
      payload: image,
    });

  test('a page is given in two sizes, with ranges, to the class and nobody else', async () => {
    const { lesson, logId } = await taught(0);
    const image = await picture(400);
    const sent = await send(logId, lesson.teacher.headers, 1, image);
    expect(sent.json()).toMatchObject({
      n: 1,
      sha256: sha256Hex(image),
      width: 400,
      height: 400,
      text: '一次函数',
    });
    const again = await send(logId, lesson.teacher.headers, 1, image);
    expect(again.json()).toEqual(sent.json());
    const { frames } = await feed(logId, lesson.pupils[0]!.headers);
    expect(frames.filter(({ track }) => track === 'pages').map(({ n }) => n)).toEqual([1]);
    const url = `/api/logs/${logId}/pages/${sha256Hex(image)}?size=large`;
    const whole = await app.inject({ method: 'GET', url, headers: lesson.pupils[0]!.headers });
    expect([whole.statusCode, whole.headers['content-type'], whole.headers['cache-control']]).toEqual([
      200,
      'image/jpeg',
      'private, max-age=31536000, immutable',
    ]);
    const part = await app.inject({
      method: 'GET',
      url,
      headers: { ...lesson.pupils[0]!.headers, range: 'bytes=10-19' },
    });
    expect([part.statusCode, part.rawPayload]).toEqual([206, whole.rawPayload.subarray(10, 20)]);
    const beyond = await app.inject({
      method: 'GET',
      url,
      headers: { ...lesson.pupils[0]!.headers, range: 'bytes=9999999-' },
    });
    expect(outcome(beyond)).toEqual([416, 'range_impossible']);
    const stranger = await aLesson(db);
    const foreign = await app.inject({ method: 'GET', url, headers: stranger.pupils[0]!.headers });
    expect(outcome(foreign)).toEqual([404, 'room_not_found']);
  });

  test('a page that was on its way when the lesson ended is taken in for a day', async () => {
    const { lesson, logId } = await taught(1);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end', atMs: 2 * VOICE_SEGMENT_MS });
    await runJob('rooms.sweep');
    expect((await send(logId, lesson.teacher.headers, 1, await picture(310))).statusCode).toBe(200);
    await runJob('rooms.sweep');
    const { frames } = await feed(logId, lesson.pupils[0]!.headers);
    expect(frames.filter(({ track }) => track === 'pages').map(({ n }) => n)).toEqual([1]);
    await sql`UPDATE lesson_logs SET ended_at = ended_at - interval '25 hours' WHERE id = ${logId}::uuid`.execute(
      db,
    );
    expect(outcome(await send(logId, lesson.teacher.headers, 2, await picture(311)))).toEqual([
      409,
      'log_ended',
    ]);
  });

  test('another picture under a held number, no picture, and a picture by a pupil are refused', async () => {
    const { lesson, logId } = await taught(0);
    const image = await picture(300);
    await send(logId, lesson.teacher.headers, 1, image);
    expect(outcome(await send(logId, lesson.teacher.headers, 1, await picture(301)))).toEqual([
      409,
      'page_differs',
    ]);
    expect(
      outcome(await send(logId, lesson.teacher.headers, 2, Buffer.from('<svg onload="x"/>'), 'image/png')),
    ).toEqual([422, 'page_not_image']);
    expect(
      outcome(
        await send(logId, lesson.teacher.headers, 2, image.subarray(0, 90), 'image/png', sha256Hex(image)),
      ),
    ).toEqual([400, 'segment_damaged']);
    expect(outcome(await send(logId, lesson.teacher.headers, 301, image))).toEqual([409, 'pages_full']);
    expect((await send(logId, lesson.teacher.headers, 2, image, 'image/svg+xml')).statusCode).toBe(415);
    expect(outcome(await send(logId, lesson.pupils[0]!.headers, 2, image))).toEqual([403, 'not_allowed']);
  });
});

describe('the feed', () => {
  // What is answered before the hold is over was answered for a reason.
  const holdMs = 8_000;

  test('waits for the next voice and then answers at once, with everything else that is new', async () => {
    const { lesson, logId } = await taught(1);
    const waiting = feed(logId, lesson.pupils[0]!.headers, { voice: 2, hold: holdMs / 1000 });
    await sleep(100);
    const ink = Buffer.from(encodeEvents([{ kind: 'page', dtMs: 3, pageN: 1 }]));
    await putSegment(logId, lesson.teacher.headers, 'events', 1, ink, { startMs: 0, durationMs: 500 });
    const started = Date.now();
    await putSegment(logId, lesson.teacher.headers, 'voice', 2, aSegment());
    const { frames } = await waiting;
    expect(Date.now() - started).toBeLessThan(holdMs);
    expect(frames.map(({ track, n }) => `${track} ${n}`)).toEqual(['events 1', 'voice 2']);
  });

  test('on the lightest step waits for two segments', async () => {
    const { lesson, logId } = await taught(2);
    const waiting = feed(logId, lesson.pupils[0]!.headers, { voice: 2, step: 2, hold: holdMs / 1000 });
    await sleep(50);
    await putSegment(logId, lesson.teacher.headers, 'voice', 3, aSegment());
    expect((await waiting).frames.map(({ n }) => n)).toEqual([2, 3]);
  });

  test('answers with nothing when the hold is over', async () => {
    const { lesson, logId } = await taught(1);
    const { status, frames } = await feed(logId, lesson.pupils[0]!.headers, { voice: 2, hold: 0.2 });
    expect([status, frames]).toEqual([200, []]);
  });

  test('an order does not wait for voice', async () => {
    const { lesson, logId } = await taught(1);
    const waiting = feed(logId, lesson.pupils[0]!.headers, { voice: 2, hold: holdMs / 1000 });
    await sleep(100);
    const started = Date.now();
    await act(lesson, lesson.teacher.headers, 'order', { order: 'pause' });
    const { frames } = await waiting;
    expect(Date.now() - started).toBeLessThan(holdMs);
    expect(decodeJsonRow<TalkRow>(frames[0]!.bytes)).toMatchObject({ kind: 'order', order: 'pause' });
  });

  test('an order given between two requests is in the next answer at once', async () => {
    const { lesson, logId } = await taught(1);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'muteAll' });
    const started = Date.now();
    const { frames } = await feed(logId, lesson.pupils[0]!.headers, { voice: 2, hold: holdMs / 1000 });
    expect(Date.now() - started).toBeLessThan(holdMs);
    expect(frames.map(({ track }) => track)).toEqual(['talk']);
  });

  test('whose session ends while they wait is answered at once, and with nothing of the lesson', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil] = lesson.pupils;
    const waiting = feed(logId, pupil!.headers, { voice: 2, hold: holdMs / 1000 });
    await sleep(100);
    await db
      .updateTable('accounts')
      .set({ status: 'disabled' })
      .where('person_id', '=', pupil!.personId)
      .execute();
    const cut = await waiting;
    expect(outcome(cut.answer)).toEqual([401, 'sign_in_required']);
  });

  test('who was removed hears nothing more, on any path', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil] = lesson.pupils;
    await joinAs(lesson, pupil!.headers);
    const waiting = feed(logId, pupil!.headers, { voice: 2, hold: holdMs / 1000 });
    await sleep(100);
    const started = Date.now();
    expect(outcome(await act(lesson, lesson.teacher.headers, 'remove', { personId: pupil!.personId }))).toBe(
      204,
    );
    const cut = await waiting;
    expect(outcome(cut.answer)).toEqual([403, 'removed_from_room']);
    expect(Date.now() - started).toBeLessThan(holdMs);
    expect(outcome(await joinAs(lesson, pupil!.headers))).toEqual([403, 'removed_from_room']);
    const said = await act(lesson, pupil!.headers, 'chat', { clientId: randomUUID(), text: '还在' });
    expect(outcome(said)).toEqual([403, 'removed_from_room']);
    // Removing twice is removing once.
    expect(outcome(await act(lesson, lesson.teacher.headers, 'remove', { personId: pupil!.personId }))).toBe(
      204,
    );
  });

  test('who left the class hears nothing more, though nobody removed them', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil] = lesson.pupils;
    expect((await feed(logId, pupil!.headers)).status).toBe(200);
    const elsewhere = (await aLesson(db)).classIds[0]!;
    await db
      .updateTable('enrollments')
      .set({ class_id: elsewhere })
      .where('person_id', '=', pupil!.personId)
      .execute();
    await sleep(1100);
    const { answer } = await feed(logId, pupil!.headers);
    expect(outcome(answer)).toEqual([403, 'not_allowed']);
  });

  test.each([
    ['a step of none', { step: 0 }],
    ['a hold of a minute', { hold: 60 }],
    ['a number that is none', { voice: 'x' }],
    ['a field nobody knows', { speed: 2 }],
  ])('%s is refused', async (_why, query) => {
    const { lesson, logId } = await taught(0);
    expect((await feed(logId, lesson.pupils[0]!.headers, query)).status).toBe(400);
  });
});

describe('taking part', () => {
  test('a line is said once however often it is sent, by two tabs at the same moment too', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil] = lesson.pupils;
    const line = { clientId: randomUUID(), text: '老师好 𬱖' };
    const answers = await Promise.all([1, 2, 3].map(() => act(lesson, pupil!.headers, 'chat', line)));
    expect(answers.map((answer) => [answer.statusCode, answer.json().n])).toEqual([
      [200, 1],
      [200, 1],
      [200, 1],
    ]);
    const { frames } = await feed(logId, lesson.teacher.headers);
    const talk = frames
      .filter(({ track }) => track === 'talk')
      .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes));
    expect(talk).toMatchObject([
      { kind: 'chat', text: '老师好 𬱖', personId: pupil!.personId, staff: false, classId: pupil!.classId },
    ]);
  });

  test('muting everyone refuses the next line of a pupil, not of the teacher, and a repeated old line is still answered', async () => {
    const { lesson } = await taught(1);
    const [pupil] = lesson.pupils;
    await joinAs(lesson, pupil!.headers);
    const old = { clientId: randomUUID(), text: '先说的' };
    await act(lesson, pupil!.headers, 'chat', old);
    expect((await act(lesson, lesson.teacher.headers, 'order', { order: 'muteAll' })).json()).toEqual({
      state: 'live',
      muted: true,
      chatScope: 'all',
    });
    const late = { clientId: randomUUID(), text: '后说的' };
    expect(outcome(await act(lesson, pupil!.headers, 'chat', late))).toEqual([409, 'talk_off']);
    expect(outcome(await act(lesson, pupil!.headers, 'hand', { up: true }))).toEqual([409, 'talk_off']);
    expect(outcome(await act(lesson, pupil!.headers, 'chat', old))).toBe(200);
    expect(outcome(await act(lesson, lesson.teacher.headers, 'chat', late))).toBe(200);
    expect(outcome(await act(lesson, pupil!.headers, 'lost', { pageN: 1 }))).toBe(204);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'unmuteAll' });
    expect(outcome(await act(lesson, pupil!.headers, 'hand', { up: true }))).toBe(204);
  });

  test('of lines sent around "mute all", none is held behind it', async () => {
    const { lesson, logId } = await taught(1, { pupilsEach: 8 });
    const storm = lesson.pupils.flatMap((pupil) =>
      Array.from({ length: 6 }, () =>
        act(lesson, pupil.headers, 'chat', { clientId: randomUUID(), text: '吵' }),
      ),
    );
    const [muted, ...said] = await Promise.all([
      sleep(15).then(() => act(lesson, lesson.teacher.headers, 'order', { order: 'muteAll' })),
      ...storm,
    ]);
    expect(muted.statusCode).toBe(200);
    const { frames } = await feed(logId, lesson.teacher.headers);
    const talk = frames
      .filter(({ track }) => track === 'talk')
      .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes).kind);
    expect(talk.indexOf('order')).toBe(talk.length - 1);
    expect(talk.filter((kind) => kind === 'chat').length).toBe(
      said.filter((answer) => answer.statusCode === 200).length,
    );
  });

  test('a pupil is told that the lesson is over, not that it is muted, by whichever process it was ended', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil] = lesson.pupils;
    const speak = () => act(lesson, pupil!.headers, 'chat', { clientId: randomUUID(), text: '老师好' });
    await joinAs(lesson, pupil!.headers);
    expect(outcome(await speak())).toBe(200);
    await db
      .updateTable('lesson_logs')
      .set({ state: 'ended', ended_at: new Date(), ended_ms: 2000 })
      .where('id', '=', logId)
      .execute();
    expect(outcome(await speak())).toEqual([409, 'log_ended']);
  });

  test('a child under 14 writes once a guardian has agreed, and no more once that was taken back', async () => {
    const { lesson } = await taught(1);
    const [pupil] = lesson.pupils;
    const speak = () => act(lesson, pupil!.headers, 'chat', { clientId: randomUUID(), text: '老师好' });
    await db
      .updateTable('persons')
      .set({ under14_until: '2099-01-01' })
      .where('id', '=', pupil!.personId)
      .execute();
    const say = (answer: 'given' | 'withdrawn') =>
      db
        .insertInto('consents')
        .values({
          person_id: pupil!.personId,
          purpose: 'chat',
          answer,
          notice_version: 1,
          channel: 'paper',
          guardian_id: null,
          recorder_id: null,
          recorded_at: new Date(),
        })
        .execute();
    const enter = async () => (await joinAs(lesson, pupil!.headers)).json();
    expect(await enter()).toMatchObject({ mayChat: false });
    expect(outcome(await speak())).toEqual([403, 'consent_missing']);
    // Everything a lesson needs is open from the first minute.
    expect(outcome(await act(lesson, pupil!.headers, 'hand', { up: true }))).toBe(204);
    await say('given');
    expect(await enter()).toMatchObject({ mayChat: true });
    expect(outcome(await speak())).toBe(200);
    await say('withdrawn');
    expect(outcome(await speak())).toEqual([403, 'consent_missing']);
  });

  test('pausing and ending are in force at once, and an ended lesson stays ended', async () => {
    const { lesson } = await taught(1);
    const [pupil] = lesson.pupils;
    const say = (headers: Headers) => act(lesson, headers, 'chat', { clientId: randomUUID(), text: '在' });
    await act(lesson, lesson.teacher.headers, 'order', { order: 'pause' });
    expect(outcome(await say(pupil!.headers))).toEqual([409, 'talk_off']);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'resume' });
    expect(outcome(await say(pupil!.headers))).toBe(200);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    expect(outcome(await say(pupil!.headers))).toEqual([409, 'log_ended']);
    expect(outcome(await act(lesson, lesson.teacher.headers, 'order', { order: 'resume' }))).toEqual([
      409,
      'log_ended',
    ]);
    expect((await act(lesson, lesson.teacher.headers, 'order', { order: 'end' })).json()).toMatchObject({
      state: 'ended',
    });
  });

  test.each(['pause', 'muteAll', 'end'])('a pupil and a class teacher cannot order "%s"', async (order) => {
    const { lesson } = await taught(1);
    const classTeacher = await aStaff(db, { orgId: lesson.schoolId, role: 'classTeacher' });
    await enroll(db, { personId: classTeacher.personId, classId: lesson.classIds[0]!, role: 'classTeacher' });
    const stranger = (await aLesson(db)).teacher.headers;
    expect(outcome(await act(lesson, lesson.pupils[0]!.headers, 'order', { order }))).toEqual([
      403,
      'not_allowed',
    ]);
    expect(
      outcome(await act(lesson, await signedInAs(db, classTeacher.accountId), 'order', { order })),
    ).toEqual([403, 'not_allowed']);
    expect(outcome(await act(lesson, stranger, 'order', { order }))).toEqual([404, 'room_not_found']);
  });

  test('only the teacher removes, and only a pupil of the lesson', async () => {
    const { lesson } = await taught(1);
    const [first, second] = lesson.pupils;
    expect(outcome(await act(lesson, first!.headers, 'remove', { personId: second!.personId }))).toEqual([
      403,
      'not_allowed',
    ]);
    const other = await aLesson(db);
    const foreign = await act(lesson, lesson.teacher.headers, 'remove', {
      personId: other.pupils[0]!.personId,
    });
    expect(outcome(foreign)).toEqual([422, 'not_a_pupil_here']);
  });

  test('"I did not understand" reaches the teacher once a page and no classmate', async () => {
    const { lesson, logId } = await taught(1);
    const [first, second] = lesson.pupils;
    await act(lesson, first!.headers, 'lost', { pageN: 2 });
    await act(lesson, first!.headers, 'lost', { pageN: 2 });
    const kinds = async (headers: Headers) =>
      (await feed(logId, headers)).frames
        .filter(({ track }) => track === 'talk')
        .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes).kind);
    expect(await kinds(lesson.teacher.headers)).toEqual(['lost']);
    expect(await kinds(second!.headers)).toEqual([]);
  });

  test('"I did not understand" is taken back once, said again, and what is said again changes nothing', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil, classmate] = lesson.pupils;
    const tell = (pageN: number, takenBack: boolean) =>
      act(lesson, pupil!.headers, 'lost', { pageN, takenBack });
    for (const takenBack of [true, false, false, true, true, false])
      expect(outcome(await tell(2, takenBack))).toBe(204);
    await Promise.all(Array.from({ length: 6 }, () => tell(3, false)));
    const rows = async (headers: Headers) =>
      (await feed(logId, headers)).frames
        .filter(({ track }) => track === 'talk')
        .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes))
        .map((row) => row.kind === 'lost' && [row.pageN, row.takenBack ?? false]);
    expect(await rows(lesson.teacher.headers)).toEqual([
      [2, false],
      [2, true],
      [2, false],
      [3, false],
    ]);
    expect(await rows(classmate!.headers)).toEqual([]);
  });

  test.each([
    ['an empty line', 'chat', { clientId: 'abcdefgh', text: '  ' }],
    ['a line without id', 'chat', { text: '好' }],
    ['a novel', 'chat', { clientId: 'abcdefgh', text: '好'.repeat(501) }],
    ['an order nobody knows', 'order', { order: 'explode' }],
    ['a field nobody knows', 'hand', { up: true, loud: true }],
    ['a word for a number', 'lost', { pageN: '3' }],
  ])('%s is refused', async (_why, what, payload) => {
    const { lesson } = await taught(0);
    expect((await act(lesson, lesson.teacher.headers, what, payload)).statusCode).toBe(400);
  });
});

describe('roll call', () => {
  test('is answered once, counts as evidence, and is the teacher’s to see', async () => {
    const { lesson, logId } = await taught(1);
    const [pupil, classmate] = lesson.pupils;
    const id = randomUUID();
    expect(outcome(await act(lesson, pupil!.headers, 'roll-calls', { id, seconds: 60 }))).toEqual([
      403,
      'not_allowed',
    ]);
    const started = await act(lesson, lesson.teacher.headers, 'roll-calls', { id, seconds: 60 });
    expect(started.json()).toMatchObject({ id });
    expect((await act(lesson, lesson.teacher.headers, 'roll-calls', { id, seconds: 60 })).json()).toEqual(
      started.json(),
    );
    expect(outcome(await act(lesson, pupil!.headers, `roll-calls/${id}/answers`))).toBe(204);
    expect(outcome(await act(lesson, pupil!.headers, `roll-calls/${id}/answers`))).toBe(204);
    expect(outcome(await act(lesson, lesson.teacher.headers, `roll-calls/${id}/answers`))).toEqual([
      403,
      'not_allowed',
    ]);
    expect(outcome(await act(lesson, pupil!.headers, `roll-calls/${randomUUID()}/answers`))).toEqual([
      404,
      'not_found',
    ]);
    const facts = await sql<{ outcome: string; way: string }>`
      SELECT outcome, way FROM standing_facts(${lesson.schoolDay}::date)
      WHERE person_id = ${pupil!.personId} AND source = 'rollCall'`.execute(db);
    expect(facts.rows).toEqual([{ outcome: 'present', way: 'live' }]);
    const kinds = async (headers: Headers) =>
      (await feed(logId, headers)).frames
        .filter(({ track }) => track === 'talk')
        .map(({ bytes }) => decodeJsonRow<TalkRow>(bytes).kind);
    expect(await kinds(lesson.teacher.headers)).toEqual(['rollCall', 'rollCallAnswer']);
    expect(await kinds(classmate!.headers)).toEqual(['rollCall']);
  });

  test('the database clock ends it, a moment late on a weak line counts', async () => {
    const { lesson } = await taught(1);
    const id = randomUUID();
    await act(lesson, lesson.teacher.headers, 'roll-calls', { id, seconds: 30 });
    await sql`UPDATE roll_calls SET until_at = app_now() - interval '10 seconds' WHERE id = ${id}`.execute(
      db,
    );
    expect(outcome(await act(lesson, lesson.pupils[0]!.headers, `roll-calls/${id}/answers`))).toBe(204);
    await sql`UPDATE roll_calls SET until_at = app_now() - interval '20 seconds' WHERE id = ${id}`.execute(
      db,
    );
    expect(outcome(await act(lesson, lesson.pupils[1]!.headers, `roll-calls/${id}/answers`))).toEqual([
      409,
      'roll_call_over',
    ]);
  });

  test('in a lesson held elsewhere the answered roll call is the evidence', async () => {
    const lesson = await aLesson(db, {
      mode: 'external',
      modeParams: { link: 'https://meeting.example.edu.cn/1' },
    });
    await joinAs(lesson, lesson.teacher.headers);
    await joinAs(lesson, lesson.pupils[0]!.headers);
    const id = randomUUID();
    await act(lesson, lesson.teacher.headers, 'roll-calls', { id, seconds: 60 });
    await act(lesson, lesson.pupils[0]!.headers, `roll-calls/${id}/answers`);
    const facts = await sql<{ way: string }>`
      SELECT way FROM standing_facts(${lesson.schoolDay}::date)
      WHERE person_id = ${lesson.pupils[0]!.personId} AND source = 'rollCall'`.execute(db);
    expect(facts.rows).toEqual([{ way: 'external' }]);
  });

  test('who opens the door of a lesson held elsewhere is not there by that, and after its end the link is gone', async () => {
    const lesson = await aLesson(db, {
      mode: 'external',
      modeParams: { link: 'https://meeting.example.edu.cn/1' },
    });
    await joinAs(lesson, lesson.teacher.headers);
    const [pupil] = lesson.pupils;
    expect((await joinAs(lesson, pupil!.headers)).json().link).toBe('https://meeting.example.edu.cn/1');
    const facts = await sql<{ way: string; from_at: Date | null; outcome: string | null }>`
      SELECT way, from_at, outcome FROM standing_facts(${lesson.schoolDay}::date)
      WHERE person_id = ${pupil!.personId}`.execute(db);
    expect(facts.rows).toEqual([{ way: 'external', from_at: null, outcome: null }]);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    expect((await joinAs(lesson, pupil!.headers)).json()).toMatchObject({ state: 'ended', link: null });
  });
});

describe('presence', () => {
  test('a minute sent twice keeps the most; a browser clock a day wrong has no part in it', async () => {
    const { lesson } = await taught(40);
    const [pupil] = lesson.pupils;
    await joinAs(lesson, pupil!.headers);
    const beat = (minute: number, heardMs: number) =>
      act(lesson, { ...pupil!.headers, date: 'Tue, 01 Jan 2030 00:00:00 GMT' }, 'heartbeat', {
        minute,
        heardMs,
        step: 1,
        queueMs: 0,
      });
    expect(outcome(await beat(0, 40_000))).toBe(204);
    expect(outcome(await beat(0, 58_000))).toBe(204);
    expect(outcome(await beat(0, 10_000))).toBe(204);
    expect(outcome(await beat(1, 19_000))).toBe(204);
    expect(outcome(await beat(5, 60_000))).toEqual([409, 'minute_not_taught']);
    const rows = await db
      .selectFrom('presence')
      .select(['minute', 'heard_ms'])
      .where('person_id', '=', pupil!.personId)
      .orderBy('minute')
      .execute();
    expect(rows).toEqual([
      { minute: 0, heard_ms: 58_000 },
      { minute: 1, heard_ms: 19_000 },
    ]);
  });

  test.each([
    ['more than a minute in a minute', { minute: 0, heardMs: 60_001, step: 1, queueMs: 0 }],
    ['a minute before the first', { minute: -1, heardMs: 1, step: 1, queueMs: 0 }],
  ])('%s is refused', async (_why, payload) => {
    const { lesson } = await taught(1);
    expect((await act(lesson, lesson.pupils[0]!.headers, 'heartbeat', payload)).statusCode).toBe(400);
  });

  test('a pupil of another class cannot be present', async () => {
    const { lesson } = await taught(40);
    const other = await aLesson(db);
    const beat = { minute: 0, heardMs: 60_000, step: 1, queueMs: 0 };
    expect(outcome(await act(lesson, other.pupils[0]!.headers, 'heartbeat', beat))).toEqual([
      404,
      'room_not_found',
    ]);
  });

  test('the list shows who is missing first and since when; pupils do not get it', async () => {
    const { lesson } = await taught(40);
    const [here, raised] = lesson.pupils;
    for (const pupil of [here, raised]) await joinAs(lesson, pupil!.headers);
    await act(lesson, here!.headers, 'heartbeat', { minute: 0, heardMs: 60_000, step: 2, queueMs: 300 });
    await act(lesson, raised!.headers, 'hand', { up: true });
    const url = `${roomOf(lesson)}/presence`;
    const list = await app.inject({ method: 'GET', url, headers: lesson.teacher.headers });
    const { pupils, lesson: card } = list.json();
    expect(pupils.map((pupil: { state: string }) => pupil.state)).toEqual(['missing', 'here', 'here']);
    expect(pupils[0]).toMatchObject({ personId: lesson.pupils[2]!.personId, since: card.startsAt });
    expect(pupils.find(({ personId }: { personId: string }) => personId === here!.personId)).toMatchObject({
      step: 2,
      queueMs: 300,
      heardSeconds: 60,
    });
    expect(
      pupils.find(({ personId }: { personId: string }) => personId === raised!.personId).handUpAt,
    ).not.toBeNull();
    expect(outcome(await app.inject({ method: 'GET', url, headers: here!.headers }))).toEqual([
      403,
      'not_allowed',
    ]);
    const stranger = (await aLesson(db)).teacher.headers;
    expect(outcome(await app.inject({ method: 'GET', url, headers: stranger }))).toEqual([404, 'not_found']);
  });

  test('at the end presence becomes facts on the wall clock, once, and the run says how it was taught', async () => {
    const { lesson } = await taught(70);
    const [pupil] = lesson.pupils;
    await joinAs(lesson, pupil!.headers);
    for (const [minute, heardMs] of [
      [0, 20_000],
      [1, 60_000],
    ] as const) {
      await act(lesson, pupil!.headers, 'heartbeat', { minute, heardMs, step: 1, queueMs: 0 });
    }
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    await runJob('rooms.sweep');
    const facts = await sql<{ seconds: number; length: number }>`
      SELECT seconds, extract(epoch FROM to_at - from_at)::int AS length FROM standing_facts(${lesson.schoolDay}::date)
      WHERE person_id = ${pupil!.personId} AND source = 'room'`.execute(db);
    expect(facts.rows).toEqual([{ seconds: 80, length: 80 }]);
    const planned = await sql<{
      status: string;
    }>`SELECT status FROM lesson_cards WHERE lesson_id = ${lesson.lessonId}`.execute(db);
    expect(planned.rows).toEqual([{ status: 'ended' }]);
    const runs = await sql<{ voice_seconds: number; ended: boolean }>`
      SELECT voice_seconds, ended_at IS NOT NULL AS ended FROM runs WHERE planned_id = ${lesson.lessonId}`.execute(
      db,
    );
    expect(runs.rows).toEqual([{ voice_seconds: Math.floor((70 * VOICE_SEGMENT_MS) / 1000), ended: true }]);
  });

  test('a room nobody ended ends by itself after the bell', async () => {
    const { lesson, logId } = await taught(1, { startsInMinutes: -50, minutes: 40 });
    await runJob('rooms.sweep');
    const state = async () =>
      (await db.selectFrom('lesson_logs').select('state').where('id', '=', logId).executeTakeFirstOrThrow())
        .state;
    expect(await state()).toBe('live');
    await sql`UPDATE lessons SET starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour' WHERE id = ${lesson.lessonId}`.execute(
      db,
    );
    await sql`UPDATE lesson_logs SET voice_started_at = voice_started_at - interval '1 hour', opened_at = opened_at - interval '1 hour' WHERE id = ${logId}`.execute(
      db,
    );
    await runJob('rooms.sweep');
    expect(await state()).toBe('ended');
  });
});

describe('the recording', () => {
  test('counts what was given out and played, each second once; seeking counts nothing', async () => {
    const { lesson, logId } = await taught(50);
    const [pupil, cheat] = lesson.pupils;
    const report = (headers: Headers, ranges: number[][]) =>
      app.inject({ method: 'POST', url: `/api/logs/${logId}/heard`, headers, payload: { ranges } });
    expect(outcome(await report(pupil!.headers, [[0, 10]]))).toEqual([409, 'lesson_running']);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    expect((await report(cheat!.headers, [[0, 99]])).json()).toMatchObject({
      countedSeconds: 0,
      madeUp: false,
    });
    await feed(logId, pupil!.headers, { voice: 1, max: 90_000 });
    const first = (
      await report(pupil!.headers, [
        [0, 99],
        [0, 99],
      ])
    ).json();
    expect(first.countedSeconds).toBeGreaterThan(40);
    expect(first.countedSeconds).toBeLessThan(70);
    await feed(logId, pupil!.headers, { voice: 20, max: 300_000 });
    const second = (await report(pupil!.headers, [[0, 99]])).json();
    expect(second).toMatchObject({ countedSeconds: 99, taughtSeconds: 99, neededSeconds: 79, madeUp: true });
    const facts = await sql<{ seconds: number }>`
      SELECT seconds FROM standing_facts(${lesson.schoolDay}::date)
      WHERE person_id = ${pupil!.personId} AND source = 'recording' ORDER BY seconds DESC LIMIT 1`.execute(
      db,
    );
    expect(facts.rows).toEqual([{ seconds: 99 }]);
    expect(outcome(await report(lesson.teacher.headers, [[0, 9]]))).toEqual([403, 'not_allowed']);
  });

  test('is a playlist for any player, under addresses that change when somebody is removed', async () => {
    const { lesson, logId, voice } = await taught(3);
    const [pupil, removed] = lesson.pupils;
    const get = (path: string, headers: Headers) =>
      app.inject({ method: 'GET', url: `/api/logs/${logId}/${path}`, headers });
    expect(outcome(await get('voice.m3u8', pupil!.headers))).toEqual([409, 'lesson_running']);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const before = await get('voice.m3u8', removed!.headers);
    const addresses = before.body.split('\n').filter((line) => line.startsWith('sealed/'));
    expect(addresses.length).toBe(3);
    expect((await get(addresses[1]!, removed!.headers)).rawPayload).toEqual(voice[2]);
    const init = /URI="([^"]+)"/.exec(before.body)![1]!;
    expect((await get(init, pupil!.headers)).rawPayload).toEqual(voice[0]);
    await act(lesson, lesson.teacher.headers, 'remove', { personId: removed!.personId });
    expect(outcome(await get(addresses[1]!, removed!.headers))).toEqual([403, 'removed_from_room']);
    expect(outcome(await get(addresses[1]!, pupil!.headers))).toEqual([404, 'not_found']);
    const after = await get('voice.m3u8', pupil!.headers);
    const again = after.body.split('\n').find((line) => line.startsWith('sealed/'))!;
    expect((await get(again, pupil!.headers)).rawPayload).toEqual(voice[1]);
    const stranger = await aLesson(db);
    expect(outcome(await get('voice.m3u8', stranger.pupils[0]!.headers))).toEqual([404, 'room_not_found']);
  });

  test('has an index by segment and its pages as chapters', async () => {
    const { lesson, logId } = await taught(3);
    const ink = Buffer.from(
      encodeEvents([
        { kind: 'page', dtMs: 10, pageN: 1 },
        { kind: 'page', dtMs: 900, pageN: 2 },
      ]),
    );
    await putSegment(logId, lesson.teacher.headers, 'events', 1, ink, { startMs: 1000, durationMs: 1000 });
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const index = await app.inject({
      method: 'GET',
      url: `/api/logs/${logId}/index`,
      headers: lesson.pupils[0]!.headers,
    });
    expect(index.json()).toEqual({
      durationMs: 3 * VOICE_SEGMENT_MS,
      voice: [
        [1, 0],
        [2, 1980],
        [3, 3960],
      ],
      chapters: [
        { pageN: 1, startMs: 1010, eventsN: 1 },
        { pageN: 2, startMs: 1900, eventsN: 1 },
      ],
    });
  });

  test('the same door leads to it after the end, for who never came too', async () => {
    const { lesson } = await taught(2);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    expect((await joinAs(lesson, lesson.pupils[2]!.headers)).json()).toMatchObject({ state: 'ended' });
  });

  test('keeps the facts of who was there, and a day later not their every minute', async () => {
    const { lesson, logId } = await taught(2);
    const [pupil] = lesson.pupils;
    await joinAs(lesson, pupil!.headers);
    await act(lesson, pupil!.headers, 'heartbeat', { minute: 0, heardMs: 4000, step: 0, queueMs: 0 });
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const minutes = async () =>
      (await db.selectFrom('presence').where('lesson_id', '=', lesson.lessonId).selectAll().execute()).length;
    expect(await minutes()).toBe(1);
    await runJob('rooms.purge');
    expect(await minutes(), 'late minutes may still come').toBe(1);
    await sql`UPDATE lesson_logs SET ended_at = ended_at - interval '25 hours', finished_at = finished_at - interval '25 hours' WHERE id = ${logId}::uuid`.execute(
      db,
    );
    await runJob('rooms.purge');
    expect(await minutes(), 'the last of them are no facts yet').toBe(1);
    await runJob('rooms.sweep');
    await runJob('rooms.purge');
    expect(await minutes()).toBe(0);
    expect(
      await db.selectFrom('runs').where('planned_id', '=', lesson.lessonId).selectAll().execute(),
    ).toHaveLength(1);
  });

  test('is gone with its objects when its time is over', async () => {
    const { lesson, logId } = await taught(2);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const [part] = await db
      .selectFrom('log_parts')
      .select('file_sha256')
      .where('log_id', '=', logId)
      .where('track', '=', 1)
      .execute();
    await sql`UPDATE lesson_logs SET retention_until = current_date - 2 WHERE id = ${logId}`.execute(db);
    await runJob('rooms.purge');
    expect((await feed(logId, lesson.pupils[0]!.headers)).status).toBe(404);
    expect(await ctx.files.size(part!.file_sha256)).not.toBeNull();
    await sql`UPDATE loose_files SET since = since - interval '2 hours'`.execute(db);
    await runJob('rooms.sweep');
    expect(await ctx.files.size(part!.file_sha256)).toBeNull();
  });

  test('what a killed upload left behind is swept after an hour, what a lesson names stays', async () => {
    const { lesson, logId } = await taught(2);
    await act(lesson, lesson.teacher.headers, 'order', { order: 'end' });
    const parts = await db
      .selectFrom('log_parts')
      .select('file_sha256')
      .where('log_id', '=', logId)
      .execute();
    const waste = await ctx.files.put(Buffer.from(randomUUID()));
    const named = parts.map((part) => part.file_sha256);
    await loosenFiles(db, [waste, ...named]);
    await runJob('rooms.sweep');
    expect(await ctx.files.size(waste)).not.toBeNull();
    await sql`UPDATE loose_files SET since = since - interval '2 hours'`.execute(db);
    await runJob('rooms.sweep');
    expect(await ctx.files.size(waste)).toBeNull();
    for (const sha256 of named) expect(await ctx.files.size(sha256)).not.toBeNull();
  });
});

describe('reached without a room', () => {
  test('a call noted twice is one fact; only for pupils of the lesson, only by its staff', async () => {
    const lesson = await aLesson(db, { mode: 'phone' });
    const [pupil] = lesson.pupils;
    const contact = { pupilId: pupil!.personId, way: 'phone', outcome: 'taught' };
    expect(outcome(await act(lesson, lesson.teacher.headers, 'contacts', contact))).toBe(204);
    expect(outcome(await act(lesson, lesson.teacher.headers, 'contacts', contact))).toBe(204);
    const facts = await sql<{ way: string; outcome: string }>`
      SELECT way, outcome FROM standing_facts(${lesson.schoolDay}::date) WHERE person_id = ${pupil!.personId}`.execute(
      db,
    );
    expect(facts.rows).toEqual([{ way: 'phone', outcome: 'taught' }]);
    const { personId: strangerId } = await aPupil(db, {
      schoolId: lesson.schoolId,
      classId: (await aLesson(db)).classIds[0]!,
    });
    expect(
      outcome(await act(lesson, lesson.teacher.headers, 'contacts', { ...contact, pupilId: strangerId })),
    ).toEqual([422, 'not_a_pupil_here']);
    expect(outcome(await act(lesson, pupil!.headers, 'contacts', contact))).toEqual([403, 'not_allowed']);
    expect(
      (await act(lesson, lesson.teacher.headers, 'contacts', { ...contact, way: 'pigeon' })).statusCode,
    ).toBe(400);
  });

  test('what was noted stands beside the name; two clicks at once are one note, another outcome replaces it', async () => {
    const lesson = await aLesson(db, { mode: 'contacted' });
    const [pupil] = lesson.pupils;
    const note = (outcomeOfIt: string) =>
      act(lesson, lesson.teacher.headers, 'contacts', {
        pupilId: pupil!.personId,
        way: 'phone',
        outcome: outcomeOfIt,
      });
    await Promise.all([note('taught'), note('taught')]);
    await note('noAnswer');
    await note('taught');
    const standing = await sql<{ outcome: string }>`
      SELECT outcome FROM standing_facts(${lesson.schoolDay}::date) WHERE person_id = ${pupil!.personId}`.execute(
      db,
    );
    expect(standing.rows).toEqual([{ outcome: 'taught' }]);
    const list = await app.inject({
      method: 'GET',
      url: `${roomOf(lesson)}/presence`,
      headers: lesson.teacher.headers,
    });
    const row = list.json().pupils.find(({ personId }: { personId: string }) => personId === pupil!.personId);
    expect(row).toMatchObject({ contact: { way: 'phone', outcome: 'taught' }, answeredAt: null });
  });
});
