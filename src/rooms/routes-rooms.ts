import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../platform/context.ts';
import { enterRoom, readPresence, readRoomPeople, recordContact, takePart, teachLesson } from './actions.ts';
import {
  ChatAnswer,
  ChatBody,
  ContactBody,
  Done,
  EntranceAnswer,
  HandBody,
  HeartbeatBody,
  LessonParams,
  LostBody,
  Nothing,
  OnlyForPupil,
  OrderBody,
  PeopleAnswer,
  PresenceAnswer,
  RemoveBody,
  RollCallAnswer,
  RollCallBody,
  RollCallParams,
  SwitchesAnswer,
} from './contract.ts';
import type { LessonCard } from './queries-lesson.ts';
import { inRoomOf, roomsOf } from './rooms.ts';
import { join, roomPeople } from './service-join.ts';
import { heartbeat, noteContact, presenceList } from './service-presence.ts';
import { say } from './service-lines.ts';
import { tellLost } from './service-lost.ts';
import { answerRollCall, giveOrder, raiseHand, removePupil, startRollCall } from './service-talk.ts';
import type { InRoom } from './service-talk.ts';

const base = '/rooms/:schoolDay/:lessonId';
const tags = ['rooms'];
const params = LessonParams;
const querystring = OnlyForPupil;

function lessonAnswer(card: LessonCard): EntranceAnswer['lesson'] {
  const { schoolId: _s, modeParams: _p, status: _t, startsAt, endsAt, classNames, ...lesson } = card;
  return {
    ...lesson,
    classNames: [...classNames],
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  };
}

/** Coming in, taking part, holding the keys of a room. */
export function roomRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  const inRoom = (request: FastifyRequest): Promise<InRoom> => inRoomOf(rooms, request);
  return async (app) => {
    app.post(
      `${base}/join`,
      {
        config: { action: enterRoom },
        schema: {
          operationId: 'joinRoom',
          tags,
          params,
          querystring,
          body: Nothing,
          response: { 200: EntranceAnswer },
        },
      },
      async (request) => {
        const { actor, key, personId } = await inRoom(request);
        const entrance = await join(rooms, actor, key, personId);
        return {
          ...entrance,
          serverTime: entrance.serverTime.toISOString(),
          lesson: lessonAnswer(entrance.lesson),
        };
      },
    );

    app.get(
      `${base}/people`,
      {
        config: { action: readRoomPeople },
        schema: { operationId: 'readRoomPeople', tags, params, querystring, response: { 200: PeopleAnswer } },
      },
      async (request) => {
        const { actor, key, personId } = await inRoom(request);
        return { people: await roomPeople(rooms, actor, key, personId) };
      },
    );

    app.post(
      `${base}/heartbeat`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'sendHeartbeat',
          tags,
          params,
          querystring,
          body: HeartbeatBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await heartbeat(rooms, await inRoom(request), request.body);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/chat`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'say',
          tags,
          params,
          querystring,
          body: ChatBody,
          response: { 200: ChatAnswer },
        },
      },
      async (request) => say(rooms, await inRoom(request), request.body),
    );

    app.post(
      `${base}/hand`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'raiseHand',
          tags,
          params,
          querystring,
          body: HandBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await raiseHand(rooms, await inRoom(request), request.body.up);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/lost`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'tellLost',
          tags,
          params,
          querystring,
          body: LostBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await tellLost(rooms, await inRoom(request), request.body);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/roll-calls`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'startRollCall',
          tags,
          params,
          querystring,
          body: RollCallBody,
          response: { 200: RollCallAnswer },
        },
      },
      async (request) => {
        const { id, until } = await startRollCall(rooms, await inRoom(request), request.body);
        return { id, until: until.toISOString() };
      },
    );

    app.post(
      `${base}/roll-calls/:rollCallId/answers`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'answerRollCall',
          tags,
          params: RollCallParams,
          querystring,
          body: Nothing,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await answerRollCall(rooms, await inRoom(request), request.params.rollCallId);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/order`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'giveOrder',
          tags,
          params,
          querystring,
          body: OrderBody,
          response: { 200: SwitchesAnswer },
        },
      },
      async (request) => giveOrder(rooms, await inRoom(request), request.body),
    );

    app.post(
      `${base}/remove`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'removePupil',
          tags,
          params,
          querystring,
          body: RemoveBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await removePupil(rooms, await inRoom(request), request.body.personId);
        return reply.code(204).send(null);
      },
    );

    app.get(
      `${base}/presence`,
      {
        config: { action: readPresence },
        schema: { operationId: 'readPresence', tags, params, querystring, response: { 200: PresenceAnswer } },
      },
      async (request) => {
        const { schoolDay, lessonId } = request.params;
        const { serverTime, lesson, pupils } = await presenceList(rooms, request.actor, {
          schoolDay,
          lessonId,
        });
        return {
          serverTime: serverTime.toISOString(),
          lesson: lessonAnswer(lesson),
          pupils: pupils.map(({ since, handUpAt, answeredAt, contact, ...pupil }) => ({
            ...pupil,
            since: since?.toISOString() ?? null,
            handUpAt: handUpAt?.toISOString() ?? null,
            answeredAt: answeredAt?.toISOString() ?? null,
            contact: contact === null ? null : { ...contact, at: contact.at.toISOString() },
          })),
        };
      },
    );

    app.post(
      `${base}/contacts`,
      {
        config: { action: recordContact },
        schema: {
          operationId: 'noteContact',
          tags,
          params,
          querystring,
          body: ContactBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        const { schoolDay, lessonId } = request.params;
        await noteContact(rooms, request.actor, { schoolDay, lessonId }, request.body);
        return reply.code(204).send(null);
      },
    );
  };
}
