import type { ServerContext } from '../platform/context.ts';
import { asOwner } from '../platform/wall/reader.ts';
import { recountDirty, recountMovedUnits } from './recount.ts';

/**
 * Counts what the caller's committed write made dirty, before the answer goes out, so that who wrote sees
 * it counted. When counting fails the write stands and the job counts it within a minute.
 */
export async function recountSoon(ctx: ServerContext): Promise<void> {
  try {
    const counted = await asOwner('recount', async () => {
      await recountMovedUnits(ctx.db);
      return recountDirty(ctx.db, ctx.now());
    });
    for (const schoolId of counted.schoolIds) ctx.bus.publish('reach.counted', { schoolId });
  } catch (error) {
    ctx.log.warn({ err: error }, 'reach.recount');
  }
}
