import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode, folderRefusal, StartRefusal } from '../start-refusal.ts';
import type { BackupKey } from './backup-key.ts';
import { damaged, readSealedWhole, syncFolder, writeSealed, type SealedPlace } from './sealed-file.ts';
import type { Lsn } from './wal-names.ts';

/** What stands in clear in a backup folder: enough to refuse a wrong one. */
interface RepositoryFile {
  readonly format: 1;
  /** PostgreSQL's own number of the database, the same in all its copies. */
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
  /** Installation that writes here; one that was restored is another. */
  readonly writer: string;
}

/** A base backup. Its manifest is written last: without one it does not exist. */
export interface Manifest {
  readonly stamp: string;
  /** Database clock when the copy began and when it was consistent, ISO. */
  readonly startedAt: string;
  readonly stoppedAt: string;
  readonly timeline: number;
  readonly startLsn: Lsn;
  readonly stopLsn: Lsn;
  /** As in `18.4`. */
  readonly postgresVersion: string;
  /** Names of the migrations that the database has seen. */
  readonly migrations: readonly string[];
  /** Stored files the database may name, sha256 in hex. */
  readonly files: readonly string[];
}

/** How far the log of changes is kept: all that was committed before `at` can be restored. */
export interface Status {
  /** Database clock, ISO. */
  readonly at: string;
  readonly timeline: number;
  readonly lsn: Lsn;
}

/** A backup folder. */
export interface Repository {
  readonly root: string;
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
  readonly writer: string;
}

const repositoryFile = (root: string) => join(root, 'repository.json');

/** A sealed file calls itself by its path inside the repository. */
export function placeIn({ root }: Pick<Repository, 'root'>, ...path: string[]): SealedPlace {
  return { file: join(root, ...path), name: path.join('/') };
}

/** @throws {StartRefusal} `backup_not_found` when the folder is no backup. */
export async function openRepository(root: string): Promise<Repository> {
  let text: string;
  try {
    text = await readFile(repositoryFile(root), 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error))) throw folderRefusal(root, error);
    throw new StartRefusal(
      'backup_not_found',
      {
        zh: `${root} 不是备份文件夹（其中没有 repository.json）。`,
        en: `${root} is no backup folder: there is no repository.json in it.`,
      },
      { cause: error, exitCode: 1 },
    );
  }
  try {
    const { format, systemIdentifier, segmentBytes, writer } = JSON.parse(text) as RepositoryFile;
    if (format === 1 && segmentBytes > 0) return { root, systemIdentifier, segmentBytes, writer };
  } catch (error) {
    throw damaged({ file: repositoryFile(root), name: '' }, error);
  }
  throw damaged({ file: repositoryFile(root), name: '' });
}

/**
 * Opens a backup folder to write into, making it when it is empty or not there.
 *
 * @param options.takeOver - goes on in a folder that another installation of the same database wrote, as after a restore.
 * @throws {StartRefusal} when it belongs to another database or another installation.
 */
export async function openForWriting(
  root: string,
  own: { systemIdentifier: string; segmentBytes: number; writer: string },
  { takeOver = false } = {},
): Promise<Repository> {
  let names: string[];
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    names = await readdir(root);
  } catch (error) {
    throw folderRefusal(root, error);
  }
  if (names.includes('repository.json')) {
    const found = await openRepository(root);
    if (found.systemIdentifier !== own.systemIdentifier) throw otherDatabase(root);
    if (found.writer === own.writer) return found;
    if (!takeOver) throw otherWriter(root);
  } else if (names.some((name) => !name.startsWith('.') && name !== 'lost+found')) throw notEmpty(root);
  const file: RepositoryFile = { format: 1, ...own };
  const draft = `${repositoryFile(root)}.draft-${process.pid}`;
  try {
    await writeFile(draft, `${JSON.stringify(file)}\n`, { mode: 0o600, flush: true });
    await rename(draft, repositoryFile(root));
    await syncFolder(root);
  } catch (error) {
    throw folderRefusal(root, error);
  }
  return { root, ...own };
}

/** Manifests of all base backups, the oldest first. */
export async function readManifests(
  repository: Pick<Repository, 'root'>,
  keys: readonly BackupKey[],
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const stamp of (await namesIn(join(repository.root, 'base'))).sort()) {
    if (!(await exists(join(repository.root, 'base', stamp, 'manifest')))) continue;
    const place = placeIn(repository, 'base', stamp, 'manifest');
    manifests.push(JSON.parse((await readSealedWhole(place, keys)).toString('utf8')) as Manifest);
  }
  return manifests;
}

export async function writeManifest(
  repository: Repository,
  key: BackupKey,
  manifest: Manifest,
): Promise<void> {
  const place = placeIn(repository, 'base', manifest.stamp, 'manifest');
  await writeSealed(place, key, [Buffer.from(JSON.stringify(manifest))]);
}

/** @returns `null` when the log was never followed into this folder. */
export async function readStatus(
  repository: Pick<Repository, 'root'>,
  keys: readonly BackupKey[],
): Promise<Status | null> {
  const place = placeIn(repository, 'status');
  if (!(await exists(place.file))) return null;
  return JSON.parse((await readSealedWhole(place, keys)).toString('utf8')) as Status;
}

export async function writeStatus(repository: Repository, key: BackupKey, status: Status): Promise<void> {
  await writeSealed(placeIn(repository, 'status'), key, [Buffer.from(JSON.stringify(status))]);
}

/** What lies in a folder; nothing when there is no such folder. Drafts of a killed writer are no part of it. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.includes('.draft-'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function otherDatabase(root: string): StartRefusal {
  return new StartRefusal('backup_other_database', {
    zh: `${root} 中是另一个数据库的备份。请为本系统的备份指定另一个文件夹。`,
    en: `${root} holds backups of another database. Name another folder for this one.`,
  });
}

function otherWriter(root: string): StartRefusal {
  return new StartRefusal('backup_other_writer', {
    zh: `${root} 由另一套系统写入（例如恢复前的原系统）。若原系统已停用，请运行 npm run nol -- backup --to ${root} --take-over；否则请指定另一个文件夹。`,
    en: `${root} is written by another installation, for example the one this was restored from. When that one is out of use, run npm run nol -- backup --to ${root} --take-over; else name another folder.`,
  });
}

function notEmpty(root: string): StartRefusal {
  return new StartRefusal('backup_folder_not_empty', {
    zh: `${root} 不是空文件夹，也不是备份文件夹。请指定一个空文件夹。`,
    en: `${root} is neither empty nor a backup folder. Name an empty one.`,
  });
}
