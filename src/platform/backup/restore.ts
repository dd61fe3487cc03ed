import { chmod, lchown, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ensureDataFolder, holdDataFolder, restoringFolder } from '../data-folder.ts';
import { localFileStore } from '../files.ts';
import { findBinaries } from '../postgres/binaries.ts';
import type { Settings } from '../postgres/cluster.ts';
import { chooseIdentity } from '../postgres/identity.ts';
import { startPostgres, type EmbeddedPostgres, type SupervisorLog } from '../postgres/supervisor.ts';
import { StartRefusal } from '../start-refusal.ts';
import type { BackupKey } from './backup-key.ts';
import { reachOf, readPresent, requireLogOfBase, runFrom } from './check.ts';
import { readSegment, type KeptSegment } from './kept-log.ts';
import { unpack } from './pack.ts';
import {
  exists,
  namesIn,
  readManifests,
  readStatus,
  type Manifest,
  type Repository,
  type Status,
} from './repository.ts';
import { chooseBase, type CannotRestore } from './rules.ts';
import { syncFolder } from './sealed-file.ts';
import { lsnToNumber, placeOf } from './wal-names.ts';

export interface Restored {
  readonly base: Manifest;
  /** The moment asked for, or up to which the log was kept; `null` when only the base knows. */
  readonly until: string | null;
  readonly storedFiles: number;
  /** Files that the database names and the backup has not, or not unharmed; sha256. */
  readonly lostFiles: readonly string[];
}

interface Options {
  readonly repository: Repository;
  readonly keys: readonly BackupKey[];
  readonly dataDir: string;
  /** The moment to restore to; `null`: as late as possible. */
  readonly at: Date | null;
  readonly log: SupervisorLog;
  /** Settings that win over ours; for tests. */
  readonly settings?: Settings;
  /** Refuses a base backup by throwing, before anything is made. */
  readonly accept?: (base: Manifest) => Promise<void>;
  /** Told of each step by its name. */
  readonly onStep?: (step: 'database' | 'log' | 'replay' | 'files') => void;
  /**
   * What the restored system must do before anybody uses it; the database runs, in the folder given.
   *
   * @returns sha256 of the stored files that its rows name.
   */
  readonly beforeUse: (
    postgres: EmbeddedPostgres,
    folder: string,
    restored: Pick<Restored, 'base' | 'until'>,
  ) => Promise<readonly string[]>;
}

/** Parts of the data folder in the order they are moved to their place; the database last. */
const parts = ['keys', 'lan', 'audit', 'installation', 'files', 'postgres'];

/**
 * Restores a backup into an empty data folder.
 *
 * Everything is made in a folder inside it and moved to its place when it is whole; a restore that is cut short leaves
 * a data folder that refuses to start and that the next restore clears.
 *
 * @throws {StartRefusal} when the folder is not empty, the backup is damaged or the moment cannot be reached.
 */
export async function restore(options: Options): Promise<Restored> {
  const { repository, keys, at } = options;
  const chosen = chooseBase(await readManifests(repository, keys), await readStatus(repository, keys), at);
  if ('reason' in chosen) throw cannotRestore(repository, chosen, at);
  await options.accept?.(chosen.base);
  const dataDir = await ensureDataFolder(options.dataDir);
  const hold = await holdDataFolder(dataDir, 'command', { restoring: true });
  const folder = restoringFolder(dataDir);
  try {
    await requireEmpty(dataDir);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    const restored = await restoreInto(folder, options, chosen);
    // PostgreSQL has synced its own folder, the file store its files.
    for (const part of ['keys', 'lan', 'audit']) await syncTree(join(folder, part));
    for (const part of parts) await moveUp(folder, dataDir, part);
    await syncFolder(dataDir);
    await rm(folder, { recursive: true });
    return restored;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await hold.release();
  }
}

