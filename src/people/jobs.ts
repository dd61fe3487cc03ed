import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { fillReadings } from './fill-readings.ts';
import { forgetGuesses } from './guesses.ts';
import { purgeIdempotencyKeys } from '../platform/idempotency.ts';

/**
 * Reads names each minute that no import has read, and throws away each night what is kept for a time only (H-06); by the
 * real clock, not a demo's.
 */
export async function peopleJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define('people.readings', { cron: '* * * * *' }, async (_data, stopping) => {
    const filled = await fillReadings(ctx.db, { stopping });
    if (filled > 0) ctx.log.info({ filled }, 'people.read');
  });
  await ctx.jobs.define('people.purge', { cron: '10 3 * * *' }, async () => {
    const { db } = ctx;
    const gone = await sql`
      DELETE FROM claims WHERE expires_at < clock_timestamp() OR used_at < clock_timestamp() - interval '7 days'`.execute(
      db,
    );
    const ended = await sql`
      DELETE FROM sessions WHERE expires_at < clock_timestamp()
        OR last_seen_at + make_interval(secs => idle_seconds) < clock_timestamp()`.execute(db);
    // The school sees for a year who looked at what; that they might look stays in the audit.
    const looks =
      await sql`DELETE FROM support_uses WHERE at < clock_timestamp() - interval '1 year'`.execute(db);
    const failures = await forgetGuesses(db);
    const keys = await purgeIdempotencyKeys(db);
    ctx.log.info(
      {
        claims: Number(gone.numAffectedRows ?? 0),
        sessions: Number(ended.numAffectedRows ?? 0),
        looks: Number(looks.numAffectedRows ?? 0),
        failures,
        keys,
      },
      'people.purged',
    );
  });
}
