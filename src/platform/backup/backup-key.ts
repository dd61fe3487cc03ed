import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { errorCode, StartRefusal } from '../start-refusal.ts';

/**
 * The key that backups are encrypted under. It is in no backup that can be read without it: people keep it on paper,
 * where it is called the recovery key.
 */
export interface BackupKey {
  /** First eight hex digits of its hash; stands in clear in every file under it. */
  readonly id: string;
  readonly bytes: Buffer;
}

// No I, L, O, U: nothing that is read as a digit or makes words.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const keyBytes = 32;

const keyFile = (dataDir: string) => join(dataDir, 'keys', 'backup.key');
const notedFile = (dataDir: string) => join(dataDir, 'keys', 'backup.noted');

function keyFrom(bytes: Buffer): BackupKey {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

/** @returns 13 groups of four, as in `8M3K-…`. */
export function writeKey({ bytes }: BackupKey): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const digits = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)],
  );
  return (digits.join('').match(/.{1,4}/g) ?? []).join('-');
}

/** Reads a key as people type it: small letters, spaces, O for 0 and I or L for 1 are understood. */
export function parseKey(text: string): BackupKey | null {
  const digits = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (digits.length !== Math.ceil((keyBytes * 8) / 5)) return null;
  let bits = '';
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value < 0) return null;
    bits += value.toString(2).padStart(5, '0');
  }
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
  return bytes.length === keyBytes ? keyFrom(bytes) : null;
}

/** Keys of this installation, the one in use last. None before the first backup. @throws when the file is damaged. */
export async function readKeys(dataDir: string): Promise<BackupKey[]> {
  const file = keyFile(dataDir);
  try {
    return parseKeys(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Reads the keys of a file that somebody typed or kept. @throws {StartRefusal} `backup_key_unreadable` */
export async function readKeyFile(file: string): Promise<BackupKey[]> {
  try {
    return parseKeys(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof StartRefusal) throw error;
    throw unreadable(file, error);
  }
}

function parseKeys(text: string, file: string): BackupKey[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const key = parseKey(line);
    if (key === null) throw unreadable(file);
    return key;
  });
}

/**
 * The key that new backups use; made at the first one.
 *
 * @param renew - makes a new one. Older backups stay readable under the older keys, which are kept beside it.
 */
export async function ensureKey(
  dataDir: string,
  { renew = false } = {},
): Promise<{ keys: BackupKey[]; made: boolean }> {
  const known = await readKeys(dataDir);
  if (known.length > 0 && !renew) return { keys: known, made: false };
  const keys = [...known, keyFrom(randomBytes(keyBytes))];
  const file = keyFile(dataDir);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.draft`, 'w', 0o600);
  try {
    await handle.writeFile(`${keys.map(writeKey).join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.draft`, file);
  return { keys, made: true };
}

/** Remembers that somebody was shown the key in use. */
export async function noteKeyShown(dataDir: string, key: BackupKey): Promise<void> {
  await writeFile(notedFile(dataDir), key.id, { mode: 0o600 });
}

/** Whether somebody was ever shown the key in use: with the machine goes a key that nobody wrote down. */
export async function wasKeyShown(dataDir: string, key: BackupKey): Promise<boolean> {
  try {
    return (await readFile(notedFile(dataDir), 'utf8')) === key.id;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The key of one file: salted, and bound to the file's name, so that no file can stand in for another. */
export function fileKey({ bytes }: BackupKey, name: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, salt, `nol:backup:${name}`, 32));
}

function unreadable(file: string, cause?: unknown): StartRefusal {
  return new StartRefusal(
    'backup_key_unreadable',
    {
      zh: `${file} 不是恢复密钥。恢复密钥是 13 组、每组四个字符，见 npm run nol -- backup key。`,
      en: `${file} holds no recovery key. A recovery key is 13 groups of four characters, see npm run nol -- backup key.`,
    },
    { cause, exitCode: 1 },
  );
}
