import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { buildTestApp } from '../platform/testing/app.ts';
import { aLesson } from './testing/a-lesson.ts';
import type { BuiltLesson, Headers } from './testing/a-lesson.ts';
import type { ServerMessage } from './wire.ts';

const { app, db } = await buildTestApp();
let origin = '';
const open = new Set<WebSocket>();

beforeAll(async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const socket of open) socket.terminate();
  open.clear();
});

const roomOf = (lesson: BuiltLesson) => `/api/rooms/${lesson.schoolDay}/${lesson.lessonId}`;

/** Session headers for this port; a browser would send the same. */
function here(headers: Headers): Headers {
  return { ...headers, cookie: (headers['cookie'] ?? '').replace('nol_80=', `nol_${origin.split(':')[1]}=`) };
}

async function ticketOf(lesson: BuiltLesson, headers: Headers): Promise<string> {
  const joined = await app.inject({ method: 'POST', url: `${roomOf(lesson)}/join`, headers, payload: {} });
  return (joined.json() as { ticket: string }).ticket;
}

interface Line {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[];
  readonly closed: Promise<number>;
  next<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>>;
  send(message: object | string): void;
}

/** @returns the line, or the HTTP status with which the upgrade was refused. */
function connect(
  lesson: BuiltLesson,
  headers: Headers,
  ticket: string,
  extra: Headers = {},
): Promise<Line | number> {
  const socket = new WebSocket(
    `ws://${origin}${roomOf(lesson)}/socket?ticket=${encodeURIComponent(ticket)}`,
    {
      headers: { ...here(headers), ...extra },
    },
  );
  open.add(socket);
  const messages: ServerMessage[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as ServerMessage));
  const closed = new Promise<number>((resolve) => void socket.on('close', (code) => resolve(code)));
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () =>
      resolve({
        socket,
        messages,
        closed,
        async next(type) {
          for (let attempt = 0; attempt < 300; attempt++) {
            const place = messages.findIndex((message) => message.type === type);
            if (place >= 0) return messages.splice(place, 1)[0] as never;
            await sleep(10);
          }
          throw new Error(`no ${type} came; got ${JSON.stringify(messages)}`);
        },
        send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      }),
    );
  });
}

async function connected(lesson: BuiltLesson, headers: Headers): Promise<Line> {
  const line = await connect(lesson, headers, await ticketOf(lesson, headers));
  if (typeof line === 'number') throw new Error(`the socket was refused with ${line}`);
  return line;
}

test('what one says everyone in the class gets, and the sender is told that it is saved', async () => {
  const lesson = await aLesson(db);
  const teacher = await connected(lesson, lesson.teacher.headers);
  const [first, second] = await Promise.all(
    lesson.pupils.slice(0, 2).map((pupil) => connected(lesson, pupil.headers)),
  );
  const clientId = randomUUID();
  first!.send({ type: 'chat', clientId, text: '听得到' });
  expect(await first!.next('ack')).toEqual({ type: 'ack', ref: clientId });
  for (const line of [teacher, first!, second!]) {
    expect(await line.next('talk')).toMatchObject({ n: 1, row: { kind: 'chat', text: '听得到' } });
  }
});

test('the teacher is told who comes, the pupils are not', async () => {
  const lesson = await aLesson(db);
  const teacher = await connected(lesson, lesson.teacher.headers);
  const pupil = await connected(lesson, lesson.pupils[0]!.headers);
  expect(await teacher.next('presence')).toMatchObject({
    personId: lesson.pupils[0]!.personId,
    state: 'here',
  });
  await connected(lesson, lesson.pupils[1]!.headers);
  await teacher.next('presence');
  expect(pupil.messages.filter(({ type }) => type === 'presence')).toEqual([]);
});

test('a ticket opens one socket, once, in its own room and for its own person', async () => {
  const [lesson, other] = [await aLesson(db), await aLesson(db)];
  const [pupil, classmate] = lesson.pupils;
  const ticket = await ticketOf(lesson, pupil!.headers);
  expect(await connect(lesson, classmate!.headers, ticket)).toBe(403);
  expect(await connect(other, other.pupils[0]!.headers, ticket)).toBe(403);
  expect(typeof (await connect(lesson, pupil!.headers, ticket))).toBe('object');
  expect(await connect(lesson, pupil!.headers, ticket)).toBe(403);
  expect(await connect(lesson, pupil!.headers, 'made-up')).toBe(403);
});

test('ten tries at the same moment with one ticket open one socket', async () => {
  const lesson = await aLesson(db);
  const ticket = await ticketOf(lesson, lesson.pupils[0]!.headers);
  const tries = await Promise.all(
    Array.from({ length: 10 }, () => connect(lesson, lesson.pupils[0]!.headers, ticket)),
  );
  expect(tries.filter((line) => typeof line === 'object').length).toBe(1);
});