async function restoreInto(
  folder: string,
  { repository, keys, at, log, settings, onStep = () => undefined, beforeUse, dataDir }: Options,
  { base, next }: { base: Manifest; next: Manifest | null },
): Promise<Restored> {
  const until = next === null ? undefined : placeOf(next.stopLsn, repository.segmentBytes).segment;
  const run = await runFrom(repository, base, until);
  requireLogOfBase(base, run, repository);
  onStep('database');
  for (const part of ['cluster', 'rest']) {
    await unpack(readPresent(repository, keys, 'base', base.stamp, part), folder);
  }
  onStep('log');
  for (const segment of run) await writeSegment(folder, repository, segment, keys);
  await giveToDatabaseUser(folder, dataDir);
  onStep('replay');
  const status = await readStatus(repository, keys);
  const restoredUntil = at?.toISOString() ?? untilOf(base, status, run, repository);
  const postgres = await replay(folder, { base, run, repository, status, at, log, settings: settings ?? {} });
  try {
    const named = await beforeUse(postgres, folder, { base, until: restoredUntil });
    onStep('files');
    const lostFiles = await restoreFiles(folder, repository, keys, named);
    return { base, until: restoredUntil, storedFiles: named.length - lostFiles.length, lostFiles };
  } finally {
    await postgres.stop();
  }
}

/** How late the state is when all of the log is replayed. */
function untilOf(
  base: Manifest,
  status: Status | null,
  run: readonly KeptSegment[],
  repository: Repository,
): string | null {
  return status !== null && isWhole(base, status, run, repository) ? status.at : null;
}

/** Whether the log is there without a gap up to where it was last followed. */
function isWhole(
  base: Manifest,
  status: Status,
  run: readonly KeptSegment[],
  repository: Repository,
): boolean {
  return (
    status.timeline === base.timeline && reachOf(run, repository.segmentBytes) >= lsnToNumber(status.lsn)
  );
}

async function writeSegment(
  folder: string,
  repository: Repository,
  segment: KeptSegment,
  keys: readonly BackupKey[],
): Promise<void> {
  const file = join(folder, 'postgres', 'cluster', 'pg_wal', segment.name);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, await readSegment(repository, segment, keys), { mode: 0o600 });
}

/** PostgreSQL never runs as root: where a system user runs it, the files must be that user's. */
async function giveToDatabaseUser(folder: string, dataDir: string): Promise<void> {
  const root = join(folder, 'postgres');
  const identity = await chooseIdentity(root, await findBinaries());
  if (identity.kind !== 'user') return;
  await chmod(dataDir, 0o711);
  for (const entry of await readdir(root, { recursive: true })) {
    if (entry.startsWith('cluster')) await lchown(join(root, entry), identity.uid, identity.gid);
  }
}

interface Replay {
  readonly base: Manifest;
  readonly run: readonly KeptSegment[];
  readonly repository: Repository;
  readonly status: Status | null;
  readonly at: Date | null;
  readonly log: SupervisorLog;
  readonly settings: Settings;
}

async function replay(
  folder: string,
  { at, status, base, run, repository, log, settings }: Replay,
): Promise<EmbeddedPostgres> {
  const signal = join(folder, 'postgres', 'cluster', 'recovery.signal');
  await writeFile(signal, '', { mode: 0o600 });
  await giveToDatabaseUser(folder, dirname(folder));
  const replaying = {
    ...settings,
    // The log lies in its place already; there is nowhere else to ask.
    restore_command: "'false'",
    recovery_target_timeline: "'current'",
    recovery_target_action: "'promote'",
    // With it the database calls itself ready while the log is still being replayed.
    hot_standby: 'off',
  };
  const start = (target: Record<string, string>) =>
    startPostgres({ dataDir: folder, held: true, log, settings: { ...replaying, ...target } });
  if (at === null) return start({});
  try {
    return await start({
      recovery_target_time: `'${at.toISOString().replace('T', ' ').replace('Z', '+00')}'`,
    });
  } catch (error) {
    const said = error instanceof StartRefusal ? error.message : '';
    if (!said.includes('before configured recovery target was reached')) throw error;
    // Nothing was committed between that moment and the end of the log: its end is that state.
    const next =
      status !== null && isWhole(base, status, run, repository) && at.getTime() <= Date.parse(status.at);
    if (!next) throw gapBefore(at, base, error);
    return start({});
  }
}

