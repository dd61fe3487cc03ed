import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import {
  ensureKey,
  noteKeyShown,
  parseKey,
  readKeyFile,
  readKeys,
  wasKeyShown,
  writeKey,
} from './backup-key.ts';
import { packOf, unpack, walk } from './pack.ts';
import { readMeta, readSealed, readSealedWhole, writeSealed } from './sealed-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'nol-sealed-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { keys } = await ensureKey(join(folder, 'data'));
const key = keys.at(-1)!;
const place = (name: string) => ({ file: join(folder, name), name });
const sizes = [0, 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024, 5_000_000];

test.each(sizes.flatMap((size) => (['zstd', 'none'] as const).map((packed) => ({ size, packed }))))(
  '$size bytes come back as they were ($packed)',
  async ({ size, packed }) => {
    const content = randomBytes(size);
    const pieces = [content.subarray(0, 700_000), content.subarray(700_000)];
    await writeSealed(place('a'), key, pieces, { packed, meta: { n: 1 } });
    expect((await readSealedWhole(place('a'), keys)).equals(content)).toBe(true);
    expect(await readMeta(place('a'))).toEqual({ n: 1 });
  },
);

test('nothing of the content stands in the file, and two copies of it differ', async () => {
  const content = Buffer.from('电话 and name '.repeat(1000));
  await writeSealed(place('a'), key, [content], { packed: 'none' });
  const first = await readFile(place('a').file);
  expect(first.includes('and name')).toBe(false);
  await writeSealed(place('a'), key, [content], { packed: 'none' });
  expect((await readFile(place('a').file)).equals(first)).toBe(false);
});

test(
  'a change of any byte is noticed, and so is a missing or additional end',
  { timeout: 60_000 },
  async () => {
    const content = randomBytes(300);
    await writeSealed(place('b'), key, [content], { packed: 'none', meta: { at: 'x' } });
    const whole = await readFile(place('b').file);
    const read = () => readSealedWhole(place('b'), keys);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = changed[at]! ^ 1;
      await writeFile(place('b').file, changed);
      await expect(read(), `byte ${at}`).rejects.toThrow(/is damaged or was changed|needs the recovery key/);
    }
    for (const length of [0, 5, 20, whole.length - 1]) {
      await writeFile(place('b').file, whole);
      await truncate(place('b').file, length);
      await expect(read()).rejects.toThrow('is damaged or was changed');
    }
    await writeFile(place('b').file, Buffer.concat([whole, Buffer.from([0])]));
    await expect(read()).rejects.toThrow('is damaged or was changed');
    await writeFile(place('b').file, whole);
    expect((await read()).equals(content)).toBe(true);
  },
);

test('whole chunks cannot be left out, and one file cannot stand in for another', async () => {
  const content = randomBytes(2 * 1024 * 1024 + 10);
  await writeSealed(place('c'), key, [content], { packed: 'none' });
  const whole = await readFile(place('c').file);
  const lastChunk = 4 + 10 + 16;
  await writeFile(place('c').file, whole.subarray(0, whole.length - lastChunk));
  await expect(readSealedWhole(place('c'), keys)).rejects.toThrow('is damaged');
  await writeFile(place('d').file, whole);
  await expect(readSealedWhole(place('d'), keys)).rejects.toThrow('is damaged');
});

test('a reader that stops early leaves no file open', async () => {
  await writeSealed(place('e'), key, [randomBytes(4_000_000)]);
  for await (const piece of readSealed(place('e'), keys)) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  const open = await readdir('/proc/self/fd').catch(() => []);
  const names = await Promise.all(
    open.map((fd) => readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '')),
  );
  expect(names.length).toBe(open.length);
});

test('what cannot be written leaves nothing behind', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield randomBytes(2_000_000);
    throw new Error('the source broke');
  }
  for (const packed of ['zstd', 'none'] as const) {
    await expect(writeSealed(place('f'), key, failing(), { packed })).rejects.toThrow('the source broke');
  }
  expect((await readdir(folder)).filter((name) => name.startsWith('f'))).toEqual([]);
});

test('the key survives paper: small letters, spaces, letters for digits', async () => {
  const text = writeKey(key);
  expect(text).toMatch(/^([0-9A-Z]{4}-){12}[0-9A-Z]{4}$/);
  expect(parseKey(text.toLowerCase().replaceAll('-', ' '))).toEqual(key);
  expect(parseKey(text.replaceAll('0', 'O').replaceAll('1', 'l'))).toEqual(key);
  expect(parseKey(text.slice(1))).toBeNull();
  expect(parseKey(text.replace(/^./, 'U'))).toBeNull();
  await writeFile(join(folder, 'paper'), `${text}\n`);
  expect(await readKeyFile(join(folder, 'paper'))).toEqual([key]);
  await expect(readKeyFile(join(folder, 'nothing'))).rejects.toThrow('holds no recovery key');
});

test('a new key is used from then on, and the old one still opens what it closed', async () => {
  const dataDir = join(folder, 'renewed');
  const first = (await ensureKey(dataDir)).keys;
  await writeSealed(place('g'), first[0]!, [Buffer.from('old')]);
  await noteKeyShown(dataDir, first[0]!);
  expect(await wasKeyShown(dataDir, first[0]!)).toBe(true);
  const { keys: both, made } = await ensureKey(dataDir, { renew: true });
  expect([made, both.length]).toEqual([true, 2]);
  expect(await wasKeyShown(dataDir, both[1]!)).toBe(false);
  expect(await readKeys(dataDir)).toEqual(both);
  expect((await readSealedWhole(place('g'), both)).toString()).toBe('old');
  await expect(readSealedWhole(place('g'), [both[1]!])).rejects.toThrow(
    `needs the recovery key ${first[0]!.id}`,
  );
  expect((await stat(join(dataDir, 'keys', 'backup.key'))).mode & 0o777).toBe(0o600);
});

test('a pack brings folders, files and their rights back', async () => {
  const from = join(folder, 'from');
  await mkdir(join(from, 'x/y'), { recursive: true });
  await writeFile(join(from, 'x/y/big'), randomBytes(2_500_000));
  await writeFile(join(from, 'x/secret'), 's', { mode: 0o600 });
  await chmod(join(from, 'x'), 0o750);
  await writeFile(join(from, 'x/left-out'), '');
  const sources = walk(from, 'top', (inside) => inside === 'x/left-out');
  const counted = await unpack(packOf(sources), join(folder, 'to'));
  expect(counted).toEqual({ files: 2, bytes: 2_500_001 });
  const to = join(folder, 'to/top');
  expect((await readFile(join(to, 'x/y/big'))).equals(await readFile(join(from, 'x/y/big')))).toBe(true);
  expect((await stat(join(to, 'x'))).mode & 0o777).toBe(0o750);
  expect(await readdir(join(to, 'x'))).toEqual(['secret', 'y']);
});

test('a pack that was made of files gone meanwhile is whole without them', async () => {
  const sources = [
    { path: 'gone', file: join(folder, 'never') },
    { path: 'here', content: Buffer.from('x') },
  ];
  expect(await unpack(packOf(sources), null)).toEqual({ files: 1, bytes: 1 });
});
