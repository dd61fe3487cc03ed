import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import {
  assignCare,
  issueClaimCards,
  manageMembers,
  readClasses,
  readMembers,
  searchPeople,
} from './actions.ts';
import {
  ClassList,
  ClaimCards,
  Composed,
  CompositionBody,
  FoundPeople,
  JoinClass,
  Joined,
  Members,
  SetComposition,
} from './contract.ts';
import { joinClass, leaveClass, readComposition, setComposition } from './service-members.ts';
import { assignCareDuty, findPeople, listClasses, listMembers, makeClassClaimCards } from './service.ts';

const tags = ['courses'];
const Uuid = Type.String({ format: 'uuid' });

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
    app.get(
      '/orgs/:orgId/classes',
      {
        config: { action: readClasses },
        schema: {
          operationId: 'listClasses',
          tags,
          params: Type.Object({ orgId: Uuid }),
          response: { 200: ClassList },
        },
      },
      async ({ actor, params }) => ({ classes: await listClasses(ctx, actor, params) }),
    );
    app.get(
      '/classes/:classId/members',
      {
        config: { action: readMembers },
        schema: {
          operationId: 'listMembers',
          tags,
          params: Type.Object({ classId: Uuid }),
          response: { 200: Members },
        },
      },
      async ({ actor, params }) => listMembers(ctx, actor, params),
    );
    app.get(
      '/classes/:classId/composition',
      {
        config: { action: manageMembers },
        schema: {
          operationId: 'readComposition',
          tags,
          params: Type.Object({ classId: Uuid }),
          response: { 200: CompositionBody },
        },
      },
      async ({ actor, params }) => {
        const { kind, homerooms } = await readComposition(ctx, actor, params);
        return { kind, homerooms: [...homerooms] };
      },
    );
    app.put(
      '/classes/:classId/composition',
      {
        config: { action: manageMembers },
        schema: {
          operationId: 'setComposition',
          tags,
          params: Type.Object({ classId: Uuid }),
          body: SetComposition,
          response: { 200: Composed },
        },
      },
      async ({ actor, params, body }) => setComposition(ctx, actor, { ...params, ...body }),
    );
    app.post(
      '/classes/:classId/pupils',
      {
        config: { action: manageMembers },
        schema: {
          operationId: 'joinClass',
          tags,
          params: Type.Object({ classId: Uuid }),
          body: JoinClass,
          response: { 200: Joined },
        },
      },
      async ({ actor, params, body }) => joinClass(ctx, actor, { ...params, ...body }),
    );
    app.delete(
      '/classes/:classId/pupils/:personId',
      {
        config: { action: manageMembers },
        schema: {
          operationId: 'leaveClass',
          tags,
          params: Type.Object({ classId: Uuid, personId: Uuid }),
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params }, reply) => {
        await leaveClass(ctx, actor, params);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/orgs/:orgId/people',
      {
        config: { action: searchPeople },
        schema: {
          operationId: 'findPeople',
          tags,
          params: Type.Object({ orgId: Uuid }),
          querystring: Type.Object({ text: Type.String({ minLength: 1, maxLength: 40 }) }),
          response: { 200: FoundPeople },
        },
      },
      async ({ actor, params, query }) => ({ people: await findPeople(ctx, actor, { ...params, ...query }) }),
    );
    app.put(
      '/classes/:classId/care-duty',
      {
        config: { action: assignCare },
        schema: {
          operationId: 'assignCareDuty',
          tags,
          params: Type.Object({ classId: Uuid }),
          body: Type.Object(
            { adultId: Type.Union([Uuid, Type.Null()]), deputyId: Type.Union([Uuid, Type.Null()]) },
            { additionalProperties: false },
          ),
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params, body }, reply) => {
        await assignCareDuty(ctx, actor, { ...params, ...body });
        return reply.code(204).send(null);
      },
    );
  };
}
