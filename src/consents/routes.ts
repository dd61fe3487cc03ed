import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { answerConsent, readClassConsents, readConsents, recordConsent } from './actions.ts';
import { AnswerConsent, ClassConsents, Consents, Purpose, RecordConsent } from './contract.ts';
import { answerForChild, consentsOf, consentsOfClass, recordForChild } from './service.ts';

const tags = ['consents'];
const Uuid = Type.String({ format: 'uuid' });

export function consentsRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/people/:personId/consents',
      {
        config: { action: readConsents },
        schema: {
          operationId: 'readConsents',
          tags,
          params: Type.Object({ personId: Uuid }),
          response: { 200: Consents },
        },
      },
      async ({ actor, params }) => consentsOf(ctx, actor, params.personId),
    );
    app.put(
      '/people/:personId/consents/:purpose',
      {
        config: { action: answerConsent },
        schema: {
          operationId: 'answerConsent',
          tags,
          params: Type.Object({ personId: Uuid, purpose: Purpose }),
          body: AnswerConsent,
          response: { 200: Consents },
        },
      },
      async ({ actor, params, body }) =>
        answerForChild(ctx, actor, { pupilId: params.personId, purpose: params.purpose, ...body }),
    );
    app.put(
      '/people/:personId/consents/:purpose/record',
      {
        config: { action: recordConsent },
        schema: {
          operationId: 'recordConsent',
          tags,
          params: Type.Object({ personId: Uuid, purpose: Purpose }),
          body: RecordConsent,
          response: { 200: Consents },
        },
      },
      async ({ actor, params, body }) =>
        recordForChild(ctx, actor, { pupilId: params.personId, purpose: params.purpose, ...body }),
    );
    app.get(
      '/classes/:classId/consents',
      {
        config: { action: readClassConsents },
        schema: {
          operationId: 'readClassConsents',
          tags,
          params: Type.Object({ classId: Uuid }),
          response: { 200: ClassConsents },
        },
      },
      async ({ actor, params }) => consentsOfClass(ctx, actor, params.classId),
    );
  };
}
