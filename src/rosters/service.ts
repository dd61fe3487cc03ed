import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { composeClasses } from '../courses/compositions.ts';
import { fillReadings } from '../people/fill-readings.ts';
import { systemActor, type Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize, type Granted } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import { idempotent, type RepeatableRequest } from '../platform/idempotency.ts';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { checkRoster, confirmDraft, selectSchoolOf } from './actions.ts';
import {
  createClasses,
  endLeaving,
  refreshStatistics,
  writeEnrollments,
  writeGuardians,
  writePersons,
  writeStaff,
  type Applying,
} from './apply-draft.ts';
import { checkFile, type CheckedFile } from './check/check-file.ts';
import type { CheckOptions } from './contract.ts';
import {
  allowLongWork,
  lockRoster,
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
import { writeSections } from './apply-sections.ts';
import { learnHeadings, selectHeadings } from './headings.ts';
import { selectCurrentSchool } from './query-school.ts';
import type { LeavingAct } from './tables.ts';
import { problemWorkbook, rosterTemplate } from './workbook-out.ts';
import { insertDraft, RETURN_ALL } from './write-draft.ts';

/** Rows up to which a confirmed draft is applied while its importer waits; more are a job. */
const AT_ONCE = 3_000;
export const APPLY_JOB = 'rosters.apply';

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

/** The school of a unit. @throws {AppError} 409 `roster_needs_school` above schools. */
async function requireSchool(ctx: ServerContext, orgId: string) {
  const school = await selectSchoolOf(ctx.db, orgId);
  if (!school) throw new AppError(409, 'roster_needs_school', 'A roster belongs to a school; choose one.');
  return school;
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
): Promise<WorkbookCheck> {
  const granted = await authorize(ctx.db, actor, checkRoster, { orgId });
  const { schoolId, today } = await requireSchool(ctx, orgId);
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
  const result = await checkFile(file.bytes, {
    current,
    school,
    choices: options.choices,
    learned: await selectHeadings(ctx.db, schoolId),
    newClasses,
  });
  if (!result.ok) {
    const { code, params } = result.refusal;
    throw new AppError(422, code, `The workbook cannot be read: ${code}.`, { params: { ...params } });
  }
  return { schoolId, rosterHash, checked: result.checked };
}

/**
 * Checks an uploaded roster and keeps the result as a draft for confirmation. The file itself is not kept.
 *
 * The same upload under the same idempotency key is one draft.
 *
 * @throws {AppError} as `checkWorkbook`; 422 `idempotency_key_reused`.
 */
export async function uploadRoster(
  ctx: ServerContext,
  actor: Actor,
  upload: { orgId: string; file: UploadedWorkbook; options: CheckOptions; key: string },
): Promise<DraftCard> {
  const { orgId, file, options, key } = upload;
  const check = await checkWorkbook(ctx, actor, { orgId, file, options });
  const requestHash = createHash('sha256')
    .update(JSON.stringify([orgId, file.fileName, options]))
    .update(file.bytes)
    .digest();
  await learnHeadings(ctx.db, check.schoolId, options.choices, check.checked.columns);
  return keepDraft(ctx, actor, {
    orgId,
    fileName: file.fileName,
    check,
    request: { actor, key, requestHash },
  });
}

/** Keeps a checked workbook as a draft. */
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
  const { resourceId } = await idempotent(ctx.db, request, async (trx) => {
    await allowLongWork(trx);
    const draft = { schoolId, fileName: cleanFileName(fileName), createdBy, rosterHash, checked, undoes };
    const id = await insertDraft(trx, ctx.secrets, draft);
    const { read, rows, problems } = checked;
    const subject = { subjectKind: 'rosterDraft', subjectId: id, orgId: schoolId };
    const detail = { read, rows: rows.length, problems: problems.length };
    await audit(trx, actor, { action: 'rosters.check', ...subject, detail });
    return { status: 201, resourceId: id };
  });
  return selectDraft(ctx.db, resourceId ?? '');
}

/** The last part of a path, without control characters, at most 120 characters. */
function cleanFileName(name: string): string {
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
  const { schoolId } = await requireSchool(ctx, orgId);
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
    const { today } = await requireSchool(ctx, schoolId);
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
  const { name } = await requireSchool(ctx, orgId);
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

/** Throws a draft away; its rows go at once. One that is applied, or being applied, stays. */
export async function discardDraft(
  ctx: ServerContext,
  actor: Actor,
  { draftId }: { draftId: string },
): Promise<void> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  await ctx.db.transaction().execute(async (trx) => {
    const gone = await trx
      .updateTable('roster_drafts')
      .set({ state: 'discarded' })
      .where('id', '=', draftId)
      .where('state', 'in', ['checked', 'failed'])
      .executeTakeFirst();
    if (gone.numUpdatedRows === 0n) return;
    await trx.deleteFrom('roster_draft_rows').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_problems').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_leaving').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_sections').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_members').where('draft_id', '=', draftId).execute();
  });
}

/**
 * Confirms a draft: small ones are applied before the answer, large ones by a job that goes on when the page is
 * closed. Confirming again is the same confirmation.
 *
 * @param leaving - `end`: pupils the file leaves out leave their class today; `keep`: nothing happens to them.
 * @throws {AppError} 409 `roster_draft_blocked`, `roster_draft_stale`, `roster_draft_gone`, `roster_login_taken`.
 */
