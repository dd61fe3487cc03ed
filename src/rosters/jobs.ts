import type { ServerContext } from '../platform/context.ts';
import { deleteOldDrafts } from './queries.ts';
import { APPLY_JOB, applyConfirmed } from './service.ts';

/** Days that a draft and its rows are kept, applied or not: long enough for the error workbook to be fetched. */
const DRAFT_DAYS = 7;

export async function rostersJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define<{ draftId: string }>(APPLY_JOB, {}, (data) => applyConfirmed(ctx, data));
  await ctx.jobs.define('rosters.purge', { cron: '20 3 * * *' }, async () => {
    const count = await deleteOldDrafts(ctx.db, DRAFT_DAYS);
    if (count > 0) ctx.log.info({ count }, 'rosters.purged');
  });
}
