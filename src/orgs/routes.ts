import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { manageOrgs, readOrgs } from './actions.ts';
import { NewOrg, OrgNode } from './contract.ts';
import { createOrg, readTree, renameOrg } from './service.ts';
import type { OrgKind } from './tables.ts';

const tags = ['orgs'];
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });

export function orgsRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/tree',
      {
        config: { action: readOrgs },
        schema: {
          operationId: 'readOrgTree',
          tags,
          params: OrgParams,
          querystring: Type.Object({ depth: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })) }),
          response: { 200: Type.Object({ orgs: Type.Array(OrgNode) }, { additionalProperties: false }) },
        },
      },
      async ({ actor, params, query }) => ({
        orgs: await readTree(ctx, actor, { ...params, depth: query.depth ?? 2 }),
      }),
    );
    app.post(
      '/orgs',
      {
        config: { action: manageOrgs },
        schema: { operationId: 'createOrg', tags, body: NewOrg, response: { 201: OrgNode } },
      },
      async (request, reply) =>
        reply
          .code(201)
          .send(await createOrg(ctx, request, { ...request.body, kind: request.body.kind as OrgKind })),
    );
    app.put(
      '/orgs/:orgId/name',
      {
        config: { action: manageOrgs },
        schema: {
          operationId: 'renameOrg',
          tags,
          params: OrgParams,
          body: Type.Object(
            { name: Type.String({ minLength: 1, maxLength: 100 }) },
            { additionalProperties: false },
          ),
          response: { 200: OrgNode },
        },
      },
      async ({ actor, params, body }) => renameOrg(ctx, actor, { ...params, ...body }),
    );
  };
}
