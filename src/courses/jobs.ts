import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { composeClasses } from './compositions.ts';

/**
 * Each night, before a day begins, composed teaching classes follow their homeroom classes once more: whoever changed class by
 * another way than a roster is in the right lessons in the morning.
 */
export async function coursesJobs(ctx: ServerContext): Promise<void> {
  await ctx.jobs.define('courses.compose', { cron: '20 3 * * *' }, async (_data, stopping) => {
    const { rows } = await sql<{ schoolId: string; today: string }>`
      SELECT DISTINCT k.school_id AS "schoolId", (app_now() AT TIME ZONE o.tz - interval '4 hours')::date AS today
      FROM class_compositions c JOIN classes k ON k.id = c.class_id JOIN orgs o ON o.id = k.school_id
    `.execute(ctx.db);
    for (const { schoolId, today } of rows) {
      if (stopping.aborted) return;
      const { joined, left } = await ctx.db
        .transaction()
        .execute((trx) => composeClasses(trx, { schoolId, today }));
      if (joined + left > 0) {
        ctx.bus.publish('roster.changed', { schoolId });
        ctx.log.info({ schoolId, joined, left }, 'courses.composed');
      }
    }
  });
}
