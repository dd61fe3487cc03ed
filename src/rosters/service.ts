import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize, type Granted } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Trx } from '../platform/database.ts';
import { asOwnerOf } from '../platform/wall/reader.ts';
import { AppError } from '../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../platform/idempotency.ts';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { checkRoster, confirmDraft, requireSchool } from './actions.ts';
import { checkFile, type CheckedFile, type CheckWatch } from './check/check-file.ts';
import type { CheckOptions } from './contract.ts';
import { selectHeadings } from './headings.ts';
import {
  allowLongWork,
  selectCurrentRoster,
  selectDraft,
  selectDraftLeaving,
  selectDraftProblems,
  selectDraftRows,
  selectDrafts,
  selectReturned,
  selectRosterHash,
  type DraftCard,
  type DraftLine,
  type DraftList,
  type ProblemLine,
} from './queries.ts';
import { selectCurrentSchool } from './query-school.ts';
import type { WorkbookRefusal } from './workbook/refusal.ts';
import { problemWorkbook, rosterTemplate } from './workbook-out.ts';
import { beginDraft, fillDraft, RETURN_ALL } from './write-draft.ts';

export interface UploadedWorkbook {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** A workbook compared with the roster that stands under `rosterHash`. */
export interface WorkbookCheck {
  readonly schoolId: string;
  readonly rosterHash: Buffer;
  readonly checked: CheckedFile;
}

/**
 * Checks an uploaded roster against the school's present one. Writes nothing.
 *
 * @param options.choices - columns mapped or dropped by hand; the guardian's telephone is read only by a choice.
 * @returns what was found, and the roster it was compared with.
 * @throws {AppError} 422 `workbook_…` when the file cannot be read; 409 `roster_needs_school`.
 */
export async function checkWorkbook(
  ctx: ServerContext,
  actor: Actor,
  { orgId, file, options }: { orgId: string; file: UploadedWorkbook; options: CheckOptions },
  watch: CheckWatch = {},
): Promise<WorkbookCheck> {
  const granted = await authorize(ctx.db, actor, checkRoster, { orgId });
  const { schoolId, today } = await requireSchool(ctx.db, orgId);
  const scope = { schoolId, day: today };
  const { rosterHash, current, school } = await ctx.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => ({
      rosterHash: await selectRosterHash(trx, scope),
      current: await selectCurrentRoster(trx, granted, scope),
      school: await selectCurrentSchool(trx, granted, scope),
    }));
  const newClasses = options.createClasses ? 'all' : 'likely';
  const learned = await selectHeadings(ctx.db, schoolId);
  const request = { current, school, choices: options.choices, learned, newClasses } as const;
  const result = await checkFile(file.bytes, request, watch);
  if (!result.ok) throw unreadable(result.refusal);
  return { schoolId, rosterHash, checked: result.checked };
}

/** The refusal of a file that cannot be read. */
export function unreadable({ code, params }: WorkbookRefusal): AppError {
  return new AppError(422, code, `The workbook cannot be read: ${code}.`, { params: { ...params } });
}

/** Keeps a checked workbook as a draft that nobody waits for: of a sync, of the command line, of an undo. */
export async function keepDraft(
  ctx: ServerContext,
  actor: Actor,
  kept: {
    orgId: string;
    fileName: string;
    check: WorkbookCheck;
    request: RepeatableRequest;
    /** The import that this one takes back. */
    undoes?: string;
  },
): Promise<DraftCard> {
  const { orgId, fileName, check, request, undoes = null } = kept;
  const { schoolId, rosterHash, checked } = check;
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const createdBy = actor.kind === 'person' ? actor.personId : null;
  const { resourceId } = await asOwnerOf(ctx.db, schoolId, 'roster', () =>
    idempotent(ctx.db, request, async (trx) => {
      await allowLongWork(trx);
      const begun = { schoolId, fileName: cleanFileName(fileName), createdBy, undoes };
      const id = await beginDraft(trx, begun);
      await fillDraft(trx, ctx.secrets, { draftId: id, schoolId, rosterHash, checked });
      await auditCheck(trx, actor, { draftId: id, schoolId, checked });
      return { status: 201, resourceId: id };
    }),
  );
  return selectDraft(ctx.db, resourceId ?? '');
}

