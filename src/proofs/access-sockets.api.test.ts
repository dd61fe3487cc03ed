import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { appointmentRoles } from '../people/roles.ts';
import { buildTestApp } from '../platform/testing/app.ts';
import { aGuardian, aPupil, aSchool, aStaff, enroll, signedInAs } from '../platform/testing/builders.ts';
import type { ClientMessage, ServerMessage } from '../rooms/wire.ts';
import { aLesson, type BuiltLesson, type Headers } from '../rooms/testing/a-lesson.ts';

/** A-01 and F-02 over the socket: every message by everybody who can be in a room, and the door against all others. */
const { app, db } = await buildTestApp();

const standings = ['teacher', 'assistant', 'staffOfClass', 'pupil', 'guardian'] as const;
type Standing = (typeof standings)[number];

/** A message nobody has thought of here does not compile. */
const messages: Record<ClientMessage['type'], { may: readonly Standing[]; body: () => object }> = {
  chat: {
    may: ['teacher', 'assistant', 'pupil', 'guardian'],
    body: () => ({ clientId: randomUUID(), text: '老师好' }),
  },
  hand: { may: ['teacher', 'assistant', 'pupil', 'guardian'], body: () => ({ up: true }) },
  lost: { may: ['teacher', 'assistant', 'pupil', 'guardian'], body: () => ({ pageN: 1 }) },
  // Who teaches or listens in hears the lesson, too; no fact comes of it.
  heartbeat: { may: standings, body: () => ({ minute: 0, heardMs: 1000, step: 0, queueMs: 0 }) },
  rollCallAnswer: { may: ['pupil', 'guardian'], body: () => ({ id: rollCallId }) },
  order: { may: ['teacher'], body: () => ({ order: 'muteAll' }) },
};

const rollCallId = randomUUID();
let lesson: BuiltLesson;
let insiders: Record<Standing, { headers: Headers; query: string }>;

beforeAll(async () => {
  lesson = await aLesson(db);
  const { schoolId, schoolDay, lessonId } = lesson;
  await sql`INSERT INTO roll_calls (id, school_day, lesson_id, started_by, started_at, until_at)
    VALUES (${rollCallId}, ${schoolDay}, ${lessonId}, ${lesson.teacher.personId}, app_now(), app_now() + interval '1 hour')`.execute(
    db,
  );
  const assistant = await aStaff(db, { orgId: schoolId, role: 'teacher' });
  await sql`INSERT INTO lesson_staff (school_day, lesson_id, person_id, duty)
    VALUES (${schoolDay}, ${lessonId}, ${assistant.personId}, 'assistant')`.execute(db);
  const classTeacher = await aStaff(db, { orgId: schoolId, role: 'classTeacher' });
  await enroll(db, {
    personId: classTeacher.personId,
    classId: lesson.classIds[0] ?? '',
    role: 'classTeacher',
  });
  const childId = lesson.pupils[1]!.personId;
  const guardian = await aGuardian(db, { schoolId, pupilIds: [childId] });
  insiders = {
    teacher: { headers: lesson.teacher.headers, query: '' },
    assistant: { headers: await signedInAs(db, assistant.accountId, assistant), query: '' },
    staffOfClass: { headers: await signedInAs(db, classTeacher.accountId, classTeacher), query: '' },
    pupil: { headers: lesson.pupils[0]!.headers, query: '' },
    guardian: { headers: await signedInAs(db, guardian.accountId), query: `for=${childId}` },
  };
  // The teacher opens the room.
  await ticketOf(insiders.teacher);
});

const room = () => `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}`;

async function ticketOf({ headers, query }: { headers: Headers; query: string }): Promise<string> {
  const joined = await app.inject({ method: 'POST', url: `${room()}/join?${query}`, headers, payload: {} });
  expect(joined.statusCode).toBe(200);
  return joined.json<{ ticket: string }>().ticket;
}

/** Opens the socket, says one thing and waits for the answer to it. */
async function said(standing: Standing, type: ClientMessage['type']): Promise<string> {
  const { headers, query } = insiders[standing];
  const ticket = await ticketOf(insiders[standing]);
  const socket = await app.injectWS(`${room()}/socket?ticket=${encodeURIComponent(ticket)}&${query}`, {
    headers,
  });
  const answer = new Promise<string>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const got = JSON.parse(data.toString()) as ServerMessage;
      if (got.type === 'ack') resolve('ack');
      if (got.type === 'refused') resolve(got.code);
    });
    socket.on('close', (code: number) => resolve(`closed ${code}`));
  });
  socket.send(JSON.stringify({ type, ...messages[type].body() }));
  const got = await answer;
  socket.terminate();
  return got;
}

// Orders last: whoever is muted is told so instead of being let speak.
const order = Object.keys(messages) as ClientMessage['type'][];
const cells = order.flatMap((type) => standings.map((standing) => [type, standing] as const));

test.each(cells)('%s by %s is taken in or refused as the table says', async (type, standing) => {
  expect(await said(standing, type)).toBe(messages[type].may.includes(standing) ? 'ack' : 'not_allowed');
});

test('nobody of another school gets a ticket or a socket, whatever their role and whosever ticket they show', async () => {
  const { orgId: elsewhere } = await aSchool(db);
  const strangers: { who: string; headers: Headers }[] = [
    { who: 'anonymous', headers: { 'nol-client': 'x' } },
  ];
  for (const role of appointmentRoles) {
    const staff = await aStaff(db, { orgId: elsewhere, role });
    strangers.push({ who: role, headers: await signedInAs(db, staff.accountId, staff) });
  }
  const other = await aLesson(db);
  const pupil = await aPupil(db, { schoolId: other.schoolId, classId: other.classIds[0] ?? '' });
  strangers.push({ who: 'pupil', headers: await signedInAs(db, pupil.accountId) });
  const wrong: string[] = [];
  for (const { who, headers } of strangers) {
    const joined = await app.inject({ method: 'POST', url: `${room()}/join`, headers, payload: {} });
    if (joined.statusCode !== (who === 'anonymous' ? 401 : 404)) wrong.push(`${who} joins: ${joined.body}`);
    const stolen = await ticketOf(insiders.pupil);
    const opened = await app
      .injectWS(`${room()}/socket?ticket=${encodeURIComponent(stolen)}`, { headers })
      .then(
        (socket) => {
          socket.terminate();
          return 'a socket';
        },
        (error: Error) => error.message,
      );
    if (!/Unexpected server response: (401|403|404)/.test(opened)) wrong.push(`${who} opens ${opened}`);
  }
  expect(wrong).toEqual([]);
});
