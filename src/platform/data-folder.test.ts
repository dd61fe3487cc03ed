import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ensureDataFolder } from './data-folder.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'data-folder-'));
  await writeFile(join(root, 'file'), '');
  await symlink(join(root, 'nowhere'), join(root, 'dangling'));
});
afterAll(() => rm(root, { recursive: true }));

test('a data folder is made with those above it, for its owner only', async () => {
  const folder = join(root, 'a', 'b', 'var');
  expect(await ensureDataFolder(folder)).toBe(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await ensureDataFolder(folder)).toBe(folder);
});

test.each([
  { why: 'a file in its place', path: () => join(root, 'file'), code: 'data_dir_not_a_folder' },
  { why: 'a file above it', path: () => join(root, 'file', 'var'), code: 'data_dir_not_a_folder' },
  {
    why: 'a link to nowhere above it',
    path: () => join(root, 'dangling', 'var'),
    code: 'data_dir_not_a_folder',
  },
  {
    why: 'a place where nothing can be made',
    path: () => '/proc/not-one-less/var',
    code: 'data_dir_not_writable',
  },
  { why: 'a name too long', path: () => join(root, 'y'.repeat(300)), code: 'data_dir_too_long' },
])('$why is refused in words', async ({ path, code }) => {
  await expect(ensureDataFolder(path())).rejects.toMatchObject({ code });
});
