import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { openSecrets, requireKeyOfDatabase } from './secrets.ts';

const folder = await mkdtemp(join(tmpdir(), 'nol-secrets-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the key is made before the database, for its owner only, and stays', async () => {
  const dataDir = join(folder, 'new');
  await requireKeyOfDatabase(dataDir);
  const file = join(dataDir, 'keys', 'root-1.key');
  const made = await readFile(file, 'utf8');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const sealed = (await openSecrets(dataDir)).encrypt('test', '13800000000');
  await requireKeyOfDatabase(dataDir);
  expect(await readFile(file, 'utf8')).toBe(made);
  expect((await openSecrets(dataDir)).decrypt('test', sealed.cipher)).toBe('13800000000');
});

test('a database whose key has gone is not given another one', async () => {
  const dataDir = join(folder, 'lost');
  await mkdir(join(dataDir, 'postgres', 'cluster'), { recursive: true });
  await writeFile(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '18\n');
  await expect(requireKeyOfDatabase(dataDir)).rejects.toThrow('key file');
  await expect(stat(join(dataDir, 'keys'))).rejects.toThrow('ENOENT');
});
