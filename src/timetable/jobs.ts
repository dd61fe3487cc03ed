import type { ServerContext } from '../platform/context.ts';
import { deleteOldImports } from './queries/imports.ts';

/** Days that an import and what it reported are kept, confirmed or not; its file goes with the next round of the scrub. */
const IMPORT_DAYS = 30;

export async function timetableJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define('timetable.purge', { cron: '25 3 * * *' }, async () => {
    const count = await deleteOldImports(ctx.db, IMPORT_DAYS);
    if (count > 0) ctx.log.info({ count }, 'timetable.purged');
  });
}
