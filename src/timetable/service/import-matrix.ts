import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Db, Trx } from '../../platform/database.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { readWorkbook } from '../../rosters/workbook/read-workbook.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { editPlan } from '../actions.ts';
import { readMatrix } from '../matrix/read-matrix.ts';
import { ensureImport, lockImport, selectOptionalImport, updateConfirmed } from '../queries/imports.ts';
import { selectNames, selectTeachers } from '../queries/names.ts';
import { lockPlan, selectPlanClasses } from '../queries/plan.ts';
import {
  NO_CHOICES,
  planMatrix,
  type MatrixChoices,
  type MatrixPlan,
  type OpenQuestions,
} from '../rules/matrix-plan.ts';
import { compareDraft, draftProblems, writeDraft } from './matrix-draft.ts';
import { requireClock } from './plan-state.ts';
import { termOf } from './read-week.ts';

/** Counts that every import of the product reports, and what a person has to look at. */
export interface MatrixReport {
  readonly read: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Slots of the file's classes that the file no longer has; they leave the draft. */
  readonly leaving: number;
  readonly dropped: number;
  readonly merged: number;
  /** Slots of these classes in the draft afterwards. */
  readonly draft: number;
  /** The school has no bell plan, so that a usual one is made with the import. */
  readonly makesBells: boolean;
  readonly problems: readonly (WorkbookProblem & { readonly file: string })[];
  readonly questions: OpenQuestions;
}

export interface MatrixImport {
  readonly importId: string;
  readonly fileName: string;
  readonly state: 'checked' | 'confirmed';
  readonly report: MatrixReport;
}

/**
 * Takes a class-matrix workbook in and says what importing it would do. Nothing of the draft changes.
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
  const fileSha256 = await ctx.files.put(bytes);
  const createdBy = actor.kind === 'person' ? actor.personId : null;
  const importId = await ctx.db
    .transaction()
    .execute((trx) => ensureImport(trx, { schoolId, termId, fileName, fileSha256, report, createdBy }));
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
  }: { schoolId: string; fileName: string; bytes: Uint8Array; dryRun: boolean },
): Promise<MatrixReport> {
  const granted = await authorize(ctx.db, actor, editPlan, { orgId: schoolId });
  const input = { schoolId, fileName, bytes, choices: NO_CHOICES };
  if (dryRun) return (await judge(ctx, granted, input)).report;
  return ctx.db.transaction().execute((trx) => writeMatrix({ ...ctx, db: trx }, actor, granted, input));
}

interface Input {
  readonly schoolId: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly choices: MatrixChoices;
}
type Context = Pick<ServerContext, 'now'> & { readonly db: Db };

async function writeMatrix(
  ctx: Context & { readonly db: Trx },
  actor: Actor,
  granted: Granted,
  input: Input,
): Promise<MatrixReport> {
  await lockPlan(ctx.db, input.schoolId);
  const { report, plan, termId } = await judge(ctx, granted, input);
  const blocking = report.problems.filter(({ severity }) => severity === 'must').length;
  if (blocking > 0) {
    throw new AppError(422, 'import_blocked', `${blocking} problems must be settled first.`, {
      params: { count: blocking },
      cause: report,
    });
  }
  await writeDraft(ctx.db, { schoolId: input.schoolId, termId, plan, makesBells: report.makesBells });
  const { problems: _problems, questions: _questions, ...counts } = report;
  await audit(ctx.db, actor, {
    action: editPlan.name,
    subjectKind: 'timetableImport',
    orgId: input.schoolId,
    detail: counts,
  });
  return report;
}

async function judge(
  ctx: Context,
  granted: Granted,
  { schoolId, fileName, bytes, choices }: Input,
): Promise<{ report: MatrixReport; plan: MatrixPlan; termId: string }> {
  const { term, today } = await requireClock(ctx.db, { schoolId, now: ctx.now() });
  const workbook = await readWorkbook(bytes);
  if (!workbook.ok) {
    const { code } = workbook.refusal;
    throw new AppError(422, code, `The workbook cannot be read: ${code}.`);
  }
  const matrix = readMatrix(workbook.workbook.sheets, { fileName });
  const day = today < term.firstDay ? term.firstDay : today;
  const classes = await selectPlanClasses(ctx.db, { schoolId, firstDay: day, lastDay: day });
  const teachers = await selectTeachers(ctx.db, granted, schoolId);
  requireKnownChoices(choices, classes, teachers);
  const { weeks } = termOf(term);
  const plan = planMatrix(matrix, { classes, teachers, choices, weeksOfTerm: weeks });
  const draft = await compareDraft(ctx.db, { schoolId, termId: term.id, plan });
  const names = await selectNames(ctx.db, granted, schoolId);
  const { problems, makesBells } = await draftProblems(ctx.db, { schoolId, plan, names });
  return {
    plan,
    termId: term.id,
    report: {
      ...plan.counts,
      created: draft.created.length,
      changed: draft.changed.length,
      unchanged: draft.unchanged,
      leaving: draft.leaving.length,
      draft: plan.slots.length,
      makesBells,
      problems: [...plan.problems, ...problems].map((row) => ({ ...row, file: fileName })),
      questions: plan.questions,
    },
  };
}

function requireKnownChoices(
  choices: MatrixChoices,
  classes: readonly { id: string }[],
  teachers: readonly { personId: string }[],
): void {
  const classIds = new Set(classes.map(({ id }) => id));
  const teacherIds = new Set(teachers.map(({ personId }) => personId));
  const unknown =
    Object.values(choices.classes).some((id) => id !== null && !classIds.has(id)) ||
    Object.values(choices.teachers).some((id) => id !== null && !teacherIds.has(id));
  if (unknown) throw new AppError(422, 'choice_unknown', 'A chosen class or teacher is not of this school.');
}

async function requireImport(db: Db, importId: string) {
  const found = await selectOptionalImport<MatrixReport>(db, importId);
  if (!found) throw notFound('import_not_found', 'There is no such import.');
  return found;
}
