import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { errorCode } from '../start-refusal.ts';

/** The newest seal, kept outside the database: a chain whose end was cut off still looks whole from inside. */
export interface Head {
  readonly sealNo: number;
  /** Hex. */
  readonly hash: string;
}

const headFile = (dataDir: string) => join(dataDir, 'audit', 'head.json');

export async function writeHead(dataDir: string, head: Head): Promise<void> {
  const file = headFile(dataDir);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(head));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** @returns `null` when no seal was ever noted here. @throws {SyntaxError} when the file is damaged. */
export async function readHead(dataDir: string): Promise<Head | null> {
  try {
    return JSON.parse(await readFile(headFile(dataDir), 'utf8')) as Head;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
