import { chmod, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { errorCode } from '../start-refusal.ts';

// A pack: for each folder and file the length of its head (four bytes), the head as JSON, then as many bytes as it says.
const readBytes = 1024 * 1024;

interface EntryHead {
  readonly path: string;
  readonly kind: 'folder' | 'file';
  /** Of the content that follows; 0 for a folder. */
  readonly sizeBytes: number;
  readonly mode: number;
}

/** What goes into a pack: a file of the disk, or bytes at hand. */
export type PackSource =
  | { readonly path: string; readonly folder: string }
  | { readonly path: string; readonly file: string }
  | { readonly path: string; readonly content: Buffer };

/**
 * Everything under a folder, files last and in a fixed order.
 *
 * @param skip - told the path inside the folder; true leaves it out, with all that is under it.
 */
export async function* walk(
  root: string,
  path: string,
  skip: (inside: string) => boolean,
): AsyncGenerator<PackSource> {
  yield { path, folder: root };
  for (const entry of (await readdir(root, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (skip(entry.name)) continue;
    const inside = join(root, entry.name);
    const below = (name: string) => skip(`${entry.name}/${name}`);
    if (entry.isDirectory()) yield* walk(inside, `${path}/${entry.name}`, below);
    else if (entry.isFile()) yield { path: `${path}/${entry.name}`, file: inside };
    else throw new Error(`${inside} is neither a file nor a folder`);
  }
}

/**
 * The bytes of a pack. Files may change while they are read: what is taken has the length the file had when its turn
 * came, and one that has gone by then is left out; PostgreSQL's log puts both right.
 */
export async function* packOf(
  sources: AsyncIterable<PackSource> | Iterable<PackSource>,
): AsyncGenerator<Buffer> {
  for await (const source of sources) {
    if ('content' in source) {
      yield headOf({ path: source.path, kind: 'file', sizeBytes: source.content.length, mode: 0o600 });
      yield source.content;
    } else if ('folder' in source) {
      const found = await lstat(source.folder);
      yield headOf({ path: source.path, kind: 'folder', sizeBytes: 0, mode: found.mode & 0o777 });
    } else yield* packedFile(source.path, source.file);
  }
}

async function* packedFile(path: string, file: string): AsyncGenerator<Buffer> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    const { size, mode } = await handle.stat();
    yield headOf({ path, kind: 'file', sizeBytes: size, mode: mode & 0o777 });
    let left = size;
    while (left > 0) {
      const buffer = Buffer.alloc(Math.min(readBytes, left));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      // Made shorter meanwhile: the rest is zeros, which the log fills.
      if (bytesRead === 0) yield buffer;
      else yield buffer.subarray(0, bytesRead);
      left -= bytesRead === 0 ? buffer.length : bytesRead;
    }
  } finally {
    await handle.close();
  }
}

function headOf(head: EntryHead): Buffer {
  const bytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Reads a pack.
 *
 * @param target - where to write its files (not yet synced to disk); `null`: the pack is only read through.
 * @returns numbers of files and bytes.
 * @throws {Error} when the pack ends too early or names a place outside the target.
 */
export async function unpack(
  pack: AsyncIterable<Buffer>,
  target: string | null,
): Promise<{ files: number; bytes: number }> {
  const reader = new PackReader(pack);
  const total = { files: 0, bytes: 0 };
  for (;;) {
    const head = await reader.head();
    if (head === null) return total;
    const place = target === null ? null : join(target, requireInside(head.path));
    if (head.kind === 'folder') {
      if (place !== null) {
        await mkdir(place, { recursive: true, mode: 0o700 });
        await chmod(place, head.mode);
      }
      continue;
    }
    total.files += 1;
    total.bytes += head.sizeBytes;
    await writeOut(reader, head, place);
  }
}

async function writeOut(reader: PackReader, head: EntryHead, place: string | null): Promise<void> {
  if (place === null) {
    for await (const piece of reader.content(head.sizeBytes)) void piece;
    return;
  }
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  const handle = await open(place, 'wx', head.mode);
  try {
    for await (const piece of reader.content(head.sizeBytes)) await handle.appendFile(piece);
  } finally {
    await handle.close();
  }
}

/** A pack is authenticated before it is read; this guards against our own mistakes. */
function requireInside(path: string): string {
  if (path.startsWith('/') || path.split('/').includes('..')) throw new Error(`the pack names ${path}`);
  return path;
}

/** Takes a stream of pieces apart by lengths. */
class PackReader {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(pack: AsyncIterable<Buffer>) {
    this.#pieces = pack[Symbol.asyncIterator]();
  }

  /** @returns `null` at the end of the pack. */
  async head(): Promise<EntryHead | null> {
    if (this.#rest.length === 0 && !(await this.#more())) return null;
    const length = (await this.#exactly(4)).readUInt32BE(0);
    return JSON.parse((await this.#exactly(length)).toString('utf8')) as EntryHead;
  }

  async *content(sizeBytes: number): AsyncGenerator<Buffer> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Error('the pack ends inside a file');
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async #exactly(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.content(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done) return false;
      if (value.length === 0) continue;
      this.#rest = value;
      return true;
    }
  }
}
