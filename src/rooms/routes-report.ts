import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerContext } from '../platform/context.ts';
import { attachmentHeader } from '../platform/download-name.ts';
import { localeOf } from '../platform/request-locale.ts';
import { workbookType } from '../platform/workbook-cells.ts';
import { teachLesson } from './actions.ts';
import { LessonParams, OnlyForPupil } from './contract.ts';
import { LessonReportAnswer } from './contract-report.ts';
import { reportWorkbook } from './report-workbook.ts';
import { inRoomOf, roomsOf } from './rooms.ts';
import { lessonReport, type LessonReport } from './service-report.ts';

const base = '/rooms/:schoolDay/:lessonId';
const tags = ['rooms'];
const querystring = OnlyForPupil;

function reportAnswer({
  lesson,
  pupils,
  polls,
  pages,
  endedAt,
  ...report
}: LessonReport): LessonReportAnswer {
  return {
    courseTitle: lesson.courseTitle,
    topic: lesson.topic,
    classNames: [...lesson.classNames],
    startsAt: lesson.startsAt.toISOString(),
    endsAt: lesson.endsAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    taughtSeconds: report.taughtSeconds,
    rollCalls: report.rollCalls,
    pupils: pupils.map(({ cameAt, leftAt, lostPages, ...pupil }) => ({
      ...pupil,
      cameAt: cameAt?.toISOString() ?? null,
      leftAt: leftAt?.toISOString() ?? null,
      lostPages: [...lostPages],
    })),
    polls: polls.map(({ id, kind, prompt, pageN, askedAt, answers }) => ({
      id,
      kind,
      prompt,
      pageN,
      askedAt: askedAt.toISOString(),
      answers: answers.map(({ personId, chosen, written, isRight }) => ({
        personId,
        chosen: chosen === null ? null : [...chosen],
        written,
        isRight,
      })),
    })),
    pages: pages.map((page) => ({ ...page })),
  };
}

/** A lesson as its teacher looks back on it, on the screen and as a workbook. */
export function reportRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  const rooms = roomsOf(ctx);
  return async (app) => {
    app.get(
      `${base}/report`,
      {
        config: { action: teachLesson },
        schema: {
          operationId: 'readLessonReport',
          tags,
          params: LessonParams,
          querystring,
          response: { 200: LessonReportAnswer },
        },
      },
      async (request) => reportAnswer(await lessonReport(rooms, await inRoomOf(rooms, request))),
    );

    app.get(
      `${base}/report.xlsx`,
      {
        config: { action: teachLesson, answers: workbookType },
        schema: { operationId: 'getLessonReportWorkbook', tags, params: LessonParams, querystring },
      },
      async (request, reply) => {
        const report = await lessonReport(rooms, await inRoomOf(rooms, request));
        const { schoolDay, courseTitle, classNames } = report.lesson;
        const name = `${schoolDay} ${courseTitle} ${classNames.join('、')}.xlsx`;
        return reply
          .type(workbookType)
          .header('content-disposition', attachmentHeader(name, `lesson-${schoolDay}`))
          .send(await reportWorkbook(report, localeOf(request)));
      },
    );
  };
}
