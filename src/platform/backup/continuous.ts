import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';

import type { SupervisorLog } from '../postgres/supervisor.ts';
import { StartRefusal } from '../start-refusal.ts';
import { ensureKey, wasKeyShown, type BackupKey } from './backup-key.ts';
import { makeBase } from './base-backup.ts';
import { ensureInstallationId, openSession, selectFacts, type DatabaseSource } from './database-source.ts';
import { prune } from './prune.ts';
import { openForWriting, readManifests, type Repository } from './repository.ts';
import { isBaseDue } from './rules.ts';
import { openStoredFiles, type StoredFiles } from './stored-files.ts';
import { openWalShipper, slotName, type WalShipper } from './wal-shipper.ts';

/** How the running backup fares; what `/metrics` and the doctor tell. */
export interface BackupState {
  /** All that was committed before can be restored; `null` before the first success. */
  readonly keptUntil: Date | null;
  readonly newestBaseAt: Date | null;
  /** Why it does not work now, `null` when it does. */
  readonly trouble: string | null;
}

export interface ContinuousBackup {
  readonly state: BackupState;
  /** Copies the last of the log and ends. */
  stop(): Promise<void>;
}

interface Options {
  readonly root: string;
  readonly keepDays: number;
  readonly log: SupervisorLog;
  /** How often the log is copied, in milliseconds. */
  readonly everyMs?: number;
}

const retryMs = 10_000;

/** What is open while it works; opened again after any failure. */
interface Opened {
  readonly session: pg.Client;
  readonly repository: Repository;
  readonly files: StoredFiles;
  readonly wal: WalShipper;
}

/**
 * Follows the database into a backup folder until `stop()`: the log every few seconds, a base backup each night, what
 * is too old away. What fails is tried again; the server goes on meanwhile.
 */
export function startContinuousBackup(source: DatabaseSource, options: Options): ContinuousBackup {
  const { root, keepDays, log, everyMs = 5_000 } = options;
  const stopping = new AbortController();
  const state: { -readonly [Field in keyof BackupState]: BackupState[Field] } = {
    keptUntil: null,
    newestBaseAt: null,
    trouble: null,
  };
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  const follow = async (keys: readonly BackupKey[]): Promise<void> => {
    const key = keys.at(-1)!;
    const opened = await open(source, root, key);
    let base: Promise<void> | null = null;
    let baseFailed: unknown = null;
    try {
      state.newestBaseAt = await newestBase(opened.repository, keys, opened.hadToBegin);
      for (;;) {
        // Asked to stop while the log was being copied: what came meanwhile is copied too.
        const isLast = stopping.signal.aborted;
        const { at } = await opened.wal.ship();
        state.keptUntil = new Date(at);
        state.trouble = null;
        if (baseFailed !== null) throw baseFailed;
        if (isLast) return;
        if (base === null && !stopping.signal.aborted && isBaseDue(state.newestBaseAt, new Date(at))) {
          base = nightly(source, opened, keys, { keepDays, log, signal: stopping.signal })
            .then((madeAt) => void (state.newestBaseAt = madeAt))
            .catch((error: unknown) => void (baseFailed = error))
            .finally(() => void (base = null));
        }
        await pause(everyMs);
      }
    } finally {
      await base;
      await opened.session.end();
    }
  };

  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const { keys } = await ensureKey(source.dataDir);
        if (!(await wasKeyShown(source.dataDir, keys.at(-1)!))) {
          log.warn({}, 'backup: nobody has written down the recovery key; run npm run nol -- backup key');
        }
        await follow(keys);
      } catch (error) {
        state.trouble = error instanceof Error ? error.message : String(error);
        const permanent = error instanceof StartRefusal;
        log.error(permanent ? { reason: state.trouble } : { err: error }, 'backup does not work');
        await pause(retryMs);
      }
    }
  };
  const running = run();
  return {
    state,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function open(
  source: DatabaseSource,
  root: string,
  key: BackupKey,
): Promise<Opened & { hadToBegin: boolean }> {
  const session = await openSession(source);
  try {
    const { systemIdentifier, segmentBytes } = await selectFacts(session);
    const writer = await ensureInstallationId(source.dataDir);
    const repository = await openForWriting(root, { systemIdentifier, segmentBytes, writer });
    const { from, isNew } = await ensureSlot(session);
    const files = openStoredFiles(join(source.dataDir, 'files'), repository, key);
    const wal = openWalShipper(source, session, repository, key, { from, files, advance: true });
    return { session, repository, files, wal, hadToBegin: isNew };
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** @returns `isNew`: the log before it is not in the repository, so that a new base backup is needed. */
async function ensureSlot(session: pg.Client): Promise<{ from: string; isNew: boolean }> {
  const select = () =>
    session.query<{ from: string | null; status: string }>(
      `SELECT restart_lsn::text AS from, wal_status AS status FROM pg_replication_slots WHERE slot_name = $1`,
      [slotName],
    );
  const { rows } = await select();
  const found = rows[0];
  // Lost: the folder was away for so long that the log was given up for the sake of the disk.
  if (found?.from && found.status !== 'lost') return { from: found.from, isNew: false };
  if (found) await session.query('SELECT pg_drop_replication_slot($1)', [slotName]);
  await session.query('SELECT pg_create_physical_replication_slot($1, true)', [slotName]);
  return { from: (await select()).rows[0]!.from!, isNew: true };
}

/** Gives the log free that is held for a backup which is no longer wanted. */
export async function dropSlot(source: Pick<DatabaseSource, 'connection'>): Promise<void> {
  const session = await openSession(source);
  try {
    await session.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
      [slotName],
    );
  } finally {
    await session.end();
  }
}

async function newestBase(
  repository: Repository,
  keys: readonly BackupKey[],
  hadToBegin: boolean,
): Promise<Date | null> {
  if (hadToBegin) return null;
  const newest = (await readManifests(repository, keys)).at(-1);
  return newest === undefined ? null : new Date(newest.stoppedAt);
}

/** In a session of its own: the log is copied beside it all the time. */
async function nightly(
  source: DatabaseSource,
  { repository, files, wal }: Opened,
  keys: readonly BackupKey[],
  { keepDays, log, signal }: Pick<Options, 'keepDays' | 'log'> & { signal: AbortSignal },
): Promise<Date> {
  const startedAt = performance.now();
  const session = await openSession(source);
  try {
    const manifest = await makeBase(source, session, repository, keys.at(-1)!, { wal, files, signal });
    const now = new Date(manifest.stoppedAt);
    const removed = await prune(repository, keys, { keepDays, now, present: manifest.files });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    log.info({ stamp: manifest.stamp, seconds, removed: removed.length }, 'base backup made');
    return now;
  } finally {
    await session.end();
  }
}