/** Only what the restored rows name: what was deleted for good before does not come back. @returns those lost. */
async function restoreFiles(
  folder: string,
  repository: Repository,
  keys: readonly BackupKey[],
  named: readonly string[],
): Promise<string[]> {
  const store = localFileStore(join(folder, 'files'));
  const lost: string[] = [];
  for (const sha256 of named) {
    try {
      const pieces: Buffer[] = [];
      const path = ['files', sha256.slice(0, 2), sha256.slice(2)];
      for await (const piece of readPresent(repository, keys, ...path)) pieces.push(piece);
      if ((await store.put(Buffer.concat(pieces))) !== sha256) lost.push(sha256);
    } catch (error) {
      // One file less is told at the end; it is no reason to have nothing.
      if (!(error instanceof StartRefusal)) throw error;
      lost.push(sha256);
    }
  }
  return lost;
}

async function requireEmpty(dataDir: string): Promise<void> {
  const ours = ['restoring', 'running.json', 'log', 'lost+found'];
  const others = (await readdir(dataDir)).filter((name) => !ours.includes(name) && !name.startsWith('.'));
  if (others.length === 0) return;
  throw new StartRefusal(
    'restore_folder_not_empty',
    {
      zh: `数据文件夹 ${dataDir} 不是空的（${others.join('、')}）。恢复不会覆盖任何数据：请移走它，或用 DATA_DIR 指定另一个文件夹。`,
      en: `The data folder ${dataDir} is not empty (${others.join(', ')}). A restore overwrites nothing: move it away, or name another folder with DATA_DIR.`,
    },
    { exitCode: 1 },
  );
}

/** Writes a folder and all that is in it to disk; nothing when there is no such folder. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await namesIn(folder)) {
    const handle = await open(join(folder, entry), 'r');
    await handle.sync().finally(() => handle.close());
  }
  if (await exists(folder)) await syncFolder(folder);
}

async function moveUp(folder: string, dataDir: string, part: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes(part)) await rename(join(folder, part), join(dataDir, part));
}

function cannotRestore(repository: Repository, why: CannotRestore, at: Date | null): StartRefusal {
  const { root } = repository;
  const wanted = at?.toISOString() ?? '';
  switch (why.reason) {
    case 'noBase':
      return new StartRefusal('backup_empty', {
        zh: `${root} 中没有完整的备份。`,
        en: `There is no complete backup in ${root}.`,
      });
    case 'beforeFirst':
      return new StartRefusal(
        'restore_too_early',
        {
          zh: `不能恢复到 ${wanted}：最早的备份在 ${why.first}。`,
          en: `${wanted} cannot be restored: the earliest backup is of ${why.first}.`,
        },
        { exitCode: 1 },
      );
    case 'afterLast':
      return new StartRefusal(
        'restore_too_late',
        {
          zh: `不能恢复到 ${wanted}：备份只到 ${why.last}。不写 --at 即恢复到最后。`,
          en: `${wanted} cannot be restored: the backup reaches to ${why.last}. Without --at it is restored to the end.`,
        },
        { exitCode: 1 },
      );
  }
}

function gapBefore(at: Date, base: Manifest, cause: unknown): StartRefusal {
  return new StartRefusal(
    'restore_gap',
    {
      zh: `不能恢复到 ${at.toISOString()}：备份 ${base.stamp} 之后的数据库日志在此之前中断。请选择更早的时刻（${base.stoppedAt} 起）或更晚的备份。`,
      en: `${at.toISOString()} cannot be restored: the database's log after the backup ${base.stamp} breaks off before it. Choose an earlier moment (from ${base.stoppedAt}) or a later backup.`,
    },
    { cause, exitCode: 1 },
  );
}
