import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { applyConfirmed } from './service.ts';

/**
 * Goes on with drafts that were confirmed and whose server was killed, or lost its database, before they were applied.
 *
 * Those that another request or job is applying right now hold the lock of their roster and are passed over.
 *
 * @returns how many were gone on with.
 */
export async function resumeConfirmed(ctx: ServerContext): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM roster_drafts WHERE state = 'applying'
      AND pg_try_advisory_xact_lock(hashtextextended('roster ' || school_id, 0))
    ORDER BY created_at LIMIT 20`.execute(ctx.db);
  for (const { id } of rows) await applyConfirmed(ctx, { draftId: id });
  return rows.length;
}
