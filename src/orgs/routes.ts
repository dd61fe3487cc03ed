import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { manageOrgs, readOrgs } from './actions.ts';
import {
  DivisionsAsked,
  DivisionsPage,
  MadeDivision,
  NewDivision,
  NewOrg,
  OrgNode,
  UnitsPage,
} from './contract.ts';
import { officerRoutes } from './routes-officers.ts';
import { moveRoutes } from './routes-moves.ts';
import { createDivision, listDivisions, listUnits } from './service-units.ts';
import { createOrg, readTree, renameOrg } from './service.ts';
import type { OrgKind } from './tables.ts';

const tags = ['orgs'];
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });

export function orgsRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(officerRoutes(ctx));
    await app.register(moveRoutes(ctx));
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
    app.get(
      '/orgs/:orgId/units',
      {
        config: { action: readOrgs },
        schema: {
          operationId: 'listUnits',
          tags,
          params: OrgParams,
          querystring: Type.Object({
            text: Type.Optional(Type.String({ maxLength: 40 })),
            page: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
          }),
          response: { 200: UnitsPage },
        },
      },
      async ({ actor, params, query }) => {
        const { text = '', page = 1 } = query;
        const { above, units, ...rest } = await listUnits(ctx, actor, { ...params, text, page });
        return { ...rest, above: [...above], units: [...units] };
      },
    );
    app.get(
      '/orgs/:orgId/divisions',
      {
        config: { action: readOrgs },
        schema: {
          operationId: 'listDivisions',
          tags,
          params: OrgParams,
          querystring: DivisionsAsked,
          response: { 200: DivisionsPage },
        },
      },
      async ({ actor, params, query }) => {
        const { text = '', parent = null, page = 1 } = query;
        const found = await listDivisions(ctx, actor, { ...params, text, parentCode: parent, page });
        return { ...found, divisions: found.divisions.map((row) => ({ ...row, path: [...row.path] })) };
      },
    );
    app.post(
      '/orgs/:orgId/divisions',
      {
        config: { action: manageOrgs },
        schema: {
          operationId: 'createDivision',
          tags,
          params: OrgParams,
          body: NewDivision,
          response: { 200: MadeDivision },
        },
      },
      async ({ actor, params, body }) => createDivision(ctx, actor, { ...params, ...body }),
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
