import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { attachmentHeader } from '../platform/download-name.ts';
import { repeatable } from '../platform/idempotency.ts';
import { problemText } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { localeOf } from '../platform/request-locale.ts';
import { bodyLimitOf, readUploadForm } from '../platform/upload-place.ts';
import { workbookType } from '../platform/workbook-cells.ts';
import { checkRoster, confirmDraft, exportRoster as exportAction } from './actions.ts';
import {
  CheckOptions,
  ConfirmRoster,
  RosterDraft,
  RosterDrafts,
  RosterExportQuery,
  RosterHeadings,
  RosterLines,
  RosterLinesQuery,
  type CheckOptions as CheckOptionsBody,
  type RosterDraft as RosterDraftBody,
  type RosterLines as RosterLinesBody,
} from './contract.ts';
import { exportRoster } from './export/service.ts';
import { forgetHeading, listHeadings } from './headings.ts';
import { problemSentence } from './problem-sentence.ts';
import type { DraftCard, DraftLine, ProblemLine } from './queries.ts';
import {
  listDraftLines,
  listDrafts,
  readDraft,
  readTemplate,
  returnRows,
  type UploadedWorkbook,
} from './service.ts';
import { confirmRoster, discardDraft } from './service-confirm.ts';
import { draftUndo } from './undo/service.ts';
import { ROSTER_UPLOAD } from './upload-places.ts';
import { uploadRoster } from './upload/service.ts';
import { columnLetters } from './workbook/workbook.ts';

const tags = ['rosters'];
const OrgParams = Type.Object({ orgId: Type.String({ format: 'uuid' }) });
const HeadingParams = Type.Object({
  orgId: Type.String({ format: 'uuid' }),
  headingId: Type.String({ format: 'uuid' }),
});
const DraftParams = Type.Object({ draftId: Type.String({ format: 'uuid' }) });

/** Drafts of a former release say nothing of classes. */
const noOutcomes = { created: 0, changed: 0, unchanged: 0, ended: 0 };

function draftBody(draft: DraftCard, locale: Locale): RosterDraftBody {
  const { facts, failureCode, failureParams, createdAt, appliedAt, ...draftRest } = draft;
  const { checkPhase, rowsDone, rowsTotal, others, ...rest } = draftRest;
  return {
    ...rest,
    check: checkPhase === null ? null : { phase: checkPhase, rowsDone, rowsTotal },
    others: others.map((other) => ({ ...other, createdAt: new Date(other.createdAt).toISOString() })),
    format: facts.format,
    encoding: facts.encoding,
    sheets: facts.sheets.map((sheet) => ({ ...sheet })),
    columns: facts.columns.map((column) => ({
      ...column,
      letters: columnLetters(column.column),
      learned: column.learned ?? false,
    })),
    scope: facts.scope,
    newClasses: [...facts.newClasses],
    content: facts.content ?? 'lists',
    sections: { ...noOutcomes, ...facts.sections },
    members: { ...noOutcomes, ...facts.members },
    failure:
      failureCode === null ? null : (problemText(locale, failureCode, failureParams ?? {}) ?? failureCode),
    createdAt: createdAt.toISOString(),
    appliedAt: appliedAt?.toISOString() ?? null,
  };
}

const noProblem = { column: null, code: null, severity: null, message: null, suggestion: null };

function rowLine({ n, sheet, row, number, name, className, outcome, before, guardianTail }: DraftLine) {
  const beforeName = before.name ?? null;
  const beforeClassName = before.className ?? null;
  return {
    n,
    sheet,
    row,
    number,
    name,
    className,
    outcome,
    beforeName,
    beforeClassName,
    guardianTail,
    ...noProblem,
  };
}

function problemLine({ column, params, ...problem }: ProblemLine, locale: Locale) {
  return {
    ...problem,
    column: column === null ? null : columnLetters(column),
    outcome: 'problem',
    beforeName: null,
    beforeClassName: null,
    guardianTail: null,
    message: problemSentence(locale, problem.code, params),
  };
}

/** The file and the JSON field `options` of an upload. @throws {AppError} 400 `roster_file_missing`, `invalid_request`. */
async function readUpload(
  request: FastifyRequest,
): Promise<{ file: UploadedWorkbook; options: CheckOptionsBody }> {
  const { file, fields } = await readUploadForm(request, ROSTER_UPLOAD);
  const given = fields['options'];
  const options: unknown = given === undefined ? { choices: [], createClasses: false } : parseJson(given);
  if (!file) throw new AppError(400, 'roster_file_missing', 'The upload holds no file.');
  if (!Value.Check(CheckOptions, options)) {
    throw new AppError(400, 'invalid_request', 'The field options is not as documented.', {
      fields: [...Value.Errors(CheckOptions, options)].map((error) => ({
        path: `options${error.instancePath}`,
        message: error.message,
      })),
    });
  }
  return { file, options };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(400, 'invalid_request', 'The field options is no JSON.', { cause });
  }
}

function sendWorkbook(reply: FastifyReply, name: string, bytes: Uint8Array): FastifyReply {
  return sendFile(reply, workbookType, name, bytes);
}

function sendFile(reply: FastifyReply, type: string, name: string, bytes: Uint8Array): FastifyReply {
  return reply
    .type(type)
    .header('cache-control', 'no-store')
    .header('content-disposition', attachmentHeader(name, 'roster'))
    .send(Buffer.from(bytes));
}

