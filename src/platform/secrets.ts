import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';

import { StartRefusal } from './start-refusal.ts';

/** Keys of this installation: one random root, purposes derived from it. */
export interface Secrets {
  /** HMAC-SHA256 under the key of a purpose: codes are stored as this, never in clear. */
  hmac(purpose: string, value: string | Buffer): Buffer;
  /** AES-256-GCM: 12 bytes nonce, 16 bytes tag, cipher text. */
  encrypt(purpose: string, clear: string | Uint8Array): { cipher: Buffer; keyId: string };
  /** @throws {Error} when the text was changed or belongs to another purpose or key. */
  decrypt(purpose: string, cipher: Buffer): string;
  /** The same for what is no text. */
  decryptBytes(purpose: string, cipher: Buffer): Buffer;
}

/** Name of the root key in use; rotation adds `root-2` beside it and re-encrypts. */
const keyId = 'root-1';

/**
 * Reads the root key of a data folder, making it (mode 0600) on the first run.
 *
 * The key file must be part of every backup: without it contacts cannot be read.
 */
export async function openSecrets(dataDir: string): Promise<Secrets> {
  return secretsFrom(await ensureRootKey(path.join(dataDir, 'keys', 'root-1.key')));
}

/**
 * Makes the key before there is a database, and refuses a database whose key has gone: a new one would make all that was
 * encrypted unreadable, and nobody would notice until it is needed.
 *
 * @throws {StartRefusal} `keys_missing`
 */
export async function requireKeyOfDatabase(dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'keys', 'root-1.key');
  const isThere = (one: string) =>
    access(one).then(
      () => true,
      () => false,
    );
  if (await isThere(file)) return;
  if (await isThere(path.join(dataDir, 'postgres', 'cluster', 'PG_VERSION'))) {
    throw new StartRefusal('keys_missing', {
      zh: `数据库在，而它的密钥文件 ${file} 不见了，已加密的内容无法读取。请从备份中恢复该文件（npm run nol -- restore 到另一文件夹后复制 keys），不要新建。`,
      en: `The database is there, but its key file ${file} is gone, and what is encrypted cannot be read. Bring the file back from a backup (npm run nol -- restore into another folder, then copy keys); do not make a new one.`,
    });
  }
  await ensureRootKey(file);
}

async function ensureRootKey(file: string): Promise<Buffer> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(randomBytes(32).toString('base64'));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const root = Buffer.from(await readFile(file, 'utf8'), 'base64');
  if (root.length !== 32)
    throw new Error(`The key file ${file} is damaged: 32 bytes expected, ${root.length} found.`);
  return root;
}

/** @param root - 32 random bytes. */
export function secretsFrom(root: Buffer): Secrets {
  const keys = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    let key = keys.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', root, '', `nol:${purpose}`, 32));
      keys.set(purpose, key);
    }
    return key;
  };
  const decryptBytes: Secrets['decryptBytes'] = (purpose, cipher) => {
    const decipher = createDecipheriv('aes-256-gcm', keyFor(`aes:${purpose}`), cipher.subarray(0, 12));
    decipher.setAuthTag(cipher.subarray(12, 28));
    return Buffer.concat([decipher.update(cipher.subarray(28)), decipher.final()]);
  };
  return {
    hmac: (purpose, value) =>
      createHmac('sha256', keyFor(`hmac:${purpose}`))
        .update(value)
        .digest(),
    encrypt(purpose, clear) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyFor(`aes:${purpose}`), nonce);
      const bytes = typeof clear === 'string' ? Buffer.from(clear, 'utf8') : clear;
      const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return { cipher: Buffer.concat([nonce, cipher.getAuthTag(), text]), keyId };
    },
    decrypt: (purpose, cipher) => decryptBytes(purpose, cipher).toString('utf8'),
    decryptBytes,
  };
}
