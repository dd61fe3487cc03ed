import type { ServerContext } from '../platform/context.ts';
import { applyMovesDue } from './service-moves.ts';

/** Planned moves take effect in the minute their day begins. */
export async function orgsJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define('orgs.moveDue', { cron: '* * * * *' }, async () => {
    const moved = await applyMovesDue(ctx);
    if (moved === 0) return;
    ctx.log.info({ moved }, 'orgs.moved');
    ctx.bus.publish('orgs.moved', {});
  });
}
