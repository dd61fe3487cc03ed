import { createHash } from 'node:crypto';

import { StartRefusal } from '../start-refusal.ts';
import type { BackupKey } from './backup-key.ts';
import { listKeptLog, readSegment, runOfLog } from './kept-log.ts';
import { unpack } from './pack.ts';
import {
  placeIn,
  readManifests,
  readStatus,
  type Manifest,
  type Repository,
  type Status,
} from './repository.ts';
import { damaged, readSealed } from './sealed-file.ts';
import { storedPlace } from './stored-files.ts';
import { lsnToNumber, placeOf } from './wal-names.ts';

/** What a check of a backup found whole. */
export interface BackupCheck {
  readonly bases: readonly Manifest[];
  readonly status: Status | null;
  readonly databaseFiles: number;
  readonly databaseBytes: number;
  readonly logSegments: number;
  readonly storedFiles: number;
  /** Base backups whose log does not reach to the next one: between them nothing can be restored. */
  readonly gaps: readonly string[];
}

/**
 * Reads a backup through to the last byte: every base backup, all of the log, every stored file that a base names.
 *
 * @throws {StartRefusal} naming the first file that is damaged, missing or under another key.
 */
export async function checkBackup(repository: Repository, keys: readonly BackupKey[]): Promise<BackupCheck> {
  const bases = await readManifests(repository, keys);
  const status = await readStatus(repository, keys);
  const total = { databaseFiles: 0, databaseBytes: 0, logSegments: 0 };
  for (const base of bases) {
    for (const part of ['cluster', 'rest']) {
      const read = await unpack(readPresent(repository, keys, 'base', base.stamp, part), null);
      total.databaseFiles += read.files;
      total.databaseBytes += read.bytes;
    }
    requireLogOfBase(base, await runFrom(repository, base), repository);
  }
  for (const timeline of new Set(bases.map((base) => base.timeline))) {
    for (const segment of await listKeptLog(repository, timeline)) {
      await readSegment(repository, segment, keys);
      total.logSegments += 1;
    }
  }
  const files = new Set(bases.flatMap((base) => base.files));
  for (const sha256 of files) await checkStored(repository, keys, sha256);
  return { bases, status, ...total, storedFiles: files.size, gaps: await gapsBetween(repository, bases) };
}

/** The log from the beginning of a base backup as far as there is no gap. */
export async function runFrom(repository: Repository, base: Manifest, until?: bigint) {
  const { segment } = placeOf(base.startLsn, repository.segmentBytes);
  return runOfLog(await listKeptLog(repository, base.timeline), segment, repository.segmentBytes, until);
}

/** @throws {StartRefusal} when the log that makes the base backup consistent is not all there. */
export function requireLogOfBase(
  base: Manifest,
  run: readonly { segment: bigint; bytes: number }[],
  { segmentBytes, root }: Repository,
): void {
  if (reachOf(run, segmentBytes) >= lsnToNumber(base.stopLsn)) return;
  const file = `${root}/wal`;
  throw new StartRefusal('backup_log_missing', {
    zh: `备份 ${base.stamp} 缺少数据库日志（${file} 中 ${base.startLsn} 至 ${base.stopLsn} 之间），不能恢复。请改用另一份备份。`,
    en: `The backup ${base.stamp} lacks part of the database's log (in ${file}, between ${base.startLsn} and ${base.stopLsn}) and cannot be restored. Take another one.`,
  });
}

/** The position up to which a run of segments reaches. */
export function reachOf(run: readonly { segment: bigint; bytes: number }[], segmentBytes: number): bigint {
  const last = run.at(-1);
  return last === undefined ? 0n : last.segment * BigInt(segmentBytes) + BigInt(last.bytes);
}

async function gapsBetween(repository: Repository, bases: readonly Manifest[]): Promise<string[]> {
  const gaps: string[] = [];
  for (const [place, base] of bases.entries()) {
    const next = bases[place + 1];
    if (next === undefined) break;
    const reach = reachOf(await runFrom(repository, base), repository.segmentBytes);
    if (next.timeline !== base.timeline || reach < lsnToNumber(next.startLsn)) gaps.push(base.stamp);
  }
  return gaps;
}

async function checkStored(
  repository: Repository,
  keys: readonly BackupKey[],
  sha256: string,
): Promise<void> {
  const hash = createHash('sha256');
  const path = ['files', sha256.slice(0, 2), sha256.slice(2)];
  for await (const piece of readPresent(repository, keys, ...path)) hash.update(piece);
  if (hash.digest('hex') !== sha256) throw damaged(storedPlace(repository, sha256));
}

/** Like `readSealed`; a file that is not there is as bad as a damaged one. */
export async function* readPresent(
  repository: Pick<Repository, 'root'>,
  keys: readonly BackupKey[],
  ...path: string[]
): AsyncGenerator<Buffer> {
  const place = placeIn(repository, ...path);
  try {
    yield* readSealed(place, keys);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw damaged(place, error);
    throw error;
  }
}
