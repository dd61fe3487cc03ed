import { sql } from 'kysely';
import type { Db } from './database.ts';

/** The product's clock in this process; equals SQL `app_now()` to within the machine's own clock. */
export interface Clock {
  now(): Date;
  /** Reads the offset again, after a demo region moved it. */
  refresh(db: Db): Promise<void>;
}

export async function openClock(db: Db): Promise<Clock> {
  let offsetMs = 0;
  const clock: Clock = {
    now: () => new Date(Date.now() + offsetMs),
    async refresh(from) {
      const { rows } = await sql<{
        ms: string;
      }>`SELECT (extract(epoch FROM clock_offset) * 1000)::text AS ms FROM clock`.execute(from);
      offsetMs = Number(rows[0]?.ms ?? 0);
    },
  };
  await clock.refresh(db);
  return clock;
}
