import type { TermRow } from '../../calendar/queries.ts';
import type { SchoolClock } from '../../calendar/service.ts';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Db, Trx } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { readWorkbook } from '../../rosters/workbook/read-workbook.ts';
import type { Sheet } from '../../rosters/workbook/workbook.ts';
import { editPlan } from '../actions.ts';
import { readMatrix } from '../matrix/read-matrix.ts';
import { ensureImport, lockImport, selectOptionalImport, updateConfirmed } from '../queries/imports.ts';
import { selectNames, selectTeachers } from '../queries/names.ts';
import { lockPlan, selectPlanClasses } from '../queries/plan.ts';
import { NO_CHOICES, planMatrix, type MatrixChoices } from '../rules/matrix-plan.ts';
import { compareDraft, draftProblems, writeDraft } from './matrix-draft.ts';
import { looksLikeJson, tablesOfJson, tablesOfSheets } from '../term/tables.ts';
import { requireKnownChoices, type Input, type Judged, type MatrixReport } from './import-report.ts';
import { judgeTerm } from './import-term.ts';
import { requireClock } from './plan-state.ts';
import { termOf } from './read-week.ts';

export interface MatrixImport {
  readonly importId: string;
  readonly fileName: string;
  readonly state: 'checked' | 'confirmed';
  readonly report: MatrixReport;
}

/**
 * Takes a class timetable or the list of a term in and says what importing it would do. Nothing of the draft changes.
 *
 * @throws {AppError} 422 `workbook_…` for a file that cannot be read, `no_term`.
 */
export async function checkMatrix(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, fileName, bytes }: { schoolId: string; fileName: string; bytes: Uint8Array },
): Promise<MatrixImport> {
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const { report, termId } = await judge(ctx, granted, { schoolId, fileName, bytes, choices: NO_CHOICES });
  const { kind } = report;
  const fileSha256 = await ctx.files.put(bytes);
  const createdBy = actor.kind === 'person' ? actor.personId : null;
  const importId = await ctx.db
    .transaction()
    .execute((trx) => ensureImport(trx, { schoolId, termId, fileName, fileSha256, report, createdBy, kind }));
  return { importId, fileName, state: 'checked', report };
}

/** The same check again with what a person decided so far. */
export async function recheckMatrix(
  ctx: ServerContext,
  actor: Actor,
  { importId, choices }: { importId: string; choices: MatrixChoices },
): Promise<MatrixImport> {
  const found = await requireImport(ctx.db, importId);
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: found.schoolId });
  const { schoolId, fileName, state } = found;
  if (state === 'confirmed') return { importId, fileName, state, report: found.report };
  const bytes = await ctx.files.read(found.fileSha256);
  const { report } = await judge(ctx, granted, { schoolId, fileName, bytes, choices });
  return { importId, fileName, state, report };
}

/**
 * Brings the draft in line with the workbook, all or nothing; confirmed twice it is written once.
 *
 * @throws {AppError} 422 `import_blocked` while something must be settled first.
 */
export async function confirmMatrix(
  ctx: ServerContext,
  actor: Actor,
  { importId, choices }: { importId: string; choices: MatrixChoices },
): Promise<MatrixImport> {
  const { schoolId, fileName, fileSha256 } = await requireImport(ctx.db, importId);
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const bytes = await ctx.files.read(fileSha256);
  const report = await ctx.db.transaction().execute(async (trx) => {
    await lockImport(trx, importId);
    const current = await requireImport(trx, importId);
    if (current.state === 'confirmed') return current.report;
    const written = await writeMatrix({ ...ctx, db: trx }, actor, granted, {
      schoolId,
      fileName,
      bytes,
      choices,
    });
    await updateConfirmed(trx, { importId, report: written, now: ctx.now() });
    return written;
  });
  ctx.bus.publish('timetable.drafted', { schoolId });
  return { importId, fileName, state: 'confirmed', report };
}

/**
 * Check and, unless `dryRun`, confirm in one go for the command line; nobody is asked, so open questions that must be
 * settled refuse the file.
 *
 * @throws {AppError} 422 `import_blocked` with the report as `cause`.
 */
