import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { BackupKey } from './backup-key.ts';
import { namesIn, readManifests, type Repository } from './repository.ts';
import { basesToKeep } from './rules.ts';
import { listFiles, storedPlace } from './stored-files.ts';
import { parseSegmentName, placeOf } from './wal-names.ts';

/**
 * Removes what is older than the days to keep: base backups, the log before the first one kept, and stored files that
 * none of them names.
 *
 * @param present - stored files that the installation has now.
 * @returns stamps of the base backups removed.
 */
export async function prune(
  repository: Repository,
  keys: readonly BackupKey[],
  { keepDays, now, present }: { keepDays: number; now: Date; present: readonly string[] },
): Promise<string[]> {
  const { root } = repository;
  const manifests = await readManifests(repository, keys);
  const keep = basesToKeep(manifests, keepDays, now);
  const [first] = keep;
  if (first === undefined) return [];
  const kept = new Set(keep.map(({ stamp }) => stamp));
  // Those without a manifest are copies that were cut short.
  const removed = (await namesIn(join(root, 'base'))).filter((stamp) => !kept.has(stamp));
  for (const stamp of removed) {
    // The manifest first: a base without one does not exist, one without its content would be a trap.
    await rm(join(root, 'base', stamp, 'manifest'), { force: true });
    await rm(join(root, 'base', stamp), { recursive: true, force: true });
  }
  await pruneLog(repository, placeOf(first.startLsn, repository.segmentBytes).segment);
  await pruneFiles(repository, {
    named: new Set([...keep.flatMap(({ files }) => files), ...present]),
    before: Date.parse(first.startedAt),
  });
  return removed;
}

async function pruneLog({ root, segmentBytes }: Repository, from: bigint): Promise<void> {
  for (const entry of await namesIn(join(root, 'wal'))) {
    const parsed = parseSegmentName(entry.replace(/\.d$/, ''), segmentBytes);
    if (parsed === null || parsed.segment >= from) continue;
    await rm(join(root, 'wal', entry), { recursive: true, force: true });
  }
}

/** A file that no kept base names may still be named by the log after the first of them, when it came after it. */
async function pruneFiles(
  repository: Repository,
  { named, before }: { named: ReadonlySet<string>; before: number },
): Promise<void> {
  for (const sha256 of await listFiles(join(repository.root, 'files'))) {
    if (named.has(sha256)) continue;
    const { file } = storedPlace(repository, sha256);
    if ((await stat(file)).mtimeMs < before) await rm(file, { force: true });
  }
}
