import type { ServerContext } from '../platform/context.ts';
import {
  deleteOldTickets,
  endForgottenRooms,
  finishLesson,
  purgeOldLogs,
  purgePresence,
  selectLogsToFinish,
} from './finish.ts';
import { sweepLooseFiles } from './loose-files.ts';
import { roomsOf } from './rooms.ts';
import { sealLog, selectLogsToSeal } from './sealer.ts';

/** Background work of the rooms. Each handler may run twice or be killed anywhere. */
export async function roomsJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define<{ logId: string }>('rooms.finish', {}, async ({ logId }) => {
    await roomsOf(ctx).hub.flushSeen();
    await finishLesson(ctx, logId);
    await sealLog(ctx, logId);
  });
  await ctx.jobs.define('rooms.sweep', { everySeconds: 60 }, async () => {
    for (const logId of await endForgottenRooms(ctx)) ctx.log.warn({ logId }, 'rooms.endedForgotten');
    for (const logId of await selectLogsToFinish(ctx)) await finishLesson(ctx, logId);
    for (const logId of await selectLogsToSeal(ctx.db)) await sealLog(ctx, logId);
    await deleteOldTickets(ctx);
    await sweepLooseFiles(ctx.db, ctx.files);
  });
  await ctx.jobs.define('rooms.purge', { cron: '40 3 * * *' }, async () => {
    const presence = await purgePresence(ctx);
    const count = await purgeOldLogs(ctx);
    if (count > 0 || presence > 0) ctx.log.info({ count, presence }, 'rooms.purged');
  });
}
