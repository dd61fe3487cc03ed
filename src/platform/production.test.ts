import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { readConfig } from './config.ts';
import { requireSafeProduction } from './production.ts';

let dataDir: string;
const safe = { TRUSTED_PROXY: '10.0.0.1', PUBLIC_URL: 'https://ke.example.edu.cn' };

const start = (env: NodeJS.ProcessEnv, execArgv: readonly string[] = []) =>
  requireSafeProduction(readConfig({ DATA_DIR: dataDir, ...safe, ...env }, 'serve'), execArgv);

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'production-'));
});

afterAll(() => rm(dataDir, { recursive: true }));

test('behind a declared proxy, with a private folder, production starts', async () => {
  await expect(start({})).resolves.toBeUndefined();
  await expect(start({ DATA_DIR: join(dataDir, 'not-there-yet') })).resolves.toBeUndefined();
  await expect(
    start({ DATABASE_URL: 'postgresql://nol@/nol?host=%2Frun%2Fpostgresql' }),
  ).resolves.toBeUndefined();
});

test.each([
  { why: 'plain http', env: { TRUSTED_PROXY: '' }, says: 'does not run over plain http' },
  { why: 'no address for people', env: { PUBLIC_URL: '' }, says: 'Production needs PUBLIC_URL' },
  {
    why: 'an http address for people',
    env: { PUBLIC_URL: 'http://ke.example.cn' },
    says: 'Production needs PUBLIC_URL',
  },
  { why: 'demo accounts open to everybody', env: { DEMO_OPEN: '1' }, says: 'does not open demo accounts' },
  { why: 'debug logging', env: { LOG_LEVEL: 'debug' }, says: 'debug mode' },
  {
    why: 'a default password',
    env: { DATABASE_URL: 'postgresql://postgres:postgres@db/nol' },
    says: 'default one',
  },
  {
    why: 'no password over the network',
    env: { DATABASE_URL: 'postgresql://nol@db/nol' },
    says: 'default one',
  },
])('production refuses $why', async ({ env, says }) => {
  await expect(start(env)).rejects.toThrow(says);
});

test('production refuses a debugger', async () => {
  await expect(start({}, ['--inspect=0.0.0.0'])).rejects.toThrow('debug mode');
});

test('production refuses a folder that others can read', async () => {
  await chmod(dataDir, 0o755);
  await expect(start({})).rejects.toThrow(`Run chmod 700 ${dataDir}`);
  await chmod(dataDir, 0o711);
  await expect(start({})).resolves.toBeUndefined();
});
