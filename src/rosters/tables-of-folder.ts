import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { AppError } from '../platform/errors.ts';
import { WORKBOOK_LIMITS } from './workbook/limits.ts';
import { isTextTable } from './workbook/zip-check.ts';

/**
 * The text tables (.csv) of a folder as one archive, so that a set of tables is read the same way from either.
 *
 * @throws {AppError} 422 `roster_folder_empty` when it holds none, `workbook_too_large`.
 */
export async function tablesOfFolder(folder: string): Promise<Uint8Array> {
  const names = (await readdir(folder)).filter(isTextTable).toSorted();
  if (names.length === 0) {
    throw new AppError(422, 'roster_folder_empty', 'The folder holds no tables (.csv).', {
      params: { folder: path.basename(folder) },
    });
  }
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > WORKBOOK_LIMITS.inflatedBytes) {
    throw new AppError(422, 'workbook_too_large', 'The tables of the folder are too large to read.');
  }
  const parts: Zippable = {};
  for (const name of names) parts[name] = [await readFile(path.join(folder, name)), { level: 1 }];
  return zipSync(parts);
}
