import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallVolume {
  readonly folder: string;
  /** Takes all room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** A file system of its own in memory that can be full. @returns null where this machine lets nobody mount one. */
export async function mountSmallVolume(megabytes: number): Promise<SmallVolume | null> {
  const folder = await mkdtemp(join(tmpdir(), 'nol-volume-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    await rm(folder, { recursive: true, force: true });
    return null;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill() {
      const handle = await open(ballast, 'a');
      // Ever smaller pieces, so that not one page is left.
      for (let size = 1 << 20; size >= 4096; size = size / 4) {
        try {
          for (;;) {
            const { bytesWritten } = await handle.write(Buffer.alloc(size));
            if (bytesWritten < size) break;
          }
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      await handle.close();
    },
    free: () => rm(ballast, { force: true }),
    async remove() {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
