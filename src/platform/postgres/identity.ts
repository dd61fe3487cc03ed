import { execFile } from 'node:child_process';
import { chmod, chown, cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { errorCode, StartRefusal } from '../start-refusal.ts';
import { binariesIn, type Binaries } from './binaries.ts';

const run = promisify(execFile);

/** Whom the database runs as. PostgreSQL refuses to run as root. */
export interface Identity {
  readonly kind: 'self' | 'namespace' | 'user';
  readonly uid: number;
  readonly gid: number;
  readonly binaries: Binaries;
  /** The command to start, with what has to stand before it. */
  command(file: string, args: readonly string[]): { file: string; args: string[] };
  /** For `spawn`: the uid and gid to change to, when there is something to change. */
  readonly spawnIds: { uid?: number; gid?: number };
}

interface Choice {
  readonly uid: number;
  /** Whether a user namespace may be tried. */
  readonly namespace: boolean;
}

/**
 * Chooses whom the database runs as: this user; for root a user namespace, else a system user.
 *
 * @param postgresDir - folder of the database; for a system user it is handed over to that user.
 * @throws {StartRefusal} `root_refused` when there is no way.
 */
export async function chooseIdentity(
  postgresDir: string,
  binaries: Binaries,
  choice: Choice = { uid: process.getuid?.() ?? 1, namespace: true },
): Promise<Identity> {
  if (choice.uid !== 0) {
    await refuseForeignOwner(postgresDir, choice.uid);
    return {
      kind: 'self',
      uid: choice.uid,
      gid: process.getgid?.() ?? 1,
      binaries,
      command: (file, args) => ({ file, args: [...args] }),
      spawnIds: {},
    };
  }
  const owner = (await stat(postgresDir)).uid;
  if (choice.namespace && owner === 0 && (await namespacesWork(binaries))) {
    return {
      kind: 'namespace',
      uid: 0,
      gid: 0,
      binaries,
      command: (file, args) => ({ file: 'unshare', args: [...namespaceFlags, file, ...args] }),
      spawnIds: {},
    };
  }
  return systemUser(postgresDir, binaries, owner);
}

const namespaceFlags = ['--user', '--map-user=1000', '--map-group=1000'];

async function namespacesWork(binaries: Binaries): Promise<boolean> {
  try {
    await run('unshare', [...namespaceFlags, binaries.postgres, '--version']);
    return true;
  } catch {
    // No `unshare`, or the kernel or container forbids it: the next way is tried.
    return false;
  }
}

// Works where containers forbid namespaces. Fails under a folder that only root may enter, such as /root.
async function systemUser(postgresDir: string, binaries: Binaries, owner: number): Promise<Identity> {
  const user = await findUser(owner);
  if (user === null) throw rootRefused();
  const native = join(postgresDir, 'programs');
  const stamp = join(native, 'copied-from');
  if ((await readOptional(stamp)) !== binaries.native) {
    await rm(native, { recursive: true, force: true });
    await cp(binaries.native, native, { recursive: true, verbatimSymlinks: true });
    await writeFile(stamp, binaries.native);
  }
  await chown(postgresDir, user.uid, user.gid);
  // The user must be able to pass through the data folder, not to read it.
  await chmod(join(postgresDir, '..'), 0o711);
  const copied = binariesIn(native);
  try {
    await run(copied.postgres, ['--version'], { uid: user.uid, gid: user.gid });
  } catch (error) {
    throw rootRefused(error);
  }
  return {
    kind: 'user',
    uid: user.uid,
    gid: user.gid,
    binaries: copied,
    command: (file, args) => ({ file, args: [...args] }),
    spawnIds: { uid: user.uid, gid: user.gid },
  };
}

async function findUser(owner: number): Promise<{ uid: number; gid: number } | null> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const wanted =
    owner === 0
      ? (lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody'))
      : lines.find((fields) => Number(fields[2]) === owner);
  if (wanted === undefined) return null;
  return { uid: Number(wanted[2]), gid: Number(wanted[3]) };
}

async function readOptional(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function refuseForeignOwner(postgresDir: string, uid: number): Promise<void> {
  const owner = (await stat(postgresDir)).uid;
  if (owner === uid) return;
  throw new StartRefusal('foreign_owner', {
    zh: `数据库文件夹 ${postgresDir} 属于另一个用户（uid ${owner}）。请以该用户启动，或用 DATA_DIR 指定另一个文件夹。`,
    en: `The database folder ${postgresDir} belongs to another user (uid ${owner}). Start as that user, or name another folder with DATA_DIR.`,
  });
}

function rootRefused(cause?: unknown): StartRefusal {
  return new StartRefusal(
    'root_refused',
    {
      zh: '内置数据库不能以 root 身份在此系统上运行。请以普通用户启动，或用 DATABASE_URL 指定一个 PostgreSQL 18 数据库。',
      en: 'The built-in database cannot run as root on this system. Start as an ordinary user, or name a PostgreSQL 18 database with DATABASE_URL.',
    },
    { cause },
  );
}
