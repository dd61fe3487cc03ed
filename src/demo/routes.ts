import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { enterDemo } from './actions.ts';
import { enter, listEntries } from './service.ts';

const tags = ['demo'];

export function demoRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/demo',
      {
        config: { action: enterDemo },
        schema: {
          operationId: 'listDemoEntries',
          tags,
          response: {
            200: Type.Object(
              {
                now: Type.String(),
                entries: Type.Array(
                  Type.Object(
                    {
                      loginName: Type.String(),
                      name: Type.String(),
                      orgName: Type.String(),
                      kind: Type.String(),
                    },
                    { additionalProperties: false },
                  ),
                ),
              },
              { additionalProperties: false },
            ),
          },
        },
      },
      async (request) => listEntries(ctx, request),
    );
    app.post(
      '/demo/enter',
      {
        config: { action: enterDemo },
        schema: {
          operationId: 'enterDemo',
          tags,
          body: Type.Object({ loginName: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
          response: {
            200: Type.Object(
              { audience: Type.Union([Type.Literal('learner'), Type.Literal('staff')]) },
              { additionalProperties: false },
            ),
          },
        },
      },
      async (request, reply) => enter(ctx, request, reply, request.body),
    );
  };
}
