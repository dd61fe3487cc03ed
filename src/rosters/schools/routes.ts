import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { problemText } from '../../platform/i18n/server-words.ts';
import type { Locale } from '../../platform/i18n/words.ts';
import { localeOf } from '../../platform/request-locale.ts';
import { bodyLimitOf, readUploadForm } from '../../platform/upload-place.ts';
import { workbookType } from '../../platform/workbook-cells.ts';
import { importUnits } from '../actions.ts';
import { SCHOOLS_UPLOAD } from '../upload-places.ts';
import { columnLetters } from '../workbook/workbook.ts';
import { SchoolsImportBody } from './contract.ts';
import { checkSchools, confirmSchools, readSchoolsImport, type SchoolsImport } from './service.ts';
import { schoolsTemplate } from './template.ts';

const tags = ['rosters'];
const Uuid = Type.String({ format: 'uuid' });
const OrgParams = Type.Object({ orgId: Uuid });
const ImportParams = Type.Object({ importId: Uuid });
/** Problems a report shows; the counts are of all. */
const SHOWN = 500;

function bodyOf(locale: Locale, { importId, orgId, fileName, state, report }: SchoolsImport) {
  const { problems, ...counts } = report;
  return {
    importId,
    orgId,
    fileName,
    state,
    report: {
      ...counts,
      problems: problems.slice(0, SHOWN).map(({ sheet, row, column, code, severity, params }) => ({
        sheet,
        row,
        column: column === null ? null : columnLetters(column),
        code,
        severity,
        message: problemText(locale, code, params) ?? code,
      })),
    },
  };
}

/** Lists of schools: template, upload and check, read again, confirm. */
export function schoolRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/orgs/:orgId/school-template',
      {
        config: { action: importUnits, answers: workbookType },
        schema: { operationId: 'schoolTemplate', tags, params: OrgParams },
      },
      async (request, reply) => {
        const bytes = await schoolsTemplate(ctx, request.actor, request.params, localeOf(request));
        return reply
          .type(workbookType)
          .header('content-disposition', 'attachment; filename="schools.xlsx"')
          .send(Buffer.from(bytes));
      },
    );
    app.post(
      '/orgs/:orgId/school-imports',
      {
        config: { action: importUnits, upload: SCHOOLS_UPLOAD },
        bodyLimit: bodyLimitOf(SCHOOLS_UPLOAD),
        schema: {
          operationId: 'checkSchools',
          tags,
          description: 'Upload a list of schools as the field `file`.',
          consumes: ['multipart/form-data'],
          params: OrgParams,
          body: Type.Unknown(),
          response: { 201: SchoolsImportBody },
        },
      },
      async (request, reply) => {
        const { file } = await readUploadForm(request, SCHOOLS_UPLOAD);
        if (!file) throw new AppError(400, 'roster_file_missing', 'The upload holds no file.');
        const checked = await checkSchools(ctx, request.actor, { ...request.params, file });
        return reply.code(201).send(bodyOf(localeOf(request), checked));
      },
    );
    app.get(
      '/school-imports/:importId',
      {
        config: { action: importUnits },
        schema: {
          operationId: 'readSchoolsImport',
          tags,
          params: ImportParams,
          response: { 200: SchoolsImportBody },
        },
      },
      async (request) =>
        bodyOf(localeOf(request), await readSchoolsImport(ctx, request.actor, request.params)),
    );
    app.post(
      '/school-imports/:importId/confirmation',
      {
        config: { action: importUnits },
        schema: {
          operationId: 'confirmSchools',
          tags,
          params: ImportParams,
          body: Type.Optional(Type.Null()),
          response: { 200: SchoolsImportBody },
        },
      },
      async (request) => bodyOf(localeOf(request), await confirmSchools(ctx, request.actor, request.params)),
    );
  };
}
