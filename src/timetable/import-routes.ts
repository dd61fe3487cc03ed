import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { problemText } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { localeOf } from '../platform/request-locale.ts';
import { bodyLimitOf, readUploadForm } from '../platform/upload-place.ts';
import { editPlan } from './actions.ts';
import { closed, Id } from './contract.ts';
import { MatrixChoices, MatrixImport as MatrixImportAnswer } from './import-contract.ts';
import { checkMatrix, confirmMatrix, recheckMatrix, type MatrixImport } from './service/import-matrix.ts';
import { TIMETABLE_UPLOAD } from './upload-place.ts';

const tags = ['timetable'];
const Import = closed({ importId: Id });

/** A report with its problems in words. */
export function reportIn(locale: Locale, report: MatrixImport['report']) {
  const { questions } = report;
  return {
    ...report,
    problems: report.problems.map(({ params, suggestion: _suggestion, ...row }) => ({
      ...row,
      message: problemText(locale, row.code, params) ?? row.code,
    })),
    questions: {
      classes: [...questions.classes],
      teachers: questions.teachers.map((row) => ({ ...row, candidates: [...row.candidates] })),
      cells: [...questions.cells],
    },
  };
}

/** Timetable workbooks: upload and check, check again with choices, confirm. */
export function importRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/schools/:schoolId/timetable-imports',
      {
        config: { action: editPlan, upload: TIMETABLE_UPLOAD },
        bodyLimit: bodyLimitOf(TIMETABLE_UPLOAD),
        schema: {
          operationId: 'checkTimetable',
          tags,
          description: 'Upload a class timetable workbook as the field `file`.',
          consumes: ['multipart/form-data'],
          params: closed({ schoolId: Id }),
          body: Type.Unknown(),
          response: { 201: MatrixImportAnswer },
        },
      },
      async (request, reply) => {
        const { file } = await readUploadForm(request, TIMETABLE_UPLOAD);
        if (!file) throw new AppError(400, 'file_missing', 'No file arrived.');
        const checked = await checkMatrix(ctx, request.actor, { ...request.params, ...file });
        return reply.code(201).send({ ...checked, report: reportIn(localeOf(request), checked.report) });
      },
    );
    app.post(
      '/timetable-imports/:importId/check',
      {
        config: { action: editPlan },
        schema: {
          operationId: 'recheckTimetable',
          tags,
          params: Import,
          body: MatrixChoices,
          response: { 200: MatrixImportAnswer },
        },
      },
      async (request) => {
        const checked = await recheckMatrix(ctx, request.actor, { ...request.params, choices: request.body });
        return { ...checked, report: reportIn(localeOf(request), checked.report) };
      },
    );
    app.post(
      '/timetable-imports/:importId/confirmation',
      {
        config: { action: editPlan },
        schema: {
          operationId: 'confirmTimetable',
          tags,
          params: Import,
          body: MatrixChoices,
          response: { 200: MatrixImportAnswer },
        },
      },
      async (request) => {
        const done = await confirmMatrix(ctx, request.actor, { ...request.params, choices: request.body });
        return { ...done, report: reportIn(localeOf(request), done.report) };
      },
    );
  };
}
