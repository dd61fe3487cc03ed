import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { repeatable } from '../platform/idempotency.ts';
import {
  changeLesson,
  editPlan,
  prepareLesson,
  publishWeek as publishWeekAction,
  readClassWeek,
  readOwnDay,
  readPlan as readPlanAction,
  readPupilDay,
  startLessonNow,
} from './actions.ts';
import {
  AddSlot,
  BellPlan,
  BellPlans,
  CancelLesson,
  closed,
  Day,
  EditSlots,
  Id,
  LessonPath,
  LessonRef,
  MoveLesson,
  Plan,
  PrepareLesson,
  Publication,
  SaveBellPlan,
  ShownWeek,
  SlotAdded,
  SlotsEdited,
  StartNow,
  SubstituteTeacher,
} from './contract.ts';
import { feedRoutes } from './feed-routes.ts';
import { importRoutes } from './import-routes.ts';
import { bellPlans, saveBellPlan } from './service/bells.ts';
import {
  cancelLesson,
  moveLesson,
  prepare,
  restoreLesson,
  substituteTeacher,
} from './service/change-lesson.ts';
import { addSlot, editSlots } from './service/edit-plan.ts';
import { publishWeek } from './service/publish.ts';
import { readPlan } from './service/read-plan.ts';
import { classWeek, ownWeek } from './service/read-week.ts';
import { startNow } from './service/start-now.ts';
import { teachingDay } from './service/teaching-day.ts';
import { todayOf } from './service/today.ts';
import { TeacherToday, Today } from './today-contract.ts';

const tags = ['timetable'];
const School = closed({ schoolId: Id });
const WeekPath = closed({ schoolId: Id, weekNo: Type.Integer({ minimum: 1, maximum: 40 }) });

export function timetableRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(readingRoutes(ctx));
    await app.register(planRoutes(ctx));
    await app.register(lessonRoutes(ctx));
    await app.register(importRoutes(ctx));
    await app.register(feedRoutes(ctx));
  };
}

function readingRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/today',
      {
        config: { action: [readOwnDay, readPupilDay] },
        schema: {
          operationId: 'getToday',
          tags,
          querystring: closed({ pupilId: Type.Optional(Id), as: Type.Optional(Type.String()) }),
          response: { 200: Today },
        },
      },
      async ({ actor, query }) => todayOf(ctx, actor, { pupilId: query.pupilId ?? null }),
    );
    app.get(
      '/today/teaching',
      {
        config: { action: readOwnDay },
        schema: { operationId: 'getTeachingDay', tags, response: { 200: TeacherToday } },
      },
      async ({ actor }) => teachingDay(ctx, actor),
    );
    app.get(
      '/people/me/week',
      {
        config: { action: [readOwnDay, readPupilDay] },
        schema: {
          operationId: 'getOwnWeek',
          tags,
          querystring: closed({ day: Type.Optional(Day), pupilId: Type.Optional(Id) }),
          response: { 200: ShownWeek },
        },
      },
      async ({ actor, query }) =>
        ownWeek(ctx, actor, { pupilId: query.pupilId ?? null, day: query.day ?? null }),
    );
    app.get(
      '/classes/:classId/week',
      {
        config: { action: readClassWeek },
        schema: {
          operationId: 'getClassWeek',
          tags,
          params: closed({ classId: Id }),
          querystring: closed({ day: Type.Optional(Day) }),
          response: { 200: ShownWeek },
        },
      },
      async ({ actor, params, query }) => classWeek(ctx, actor, { ...params, day: query.day ?? null }),
    );
  };
}

function planRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/schools/:schoolId/plan',
      {
        config: { action: readPlanAction },
        schema: {
          operationId: 'getPlan',
          tags,
          params: School,
          querystring: closed({ weekNo: Type.Optional(Type.Integer({ minimum: 1, maximum: 40 })) }),
          response: { 200: Plan },
        },
      },
      async ({ actor, params, query }) => readPlan(ctx, actor, { ...params, weekNo: query.weekNo ?? null }),
    );
    app.post(
      '/schools/:schoolId/plan/edits',
      {
        config: { action: editPlan },
        schema: {
          operationId: 'editPlan',
          tags,
          params: School,
          body: EditSlots,
          response: { 200: SlotsEdited },
        },
      },
      async (request) =>
        editSlots(ctx, request.actor, { ...request.params, ...request.body, request: repeatable(request) }),
    );
    app.post(
      '/schools/:schoolId/plan/slots',
      {
        config: { action: editPlan },
        schema: { operationId: 'addSlot', tags, params: School, body: AddSlot, response: { 201: SlotAdded } },
      },
      async (request, reply) => {
        const slot = { ...request.params, slot: request.body, request: repeatable(request) };
        return reply.code(201).send(await addSlot(ctx, request.actor, slot));
      },
    );
    app.post(
      '/schools/:schoolId/weeks/:weekNo/publications',
      {
        config: { action: publishWeekAction },
        schema: {
          operationId: 'publishWeek',
          tags,
          params: WeekPath,
          body: closed({}),
          response: { 201: Publication },
        },
      },
      async (request, reply) => {
        const week = { ...request.params, request: repeatable(request) };
        const { publishedAt, ...publication } = await publishWeek(ctx, request.actor, week);
        return reply.code(201).send({ ...publication, publishedAt: publishedAt.toISOString() });
      },
    );
    app.get(
      '/schools/:schoolId/bell-plans',
      {
        config: { action: readPlanAction },
        schema: { operationId: 'getBellPlans', tags, params: School, response: { 200: BellPlans } },
      },
      async ({ actor, params }) => {
        const found = await bellPlans(ctx, actor, params);
        return { ...found, bellPlans: found.bellPlans.map(mutable) };
      },
    );
    app.put(
      '/bell-plans/:bellPlanId',
      {
        config: { action: editPlan },
        schema: {
          operationId: 'saveBellPlan',
          tags,
          params: closed({ bellPlanId: Id }),
          body: SaveBellPlan,
          response: { 200: BellPlan },
        },
      },
      async ({ actor, params, body }) =>
        mutable(await saveBellPlan(ctx, actor, { id: params.bellPlanId, ...body })),
    );
  };
}

function mutable(plan: Awaited<ReturnType<typeof saveBellPlan>>) {
  return { ...plan, yearGroups: [...plan.yearGroups], periods: [...plan.periods] };
}

function lessonRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/lessons/now',
      {
        config: { action: startLessonNow },
        schema: { operationId: 'startLessonNow', tags, body: StartNow, response: { 201: LessonRef } },
      },
      async (request, reply) => {
        const { topic = null, link = null, ...lesson } = request.body;
        const wanted = { ...lesson, topic, link, request: repeatable(request) };
        return reply.code(201).send(await startNow(ctx, request.actor, wanted));
      },
    );
    app.post(
      '/lessons/:day/:lessonId/moves',
      {
        config: { action: changeLesson },
        schema: {
          operationId: 'moveLesson',
          tags,
          params: LessonPath,
          body: MoveLesson,
          response: { 200: LessonRef },
        },
      },
      async (request) => {
        const { to, swapWith = null, reason = null } = request.body;
        const key = request.params;
        return moveLesson(ctx, request.actor, { key, to, swapWith, reason, request: repeatable(request) });
      },
    );
    app.post(
      '/lessons/:day/:lessonId/cancellation',
      {
        config: { action: changeLesson },
        schema: {
          operationId: 'cancelLesson',
          tags,
          params: LessonPath,
          body: CancelLesson,
          response: { 200: LessonRef },
        },
      },
      async (request) => {
        const { reason = null } = request.body;
        return cancelLesson(ctx, request.actor, {
          key: request.params,
          reason,
          request: repeatable(request),
        });
      },
    );
    app.post(
      '/lessons/:day/:lessonId/restoration',
      {
        config: { action: changeLesson },
        schema: {
          operationId: 'restoreLesson',
          tags,
          params: LessonPath,
          body: CancelLesson,
          response: { 200: LessonRef },
        },
      },
      async (request) => {
        const { reason = null } = request.body;
        return restoreLesson(ctx, request.actor, {
          key: request.params,
          reason,
          request: repeatable(request),
        });
      },
    );
    app.post(
      '/lessons/:day/:lessonId/substitution',
      {
        config: { action: changeLesson },
        schema: {
          operationId: 'substituteTeacher',
          tags,
          params: LessonPath,
          body: SubstituteTeacher,
          response: { 200: LessonRef },
        },
      },
      async (request) => {
        const { personId, replacedId = null, reason = null } = request.body;
        const change = { key: request.params, personId, replacedId, reason, request: repeatable(request) };
        return substituteTeacher(ctx, request.actor, change);
      },
    );
    app.patch(
      '/lessons/:day/:lessonId',
      {
        config: { action: prepareLesson },
        schema: {
          operationId: 'prepareLesson',
          tags,
          params: LessonPath,
          body: PrepareLesson,
          response: { 200: LessonRef },
        },
      },
      async (request) => {
        const { topic = null, mode = null, modeParams = null } = request.body;
        const change = { key: request.params, topic, mode, modeParams, request: repeatable(request) };
        return prepare(ctx, request.actor, change);
      },
    );
  };
}
