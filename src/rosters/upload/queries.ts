import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import type { CheckOptions } from '../contract.ts';
import type { CheckPhase } from '../tables.ts';

/** Seconds without a sign of life after which the server that worked on a draft is held to be dead. */
const DEAD_SECONDS = 20;

const isLeft = sql<boolean>`(beat_at IS NULL OR beat_at < clock_timestamp() - make_interval(secs => ${DEAD_SECONDS}))`;

export interface ClaimedCheck {
  readonly schoolId: string;
  readonly options: CheckOptions;
  /** How often the check was begun, this time included. */
  readonly tries: number;
}

/** Takes the check of a draft over. @returns `undefined` when it is done, was thrown away, or somebody works on it. */
export async function claimCheck(db: Db, draftId: string): Promise<ClaimedCheck | undefined> {
  return db
    .updateTable('roster_drafts')
    .set({
      check_tries: sql<number>`check_tries + 1`,
      beat_at: sql<Date>`clock_timestamp()`,
      check_phase: 'reading',
      rows_done: 0,
      rows_total: 0,
    })
    .where('id', '=', draftId)
    .where('state', '=', 'checking')
    .where(isLeft)
    .returning(['school_id as schoolId', 'options', 'check_tries as tries'])
    .executeTakeFirst();
}

/** Says that a check goes on, and how far it is. @returns whether anybody still waits for it. */
export async function beatCheck(
  db: Db,
  draftId: string,
  at: { phase: CheckPhase; done: number; total: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('roster_drafts')
    .set({
      beat_at: sql<Date>`clock_timestamp()`,
      check_phase: at.phase,
      rows_done: at.done,
      rows_total: at.total,
    })
    .where('id', '=', draftId)
    .where('state', '=', 'checking')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Lets go of a check that another server, or this one started again, is to begin anew. */
export async function releaseCheck(
  db: Db,
  draftId: string,
  { isCounted }: { isCounted: boolean },
): Promise<void> {
  await db
    .updateTable('roster_drafts')
    .set({
      beat_at: null,
      check_phase: 'waiting',
      ...(isCounted ? {} : { check_tries: sql<number>`greatest(check_tries - 1, 0)` }),
    })
    .where('id', '=', draftId)
    .where('state', '=', 'checking')
    .execute();
}

/** Ends a check without a result and says why. */
export async function refuseDraft(
  db: Db,
  draftId: string,
  { code, params }: { code: string; params: object },
): Promise<void> {
  await db
    .updateTable('roster_drafts')
    .set({
      state: 'refused',
      check_phase: null,
      beat_at: null,
      failure_code: code,
      failure_params: JSON.stringify(params),
    })
    .where('id', '=', draftId)
    .where('state', '=', 'checking')
    .execute();
}

/** Says that an import is being written. */
export async function beatApply(db: Db, draftId: string): Promise<void> {
  await db
    .updateTable('roster_drafts')
    .set({ beat_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', draftId)
    .where('state', '=', 'applying')
    .execute();
}

/** Drafts that are to be checked or written and on which nobody works. */
export async function selectLeftDrafts(db: Db): Promise<{ id: string; state: 'checking' | 'applying' }[]> {
  const { rows } = await sql<{ id: string; state: 'checking' | 'applying' }>`
    SELECT id, state FROM roster_drafts WHERE state IN ('checking', 'applying') AND ${isLeft} ORDER BY created_at
  `.execute(db);
  return rows;
}

/** Which of the drafts are still being checked. */
export async function selectChecking(db: Db, draftIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM roster_drafts WHERE id::text = ANY (${[...draftIds]}::text[]) AND state = 'checking'
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}
