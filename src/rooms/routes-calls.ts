import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerContext } from '../platform/context.ts';
import { teachLesson } from './actions.ts';
import { Done, LessonParams, Nothing, OnlyForPupil } from './contract.ts';
import { CallPupilAnswer, CallPupilBody, StartTimerBody, TimerParams } from './contract-calls.ts';
import { inRoomOf, roomsOf } from './rooms.ts';
import { callPupil, startTimer, stopTimer } from './service-calls.ts';

const base = '/rooms/:schoolDay/:lessonId';
const tags = ['rooms'];
const querystring = OnlyForPupil;

/** What a teacher does to wake a class: call one by lot, set a time. */
export function callRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  return async (app) => {
    app.post(
      `${base}/calls`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'callPupil',
          tags,
          params: LessonParams,
          querystring,
          body: CallPupilBody,
          response: { 200: CallPupilAnswer },
        },
      },
      async (request) => callPupil(rooms, await inRoomOf(rooms, request), request.body.id),
    );

    app.post(
      `${base}/timers`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'startTimer',
          tags,
          params: LessonParams,
          querystring,
          body: StartTimerBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await startTimer(rooms, await inRoomOf(rooms, request), request.body);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/timers/:timerId/stop`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'stopTimer',
          tags,
          params: TimerParams,
          querystring,
          body: Nothing,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await stopTimer(rooms, await inRoomOf(rooms, request), request.params.timerId);
        return reply.code(204).send(null);
      },
    );
  };
}
