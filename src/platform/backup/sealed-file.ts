import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';

import { diskFull, errorCode, StartRefusal } from '../start-refusal.ts';
import { fileKey, type BackupKey } from './backup-key.ts';

// A sealed file: magic, length of the head, head (JSON), then chunks of length, cipher text and tag. AES-256-GCM under
// a key of the file's own; the number of the chunk is its nonce, and the last one is marked in it, so that nothing can
// be cut off, swapped or added unnoticed. The head is authenticated with the first chunk.
const magic = Buffer.from('NOLBAK1\n');
const chunkBytes = 1024 * 1024;
const tagBytes = 16;
const largestHeadBytes = 64 * 1024;

interface FileHead {
  readonly keyId: string;
  /** Hex. */
  readonly salt: string;
  readonly packed: 'zstd' | 'none';
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Where a sealed file lies and what it calls itself inside its repository. */
export interface SealedPlace {
  readonly file: string;
  readonly name: string;
}

/**
 * Writes a sealed file; it is there whole and on disk, or not at all.
 *
 * @param options.meta - small facts that can be read without the content; authenticated like it.
 * @returns bytes on disk.
 */
export async function writeSealed(
  { file, name }: SealedPlace,
  key: BackupKey,
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
  { packed = 'zstd', meta = {} }: { packed?: FileHead['packed']; meta?: FileHead['meta'] } = {},
): Promise<number> {
  const salt = randomBytes(32);
  const head: FileHead = { keyId: key.id, salt: salt.toString('hex'), packed, meta };
  const headBytes = Buffer.from(JSON.stringify(head));
  const cipherKey = fileKey(key, name, salt);
  const draft = `${file}.draft-${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'w', 0o600);
    let size: number;
    try {
      // `appendFile` goes on after a short write, as a disk that fills up makes one.
      await handle.appendFile(Buffer.concat([magic, lengthOf(headBytes), headBytes]));
      let number = 0;
      for await (const { chunk, last } of chunksOf(packedStream(content, packed))) {
        await handle.appendFile(encryptChunk(cipherKey, number, last, chunk, headBytes));
        number += 1;
      }
      await handle.sync();
      size = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncFolder(dirname(file));
    return size;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw ['ENOSPC', 'EDQUOT'].includes(errorCode(error)) ? diskFull(dirname(file), error) : error;
  }
}

/** Reads facts of the head. They are not yet proven true: the content proves them when it is read. */
export async function readMeta(place: SealedPlace): Promise<FileHead['meta']> {
  const handle = await open(place.file, 'r');
  try {
    return (await readHead(handle, place)).head.meta;
  } finally {
    await handle.close();
  }
}

/**
 * The content of a sealed file, piece by piece. Each piece is proven before it is given out; that nothing is missing is
 * known at the end.
 *
 * @throws {StartRefusal} `backup_key` when none of the keys is that of the file, `backup_damaged` when anything in it
 *   was changed.
 */
export async function* readSealed(place: SealedPlace, keys: readonly BackupKey[]): AsyncGenerator<Buffer> {
  const handle = await open(place.file, 'r');
  try {
    const { head, headBytes } = await readHead(handle, place);
    const key = keys.find(({ id }) => id === head.keyId);
    if (key === undefined) throw otherKey(place, head.keyId);
    const cipherKey = fileKey(key, place.name, Buffer.from(head.salt, 'hex'));
    const clear = decrypted(handle, place, cipherKey, headBytes);
    yield* head.packed === 'none' ? clear : unpacked(clear, place);
  } finally {
    await handle.close();
  }
}

/** The whole content, for what is known to be small. */
export async function readSealedWhole(place: SealedPlace, keys: readonly BackupKey[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readSealed(place, keys)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function readHead(
  handle: FileHandle,
  place: SealedPlace,
): Promise<{ head: FileHead; headBytes: Buffer }> {
  const start = await readExactly(handle, magic.length + 4);
  if (start === null || !start.subarray(0, magic.length).equals(magic)) throw damaged(place);
  const length = start.readUInt32BE(magic.length);
  const headBytes = length > largestHeadBytes ? null : await readExactly(handle, length);
  if (headBytes === null) throw damaged(place);
  try {
    const head = JSON.parse(headBytes.toString('utf8')) as FileHead;
    if (typeof head.keyId === 'string' && typeof head.salt === 'string') return { head, headBytes };
  } catch (error) {
    throw damaged(place, error);
  }
  throw damaged(place);
}

async function* decrypted(
  handle: FileHandle,
  place: SealedPlace,
  key: Buffer,
  headBytes: Buffer,
): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const length = (await readExactly(handle, 4))?.readUInt32BE(0) ?? 0;
    if (length < tagBytes || length > chunkBytes + tagBytes) throw damaged(place);
    const sealed = await readExactly(handle, length);
    if (sealed === null) throw damaged(place);
    const more = await decryptChunk(key, number, false, sealed, headBytes);
    if (more !== null) {
      yield more;
      continue;
    }
    const last = await decryptChunk(key, number, true, sealed, headBytes);
    if (last === null || (await readExactly(handle, 1)) !== null) throw damaged(place);
    yield last;
    return;
  }
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce[0] = last ? 1 : 0;
  nonce.writeUInt32BE(number, 8);
  return nonce;
}

function encryptChunk(key: Buffer, number: number, last: boolean, chunk: Buffer, head: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last));
  if (number === 0) cipher.setAAD(head);
  const sealed = Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([lengthOf(sealed), sealed]);
}

/** @returns `null` when the chunk is not what it claims to be. */
async function decryptChunk(
  key: Buffer,
  number: number,
  last: boolean,
  sealed: Buffer,
  head: Buffer,
): Promise<Buffer | null> {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last));
  if (number === 0) decipher.setAAD(head);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const clear = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    return Buffer.concat([clear, decipher.final()]);
  } catch {
    // The tag does not fit: another chunk, another key, or changed.
    return null;
  }
}

/** Cuts a stream into chunks of full size; the last one, which may be empty, is marked. */
async function* chunksOf(stream: AsyncIterable<Buffer>): AsyncGenerator<{ chunk: Buffer; last: boolean }> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    waiting.push(piece);
    length += piece.length;
    if (length <= chunkBytes) continue;
    let rest = Buffer.concat(waiting, length);
    // More than a chunk: one that fits exactly may be the last and has to wait.
    while (rest.length > chunkBytes) {
      yield { chunk: rest.subarray(0, chunkBytes), last: false };
      rest = rest.subarray(chunkBytes);
    }
    waiting = [rest];
    length = rest.length;
  }
  yield { chunk: Buffer.concat(waiting, length), last: true };
}

function packedStream(
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
  packed: FileHead['packed'],
): AsyncIterable<Buffer> {
  const source = Readable.from(content);
  if (packed === 'none') return source;
  const packer = createZstdCompress();
  source.once('error', (error) => packer.destroy(error));
  return source.pipe(packer);
}

async function* unpacked(clear: AsyncIterable<Buffer>, place: SealedPlace): AsyncGenerator<Buffer> {
  const source = Readable.from(clear);
  const unpacker = createZstdDecompress();
  source.once('error', (error) => unpacker.destroy(error));
  try {
    for await (const piece of source.pipe(unpacker)) yield piece as Buffer;
  } catch (error) {
    throw error instanceof StartRefusal ? error : damaged(place, error);
  } finally {
    source.destroy();
  }
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}

/** @returns `null` when the file ends before. */
async function readExactly(handle: FileHandle, length: number): Promise<Buffer | null> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, null);
    if (bytesRead === 0) return null;
    filled += bytesRead;
  }
  return buffer;
}

/** Without this the rename itself may be lost with the power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a folder; they write its entries themselves.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(errorCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

export function damaged({ file }: SealedPlace, cause?: unknown): StartRefusal {
  return new StartRefusal(
    'backup_damaged',
    {
      zh: `备份文件 ${file} 已损坏或被改动，不能使用。请用 npm run nol -- backup verify 检查整个备份，并改用另一份备份。`,
      en: `The backup file ${file} is damaged or was changed and cannot be used. Check the whole backup with npm run nol -- backup verify and take another one.`,
    },
    { cause },
  );
}

function otherKey({ file }: SealedPlace, keyId: string): StartRefusal {
  return new StartRefusal('backup_key', {
    zh: `备份文件 ${file} 需要恢复密钥 ${keyId}，而给出的不是它。请用 --key 指定写有该密钥的文件。`,
    en: `The backup file ${file} needs the recovery key ${keyId}, which is not the one given. Name a file that holds it with --key.`,
  });
}
