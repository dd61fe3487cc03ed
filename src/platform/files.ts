import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

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
}

/** Local disk driver; a file lies at `<root>/ab/cdef….`, its name is its content. */
export function localFileStore(root: string): FileStore {
  const place = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('Not a sha256 in hex.');
    return path.join(root, sha256.slice(0, 2), sha256.slice(2));
  };
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const target = place(sha256);
      if (await exists(target)) return sha256;
      const folder = path.dirname(target);
      const created = await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = path.join(folder, `.${randomBytes(8).toString('hex')}.part`);
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } catch (error) {
        // After a failed fsync the page cache may lie, so the attempt is thrown away, never retried on this handle.
        await handle.close();
        await rm(temporary, { force: true });
        throw error;
      }
      await handle.close();
      await rename(temporary, target);
      await syncFolder(folder);
      if (created) await syncFolder(root);
      return sha256;
    },
    async read(sha256, range) {
      const handle = await open(place(sha256), 'r');
      try {
        if (!range) return await handle.readFile();
        const buffer = Buffer.alloc(range.length);
        const { bytesRead } = await handle.read(buffer, 0, range.length, range.start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    async size(sha256) {
      try {
        return (await stat(place(sha256))).size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    async delete(sha256) {
      await rm(place(sha256), { force: true });
    },
  };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Without this the rename itself may be lost with the power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
