import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { repeatable } from '../platform/idempotency.ts';
import { localeOf } from '../platform/request-locale.ts';
import { workbookType } from '../platform/workbook-cells.ts';
import {
  answerContest,
  changeRules,
  handleFollowUp,
  issueFigure,
  openContest,
  openFollowUp,
  readClassBoard,
  readContests,
  readDailyFigure,
  readOwnChildren,
  readOwnFollowUps,
  readPupilDays,
  readRules,
  readSchoolBoard,
  readSchoolFollowUps,
  readUnitBoard,
  revealNumber,
  tellCannotAttend,
} from './actions.ts';
import { changeSchoolRules, schoolRules } from './attendance-rules.ts';
import { readCannotAttend, tellOfAbsence, withdrawAbsence } from './absences.ts';
import { classBoard, schoolBoard } from './boards.ts';
import { beginFollowUp, revealGuardianNumber } from './calling.ts';
import {
  AskForNumber,
  BegunFollowUp,
  CannotAttend,
  ChangeRules,
  Children,
  ClassBoard,
  closed,
  Closing,
  ContestAnswer,
  Contests,
  DailyFigure,
  Day,
  Done,
  FollowUpDetail,
  Id,
  IssueOfDay,
  NewContact,
  NewContest,
  Number,
  OwnFollowUps,
  PupilDays,
  SchoolBoard,
  SchoolFollowUps,
  SchoolRules,
  TellCannotAttend,
  UnitBoard,
  UnitFigure,
  Withdrawal,
} from './contract.ts';
import { dailyFigure } from './daily-figure.ts';
import { dailyWorkbook } from './daily-workbook.ts';
import { contestState, schoolContests, settleContest } from './contests.ts';
import { readChildren, readDays } from './families.ts';
import {
  closeFollowUp,
  handOver,
  logContact,
  ownFollowUps,
  readFollowUp,
  schoolFollowUps,
} from './follow-ups.ts';
import { unitBoard } from './unit-board.ts';
import { issueUnitFigure, unitFigure } from './unit-figure.ts';
import { unitWorkbook } from './unit-workbook.ts';

const tags = ['reach'];
const School = closed({ schoolId: Id });
const FollowUpPath = closed({ followUpId: Id });
const OfDay = closed({ day: Type.Optional(Day) });
/** A download is a link: it names the appointment in its address, because it can send no header. */
const DownloadOfDay = closed({ day: Type.Optional(Day), as: Type.Optional(Id) });

export function reachRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(boardRoutes(ctx));
    await app.register(unitFigureRoutes(ctx));
    await app.register(followUpRoutes(ctx));
    await app.register(familyRoutes(ctx));
    await app.register(schoolRoutes(ctx));
  };
}

function boardRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/lessons/:day/:lessonId/classes/:classId/board',
      {
        config: { action: readClassBoard },
        schema: {
          operationId: 'getClassBoard',
          tags,
          params: closed({ day: Day, lessonId: Id, classId: Id }),
          response: { 200: ClassBoard },
        },
      },
      async ({ actor, params }) => classBoard(ctx, actor, params),
    );
    app.get(
      '/schools/:schoolId/board',
      {
        config: { action: readSchoolBoard },
        schema: { operationId: 'getSchoolBoard', tags, params: School, response: { 200: SchoolBoard } },
      },
      async ({ actor, params }) => schoolBoard(ctx, actor, params),
    );
    app.get(
      '/orgs/:orgId/reach',
      {
        config: { action: readUnitBoard },
        schema: {
          operationId: 'getUnitBoard',
          tags,
          params: closed({ orgId: Id }),
          querystring: OfDay,
          response: { 200: UnitBoard },
        },
      },
      async ({ actor, params, query }) => unitBoard(ctx, actor, { ...params, day: query.day ?? null }),
    );
    app.get(
      '/schools/:schoolId/daily-figure',
      {
        config: { action: readDailyFigure },
        schema: {
          operationId: 'getDailyFigure',
          tags,
          params: School,
          querystring: OfDay,
          response: { 200: DailyFigure },
        },
      },
      async ({ actor, params, query }) => dailyFigure(ctx, actor, { ...params, day: query.day ?? null }),
    );
    app.get(
      '/schools/:schoolId/daily-figure.xlsx',
      {
        config: { action: readDailyFigure, answers: workbookType },
        schema: { operationId: 'getDailyWorkbook', tags, params: School, querystring: DownloadOfDay },
      },
      async (request, reply) => {
        const { actor, params, query } = request;
        const figure = await dailyFigure(ctx, actor, { ...params, day: query.day ?? null });
        const workbook = await dailyWorkbook(figure, localeOf(request));
        return reply
          .type(workbookType)
          .header('content-disposition', `attachment; filename="reach-${figure.day}.xlsx"`)
          .send(workbook);
      },
    );
  };
}

function unitFigureRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const params = closed({ orgId: Id });
  return async (app) => {
    app.get(
      '/orgs/:orgId/daily-figure',
      {
        config: { action: readDailyFigure },
        schema: {
          operationId: 'getUnitFigure',
          tags,
          params,
          querystring: OfDay,
          response: { 200: UnitFigure },
        },
      },
      async ({ actor, params: of, query }) => unitFigure(ctx, actor, { ...of, day: query.day ?? null }),
    );
    app.get(
      '/orgs/:orgId/daily-figure.xlsx',
      {
        config: { action: readDailyFigure, answers: workbookType },
        schema: { operationId: 'getUnitWorkbook', tags, params, querystring: DownloadOfDay },
      },
      async (request, reply) => {
        const { actor, params: of, query } = request;
        const figure = await unitFigure(ctx, actor, { ...of, day: query.day ?? null });
        const workbook = await unitWorkbook(figure, localeOf(request));
        return reply
          .type(workbookType)
          .header('content-disposition', `attachment; filename="reach-${figure.day}.xlsx"`)
          .send(workbook);
      },
    );
    app.post(
      '/orgs/:orgId/daily-figure/issues',
      {
        config: { action: issueFigure },
        schema: {
          operationId: 'issueUnitFigure',
          tags,
          params,
          body: IssueOfDay,
          response: { 200: UnitFigure },
        },
      },
      async ({ actor, params: of, body }) => {
        await issueUnitFigure(ctx, actor, { ...of, day: body.day });
        return unitFigure(ctx, actor, { ...of, day: body.day });
      },
    );
  };
}

function followUpRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/my-follow-ups',
      {
        config: { action: readOwnFollowUps },
        schema: { operationId: 'getOwnFollowUps', tags, response: { 200: OwnFollowUps } },
      },
      async ({ actor }) => ownFollowUps(ctx, actor),
    );
    app.get(
      '/schools/:schoolId/follow-ups',
      {
        config: { action: readSchoolFollowUps },
        schema: {
          operationId: 'getSchoolFollowUps',
          tags,
          params: School,
          response: { 200: SchoolFollowUps },
        },
      },
      async ({ actor, params }) => schoolFollowUps(ctx, actor, params),
    );
    app.get(
      '/follow-ups/:followUpId',
      {
        config: { action: handleFollowUp },
        schema: { operationId: 'getFollowUp', tags, params: FollowUpPath, response: { 200: FollowUpDetail } },
      },
      async ({ actor, params }) => readFollowUp(ctx, actor, params),
    );
    app.post(
      '/follow-ups/:followUpId/contacts',
      {
        config: { action: handleFollowUp },
        schema: {
          operationId: 'logContact',
          tags,
          params: FollowUpPath,
          body: NewContact,
          response: { 200: FollowUpDetail },
        },
      },
      async (request) => {
        const { means, outcome, reason = null, note = null } = request.body;
        return logContact(
          ctx,
          request.actor,
          { ...request.params, means, outcome, reason, note },
          repeatable(request),
        );
      },
    );
    app.post(
      '/follow-ups/:followUpId/closing',
      {
        config: { action: handleFollowUp },
        schema: {
          operationId: 'closeFollowUp',
          tags,
          params: FollowUpPath,
          body: Closing,
          response: { 200: FollowUpDetail },
        },
      },
      async ({ actor, params, body }) =>
        closeFollowUp(ctx, actor, { ...params, reason: body.reason, note: body.note ?? null }),
    );
    app.post(
      '/follow-ups/:followUpId/hand-over',
      {
        config: { action: handleFollowUp },
        schema: {
          operationId: 'handOverFollowUp',
          tags,
          params: FollowUpPath,
          body: closed({}),
          response: { 200: Done },
        },
      },
      async (request) => {
        await handOver(ctx, request.actor, request.params, repeatable(request));
        return { done: true as const };
      },
    );
    app.post(
      '/pupils/:pupilId/follow-ups',
      {
        config: { action: openFollowUp },
        schema: {
          operationId: 'beginFollowUp',
          tags,
          params: closed({ pupilId: Id }),
          body: closed({}),
          response: { 200: BegunFollowUp },
        },
      },
      async ({ actor, params }) => beginFollowUp(ctx, actor, params),
    );
    app.post(
      '/pupils/:pupilId/guardian-number',
      {
        config: { action: revealNumber },
        schema: {
          operationId: 'revealGuardianNumber',
          tags,
          params: closed({ pupilId: Id }),
          body: AskForNumber,
          response: { 200: Number },
        },
      },
      async ({ actor, params, body }) => revealGuardianNumber(ctx, actor, { ...params, ...body }),
    );
  };
}

function familyRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/cannot-attend',
      {
        config: { action: tellCannotAttend },
        schema: {
          operationId: 'getCannotAttend',
          tags,
          querystring: closed({ pupilId: Id }),
          response: { 200: CannotAttend },
        },
      },
      async ({ actor, query }) => readCannotAttend(ctx, actor, query),
    );
    app.post(
      '/cannot-attend',
      {
        config: { action: tellCannotAttend },
        schema: {
          operationId: 'tellCannotAttend',
          tags,
          body: TellCannotAttend,
          response: { 200: CannotAttend },
        },
      },
      async ({ actor, body }) => tellOfAbsence(ctx, actor, body),
    );
    app.post(
      '/cannot-attend/:toldId/withdrawal',
      {
        config: { action: tellCannotAttend },
        schema: {
          operationId: 'withdrawCannotAttend',
          tags,
          params: closed({ toldId: Id }),
          body: Withdrawal,
          response: { 200: CannotAttend },
        },
      },
      async ({ actor, params, body }) => withdrawAbsence(ctx, actor, { ...params, ...body }),
    );
    app.get(
      '/pupils/:pupilId/days',
      {
        config: { action: readPupilDays },
        schema: {
          operationId: 'getPupilDays',
          tags,
          params: closed({ pupilId: Id }),
          querystring: OfDay,
          response: { 200: PupilDays },
        },
      },
      async ({ actor, params, query }) => readDays(ctx, actor, { ...params, day: query.day ?? null }),
    );
    app.get(
      '/my-children',
      {
        config: { action: readOwnChildren },
        schema: { operationId: 'getOwnChildren', tags, response: { 200: Children } },
      },
      async ({ actor }) => readChildren(ctx, actor),
    );
    app.post(
      '/contests',
      {
        config: { action: openContest },
        schema: { operationId: 'openContest', tags, body: NewContest, response: { 200: PupilDays } },
      },
      async ({ actor, body }) => contestState(ctx, actor, { ...body, note: body.note ?? null }),
    );
    app.post(
      '/contests/:contestId/answer',
      {
        config: { action: answerContest },
        schema: {
          operationId: 'answerContest',
          tags,
          params: closed({ contestId: Id }),
          body: ContestAnswer,
          response: { 200: Done },
        },
      },
      async ({ actor, params, body }) => {
        await settleContest(ctx, actor, {
          ...params,
          accept: body.accept,
          answer: body.answer ?? null,
          way: body.way ?? 'phone',
        });
        return { done: true as const };
      },
    );
  };
}

function schoolRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/schools/:schoolId/contests',
      {
        config: { action: readContests },
        schema: { operationId: 'getSchoolContests', tags, params: School, response: { 200: Contests } },
      },
      async ({ actor, params }) => ({ contests: await schoolContests(ctx, actor, params) }),
    );
    app.get(
      '/schools/:schoolId/attendance-rules',
      {
        config: { action: readRules },
        schema: { operationId: 'getAttendanceRules', tags, params: School, response: { 200: SchoolRules } },
      },
      async ({ actor, params }) => schoolRules(ctx, actor, params),
    );
    app.put(
      '/schools/:schoolId/attendance-rules',
      {
        config: { action: changeRules },
        schema: {
          operationId: 'changeAttendanceRules',
          tags,
          params: School,
          body: ChangeRules,
          response: { 200: SchoolRules },
        },
      },
      async ({ actor, params, body }) => changeSchoolRules(ctx, actor, { ...params, ...body }),
    );
  };
}
