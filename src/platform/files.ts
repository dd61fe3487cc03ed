import { createHash, randomBytes } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './start-refusal.ts';

/**
 * Durable, content-addressed bytes. `put` answers only after file and folder are on disk (J-06): what
 * is acknowledged survives a power cut.
 */
export interface FileStore {
  /** @returns lower-case hex sha256; the same bytes twice are one file. */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws {Error} ENOENT when there is no such file. */
  read(sha256: string, range?: { start: number; length: number }): Promise<Buffer>;
  size(sha256: string): Promise<number | null>;
  delete(sha256: string): Promise<void>;
  /** Removes what writes that were cut short left behind. @returns how many. */
  sweep(): Promise<number>;
  /** sha256 of all files whose name begins with these two hex digits. */
  list(prefix: string): Promise<string[]>;
  /**
   * Deletes a file that nothing names, unless somebody put the same bytes after that moment.
   *
   * @returns whether it is gone.
   */
  discard(sha256: string, unlessPutSince: Date): Promise<boolean>;
}

/** The calls of the file system that a write stands on; tests let each of them fail in turn. */
export type StoreFs = Pick<typeof nodeFs, 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'stat' | 'utimes'>;

/** A write takes seconds: what is this old is nobody's any more, in milliseconds. */
const ABANDONED_MS = 3_600_000;

/**
 * Local disk driver; a file lies at `<root>/ab/cdef….`, its name is its content.
 *
 * @param options.abandonedMs - age from which a half-written file is swept.
 */
export function localFileStore(
  root: string,
  { fs = nodeFs, abandonedMs = ABANDONED_MS }: { fs?: StoreFs; abandonedMs?: number } = {},
): FileStore {
  /** Folders whose own entry is known to be on disk: another writer may have made them and not come so far. */
  const durable = new Set<string>();
  /** Files whose folder could not be synced: that they can be seen does not say that they are on disk. */
  const doubtful = new Set<string>();
  const place = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('Not a sha256 in hex.');
    return path.join(root, sha256.slice(0, 2), sha256.slice(2));
  };
  const sizeOf = async (file: string): Promise<number | null> => {
    try {
      return (await fs.stat(file)).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
  };

  /** Says that the file is wanted now. @returns false when it has just been discarded. */
  const touch = async (file: string): Promise<boolean> => {
    const now = new Date();
    try {
      await fs.utimes(file, now, now);
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  };

  /** Without this the rename itself may be lost with the power. */
  const syncFolder = async (folder: string): Promise<void> => {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  const ensureFolder = async (folder: string): Promise<void> => {
    if (durable.has(folder)) return;
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(root);
    await syncFolder(path.dirname(root));
    durable.add(folder);
  };
  const writeWhole = async (file: string, bytes: Uint8Array): Promise<void> => {
    const handle = await fs.open(file, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      // After a failed sync the page cache may lie: the attempt is thrown away, never retried on this handle.
      await handle.sync();
    } finally {
      await handle.close();
    }
  };

  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const target = place(sha256);
      const folder = path.dirname(target);
      await ensureFolder(folder);
      if (!doubtful.has(target) && (await sizeOf(target)) === bytes.length && (await touch(target))) {
        // Its writer may have been killed before its folder was on disk.
        await syncFolder(folder);
        return sha256;
      }
      const temporary = path.join(folder, `.${randomBytes(8).toString('hex')}.part`);
      try {
        await writeWhole(temporary, bytes);
        await fs.rename(temporary, target);
      } catch (error) {
        // The first error is told; what cannot be removed now the sweep finds later.
        await fs.rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
      doubtful.add(target);
      await syncFolder(folder);
      doubtful.delete(target);
      return sha256;
    },
    async read(sha256, range) {
      const handle = await fs.open(place(sha256), 'r');
      try {
        if (!range) return await handle.readFile();
        const buffer = Buffer.alloc(range.length);
        const { bytesRead } = await handle.read(buffer, 0, range.length, range.start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    size: (sha256) => sizeOf(place(sha256)),
    async delete(sha256) {
      await fs.rm(place(sha256), { force: true });
    },
    async sweep() {
      let removed = 0;
      for (const folder of await namesIn(fs, root)) {
        for (const name of await namesIn(fs, path.join(root, folder))) {
          if (!/^\.[0-9a-f]{16}\.part$/.test(name)) continue;
          const file = path.join(root, folder, name);
          const writtenAt = (await changedAt(fs, file)) ?? Date.now();
          if (Date.now() - writtenAt < abandonedMs) continue;
          await fs.rm(file, { force: true });
          removed += 1;
        }
      }
      return removed;
    },
    async list(prefix) {
      const names = await namesIn(fs, path.join(root, prefix));
      return names.filter((name) => /^[0-9a-f]{62}$/.test(name)).map((name) => prefix + name);
    },
    async discard(sha256, unlessPutSince) {
      const target = place(sha256);
      const isOld = (time: number | null) => time !== null && time < unlessPutSince.getTime();
      if (!isOld(await changedAt(fs, target))) return false;
      // Aside first: whoever puts the same bytes now finds nothing and writes them anew, or has touched it before.
      const aside = path.join(path.dirname(target), `.${randomBytes(8).toString('hex')}.part`);
      await fs.rename(target, aside);
      if (isOld(await changedAt(fs, aside))) await fs.rm(aside);
      else await fs.rename(aside, target);
      return (await sizeOf(target)) === null;
    },
  };
}

async function changedAt(fs: StoreFs, file: string): Promise<number | null> {
  try {
    return (await fs.stat(file)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function namesIn(fs: StoreFs, folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw error;
  }
}
