import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildProgram } from './program.ts';
import { sourceFingerprint } from './stale.ts';

let root: string;

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'program-'));
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json']) await write(name, '{}');
  await write('tools/build/web.ts', '');
  await write('src/words/text.json', '"一个不少"');
  await write(
    'src/words/read.ts',
    `import { readFileSync } from 'node:fs';
     import { join } from 'node:path';
     export const beside = (): string => readFileSync(join(import.meta.dirname, 'text.json'), 'utf8');
     export const child: string = new URL('./child.ts', import.meta.url).pathname;`,
  );
  await write(
    'bin/program.ts',
    `import { beside, child } from '../src/words/read.ts';
     export const program = { beside, child, late: async () => (await import('../src/late.ts')).late };`,
  );
  await write('src/late.ts', `export const late: number = 7;`);
});

afterEach(() => rm(root, { recursive: true, force: true }));

test('the one file still finds what lies beside its sources, and holds what is loaded late', async () => {
  await buildProgram(root);
  const { program } = (await import(pathToFileURL(join(root, 'dist.server/program.js')).href)) as {
    program: { beside(): string; child: string; late(): Promise<number> };
  };
  expect(program.beside()).toBe('"一个不少"');
  expect(program.child).toBe(join(root, 'src/words/child.ts'));
  expect(await program.late()).toBe(7);
});

test('its first line names the sources it was made of, and any change of them makes it stale', async () => {
  await buildProgram(root);
  const [line = ''] = (await readFile(join(root, 'dist.server/program.js'), 'utf8')).split('\n');
  const stamp = line.slice('// '.length);
  expect(stamp).toBe(sourceFingerprint(root));
  await write('src/late.ts', `export const late: number = 8;`);
  await utimes(join(root, 'src/late.ts'), 1, 1);
  expect(sourceFingerprint(root)).not.toBe(stamp);
  const changed = sourceFingerprint(root);
  await write('src/new.ts', '');
  expect(sourceFingerprint(root)).not.toBe(changed);
});

test('tests and documents are no part of it', async () => {
  const before = sourceFingerprint(root);
  await write('src/words/read.test.ts', '');
  await write('src/words/README.md', '');
  expect(sourceFingerprint(root)).toBe(before);
});
