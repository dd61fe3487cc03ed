import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findChromium } from './chromium.mjs';
import { installedMatchesLock, localeOf } from './setup.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/only-elsewhere': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  },
};

test.each([
  {
    why: 'all there',
    installed: { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } },
    same: true,
  },
  {
    why: 'another version',
    installed: { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-c' } },
    same: false,
  },
  {
    why: 'same version, other content',
    installed: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } },
    same: false,
  },
  { why: 'one missing', installed: {}, same: false },
])('installed packages match the lock: $why', ({ installed, same }) => {
  expect(installedMatchesLock(lock, { packages: installed })).toBe(same);
});

test.each([
  { env: { LANG: 'zh_CN.UTF-8' }, locale: 'zh' },
  { env: { LANG: 'en_GB.UTF-8' }, locale: 'en' },
  { env: { LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' }, locale: 'en' },
  { env: { LANG: 'C.UTF-8' }, locale: '' },
  { env: {}, locale: '' },
])('the terminal speaks "$locale" for $env', ({ env, locale }) => {
  expect(localeOf(env)).toBe(locale);
});

test('Chromium is found on the path, and a wrong CHROMIUM_PATH is not replaced by another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  const program = join(folder, 'google-chrome');
  await writeFile(program, '#!/bin/sh\n');
  expect(findChromium({ PATH: folder })).toBeNull();
  await chmod(program, 0o755);
  expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(program);
  expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(folder, 'missing') })).toBeNull();
  await rm(folder, { recursive: true });
});
