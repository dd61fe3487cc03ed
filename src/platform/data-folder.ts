import { link, mkdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { processBirth } from './processes.ts';
import { errorCode, folderRefusal, StartRefusal } from './start-refusal.ts';

/** Who works with the data folder: the server, or one operator's command. */
export type Holder = 'server' | 'command';

interface Hold {
  readonly pid: number;
  readonly birth: string;
  readonly holder: Holder;
  /** Where the server listens, once it does. */
  readonly address?: string;
}

export interface DataFolderHold {
  /** Writes down where the server listens, for the sentence a second start prints. */
  announce(address: string): Promise<void>;
  release(): Promise<void>;
}

/** Where a restore makes the data before it moves it to its place; what lies there is not whole. */
export const restoringFolder = (dataDir: string) => join(dataDir, 'restoring');

const holdFile = (dataDir: string) => join(dataDir, 'running.json');

/** Makes the data folder, readable by its owner only. @throws {StartRefusal} when it cannot be written. */
export async function ensureDataFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir);
  try {
    await makeFolder(folder);
    const probe = join(folder, `.probe-${process.pid}`);
    await writeFile(probe, 'probe', { mode: 0o600 });
    await unlink(probe);
  } catch (error) {
    throw folderRefusal(folder, error);
  }
  return folder;
}

/**
 * Makes a folder and those above it. Not by Node's own `recursive`, which never ends where the system answers that there
 * is no such place although there is one above, as below `/proc`.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && dirname(folder) !== folder && !(await isFolder(dirname(folder)))) {
      await makeFolder(dirname(folder));
      await mkdir(folder, { mode: 0o700 });
    } else if (errorCode(error) !== 'EEXIST' || !(await isFolder(folder))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Holds the data folder for this process; at most one process does.
 *
 * What a killed process left behind is recognised (its number and birth no longer match) and replaced.
 * A server or command waits up to `waitMs` for a *command* to finish; a running server is refused at once.
 *
 * @param options.restoring - the caller is a restore, which clears what an earlier one left half done.
 * @throws {StartRefusal} `already_running` with the address of the server that runs; `restore_cut_short`.
 */
export async function holdDataFolder(
  dataDir: string,
  holder: Holder,
  { waitMs = 30_000, restoring = false }: { waitMs?: number; restoring?: boolean } = {},
): Promise<DataFolderHold> {
  if (!restoring) await refuseHalfRestored(dataDir);
  const until = performance.now() + waitMs;
  for (;;) {
    const taken = await tryHold(dataDir, { pid: process.pid, birth: ownBirth(), holder });
    if (taken === null) break;
    if (taken.holder === 'server' || performance.now() > until) throw alreadyRunning(dataDir, taken);
    await sleep(100);
  }
  return {
    async announce(address) {
      await writeHold(dataDir, { pid: process.pid, birth: ownBirth(), holder, address });
    },
    async release() {
      const current = await readHold(dataDir);
      if (current?.pid === process.pid) await rm(holdFile(dataDir), { force: true });
    },
  };
}

async function refuseHalfRestored(dataDir: string): Promise<void> {
  try {
    await stat(restoringFolder(dataDir));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw folderRefusal(dataDir, error);
  }
  throw new StartRefusal('restore_cut_short', {
    zh: `数据文件夹 ${dataDir} 中有一次未完成的恢复。请清空该文件夹后重新运行 npm run nol -- restore，不要启动。`,
    en: `A restore into the data folder ${dataDir} was cut short. Empty the folder and run npm run nol -- restore again; do not start it.`,
  });
}

/** The process that holds the data folder now, or `null`. */
export async function currentHolder(dataDir: string): Promise<{ holder: Holder; address?: string } | null> {
  const hold = await readHold(dataDir);
  return hold !== null && isAlive(hold) ? hold : null;
}

/** @returns `null` when the folder is ours now, else who has it. */
async function tryHold(dataDir: string, mine: Hold): Promise<Hold | null> {
  const file = holdFile(dataDir);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    // `link` fails when the name exists: of two processes only one succeeds.
    await link(draft, file);
    return null;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw folderRefusal(dataDir, error);
  } finally {
    await rm(draft, { force: true });
  }
  const other = await readHold(dataDir);
  if (other !== null && isAlive(other)) {
    return other.pid === process.pid ? { ...other, holder: 'server' } : other;
  }
  // Left behind by a killed process. Moving it aside first: of two starters only one moves this file.
  const aside = `${file}.stale-${process.pid}`;
  try {
    await rename(file, aside);
    const moved = parseHold(await readFile(aside, 'utf8'));
    // Another starter was faster and this is already its hold: give it back.
    if (moved !== null && isAlive(moved)) await link(aside, file).catch(() => undefined);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw folderRefusal(dataDir, error);
  } finally {
    await rm(aside, { force: true });
  }
  return tryHold(dataDir, mine);
}

async function readHold(dataDir: string): Promise<Hold | null> {
  try {
    return parseHold(await readFile(holdFile(dataDir), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw folderRefusal(dataDir, error);
  }
}

async function writeHold(dataDir: string, hold: Hold): Promise<void> {
  const draft = `${holdFile(dataDir)}.${process.pid}`;
  await writeFile(draft, JSON.stringify(hold), { mode: 0o600 });
  await rename(draft, holdFile(dataDir));
}

function parseHold(text: string): Hold | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Cut short by a full disk or a kill: nobody's.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (!('pid' in value) || typeof value.pid !== 'number') return null;
  if (!('birth' in value) || typeof value.birth !== 'string') return null;
  const holder: Holder = 'holder' in value && value.holder === 'command' ? 'command' : 'server';
  const address = 'address' in value && typeof value.address === 'string' ? value.address : undefined;
  return { pid: value.pid, birth: value.birth, holder, ...(address === undefined ? {} : { address }) };
}

const isAlive = (hold: Hold) => processBirth(hold.pid) === hold.birth;

function ownBirth(): string {
  return processBirth(process.pid) ?? '';
}

function alreadyRunning(dataDir: string, hold: Hold): StartRefusal {
  const at = hold.address === undefined ? '' : ` ${hold.address}`;
  return new StartRefusal('already_running', {
    zh: `数据文件夹 ${dataDir} 已由另一个正在运行的程序使用（进程 ${hold.pid}${at}）。请先停止它，或用另一个 DATA_DIR 和 PORT 启动。`,
    en: `The data folder ${dataDir} is in use by a program that is running (process ${hold.pid}${at}). Stop it first, or start with another DATA_DIR and PORT.`,
  });
}
