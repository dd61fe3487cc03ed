import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { errorCode, folderRefusal, StartRefusal } from '../start-refusal.ts';

/** Where the parts of one embedded database lie. */
export interface Layout {
  /** `DATA_DIR/postgres`: everything of the database. */
  readonly root: string;
  /** PostgreSQL's own data folder. */
  readonly cluster: string;
  readonly log: string;
  /** Folder of the unix socket. */
  readonly sockets: string;
}

/** Longest path of a unix socket in bytes (108 on Linux and 104 on macOS, less the closing zero). */
export const longestSocketPath = process.platform === 'linux' ? 107 : 103;

export const socketName = '.s.PGSQL.5432';

/** Makes the folders of the database. */
export async function ensureLayout(dataDir: string): Promise<Layout> {
  const root = join(dataDir, 'postgres');
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw folderRefusal(dataDir, error);
  }
  return {
    root,
    cluster: join(root, 'cluster'),
    log: join(root, 'postgres.log'),
    sockets: await ensureSocketFolder(root),
  };
}

async function ensureSocketFolder(root: string): Promise<string> {
  const preferred = join(root, 'run');
  if (fits(preferred)) {
    await mkdir(preferred, { recursive: true, mode: 0o700 });
    return preferred;
  }
  // One folder per data folder and user, found again at the next start.
  const name = `not-one-less-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const folder = join(parent, name);
    if (!fits(folder)) continue;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await refuseForeignFolder(folder);
    return folder;
  }
  throw new StartRefusal('path_too_long', {
    zh: `路径 ${root} 太长，放不下数据库的通信文件，临时文件夹也太长。请用 DATA_DIR 指定较短的路径。`,
    en: `The path ${root} is too long for the database's socket, and so is the temporary folder. Name a shorter path with DATA_DIR.`,
  });
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, socketName)) <= longestSocketPath;
}

// Anybody may make a folder in /tmp: one made by somebody else must not carry our socket.
async function refuseForeignFolder(folder: string): Promise<void> {
  const found = await lstat(folder);
  const uid = process.getuid?.() ?? 0;
  if (found.isDirectory() && (found.uid === uid || uid === 0) && (found.mode & 0o077) === 0) return;
  throw new StartRefusal('socket_folder_foreign', {
    zh: `临时文件夹 ${folder} 不属于当前用户或权限过宽。请删除它，或用 DATA_DIR 指定较短的路径。`,
    en: `The temporary folder ${folder} is not this user's own or is open to others. Remove it, or name a shorter path with DATA_DIR.`,
  });
}

/** The password of the embedded database, made once. Only its owner may read the file. */
export async function ensurePassword(layout: Layout): Promise<string> {
  const file = join(layout.root, 'password');
  const known = await readPassword(layout);
  if (known !== null) return known;
  const password = randomBytes(24).toString('base64url');
  // Renamed into place, so that a kill in between leaves no half password.
  await writeFile(`${file}.draft`, `${password}\n`, { mode: 0o600 });
  await rename(`${file}.draft`, file);
  return password;
}

export async function readPassword(layout: Pick<Layout, 'root'>): Promise<string | null> {
  try {
    return (await readFile(join(layout.root, 'password'), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw folderRefusal(layout.root, error);
  }
}
