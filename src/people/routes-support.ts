import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { decideSupport, endSupport, readSupport } from './actions.ts';
import {
  decideOnSupport,
  endSupportNow,
  listSupportGrants,
  listSupportUses,
  type SupportGrant,
} from './support.ts';

const tags = ['people'];
const Instant = Type.String({ format: 'date-time' });
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });
const GrantParams = Type.Object({ grantId: Type.String({ format: 'uuid' }) });
const Grant = Type.Object(
  {
    id: Type.String(),
    reason: Type.String(),
    /** How long it lasts once given. */
    minutes: Type.Integer(),
    state: Type.Union([
      Type.Literal('asked'),
      Type.Literal('open'),
      Type.Literal('declined'),
      Type.Literal('over'),
      Type.Literal('unanswered'),
    ]),
    askedAt: Instant,
    decidedByName: Type.Union([Type.String(), Type.Null()]),
    decidedAt: Type.Union([Instant, Type.Null()]),
    endsAt: Type.Union([Instant, Type.Null()]),
    uses: Type.Integer(),
  },
  { additionalProperties: false },
);

/** A school and the operator who is let look into it. */
export function supportRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/support-grants',
      {
        config: { action: readSupport },
        schema: {
          operationId: 'listSupportGrants',
          tags,
          params: OrgParams,
          response: { 200: Type.Object({ grants: Type.Array(Grant) }, { additionalProperties: false }) },
        },
      },
      async ({ actor, params }) => ({ grants: (await listSupportGrants(ctx, actor, params)).map(asGrant) }),
    );
    app.get(
      '/orgs/:orgId/support-uses',
      {
        config: { action: readSupport },
        schema: {
          operationId: 'listSupportUses',
          tags,
          params: OrgParams,
          querystring: Type.Object({ page: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })) }),
          response: {
            200: Type.Object(
              {
                uses: Type.Array(
                  Type.Object(
                    { at: Instant, reason: Type.String(), operation: Type.String(), address: Type.String() },
                    { additionalProperties: false },
                  ),
                ),
                total: Type.Integer(),
              },
              { additionalProperties: false },
            ),
          },
        },
      },
      async ({ actor, params, query }) => {
        const { uses, total } = await listSupportUses(ctx, actor, { ...params, page: query.page ?? 1 });
        return { uses: uses.map(({ at, ...use }) => ({ ...use, at: at.toISOString() })), total };
      },
    );
    app.put(
      '/support-grants/:grantId/decision',
      {
        config: { action: decideSupport },
        schema: {
          operationId: 'decideSupport',
          tags,
          params: GrantParams,
          body: Type.Object({ give: Type.Boolean() }, { additionalProperties: false }),
          response: { 200: Grant },
        },
      },
      async ({ actor, params, body }) => asGrant(await decideOnSupport(ctx, actor, { ...params, ...body })),
    );
    app.post(
      '/support-grants/:grantId/end',
      {
        config: { action: endSupport },
        schema: {
          operationId: 'endSupport',
          tags,
          params: GrantParams,
          body: Type.Optional(Type.Null()),
          response: { 200: Grant },
        },
      },
      async ({ actor, params }) => asGrant(await endSupportNow(ctx, actor, params)),
    );
  };
}

function asGrant({ orgId: _orgId, askedAt, decidedAt, endsAt, ...grant }: SupportGrant) {
  return {
    ...grant,
    askedAt: askedAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
  };
}