export function rostersRoutes(ctx: ServerContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/orgs/:orgId/roster-drafts',
      {
        config: { action: checkRoster, upload: ROSTER_UPLOAD },
        bodyLimit: bodyLimitOf(ROSTER_UPLOAD),
        schema: {
          operationId: 'checkRoster',
          tags,
          description:
            'Upload a roster workbook: field `file`, and field `options` with JSON of CheckOptions. Its check is a job: read the draft until it is no longer `checking`.',
          consumes: ['multipart/form-data'],
          params: OrgParams,
          body: Type.Unknown(),
          response: { 201: RosterDraft },
        },
      },
      async (request, reply) => {
        const { key } = repeatable(request);
        const upload = await readUpload(request);
        const draft = await uploadRoster(ctx, request.actor, { ...request.params, ...upload, key });
        return reply.code(201).send(draftBody(draft, localeOf(request)));
      },
    );
    app.get(
      '/orgs/:orgId/roster-drafts',
      {
        config: { action: checkRoster },
        schema: { operationId: 'listRosterDrafts', tags, params: OrgParams, response: { 200: RosterDrafts } },
      },
      async (request) => {
        const drafts = await listDrafts(ctx, request.actor, request.params);
        return { drafts: drafts.map((draft) => draftBody(draft, localeOf(request))) };
      },
    );
    app.get(
      '/orgs/:orgId/roster-template',
      {
        config: { action: checkRoster, answers: workbookType },
        schema: { operationId: 'rosterTemplate', tags, params: OrgParams },
      },
      async (request, reply) => {
        const { name, bytes } = await readTemplate(ctx, request.actor, {
          ...request.params,
          locale: localeOf(request),
        });
        return sendWorkbook(reply, name, bytes);
      },
    );
    app.get(
      '/orgs/:orgId/roster-headings',
      {
        config: { action: checkRoster },
        schema: {
          operationId: 'listRosterHeadings',
          tags,
          description: 'Headings that the school once read by hand; they are proposed the next time.',
          params: OrgParams,
          response: { 200: RosterHeadings },
        },
      },
      async (request) => ({ headings: await listHeadings(ctx, request.actor, request.params) }),
    );
    app.delete(
      '/orgs/:orgId/roster-headings/:headingId',
      {
        config: { action: checkRoster },
        schema: {
          operationId: 'forgetRosterHeading',
          tags,
          params: HeadingParams,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await forgetHeading(ctx, request.actor, request.params);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/orgs/:orgId/roster-export',
      {
        config: { action: exportAction, answers: `${workbookType}, application/zip` },
        schema: {
          operationId: 'exportRoster',
          tags,
          description: 'The roster as a OneRoster 1.2 zip or as a workbook; both can be imported again.',
          params: OrgParams,
          querystring: RosterExportQuery,
        },
      },
      async (request, reply) => {
        const { format } = request.query;
        const asked = { ...request.params, format, locale: localeOf(request) };
        const { name, bytes } = await exportRoster(ctx, request.actor, asked);
        return sendFile(reply, format === 'workbook' ? workbookType : 'application/zip', name, bytes);
      },
    );
    app.get(
      '/roster-drafts/:draftId',
      {
        config: { action: confirmDraft },
        schema: { operationId: 'readRosterDraft', tags, params: DraftParams, response: { 200: RosterDraft } },
      },
      async (request) => draftBody(await readDraft(ctx, request.actor, request.params), localeOf(request)),
    );
    app.get(
      '/roster-drafts/:draftId/lines',
      {
        config: { action: confirmDraft },
        schema: {
          operationId: 'listRosterLines',
          tags,
          params: DraftParams,
          querystring: RosterLinesQuery,
          response: { 200: RosterLines },
        },
      },
      async (request): Promise<RosterLinesBody> => {
        const { list, search = '', after = 0, limit = 50 } = request.query;
        const asked = { ...request.params, list, search: search.trim(), after, limit };
        const found = await listDraftLines(ctx, request.actor, asked);
        const lines =
          'problems' in found
            ? found.problems.map((problem) => problemLine(problem, localeOf(request)))
            : found.rows.map(rowLine);
        return { lines, next: lines.length === limit ? (lines.at(-1)?.n ?? null) : null };
      },
    );
    app.get(
      '/roster-drafts/:draftId/workbook',
      {
        config: { action: confirmDraft, answers: workbookType },
        schema: { operationId: 'returnRosterRows', tags, params: DraftParams },
      },
      async (request, reply) => {
        const { name, bytes } = await returnRows(ctx, request.actor, {
          ...request.params,
          locale: localeOf(request),
        });
        return sendWorkbook(reply, name, bytes);
      },
    );
    app.post(
      '/roster-drafts/:draftId/confirmation',
      {
        config: { action: confirmDraft },
        schema: {
          operationId: 'confirmRoster',
          tags,
          params: DraftParams,
          body: ConfirmRoster,
          response: { 200: RosterDraft },
        },
      },
      async (request) =>
        draftBody(
          await confirmRoster(ctx, request.actor, { ...request.params, ...request.body }),
          localeOf(request),
        ),
    );
    app.post(
      '/roster-drafts/:draftId/undo',
      {
        config: { action: confirmDraft },
        schema: {
          operationId: 'undoRoster',
          tags,
          description:
            'Make a draft that takes an applied import back; it is checked and confirmed like any other.',
          params: DraftParams,
          body: Type.Optional(Type.Null()),
          response: { 201: RosterDraft },
        },
      },
      async (request, reply) => {
        const { key } = repeatable(request);
        const locale = localeOf(request);
        const draft = await draftUndo(ctx, request.actor, { ...request.params, key, locale });
        return reply.code(201).send(draftBody(draft, locale));
      },
    );
    app.delete(
      '/roster-drafts/:draftId',
      {
        config: { action: confirmDraft },
        schema: {
          operationId: 'discardRoster',
          tags,
          params: DraftParams,
          body: Type.Optional(Type.Null()),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await discardDraft(ctx, request.actor, request.params);
        return reply.code(204).send(null);
      },
    );
  };
}
