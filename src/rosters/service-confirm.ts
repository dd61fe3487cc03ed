import { sql } from 'kysely';
import { composeClasses } from '../courses/compositions.ts';
import { fillReadings } from '../people/fill-readings.ts';
import { systemActor, type Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { asOwnerOf } from '../platform/wall/reader.ts';
import { AppError } from '../platform/errors.ts';
import { say } from '../platform/i18n/server-words.ts';
import { confirmDraft, requireSchool } from './actions.ts';
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
import { writeSections } from './apply-sections.ts';
import { allowLongWork, lockRoster, selectDraft, selectRosterHash, type DraftCard } from './queries.ts';
import type { LeavingAct } from './tables.ts';
import { beating } from './upload/beating.ts';
import { beatApply } from './upload/queries.ts';
import { forgetUpload } from './upload/sealed-upload.ts';

/** Rows up to which a confirmed draft is applied while its importer waits; more are a job. */
const AT_ONCE = 3_000;
export const APPLY_JOB = 'rosters.apply';

/** Throws a draft away, ending its check; its rows go at once. One that is applied, or being applied, stays. */
export async function discardDraft(
  ctx: ServerContext,
  actor: Actor,
  { draftId }: { draftId: string },
): Promise<void> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  await ctx.db.transaction().execute(async (trx) => {
    const gone = await trx
      .updateTable('roster_drafts')
      .set({ state: 'discarded', check_phase: null, beat_at: null })
      .where('id', '=', draftId)
      .where('state', 'in', ['checking', 'refused', 'checked', 'failed'])
      .executeTakeFirst();
    if (gone.numUpdatedRows === 0n) return;
    await trx.deleteFrom('roster_draft_rows').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_guardians').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_problems').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_leaving').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_sections').where('draft_id', '=', draftId).execute();
    await trx.deleteFrom('roster_draft_members').where('draft_id', '=', draftId).execute();
  });
  await forgetUpload(ctx, draftId);
}

/**
 * Confirms a draft: small ones are applied before the answer, large ones by a job that goes on when the page is
 * closed. Confirming again is the same confirmation.
 *
 * @param leaving - `end`: pupils the file leaves out leave their class today; `keep`: nothing happens to them.
 * @throws {AppError} 409 `roster_draft_blocked`, `roster_draft_stale`, `roster_draft_gone`, `roster_draft_checking`,
 *   `roster_login_taken`.
 */
export async function confirmRoster(
  ctx: ServerContext,
  actor: Actor,
  { draftId, leaving, atOnce = false }: { draftId: string; leaving: LeavingAct; atOnce?: boolean },
): Promise<DraftCard> {
  await authorize(ctx.db, actor, confirmDraft, { draftId });
  const draft = await selectDraft(ctx.db, draftId);
  if (draft.state === 'applied' || draft.state === 'applying') return draft;
  if (draft.state === 'discarded' || draft.state === 'refused')
    throw new AppError(409, 'roster_draft_gone', 'This import was thrown away.');
  if (draft.state === 'checking')
    throw new AppError(409, 'roster_draft_checking', 'The file is still being checked.');
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
      beat_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', draftId)
    .where('state', 'in', ['checked', 'failed'])
    .executeTakeFirst();
  if (taken.numUpdatedRows > 0n) {
    const apply = () => applyDraft(ctx, actor, { draftId });
    if (atOnce || draft.read <= AT_ONCE) await asOwnerOf(ctx.db, draft.schoolId, 'roster', apply);
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
  const school = await requireSchool(ctx.db, draft.schoolId);
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
  const stopBeating = beating(ctx.log, () => beatApply(ctx.db, draftId));
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
  } finally {
    await stopBeating();
  }
}