export async function importMatrix(
  ctx: ServerContext,
  actor: Actor,
  {
    schoolId,
    fileName,
    bytes,
    dryRun,
    createTeachers = false,
  }: { schoolId: string; fileName: string; bytes: Uint8Array; dryRun: boolean; createTeachers?: boolean },
): Promise<MatrixReport> {
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const input = { schoolId, fileName, bytes, choices: { ...NO_CHOICES, createTeachers } };
  if (dryRun) return (await judge(ctx, granted, input)).report;
  return ctx.db.transaction().execute((trx) => writeMatrix({ ...ctx, db: trx }, actor, granted, input));
}

type Context = Pick<ServerContext, 'now'> & { readonly db: Db };

async function writeMatrix(
  ctx: Context & { readonly db: Trx },
  actor: Actor,
  granted: Granted,
  input: Input,
): Promise<MatrixReport> {
  await lockPlan(ctx.db, input.schoolId);
  const { report, write } = await judge(ctx, granted, input);
  const blocking = report.problems.filter(({ severity }) => severity === 'must').length;
  if (blocking > 0) {
    throw new AppError(422, 'import_blocked', `${blocking} problems must be settled first.`, {
      params: { count: blocking },
      cause: report,
    });
  }
  await write(ctx.db);
  const { problems: _problems, questions: _questions, ...counts } = report;
  await audit(ctx.db, actor, {
    action: editPlan.name,
    subjectKind: 'timetableImport',
    orgId: input.schoolId,
    detail: counts,
  });
  return report;
}

/** The kind of the file follows from its content: a class timetable, or the list of a whole term. */
async function judge(ctx: Context, granted: Granted, input: Input): Promise<Judged> {
  const clock = await requireClock(ctx.db, { schoolId: input.schoolId, now: ctx.now() });
  const { bytes } = input;
  if (looksLikeJson(bytes)) {
    const json = tablesOfJson(bytes);
    if (json.ok) return judgeTerm(ctx.db, granted, { input, clock, tables: json.tables });
    throw new AppError(422, json.problem.code, `The file cannot be read: ${json.problem.code}.`);
  }
  const workbook = await readWorkbook(bytes);
  if (!workbook.ok) {
    const { code } = workbook.refusal;
    throw new AppError(422, code, `The workbook cannot be read: ${code}.`);
  }
  const { sheets } = workbook.workbook;
  const tables = tablesOfSheets(sheets);
  return tables.length > 0
    ? judgeTerm(ctx.db, granted, { input, clock, tables })
    : judgeMatrix(ctx.db, granted, { input, clock, sheets });
}

async function judgeMatrix(
  db: Db,
  granted: Granted,
  {
    input: { schoolId, fileName, choices },
    clock: { term, today },
    sheets,
  }: { input: Input; clock: SchoolClock & { term: TermRow }; sheets: readonly Sheet[] },
): Promise<Judged> {
  const matrix = readMatrix(sheets, { fileName });
  const day = today < term.firstDay ? term.firstDay : today;
  const classes = await selectPlanClasses(db, { schoolId, firstDay: day, lastDay: day });
  const teachers = await selectTeachers(db, granted, schoolId);
  requireKnownChoices(choices, classes, teachers);
  const { weeks } = termOf(term);
  const plan = planMatrix(matrix, { classes, teachers, choices, weeksOfTerm: weeks });
  const draft = await compareDraft(db, { schoolId, termId: term.id, plan });
  const names = await selectNames(db, granted, schoolId);
  const { problems, makesBells } = await draftProblems(db, { schoolId, plan, names });
  return {
    termId: term.id,
    write: (trx) => writeDraft(trx, { schoolId, termId: term.id, plan, makesBells }),
    report: {
      ...plan.counts,
      kind: 'matrix',
      created: draft.created.length,
      changed: draft.changed.length,
      unchanged: draft.unchanged,
      leaving: draft.leaving.length,
      draft: plan.slots.length,
      withProblem: 0,
      newClasses: 0,
      composed: 0,
      newTeachers: 0,
      makesBells,
      problems: [...plan.problems, ...problems].map((row) => ({ ...row, file: fileName })),
      questions: plan.questions,
    },
  };
}

async function requireImport(db: Db, importId: string) {
  const found = await selectOptionalImport<MatrixReport>(db, importId);
  // The same words as for an import of another school.
  if (!found) throw notFound();
  return found;
}
