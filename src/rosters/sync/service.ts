import { sql } from 'kysely';
import type { Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { requireSchool, syncRoster } from '../actions.ts';
import type { RosterSyncSettings } from './contract.ts';
import { readAddress } from './fetch-roster.ts';
import { selectDueSchools, selectRuns, type SyncRun } from './queries.ts';
import { SYNC_JOB, SYNC_SECRET } from './run-sync.ts';
import { syncFolder } from './sync-folder.ts';

export interface SyncCard {
  readonly settings: (Omit<RosterSyncSettings, 'url'> & { readonly addressShown: string | null }) | null;
  /** Where files are put for the kind `folder`, as the operator finds it. */
  readonly folder: string;
  /** Hosts of the own network that the operator opened. */
  readonly allowHosts: readonly string[];
  readonly runs: readonly SyncRun[];
}

/** How the school's roster is fetched, and the last 50 runs. */
export async function readSync(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<SyncCard> {
  await authorize(ctx.db, actor, syncRoster, { orgId });
  const { schoolId, code } = await requireSchool(ctx.db, orgId);
  const found = await ctx.db
    .selectFrom('roster_syncs')
    .select([
      'kind',
      'address_shown as addressShown',
      'hour',
      'max_leaving_percent as maxLeavingPercent',
      'max_changed_percent as maxChangedPercent',
      'leaving_act as leaving',
      'is_paused as isPaused',
    ])
    .where('school_id', '=', schoolId)
    .executeTakeFirst();
  // Below the data folder: the rest of the path is the operator's business.
  const folder = syncFolder({ dataDir: '' }, code).replace(/^\/+/, '');
  const runs = await selectRuns(ctx.db, schoolId, 50);
  return { settings: found ?? null, folder, allowHosts: ctx.config.syncAllowHosts, runs };
}

/**
 * Sets how the school's roster is fetched. An address that is left out stays as it is.
 *
 * @throws {AppError} 422 `roster_sync_address_odd`, `roster_sync_address_private`, `roster_sync_address_missing`.
 */
export async function setSync(
  ctx: ServerContext,
  actor: Actor,
  { orgId, settings }: { orgId: string; settings: RosterSyncSettings },
): Promise<SyncCard> {
  await authorize(ctx.db, actor, syncRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  const { kind, url, hour, maxLeavingPercent, maxChangedPercent, leaving, isPaused } = settings;
  await ctx.db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom('roster_syncs')
      .select(['address_cipher', 'address_shown'])
      .where('school_id', '=', schoolId)
      .forUpdate()
      .executeTakeFirst();
    let address: { cipher: Buffer | null; shown: string | null } = { cipher: null, shown: null };
    if (kind === 'url' && url !== null) {
      const { url: whole, shown } = readAddress(url, ctx.config.syncAllowHosts);
      address = { cipher: ctx.secrets.encrypt(SYNC_SECRET, whole.href).cipher, shown };
    } else if (kind === 'url') {
      if (!before?.address_cipher)
        throw new AppError(
          422,
          'roster_sync_address_missing',
          'Give the address from which the roster is fetched.',
        );
      address = { cipher: before.address_cipher, shown: before.address_shown };
    }
    const values = {
      kind,
      address_cipher: address.cipher,
      address_shown: address.shown,
      hour,
      max_leaving_percent: maxLeavingPercent,
      max_changed_percent: maxChangedPercent,
      leaving_act: leaving,
      is_paused: isPaused,
      updated_at: sql<Date>`clock_timestamp()`,
    };
    await trx
      .insertInto('roster_syncs')
      .values({ school_id: schoolId, ...values })
      .onConflict((conflict) => conflict.column('school_id').doUpdateSet(values))
      .execute();
    const subject = { subjectKind: 'org', subjectId: schoolId, orgId: schoolId };
    const detail = { kind, hour, maxLeavingPercent, maxChangedPercent, leaving, isPaused };
    await audit(trx, actor, { action: 'rosters.setSync', ...subject, detail });
  });
  return readSync(ctx, actor, { orgId });
}

/** Ends the sync and forgets its address; the history of runs stays. */
export async function removeSync(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<void> {
  await authorize(ctx.db, actor, syncRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  await ctx.db.transaction().execute(async (trx) => {
    const gone = await trx.deleteFrom('roster_syncs').where('school_id', '=', schoolId).executeTakeFirst();
    if (gone.numDeletedRows === 0n) return;
    const subject = { subjectKind: 'org', subjectId: schoolId, orgId: schoolId };
    await audit(trx, actor, { action: 'rosters.removeSync', ...subject });
  });
}

/**
 * Runs the sync now, as a job that goes on when the page is closed; while one runs it is that one.
 *
 * @throws {AppError} 409 `roster_sync_not_set`.
 */
export async function runSyncNow(
  ctx: ServerContext,
  actor: Actor,
  { orgId }: { orgId: string },
): Promise<SyncCard> {
  await authorize(ctx.db, actor, syncRoster, { orgId });
  const { schoolId } = await requireSchool(ctx.db, orgId);
  const set = await ctx.db
    .selectFrom('roster_syncs')
    .select('school_id')
    .where('school_id', '=', schoolId)
    .executeTakeFirst();
  if (!set) throw new AppError(409, 'roster_sync_not_set', 'No sync is set up for this school.');
  await ctx.jobs.send(SYNC_JOB, { schoolId, byHand: true }, { singletonKey: schoolId });
  return readSync(ctx, actor, { orgId });
}

/** Sends the daily runs that are due. */
export async function sendDueSyncs(ctx: ServerContext): Promise<void> {
  for (const schoolId of await selectDueSchools(ctx.db)) {
    await ctx.jobs.send(SYNC_JOB, { schoolId, byHand: false }, { singletonKey: schoolId });
  }
}