/** Notes what a check found. */
export async function auditCheck(
  trx: Trx,
  actor: Actor,
  { draftId, schoolId, checked }: { draftId: string; schoolId: string; checked: CheckedFile },
): Promise<void> {
  const { read, rows, problems } = checked;
  const subject = { subjectKind: 'rosterDraft', subjectId: draftId, orgId: schoolId };
  const detail = { read, rows: rows.length, problems: problems.length };
  await audit(trx, actor, { action: checkRoster.name, ...subject, detail });
}

/** The last part of a path, without control characters, at most 120 characters. */
export function cleanFileName(name: string): string {
  const base = name.replaceAll('\\', '/').split('/').pop() ?? '';
  return [...base.normalize('NFC').replace(/\p{Cc}/gu, '')].slice(-120).join('') || '—';
}

/** One draft with its counts. @throws {AppError} 404 when there is none, or it is of a school that is not yours. */
export async function readDraft(
  ctx: ServerContext,
  actor: Actor,
  { draftId }: { draftId: string },
): Promise<DraftCard> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  return selectDraft(ctx.db, draftId);
}

/** The last 30 imports of the unit's school. */
export async function listDrafts(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<DraftCard[]> {
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  return selectDrafts(ctx.db, schoolId, 30);
}

export interface DraftLinesAsked {
  readonly draftId: string;
  readonly list: DraftList;
  /** Part of a name, number or class; `''` for all. */
  readonly search: string;
  /** Position after which the page begins, 0 for the first. */
  readonly after: number;
  /** Lines a page, 1–200. */
  readonly limit: number;
}

/** One page of the rows of a draft that have something in common, or of its problems. */
export async function listDraftLines(
  ctx: ServerContext,
  actor: Actor,
  { draftId, list, ...page }: DraftLinesAsked,
): Promise<{ rows: DraftLine[] } | { problems: ProblemLine[] }> {
  const granted: Granted<'rosters.confirm'> = await authorize(ctx.db, actor, confirmDraft, { draftId });
  if (list === 'problems')
    return { problems: await selectDraftProblems(ctx.db, granted, { draftId, ...page }) };
  if (list === 'leaving') {
    const { schoolId } = await selectDraft(ctx.db, draftId);
    const { today } = await requireSchool(ctx.db, schoolId);
    return { rows: await selectDraftLeaving(ctx.db, granted, { draftId, day: today, ...page }) };
  }
  return { rows: await selectDraftRows(ctx.db, granted, { draftId, list, ...page }) };
}

/** An empty workbook to fill in, in the school's words. */
export async function readTemplate(
  ctx: ServerContext,
  actor: Actor,
  { orgId, locale }: { orgId: string; locale: Locale },
): Promise<{ name: string; bytes: Uint8Array }> {
  await authorize(ctx.db, actor, checkRoster, { orgId });
  const { name } = await requireSchool(ctx.db, orgId);
  const bytes = await rosterTemplate(locale);
  return { name: `${say(locale, 'rosters.template.file', { school: name })}.xlsx`, bytes };
}

/** The uploaded rows with a column that says what is wrong with each. */
export async function returnRows(
  ctx: ServerContext,
  actor: Actor,
  { draftId, locale }: { draftId: string; locale: Locale },
): Promise<{ name: string; bytes: Uint8Array }> {
  const granted = await authorize(ctx.db, actor, confirmDraft, { draftId });
  const draft = await selectDraft(ctx.db, draftId);
  const onlyProblems = draft.read > RETURN_ALL;
  const { rows, problems } = await selectReturned(ctx.db, granted, { draftId, onlyProblems, limit: 20_000 });
  const bytes = await problemWorkbook(locale, { rows, problems, columns: draft.facts.columns });
  const base = draft.fileName.replace(/\.\w{1,5}$/, '');
  return { name: `${say(locale, 'rosters.out.file', { name: base })}.xlsx`, bytes };
}
