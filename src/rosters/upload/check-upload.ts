import { systemActor } from '../../platform/actor.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { checkRoster } from '../actions.ts';
import { learnHeadings } from '../headings.ts';
import { allowLongWork } from '../queries.ts';
import { auditCheck, checkWorkbook } from '../service.ts';
import { APPLY_JOB } from '../service-confirm.ts';
import type { CheckPhase } from '../tables.ts';
import { fillDraft } from '../write-draft.ts';
import { beating } from './beating.ts';
import {
  beatCheck,
  claimCheck,
  refuseDraft,
  releaseCheck,
  selectChecking,
  selectLeftDrafts,
  type ClaimedCheck,
} from './queries.ts';
import { forgetUpload, listUploads, readUpload } from './sealed-upload.ts';

export const CHECK_JOB = 'rosters.checkUpload';

/** A file that took its server down, or failed for a reason of ours, so often is given up. */
const TRIES = 3;

/** Nobody waits for the check any more, or the server stops. */
class CutOff extends Error {
  readonly isStopping: boolean;
  constructor(isStopping: boolean) {
    super(isStopping ? 'the server stops' : 'the upload was thrown away');
    this.isStopping = isStopping;
  }
}

/**
 * The check of an uploaded file, as a job: goes on when the page is closed, says how far it is, ends when the upload is
 * thrown away, and begins again after the server was.
 *
 * @param stopping - aborted when the server stops.
 */
export async function checkUpload(
  ctx: ServerContext,
  { draftId }: { draftId: string },
  stopping: AbortSignal,
): Promise<void> {
  const claimed = await claimCheck(ctx.db, draftId);
  if (!claimed) return;
  const end = new AbortController();
  const stop = () => end.abort(new CutOff(true));
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop, { once: true });
  const at: { phase: CheckPhase; done: number; total: number } = { phase: 'reading', done: 0, total: 0 };
  const stopBeating = beating(ctx.log, async () => {
    if (!(await beatCheck(ctx.db, draftId, at))) end.abort(new CutOff(false));
  });
  try {
    await check(ctx, { draftId, claimed, signal: end.signal, onReport: (next) => Object.assign(at, next) });
    await stopBeating();
    await forgetUpload(ctx, draftId);
  } catch (error) {
    await stopBeating();
    await endUnchecked(ctx, draftId, claimed, error);
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}

async function check(
  ctx: ServerContext,
  watched: {
    draftId: string;
    claimed: ClaimedCheck;
    signal: AbortSignal;
    onReport: (at: { phase: CheckPhase; done: number; total: number }) => void;
  },
): Promise<void> {
  const { draftId, claimed, signal, onReport } = watched;
  const { schoolId, options, tries } = claimed;
  // Twice it came to no end: its server died both times, most likely by this file.
  if (tries > TRIES) throw new AppError(422, 'roster_check_gave_up', 'The check was cut off too often.');
  const bytes = await readUpload(ctx, draftId);
  if (bytes === null) throw new AppError(422, 'roster_upload_lost', 'The uploaded file is gone.');
  const actor = systemActor(CHECK_JOB, [checkRoster.name]);
  const file = { fileName: '', bytes };
  const { rosterHash, checked } = await checkWorkbook(
    ctx,
    actor,
    { orgId: schoolId, file, options },
    { signal, onReport },
  );
  const total = checked.rows.length;
  const onRows = (done: number) => onReport({ phase: 'keeping', done, total });
  onRows(0);
  await ctx.db.transaction().execute(async (trx) => {
    await allowLongWork(trx);
    const isWaited = await fillDraft(trx, ctx.secrets, { draftId, schoolId, rosterHash, checked, onRows });
    if (!isWaited) throw new CutOff(false);
    await auditCheck(trx, actor, { draftId, schoolId, checked });
  });
  await learnHeadings(ctx.db, schoolId, options.choices, checked.columns);
}

async function endUnchecked(
  ctx: ServerContext,
  draftId: string,
  { tries }: ClaimedCheck,
  error: unknown,
): Promise<void> {
  if (error instanceof CutOff && error.isStopping) {
    await releaseCheck(ctx.db, draftId, { isCounted: false });
    return;
  }
  if (error instanceof CutOff) {
    await forgetUpload(ctx, draftId);
    return;
  }
  if (error instanceof AppError || tries >= TRIES) {
    const { code, params } = error instanceof AppError ? error : { code: 'roster_check_failed', params: {} };
    if (!(error instanceof AppError)) ctx.log.error({ err: error, draftId }, 'rosters.checkUpload');
    await refuseDraft(ctx.db, draftId, { code, params });
    await forgetUpload(ctx, draftId);
    return;
  }
  // What may pass by itself is tried again by the queue.
  await releaseCheck(ctx.db, draftId, { isCounted: true });
  throw error;
}

/** Sends the drafts again whose server died while it checked or wrote them; both may be begun twice. */
export async function resumeLeftDrafts(ctx: ServerContext): Promise<void> {
  for (const { id, state } of await selectLeftDrafts(ctx.db)) {
    const job = state === 'checking' ? CHECK_JOB : APPLY_JOB;
    await ctx.jobs.send(job, { draftId: id }, { singletonKey: id });
  }
}

/** Deletes uploaded files that no check waits for: of a server that died between two steps. @returns how many. */
export async function sweepUploads(ctx: ServerContext): Promise<number> {
  const there = await listUploads(ctx);
  const waiting = await selectChecking(ctx.db, there);
  const over = there.filter((draftId) => !waiting.has(draftId));
  for (const draftId of over) await forgetUpload(ctx, draftId);
  return over.length;
}
