import type { ServerContext } from '../platform/context.ts';
import { deleteOldDrafts } from './queries.ts';
import { deleteOldRuns } from './sync/queries.ts';
import { deleteOldSchoolsImports } from './schools/service.ts';
import { runSync, SYNC_JOB } from './sync/run-sync.ts';
import { sendDueSyncs } from './sync/service.ts';
import { APPLY_JOB, applyConfirmed } from './service-confirm.ts';
import { CHECK_JOB, checkUpload, resumeLeftDrafts, sweepUploads } from './upload/check-upload.ts';

/** Days that a draft and its rows are kept, applied or not: long enough for the error workbook to be fetched. */
const DRAFT_DAYS = 7;

/** Days that the history of a sync is kept. */
const RUN_DAYS = 400;

/** Days that a list of schools and what it changed are kept; its file goes with the next round of the scrub. */
const SCHOOLS_DAYS = 30;

export async function rostersJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define<{ draftId: string }>(CHECK_JOB, { atOnce: 2 }, (data, stopping) =>
    checkUpload(ctx, data, stopping),
  );
  await ctx.jobs.define('rosters.resume', { everySeconds: 10 }, () => resumeLeftDrafts(ctx));
  await ctx.jobs.define<{ draftId: string }>(APPLY_JOB, {}, (data) => applyConfirmed(ctx, data));
  await ctx.jobs.define<{ schoolId: string; byHand: boolean }>(SYNC_JOB, { retryLimit: 0 }, (data) =>
    runSync(ctx, data),
  );
  await ctx.jobs.define('rosters.syncDue', { cron: '*/10 * * * *' }, () => sendDueSyncs(ctx));
  await ctx.jobs.define('rosters.purge', { cron: '20 3 * * *' }, async () => {
    const count = await deleteOldDrafts(ctx.db, DRAFT_DAYS);
    await deleteOldRuns(ctx.db, RUN_DAYS);
    await deleteOldSchoolsImports(ctx.db, SCHOOLS_DAYS);
    await sweepUploads(ctx);
    if (count > 0) ctx.log.info({ count }, 'rosters.purged');
  });
}
