import { open, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { dataPath } from '../../platform/config.ts';
import type { ServerContext } from '../../platform/context.ts';

/**
 * The uploaded file while its check goes on: encrypted, in a folder of its own, gone when the check is over.
 *
 * Neither in the file store nor in the database: those are backed up, and a roster file holds columns (identity numbers,
 * addresses) that are promised to be nowhere.
 */
type Store = Pick<ServerContext, 'config' | 'secrets'>;

const PURPOSE = 'roster-upload';

const folderOf = ({ config }: Pick<Store, 'config'>) => dataPath(config, 'roster-uploads');

const placeOf = (store: Pick<Store, 'config'>, draftId: string) => path.join(folderOf(store), draftId);

/** Writes the file of a draft; when it answers, the bytes are on disk. */
export async function keepUpload(store: Store, draftId: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folderOf(store), { recursive: true, mode: 0o700 });
  const handle = await open(placeOf(store, draftId), 'w', 0o600);
  try {
    await handle.writeFile(store.secrets.encrypt(PURPOSE, bytes).cipher);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns `null` when it is gone, as after a restore. */
export async function readUpload(store: Store, draftId: string): Promise<Uint8Array | null> {
  try {
    return store.secrets.decryptBytes(PURPOSE, await readFile(placeOf(store, draftId)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export async function forgetUpload(store: Pick<Store, 'config'>, draftId: string): Promise<void> {
  await rm(placeOf(store, draftId), { force: true });
}

/** Ids of the drafts whose files are there. */
export async function listUploads(store: Pick<Store, 'config'>): Promise<string[]> {
  try {
    return await readdir(folderOf(store));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
