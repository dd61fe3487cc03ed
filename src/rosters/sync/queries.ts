import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import type { SyncCounts, SyncRunState } from '../tables.ts';

export interface SyncRun {
  readonly id: string;
  readonly byHand: boolean;
  readonly state: SyncRunState;
  readonly counts: SyncCounts | null;
  readonly code: string | null;
  readonly params: Record<string, string | number>;
  readonly draftId: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** Minutes after which a run that never ended is one whose server died. */
const LOST_MINUTES = 30;

/** The newest runs of a school. */
export async function selectRuns(db: Db, schoolId: string, limit: number): Promise<SyncRun[]> {
  return db
    .selectFrom('roster_sync_runs')
    .select([
      'id',
      'by_hand as byHand',
      'state',
      'counts',
      'code',
      'params',
      'draft_id as draftId',
      'started_at as startedAt',
      'finished_at as finishedAt',
    ])
    .where('school_id', '=', schoolId)
    .orderBy('started_at', 'desc')
    .limit(limit)
    .execute();
}

/** Begins a run unless one is going on. @returns its id, `null` while another one runs. */
export async function beginRun(
  db: Db,
  { schoolId, byHand }: { schoolId: string; byHand: boolean },
): Promise<string | null> {
  await sql`
    UPDATE roster_sync_runs SET state = 'failed', code = 'roster_interrupted', finished_at = clock_timestamp()
    WHERE school_id = ${schoolId} AND state = 'running'
      AND started_at < clock_timestamp() - make_interval(mins => ${LOST_MINUTES})
  `.execute(db);
  const { rows } = await sql<{ id: string }>`
    INSERT INTO roster_sync_runs (school_id, by_hand, day)
    SELECT id, ${byHand}, (app_now() AT TIME ZONE tz)::date FROM orgs WHERE id = ${schoolId}
    ON CONFLICT (school_id) WHERE state = 'running' DO NOTHING RETURNING id
  `.execute(db);
  return rows[0]?.id ?? null;
}

/** Schools whose daily run is due: not paused, the hour has come, and none began by itself on that date. */
export async function selectDueSchools(db: Db): Promise<string[]> {
  const { rows } = await sql<{ schoolId: string }>`
    SELECT s.school_id AS "schoolId" FROM roster_syncs s JOIN orgs o ON o.id = s.school_id
    WHERE NOT s.is_paused AND extract(hour FROM app_now() AT TIME ZONE o.tz) >= s.hour
      AND NOT EXISTS (SELECT FROM roster_sync_runs r WHERE r.school_id = s.school_id AND NOT r.by_hand
        AND r.day = (app_now() AT TIME ZONE o.tz)::date)
    ORDER BY s.school_id
  `.execute(db);
  return rows.map(({ schoolId }) => schoolId);
}

/** People and pupils in classes of a school on a day: what the limits are a part of. */
export async function selectSizes(
  db: Db,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<{ people: number; pupils: number }> {
  const { rows } = await sql<{ people: number; pupils: number }>`
    SELECT (SELECT count(*)::int FROM people_cards WHERE home_org_id = ${schoolId} AND status = 'active') AS people,
      (SELECT count(*)::int FROM home_classes(${day}::date) WHERE school_id = ${schoolId}) AS pupils
  `.execute(db);
  return rows[0] ?? { people: 0, pupils: 0 };
}

/** Deletes runs older than the given number of days. */
export async function deleteOldRuns(db: Db, days: number): Promise<void> {
  await db
    .deleteFrom('roster_sync_runs')
    .where('started_at', '<', sql<Date>`clock_timestamp() - make_interval(days => ${days})`)
    .execute();
}
