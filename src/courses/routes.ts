import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { issueClaimCards } from './actions.ts';
import { makeClassClaimCards } from './service.ts';

const ClaimCards = Type.Object(
  {
    cards: Type.Array(
      Type.Object(
        {
          loginName: Type.String(),
          name: Type.String(),
          number: Type.String(),
          claimUrl: Type.String(),
          spoken: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export function coursesRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/classes/:classId/claim-cards',
      {
        config: { action: issueClaimCards },
        schema: {
          operationId: 'makeClaimCards',
          tags: ['courses'],
          params: Type.Object({ classId: Type.String({ format: 'uuid' }) }),
          body: Type.Object({ onlyUnclaimed: Type.Boolean() }, { additionalProperties: false }),
          response: { 200: ClaimCards },
        },
      },
      async ({ actor, params, body }) => ({
        cards: (await makeClassClaimCards(ctx, actor, { ...params, ...body })).map(
          ({ loginName, name, number, token, spoken }) => ({
            loginName,
            name,
            number,
            spoken,
            claimUrl: `${ctx.config.publicUrl}/claim/${token}`,
          }),
        ),
      }),
    );
  };
}
