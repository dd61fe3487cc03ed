import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerContext } from '../platform/context.ts';
import { takePart, teachLesson } from './actions.ts';
import { Done, Nothing, OnlyForPupil } from './contract.ts';
import { HideLineBody, LineParams } from './contract-lines.ts';
import { inRoomOf, roomsOf } from './rooms.ts';
import { hideLine, reportLine } from './service-lines.ts';

const base = '/rooms/:schoolDay/:lessonId/chat/:lineN';
const tags = ['rooms'];
const params = LineParams;
const querystring = OnlyForPupil;

/** What becomes of a line that should not have been written. */
export function lineRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  return async (app) => {
    app.post(
      `${base}/report`,
      {
        config: { action: takePart },
        schema: {
          operationId: 'reportLine',
          tags,
          params,
          querystring,
          body: Nothing,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        await reportLine(rooms, await inRoomOf(rooms, request), request.params.lineN);
        return reply.code(204).send(null);
      },
    );

    app.post(
      `${base}/hide`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'hideLine',
          tags,
          params,
          querystring,
          body: HideLineBody,
          response: { 204: Done },
        },
      },
      async (request, reply) => {
        const { params: of, body } = request;
        await hideLine(rooms, await inRoomOf(rooms, request), of.lineN, body.isHidden);
        return reply.code(204).send(null);
      },
    );
  };
}
