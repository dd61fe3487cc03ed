import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { actionsOf, roleOf } from './access.ts';
import {
  correctReading as correctReadingAction,
  keepSecondStep,
  readSelf,
  signIn as signInAction,
} from './actions.ts';
import { supportRoutes } from './routes-support.ts';
import { sessionWatchOf } from './session-watch.ts';
import {
  ChangePassword,
  Claim,
  ClaimCardOpen,
  Claimed,
  CorrectReading,
  NameReadings,
  NewSecondStep,
  RecoveryCodes,
  SecondStepAnswer,
  SecondStepCode,
  SecondStepState,
  Self,
  SignedIn,
  SignIn,
} from './contract.ts';
import {
  answerSecondStep,
  beginSecondStep,
  confirmSecondStep,
  makeRecoveryCodes,
  readSecondStep,
} from './service-second-step.ts';
import { correctReading } from './service-readings.ts';
import { changePassword, claim, readClaim, readSelfCard, signIn, signOut } from './service.ts';

const tags = ['people'];

export function peopleRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(supportRoutes(ctx));
    app.addHook('preClose', async () => sessionWatchOf(ctx).stop());
    app.post(
      '/sign-in',
      {
        config: { action: signInAction },
        schema: { operationId: 'signIn', tags, body: SignIn, response: { 200: SignedIn } },
      },
      async (request, reply) => signIn(ctx, request, reply, request.body),
    );
    app.post(
      '/sign-out',
      {
        config: { action: signInAction },
        schema: {
          operationId: 'signOut',
          tags,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await signOut(ctx, request, reply);
        return reply.code(204).send(null);
      },
    );
    app.put(
      '/people/:personId/reading',
      {
        config: { action: correctReadingAction },
        schema: {
          operationId: 'correctReading',
          tags,
          params: Type.Object({ personId: Type.String({ format: 'uuid' }) }),
          body: CorrectReading,
          response: { 200: NameReadings },
        },
      },
      async ({ actor, params, body }) => correctReading(ctx, actor, { ...params, ...body }),
    );
    app.get(
      '/claims/:token',
      {
        config: { action: signInAction },
        schema: {
          operationId: 'readClaim',
          tags,
          params: Type.Object({ token: Type.String({ maxLength: 60 }) }),
          response: { 200: ClaimCardOpen },
        },
      },
      async (request) => readClaim(ctx, request.actor, request.params),
    );
    app.post(
      '/claims',
      {
        config: { action: signInAction },
        schema: { operationId: 'claim', tags, body: Claim, response: { 200: Claimed } },
      },
      async (request, reply) => claim(ctx, request, reply, request.body),
    );
    app.get(
      '/me',
      { config: { action: readSelf }, schema: { operationId: 'readSelf', tags, response: { 200: Self } } },
      async ({ actor }) => ({
        ...(await readSelfCard(ctx, actor)),
        acting: {
          role: actor.kind === 'person' ? actor.role : actor.kind,
          appointmentId: actor.kind === 'person' ? (actor.appointment?.id ?? null) : null,
          actions: actionsOf(roleOf(actor)),
        },
        now: ctx.now().toISOString(),
      }),
    );
    app.post(
      '/me/password',
      {
        config: { action: readSelf },
        schema: { operationId: 'changePassword', tags, body: ChangePassword, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await changePassword(ctx, request, reply, request.body);
        return reply.code(204).send(null);
      },
    );
    app.post(
      '/me/second-step',
      {
        config: { action: keepSecondStep },
        schema: {
          operationId: 'beginSecondStep',
          tags,
          body: Type.Optional(Type.Null()),
          response: { 200: NewSecondStep },
        },
      },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return beginSecondStep(ctx, request.actor);
      },
    );
    app.get(
      '/me/second-step',
      {
        config: { action: keepSecondStep },
        schema: { operationId: 'readSecondStep', tags, response: { 200: SecondStepState } },
      },
      async ({ actor }) => readSecondStep(ctx, actor),
    );
    app.post(
      '/me/second-step/recovery-codes',
      {
        config: { action: keepSecondStep },
        schema: {
          operationId: 'makeRecoveryCodes',
          tags,
          body: Type.Optional(Type.Null()),
          response: { 200: RecoveryCodes },
        },
      },
      async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        return { codes: await makeRecoveryCodes(ctx, request.actor) };
      },
    );
    app.put(
      '/me/second-step',
      {
        config: { action: keepSecondStep },
        schema: {
          operationId: 'confirmSecondStep',
          tags,
          body: SecondStepCode,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await confirmSecondStep(ctx, request.actor, request.body);
        return reply.code(204).send(null);
      },
    );
    app.post(
      '/me/second-step/answers',
      {
        config: { action: keepSecondStep },
        schema: {
          operationId: 'answerSecondStep',
          tags,
          body: SecondStepAnswer,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await answerSecondStep(ctx, request.actor, request.body);
        return reply.code(204).send(null);
      },
    );
  };
}
