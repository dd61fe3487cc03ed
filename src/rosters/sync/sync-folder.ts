import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { dataPath, type Config } from '../../platform/config.ts';
import { AppError } from '../../platform/errors.ts';
import { tablesOfFolder } from '../tables-of-folder.ts';
import { WORKBOOK_LIMITS } from '../workbook/limits.ts';

/**
 * Folder of a school below the data folder. No path is ever typed into the console: whoever may set up a sync must not read
 * other files of the server.
 */
export function syncFolder(config: Pick<Config, 'dataDir'>, code: string): string {
  return dataPath(config, 'roster-sync', code.replace(/[^\w-]/g, '_'));
}

const FILE = /\.(xlsx|xls|xlsm|xlsb|ods|et|csv|tsv|zip)$/i;

/**
 * The newest roster file of a folder; several .csv beside a users table are one set.
 *
 * @throws {AppError} 422 `roster_sync_no_file` when there is none, `workbook_too_large`.
 */
export async function readSyncFolder(folder: string): Promise<{ fileName: string; bytes: Uint8Array }> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && FILE.test(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  if (names.length === 0) {
    const params = { folder: path.basename(folder) };
    throw new AppError(422, 'roster_sync_no_file', 'The folder holds no roster file.', { params });
  }
  if (names.some((name) => /^(users|student)\.csv$/i.test(name)))
    return { fileName: `${path.basename(folder)}.zip`, bytes: await tablesOfFolder(folder) };
  const files = await Promise.all(
    names.map(async (name) => ({ name, of: await stat(path.join(folder, name)) })),
  );
  const newest = files.reduce((a, b) => (b.of.mtimeMs > a.of.mtimeMs ? b : a));
  if (newest.of.size > WORKBOOK_LIMITS.fileBytes)
    throw new AppError(422, 'workbook_too_large', 'The file is too large to read.');
  return { fileName: newest.name, bytes: await readFile(path.join(folder, newest.name)) };
}
