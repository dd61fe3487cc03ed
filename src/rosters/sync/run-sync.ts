import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { systemActor, type SystemActor } from '../../platform/actor.ts';
import type { ServerContext } from '../../platform/context.ts';
import { AppError } from '../../platform/errors.ts';
import { checkRoster, confirmDraft, selectSchoolOf } from '../actions.ts';
import { checkWorkbook, keepDraft, type UploadedWorkbook, type WorkbookCheck } from '../service.ts';
import { confirmRoster } from '../service-confirm.ts';
import type { SyncCounts, SyncRunState } from '../tables.ts';
import { countsOf } from '../write-draft.ts';
import { sectionCounts } from '../write-sections.ts';
import { fetchRoster } from './fetch-roster.ts';
import { beginRun, selectSizes } from './queries.ts';
import { readSyncFolder, syncFolder } from './sync-folder.ts';

export const SYNC_JOB = 'rosters.sync';
export const SYNC_SECRET = 'roster-sync-address';

interface Ended {
  readonly state: Exclude<SyncRunState, 'running'>;
  readonly counts?: SyncCounts;
  readonly code?: string;
  readonly params?: Record<string, string | number>;
  readonly draftId?: string;
}

interface Settings {
  readonly kind: 'folder' | 'url';
  readonly address_cipher: Buffer | null;
  readonly max_leaving_percent: number;
  readonly max_changed_percent: number;
  readonly leaving_act: 'keep' | 'end';
}

async function obtain(
  ctx: ServerContext,
  { kind, address_cipher }: Settings,
  code: string,
): Promise<UploadedWorkbook> {
  if (kind === 'folder') return readSyncFolder(syncFolder(ctx.config, code));
  const address = ctx.secrets.decrypt(SYNC_SECRET, address_cipher ?? Buffer.alloc(0));
  const name = new URL(address).pathname.split('/').pop() ?? '';
  return {
    fileName: name || 'roster',
    bytes: await fetchRoster(address, { allowHosts: ctx.config.syncAllowHosts }),
  };
}

/** Part of a whole in percent, rounded up: one of a thousand is more than nothing. */
function percent(part: number, whole: number): number {
  return part === 0 ? 0 : Math.ceil((part * 100) / Math.max(1, whole));
}

/** Which limit of the school a checked file passes; `null` when none. */
export function overLimit(
  { leaving, changed }: { leaving: number; changed: number },
  { people, pupils }: { people: number; pupils: number },
  limits: { max_leaving_percent: number; max_changed_percent: number },
): { code: string; params: Record<string, number> } | null {
  const goes = percent(leaving, pupils);
  if (goes > limits.max_leaving_percent) {
    const params = { percent: goes, limit: limits.max_leaving_percent, count: leaving };
    return { code: 'roster_sync_leaving_many', params };
  }
  const alters = percent(changed, people);
  if (alters > limits.max_changed_percent) {
    const params = { percent: alters, limit: limits.max_changed_percent, count: changed };
    return { code: 'roster_sync_changed_many', params };
  }
  return null;
}

async function keep(
  ctx: ServerContext,
  actor: SystemActor,
  { orgId, file, check }: { orgId: string; file: UploadedWorkbook; check: WorkbookCheck },
): Promise<string> {
  const requestHash = createHash('sha256').update(file.bytes).digest();
  const request = { actor, key: randomUUID(), requestHash };
  const draft = await keepDraft(ctx, actor, { orgId, fileName: file.fileName, check, request });
  return draft.id;
}

async function synchronise(
  ctx: ServerContext,
  actor: SystemActor,
  { schoolId, code, day, settings }: { schoolId: string; code: string; day: string; settings: Settings },
): Promise<Ended> {
  const file = await obtain(ctx, settings, code);
  const options = { choices: [], createClasses: false };
  const check = await checkWorkbook(ctx, actor, { orgId: schoolId, file, options });
  const { read, created, changed, unchanged, leaving, must, look } = countsOf(check.checked);
  const { sections, members } = sectionCounts(check.checked.sections);
  const counts = { read, created, changed, unchanged, leaving, must, look };
  const ends = settings.leaving_act === 'end';
  const ended = sections.ended + members.ended;
  const writes =
    created + changed + sections.created + sections.changed + members.created + (ends ? leaving + ended : 0);
  const kept = () => keep(ctx, actor, { orgId: schoolId, file, check });
  if (must > 0)
    return {
      state: 'stopped',
      counts,
      code: 'roster_draft_blocked',
      params: { count: must },
      draftId: await kept(),
    };
  const over = overLimit({ leaving, changed }, await selectSizes(ctx.db, { schoolId, day }), settings);
  if (over) return { state: 'stopped', counts, ...over, draftId: await kept() };
  if (writes === 0) return { state: 'unchanged', counts };
  const draftId = await kept();
  await confirmRoster(ctx, actor, { draftId, leaving: settings.leaving_act, atOnce: true });
  return { state: 'applied', counts, draftId };
}

/**
 * Fetches a school's roster and imports the difference, by itself or by hand; a run that is going on is not doubled.
 *
 * It stops and leaves a draft for a person where something must be corrected or a limit of the school is passed. What went
 * wrong stands in the run, never with more of an address than its host.
 */
export async function runSync(
  ctx: ServerContext,
  { schoolId, byHand }: { schoolId: string; byHand: boolean },
): Promise<void> {
  const school = await selectSchoolOf(ctx.db, schoolId);
  const settings = await ctx.db
    .selectFrom('roster_syncs')
    .select([
      'kind',
      'address_cipher',
      'max_leaving_percent',
      'max_changed_percent',
      'leaving_act',
      'is_paused',
    ])
    .where('school_id', '=', schoolId)
    .executeTakeFirst();
  if (!school || !settings || (settings.is_paused && !byHand)) return;
  const { code, today: day } = school;
  const runId = await beginRun(ctx.db, { schoolId, byHand });
  if (runId === null) return;
  const actor = systemActor(SYNC_JOB, [checkRoster.name, confirmDraft.name]);
  let ended: Ended;
  try {
    ended = await synchronise(ctx, actor, { schoolId, code, day, settings });
  } catch (error) {
    if (!(error instanceof AppError)) ctx.log.error({ err: error, schoolId }, 'rosters.sync');
    // Whatever it was, the run has ended and says so; the next one tries again.
    ended =
      error instanceof AppError
        ? { state: 'failed', code: error.code, params: { ...error.params } }
        : { state: 'failed', code: 'roster_interrupted' };
  }
  const { state, counts, code: reason, params = {}, draftId } = ended;
  await ctx.db
    .updateTable('roster_sync_runs')
    .set({
      state,
      counts: counts ? JSON.stringify(counts) : null,
      code: reason ?? null,
      params: JSON.stringify(params),
      draft_id: draftId ?? null,
      finished_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', runId)
    .execute();
  ctx.log.info({ schoolId, state, code: reason }, 'rosters.synced');
}
