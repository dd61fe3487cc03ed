import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
/** The folder of third-party test files lies beside the repository, or beside the folder of its worktrees. */
const PLACES = ['../shared/data/', '../../shared/data/'];

/**
 * Path of a third-party test file, or `null` (and a printed line) on a machine that does not have them: they
 * may not be copied into this repository.
 */
export function sharedFile(name: string): string | null {
  for (const place of PLACES) {
    const url = new URL(place + name, ROOT);
    if (existsSync(url)) return fileURLToPath(url);
  }
  process.stdout.write(`skipped: third-party test file ${name} is not on this machine\n`);
  return null;
}
