import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { manageOrgs, readOrgs } from './actions.ts';
import { MoveLine, MoveParams, NewMove } from './contract.ts';
import { listMoves, moveUnit, takeMoveBack, type MoveLine as Line } from './service-moves.ts';

const tags = ['orgs'];
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });

export function moveRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/moves',
      {
        config: { action: readOrgs },
        schema: {
          operationId: 'listMoves',
          tags,
          params: OrgParams,
          response: { 200: Type.Object({ moves: Type.Array(MoveLine) }, { additionalProperties: false }) },
        },
      },
      async ({ actor, params }) => ({ moves: (await listMoves(ctx, actor, params)).map(asLine) }),
    );
    app.post(
      '/orgs/:orgId/moves',
      {
        config: { action: manageOrgs },
        schema: {
          operationId: 'moveUnit',
          tags,
          params: OrgParams,
          body: NewMove,
          response: { 201: MoveLine },
        },
      },
      async (request, reply) =>
        reply.code(201).send(asLine(await moveUnit(ctx, request, { ...request.params, ...request.body }))),
    );
    app.delete(
      '/orgs/:orgId/moves/:fromDay',
      {
        config: { action: manageOrgs },
        schema: {
          operationId: 'takeMoveBack',
          tags,
          params: MoveParams,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params }, reply) => {
        await takeMoveBack(ctx, actor, params);
        return reply.code(204).send(null);
      },
    );
  };
}

function asLine({ decidedAt, ...line }: Line) {
  return { ...line, decidedAt: decidedAt?.toISOString() ?? null };
}
