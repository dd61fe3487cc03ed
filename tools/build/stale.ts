import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What the built web depends on. Server files change more often than web files and must not rebuild it. */
const WEB_SOURCE =
  /^src\/(?:[^/]+\/web\/|[^/]+\/words\/|platform\/i18n\/|[^/]+\/(?:rules|wire|roles)[\w-]*\.ts$|[^/]+\/rules\/)/;
const ALWAYS = ['package-lock.json', 'tsconfig.json'];

/** Hash over names and contents of everything the web is built from, 32 hex digits. */
export async function webSourceHash(root: string): Promise<string> {
  const files = [...ALWAYS];
  for (const folder of ['src', 'tools/build']) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.test\.tsx?$/.test(entry.name)) continue;
      const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
      if (path.startsWith('tools/build/') || WEB_SOURCE.test(path)) files.push(path);
    }
  }
  const hash = createHash('sha256');
  for (const path of files.sort()) {
    hash
      .update(path)
      .update('\0')
      .update(await readFile(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * Hash over names, sizes and times of all sources, 32 hex digits: what every start can afford to compare (10 ms;
 * reading the contents takes five times as long).
 *
 * Equal means unchanged. A copy of the same sources elsewhere has another one, so only what costs nothing but time
 * may hang on it.
 */
export function sourceFingerprint(root: string): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\0`);
  };
  for (const path of [...ALWAYS, 'package.json']) add(path);
  for (const folder of ['src', 'bin', 'tools/build']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && !/\.test\.tsx?$|\.md$/.test(entry.name)) {
        add(relative(root, join(entry.parentPath, entry.name)));
      }
    }
  }
  return hash.digest('hex').slice(0, 32);
}
