import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { nameOfficers, readOfficers } from './actions.ts';
import { NamedOfficer, OfficerParams, OfficersList } from './contract-officers.ts';
import { clearOfficer, listOfficers, nameOfficer } from './service-officers.ts';

const tags = ['orgs'];

/** Who answers for online teaching in a unit, and whom one calls about it. */
export function officerRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/officers',
      {
        config: { action: readOfficers },
        schema: {
          operationId: 'listOfficers',
          tags,
          params: Type.Object({ orgId: Type.String({ format: 'uuid' }) }),
          response: { 200: OfficersList },
        },
      },
      async ({ actor, params }) => listOfficers(ctx, actor, params),
    );
    app.put(
      '/orgs/:orgId/officers/:role',
      {
        config: { action: nameOfficers },
        schema: {
          operationId: 'nameOfficer',
          tags,
          params: OfficerParams,
          body: NamedOfficer,
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params, body }, reply) => {
        await nameOfficer(ctx, actor, { ...params, ...body });
        return reply.code(204).send(null);
      },
    );
    app.delete(
      '/orgs/:orgId/officers/:role',
      {
        config: { action: nameOfficers },
        schema: {
          operationId: 'clearOfficer',
          tags,
          params: OfficerParams,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params }, reply) => {
        await clearOfficer(ctx, actor, params);
        return reply.code(204).send(null);
      },
    );
  };
}
