import { createHash } from 'node:crypto';
import * as realFs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localFileStore, type StoreFs } from './files.ts';

const base = await realFs.mkdtemp(path.join(tmpdir(), 'nol-files-'));
afterAll(() => realFs.rm(base, { recursive: true, force: true }));
let made = 0;
const newRoot = async () => {
  const root = path.join(base, String((made += 1)), 'files');
  await realFs.mkdir(path.dirname(root));
  return root;
};
const bytes = Buffer.from('what somebody handed in');
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** What happens at the n-th call: an error of the system, half of the bytes written and then one, or the power fails. */
type Fault = 'EIO' | 'ENOSPC' | 'short' | 'crash';

class PowerCut extends Error {}

/**
 * A file system that does one thing wrong, at the call with this number. It also keeps what is durable: an entry of a
 * folder counts from the folder's sync on, bytes from the file's.
 */
function faultyFs(at: number, fault: Fault) {
  const calls: string[] = [];
  const synced = new Set<string>();
  let dead = false;
  const call = async <T>(name: string, act: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    if (dead) throw new PowerCut();
    calls.push(name);
    if (calls.length !== at) return act();
    if (fault === 'crash') {
      // The call was done, and nobody heard of it.
      dead = true;
      const done = await act();
      if (name === 'open') await (done as FileHandle).close();
      throw new PowerCut();
    }
    await half?.();
    throw Object.assign(new Error(fault), { code: fault === 'short' ? 'ENOSPC' : fault });
  };
  const fs: StoreFs = {
    ...realFs,
    mkdir: ((folder: string, options: object) =>
      call('mkdir', () => realFs.mkdir(folder, options))) as StoreFs['mkdir'],
    rename: (from, to) => call('rename', () => realFs.rename(from, to)),
    rm: (file, options) => (dead ? Promise.reject(new PowerCut()) : realFs.rm(file, options)),
    utimes: (file, a, m) => call('utimes', () => realFs.utimes(file, a, m)),
    open: (async (file: string, flags: string, mode?: number) => {
      const handle = await call('open', () => realFs.open(file, flags, mode));
      return new Proxy(handle, {
        get(target, name: keyof FileHandle) {
          if (name === 'sync')
            return () =>
              call('sync', async () => {
                await target.sync();
                synced.add(file);
              });
          if (name === 'writeFile')
            return (data: Buffer) =>
              call(
                'write',
                () => target.writeFile(data),
                () => target.writeFile(data.subarray(0, data.length / 2)),
              );
          // A dead process closes nothing, the system does.
          if (name === 'close') return () => target.close();
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    }) as StoreFs['open'],
  };
  return { fs, calls, synced };
}

/** All files below a folder, with what is in them. */
async function contents(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await realFs.readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      found.set(entry.name, await realFs.readFile(path.join(entry.parentPath, entry.name), 'utf8'));
  }
  return found;
}

const counting = faultyFs(0, 'EIO');
await localFileStore(await newRoot(), { fs: counting.fs }).put(bytes);
const steps = counting.calls.map((name, place) => ({ name, at: place + 1 }));

test('a file is written, synced, renamed and its folder synced before it is acknowledged', () => {
  expect(counting.calls.join(' ')).toBe('mkdir open sync open sync open write sync rename open sync');
});

const faults = steps.flatMap((step) =>
  (['EIO', 'ENOSPC', 'crash', ...(step.name === 'write' ? (['short'] as const) : [])] as const).map(
    (fault) => ({
      ...step,
      fault,
    }),
  ),
);

test.each(faults)(
  '$fault at call $at, $name: not acknowledged, nothing half under its name, whole at the second try, nothing left over',
  async ({ at, fault }) => {
    const root = await newRoot();
    const { fs } = faultyFs(at, fault);
    const first = localFileStore(root, { fs });
    await expect(first.put(bytes)).rejects.toThrow(fault === 'crash' ? PowerCut : Error);
    const between = await contents(root);
    expect([undefined, bytes.toString()]).toContain(between.get(sha256.slice(2)));
    // The same process goes on after an error, another one after a crash.
    const again = fault === 'crash' ? localFileStore(root) : first;
    expect(await again.put(bytes)).toBe(sha256);
    expect((await again.read(sha256)).equals(bytes)).toBe(true);
    await localFileStore(root, { abandonedMs: 0 }).sweep();
    expect([...(await contents(root)).keys()]).toEqual([sha256.slice(2)]);
  },
);

test('after a folder that could not be synced the bytes are written anew, never trusted for being visible', async () => {
  const root = await newRoot();
  const { fs, calls } = faultyFs(steps.length, 'EIO');
  const store = localFileStore(root, { fs });
  await expect(store.put(bytes)).rejects.toThrow('EIO');
  const before = calls.length;
  await store.put(bytes);
  expect(calls.slice(before)).toEqual(['open', 'write', 'sync', 'rename', 'open', 'sync']);
});

test('a file that is there is acknowledged only after its folder is on disk: its writer may have been killed', async () => {
  const root = await newRoot();
  await localFileStore(root).put(bytes);
  const { fs, synced } = faultyFs(0, 'EIO');
  await localFileStore(root, { fs }).put(bytes);
  expect([...synced].sort()).toEqual([path.dirname(root), root, path.join(root, sha256.slice(0, 2))]);
});

test('a file shorter than its content is replaced by who hands in the same again', async () => {
  const root = await newRoot();
  const store = localFileStore(root);
  await store.put(bytes);
  await realFs.writeFile(path.join(root, sha256.slice(0, 2), sha256.slice(2)), 'what');
  await store.put(bytes);
  expect((await store.read(sha256)).equals(bytes)).toBe(true);
});

test('only what was left an hour ago is swept: a write under way is not', async () => {
  const root = await newRoot();
  const store = localFileStore(root);
  await store.put(bytes);
  const left = path.join(root, sha256.slice(0, 2), `.${'0'.repeat(16)}.part`);
  await realFs.writeFile(left, 'half');
  expect(await store.sweep()).toBe(0);
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await realFs.utimes(left, longAgo, longAgo);
  expect(await store.sweep()).toBe(1);
  expect(await store.size(sha256)).toBe(bytes.length);
});

test('what nothing names is discarded, unless somebody put the same bytes meanwhile', async () => {
  const root = await newRoot();
  const store = localFileStore(root);
  await store.put(bytes);
  const aMinute = 60_000;
  expect(await store.discard(sha256, new Date(Date.now() - aMinute))).toBe(false);
  const file = path.join(root, sha256.slice(0, 2), sha256.slice(2));
  const longAgo = new Date(Date.now() - 60 * aMinute);
  await realFs.utimes(file, longAgo, longAgo);
  await store.put(bytes);
  expect(await store.discard(sha256, new Date(Date.now() - aMinute))).toBe(false);
  await realFs.utimes(file, longAgo, longAgo);
  expect(await store.discard(sha256, new Date(Date.now() - aMinute))).toBe(true);
  expect(await store.list(sha256.slice(0, 2))).toEqual([]);
});