test('an old ticket, no session and a page of somewhere else are refused before any frame', async () => {
  const lesson = await aLesson(db);
  const [pupil] = lesson.pupils;
  const old = await ticketOf(lesson, pupil!.headers);
  await db
    .updateTable('room_tickets')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .execute();
  expect(await connect(lesson, pupil!.headers, old)).toBe(403);
  const ticket = await ticketOf(lesson, pupil!.headers);
  expect(await connect(lesson, {}, ticket, { origin: `http://${origin}` })).toBe(401);
  expect(await connect(lesson, pupil!.headers, ticket, { origin: 'https://elsewhere.example' })).toBe(403);
});

test.each([
  ['no JSON', 'hello'],
  ['a type nobody knows', '{"type":"explode"}'],
  ['a field too many', '{"type":"hand","up":true,"loud":true}'],
  ['a number where a word belongs', '{"type":"chat","clientId":"abcdefgh","text":5}'],
])('a page that sends %s is not ours and is let go', async (_why, text) => {
  const lesson = await aLesson(db);
  const line = await connected(lesson, lesson.pupils[0]!.headers);
  line.send(text);
  expect(await line.closed).toBe(1008);
});

test('a message larger than any of ours closes the socket', async () => {
  const lesson = await aLesson(db);
  const line = await connected(lesson, lesson.pupils[0]!.headers);
  line.send(`{"type":"chat","text":"${randomBytes(40_000).toString('hex')}"}`);
  expect(await line.closed).toBe(1009);
});

test('a page that floods is let go, the others talk on', async () => {
  const lesson = await aLesson(db);
  const [flood, calm] = await Promise.all(
    lesson.pupils.slice(0, 2).map((pupil) => connected(lesson, pupil.headers)),
  );
  for (let i = 0; i < 200; i++) flood!.send({ type: 'hand', up: i % 2 === 0 });
  expect(await flood!.closed).toBe(1008);
  calm!.send({ type: 'chat', clientId: randomUUID(), text: '还在' });
  await calm!.next('ack');
});

test('whoever is removed loses every socket and gets no new one', async () => {
  const lesson = await aLesson(db);
  const [pupil] = lesson.pupils;
  const lines = [await connected(lesson, pupil!.headers), await connected(lesson, pupil!.headers)];
  await ticketOf(lesson, lesson.teacher.headers);
  await app.inject({
    method: 'POST',
    url: `${roomOf(lesson)}/remove`,
    headers: lesson.teacher.headers,
    payload: { personId: pupil!.personId },
  });
  expect(await Promise.all(lines.map((line) => line.closed))).toEqual([4001, 4001]);
  const joined = await app.inject({
    method: 'POST',
    url: `${roomOf(lesson)}/join`,
    headers: pupil!.headers,
    payload: {},
  });
  expect(joined.statusCode).toBe(403);
});

test('whoever is taken out of the class loses the socket, though nobody removed them', async () => {
  const lesson = await aLesson(db);
  const [pupil] = lesson.pupils;
  const line = await connected(lesson, pupil!.headers);
  await db.deleteFrom('enrollments').where('person_id', '=', pupil!.personId).execute();
  expect(await line.closed).toBe(4001);
});

test.each<{ why: string; end(lesson: BuiltLesson): Promise<unknown> }>([
  {
    why: 'signed out in another tab',
    end: ({ pupils }) =>
      app.inject({
        method: 'POST',
        url: '/api/sign-out',
        headers: { ...pupils[0]!.headers, 'content-type': 'application/json' },
        payload: 'null',
      }),
  },
  {
    why: 'disabled from the command line',
    end: ({ pupils }) =>
      db
        .updateTable('accounts')
        .set({ status: 'disabled' })
        .where('person_id', '=', pupils[0]!.personId)
        .execute(),
  },
])('whoever is $why loses the socket, and only they', async ({ end }) => {
  const lesson = await aLesson(db);
  const [line, other] = await Promise.all(
    lesson.pupils.slice(0, 2).map((pupil) => connected(lesson, pupil.headers)),
  );
  await end(lesson);
  expect(await line!.closed).toBe(4003);
  expect(other!.socket.readyState).toBe(WebSocket.OPEN);
});

test('a refusal comes back over the socket by its code', async () => {
  const lesson = await aLesson(db);
  const teacher = await connected(lesson, lesson.teacher.headers);
  const pupil = await connected(lesson, lesson.pupils[0]!.headers);
  teacher.send({ type: 'order', order: 'muteAll' });
  await teacher.next('ack');
  expect(await pupil.next('talk')).toMatchObject({ row: { kind: 'order', order: 'muteAll' } });
  const clientId = randomUUID();
  pupil.send({ type: 'chat', clientId, text: '？' });
  expect(await pupil.next('refused')).toMatchObject({ ref: clientId, code: 'talk_off' });
  pupil.send({ type: 'order', order: 'unmuteAll' });
  expect(await pupil.next('refused')).toMatchObject({ ref: 'order', code: 'not_allowed' });
});