export async function confirmRoster(
  ctx: ServerContext,
  actor: Actor,
  { draftId, leaving, atOnce = false }: { draftId: string; leaving: LeavingAct; atOnce?: boolean },
): Promise<DraftCard> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  const draft = await selectDraft(ctx.db, draftId);
  if (draft.state === 'applied' || draft.state === 'applying') return draft;
  if (draft.state === 'discarded')
    throw new AppError(409, 'roster_draft_gone', 'This import was thrown away.');
  if (draft.must > 0) {
    throw new AppError(
      409,
      'roster_draft_blocked',
      'Rows must be corrected first; nothing is imported before.',
      {
        params: { count: draft.must },
      },
    );
  }
  const taken = await ctx.db
    .updateTable('roster_drafts')
    .set({
      state: 'applying',
      // What takes an import back has no choice left: the importer saw it whole.
      leaving_act: draft.undoes === null ? leaving : 'end',
      progress_percent: 0,
      failure_code: null,
      failure_params: null,
    })
    .where('id', '=', draftId)
    .where('state', 'in', ['checked', 'failed'])
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) {
    if (atOnce || draft.read <= AT_ONCE) await applyDraft(ctx, actor, { draftId });
    else await ctx.jobs.send(APPLY_JOB, { draftId }, { singletonKey: draftId });
  }
  return selectDraft(ctx.db, draftId);
}

/** The job's way in: a draft that was confirmed and is not applied yet. */
export async function applyConfirmed(ctx: ServerContext, { draftId }: { draftId: string }): Promise<void> {
  const actor = systemActor(APPLY_JOB, [confirmDraft.name]);
  try {
    await applyDraft(ctx, actor, { draftId });
  } catch (error) {
    // A refusal is the answer and stands in the draft; only what may pass by itself is tried again.
    if (!(error instanceof AppError)) throw error;
  }
}

/**
 * Applies a confirmed draft in one transaction: all of it or nothing.
 *
 * @throws {AppError} 409 `roster_draft_stale` when the roster changed since it was compared, `roster_login_taken`.
 */
async function applyDraft(ctx: ServerContext, actor: Actor, { draftId }: { draftId: string }): Promise<void> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  const draft = await selectDraft(ctx.db, draftId);
  const school = await requireSchool(ctx, draft.schoolId);
  const applying: Applying = {
    draftId,
    schoolId: draft.schoolId,
    orgCode: school.code,
    today: school.today,
    leavingAct: draft.leavingAct ?? 'keep',
  };
  // Outside the transaction, so that the waiting page sees it.
  const progress = async (percent: number) => {
    await ctx.db
      .updateTable('roster_drafts')
      .set({ progress_percent: percent })
      .where('id', '=', draftId)
      .execute();
  };
  try {
    const applied = await ctx.db.transaction().execute(async (trx) => {
      await allowLongWork(trx);
      await lockRoster(trx, draft.schoolId);
      const { state } = await selectDraft(trx, draftId);
      if (state !== 'applying') return false;
      const expected = await trx
        .selectFrom('roster_drafts')
        .select('roster_hash')
        .where('id', '=', draftId)
        .executeTakeFirstOrThrow();
      const now = await selectRosterHash(trx, { schoolId: draft.schoolId, day: school.today });
      if (!now.equals(expected.roster_hash)) {
        throw new AppError(
          409,
          'roster_draft_stale',
          'The roster changed since this workbook was checked; check it again.',
        );
      }
      await createClasses(trx, applying);
      await progress(10);
      await writePersons(trx, applying);
      await progress(45);
      await writeEnrollments(trx, applying);
      await progress(75);
      await writeStaff(trx, applying);
      await writeSections(trx, applying);
      await writeGuardians(trx, applying, say('zh-CN', 'rosters.guardian.unnamed', { name: '{name}' }));
      await fillReadings(trx, { orgIds: [draft.schoolId] });
      await progress(90);
      await endLeaving(trx, applying);
      // Before the next join of these tables: planned for them as they were, it takes minutes.
      await refreshStatistics(trx, draft.created + draft.changed);
      await composeClasses(trx, applying);
      const { created, changed, leaving } = draft;
      const detail = { created, changed, leaving, leavingAct: applying.leavingAct };
      const subject = { subjectKind: 'rosterDraft', subjectId: draftId, orgId: draft.schoolId };
      await audit(trx, actor, { action: 'rosters.confirm', ...subject, detail });
      // In the same transaction: a crash after the commit must not leave a draft that looks unapplied.
      await trx
        .updateTable('roster_drafts')
        .set({ state: 'applied', applied_at: sql<Date>`clock_timestamp()`, progress_percent: 100 })
        .where('id', '=', draftId)
        .execute();
      return true;
    });
    if (applied) ctx.bus.publish('roster.changed', { schoolId: draft.schoolId });
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'roster_interrupted';
    const params = error instanceof AppError ? error.params : {};
    await ctx.db
      .updateTable('roster_drafts')
      .set({ state: 'failed', failure_code: code, failure_params: JSON.stringify(params) })
      .where('id', '=', draftId)
      .where('state', '=', 'applying')
      .execute();
    throw error;
  }
}
