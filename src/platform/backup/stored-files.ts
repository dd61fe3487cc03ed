import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode } from '../start-refusal.ts';
import type { BackupKey } from './backup-key.ts';
import { namesIn, placeIn, type Repository } from './repository.ts';
import { writeSealed } from './sealed-file.ts';

/** Copies the file store into a repository. Files never change and are named by their content: each goes once. */
export interface StoredFiles {
  /** Copies what is new. @returns sha256 of all files that are there now. */
  ship(): Promise<string[]>;
}

/** After this long without a change a folder's listing is trusted, in milliseconds. */
const settledMs = 2_000;

const fileName = /^[0-9a-f]{62}$/;

export function openStoredFiles(store: string, repository: Repository, key: BackupKey): StoredFiles {
  let copied: Set<string> | null = null;
  /** When a folder of the store was last changed, as of the listing of it that is known. */
  const listed = new Map<string, { changedAt: number; names: readonly string[] }>();

  const listing = async (folder: string): Promise<readonly string[]> => {
    const path = join(store, folder);
    const known = listed.get(folder);
    // Before the listing: what comes in between shows as a newer change.
    const changedAt = (await stat(path)).mtimeMs;
    if (known?.changedAt === changedAt) return known.names;
    const names = (await namesIn(path)).filter((name) => fileName.test(name));
    // A change within the clock's own step would not show: what was changed just now is listed again.
    if (Date.now() - changedAt > settledMs) listed.set(folder, { changedAt, names });
    return names;
  };

  return {
    async ship() {
      copied ??= await listFiles(join(repository.root, 'files'));
      const all: string[] = [];
      for (const folder of (await namesIn(store)).sort()) {
        for (const name of await listing(folder)) {
          const sha256 = folder + name;
          if (copied.has(sha256) || (await copyOne(join(store, folder, name), repository, key, sha256))) {
            copied.add(sha256);
            all.push(sha256);
          }
        }
      }
      return all;
    },
  };
}

/** sha256 of all files under a store or a repository's copy of one. */
export async function listFiles(root: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const folder of await namesIn(root)) {
    for (const name of await namesIn(join(root, folder))) {
      if (fileName.test(name)) found.add(folder + name);
    }
  }
  return found;
}

/** @returns false when it was deleted meanwhile. */
async function copyOne(
  file: string,
  repository: Repository,
  key: BackupKey,
  sha256: string,
): Promise<boolean> {
  try {
    // Sound, pictures and workbooks are packed already.
    await writeSealed(storedPlace(repository, sha256), key, createReadStream(file), { packed: 'none' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

export function storedPlace(repository: Pick<Repository, 'root'>, sha256: string) {
  return placeIn(repository, 'files', sha256.slice(0, 2), sha256.slice(2));
}
