import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { ServerContext } from '../platform/context.ts';
import { takePart, teachLesson } from './actions.ts';
import { Done, LessonParams, Nothing, OnlyForPupil } from './contract.ts';
import {
  AnswerPollBody,
  PollParams,
  PollResultsAnswer,
  StartPollAnswer,
  StartPollBody,
} from './contract-polls.ts';
import { inRoomOf, roomsOf } from './rooms.ts';
import { answerPoll, closePoll, pollResults, showPoll, startPoll } from './service-polls.ts';
import type { InRoom } from './service-talk.ts';

const base = '/rooms/:schoolDay/:lessonId/polls';
const tags = ['rooms'];
const querystring = OnlyForPupil;

/** Questions asked in a lesson and how the class answers. */
export function pollRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  const inRoom = (request: FastifyRequest): Promise<InRoom> => inRoomOf(rooms, request);
  return async (app) => {
    app.post(
      base,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'startPoll',
          tags,
          params: LessonParams,
          querystring,
          body: StartPollBody,
          response: { 200: StartPollAnswer },
        },
      },
      async (request) => {
        const { id, until } = await startPoll(rooms, await inRoom(request), request.body);
        return { id, until: until.toISOString() };
      },
    );

    app.get(
      `${base}/:pollId`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'readPoll',
          tags,
          params: PollParams,
          querystring,
          response: { 200: PollResultsAnswer },
        },
      },
      async (request) => {
        const { poll, right, counts, answers } = await pollResults(
          rooms,
          await inRoom(request),
          request.params.pollId,
        );
        const { askedAt, untilAt, closedAt, shownAt, rightOptions: _o, rightNumber: _n, ...question } = poll;
        return {
          ...question,
          right,
          askedAt: askedAt.toISOString(),
          until: untilAt.toISOString(),
          closedAt: closedAt?.toISOString() ?? null,
          shownAt: shownAt?.toISOString() ?? null,
          counts,
          answers: answers.map(({ at, chosen, ...answer }) => ({
            ...answer,
            chosen: chosen === null ? null : [...chosen],
            at: at.toISOString(),
          })),
        };
      },
    );

    app.post(
      `${base}/:pollId/answers`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'answerPoll',
          tags,
          params: PollParams,
          querystring,
          body: AnswerPollBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await answerPoll(rooms, await inRoom(request), request.params.pollId, request.body);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/:pollId/close`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'closePoll',
          tags,
          params: PollParams,
          querystring,
          body: Nothing,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await closePoll(rooms, await inRoom(request), request.params.pollId);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/:pollId/show`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'showPoll',
          tags,
          params: PollParams,
          querystring,
          body: Nothing,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await showPoll(rooms, await inRoom(request), request.params.pollId);
        return reply.code(204).send(null);
      },
    );
  };
}
