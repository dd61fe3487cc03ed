import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { buildProgram } from '../build/program.ts';
import { ensureWebBuild } from '../build/web.ts';
import { keysIn, peopleIn, secretsIn, type Leak } from './leaks.ts';

const root = join(import.meta.dirname, '../..');

/** Paths of what git keeps, or of everything where there is no git (an unpacked release). */
function keptFiles(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    return list.toString('utf8').split('\0').filter(Boolean);
  } catch {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .filter((file) => !/(?:^|\/)(?:node_modules|dist[^/]*|data)\//.test(file));
  }
}

const files = keptFiles();

/** The letters of a picture's or recording's own notes are read as well; their samples are no text. */
const isBinary = (file: string) => /\.(?:png|mp4|nol|wasm|ttf|woff2?|br|gz)$/.test(file);

/** Where something that looks like a leak is none: file, how often, why. */
const reasons: readonly { file: string; count: number; why: string }[] = [
  { file: 'package-lock.json', count: -1, why: 'hashes of the packages' },
  { file: 'src/consents/consents.api.test.ts', count: 1, why: 'the hash of a notice anybody may read' },
];

function complaints(look: (text: string) => Leak[], names: readonly string[]): string[] {
  return names.flatMap((file) => {
    const found = look(readFileSync(join(root, file), isBinary(file) ? 'latin1' : 'utf8'));
    const reason = reasons.find((one) => one.file === file);
    if (reason !== undefined && (reason.count < 0 || reason.count === found.length)) return [];
    return found.map(({ kind, text }) => `${file}: ${kind} ${text}`);
  });
}

/** The digits and letters an installation could draw, told from words by the same search. */
const drawn = Array.from({ length: 200 }, (_, n) =>
  createHash('sha512').update(`drawn ${n}`).digest().subarray(0, 32),
);

describe('what is searched for is found', () => {
  test.each(['base64', 'base64url', 'hex'] as const)('200 keys of 32 bytes in %s', (form) => {
    const missed = drawn.filter((key) => secretsIn(`const key = '${key.toString(form)}';`).length === 0);
    expect(missed.map((key) => key.toString(form))).toEqual([]);
  });

  test('keys by their form', () => {
    const body = drawn[0]!.toString('base64');
    const word = drawn[0]!.toString('hex');
    for (const key of [
      `-----BEGIN ${'PRIVATE'} KEY-----\n${body}`,
      `-----BEGIN EC ${'PRIVATE'} KEY-----\n${body}`,
      `AKIA${word.slice(0, 16).toUpperCase()}`,
      `ghp_${word.slice(0, 36)}`,
    ]) {
      expect(keysIn(`x = "${key}"`)).toHaveLength(1);
    }
  });

  test('a key in a line of settings, where nothing parts it from its name but a sign of base64', () => {
    const missed = drawn.filter((key) => secretsIn(`ROOT=${key.toString('base64')}\n`).length !== 1);
    expect(missed).toEqual([]);
  });

  test('people: a telephone, an identity number, an address', () => {
    // Put together here, so that this file itself holds none.
    const telephone = ['139', '1234', '5678'].join('');
    const identity = ['110101', '19900307', '7512'].join('');
    const found = peopleIn(`${telephone},${identity} somebody@${'mail'}.cn`);
    expect(found.map(({ kind }) => kind)).toEqual(['telephone', 'identity number', 'e-mail address']);
  });

  test('what is plainly invented is none', () => {
    expect(peopleIn('13800000001 11010519491231002X g@example.org security@school.example')).toEqual([]);
    expect(secretsIn('src/platform/i18n/catalogues and 019aaaaa-0000-7000-8000-000000000001')).toEqual([]);
  });
});

test('no file of the repository holds a key or a password', () => {
  expect(files.length).toBeGreaterThan(1_000);
  const texts = files.filter((file) => !isBinary(file));
  expect(complaints(secretsIn, texts)).toEqual([]);
  expect(complaints(keysIn, files.filter(isBinary))).toEqual([]);
});

test('no file, and none of the fixtures and the demo, holds a telephone, identity number or address of somebody', () => {
  expect(files.filter((file) => /fixtures|\/testing\/|^src\/demo\//.test(file)).length).toBeGreaterThan(20);
  expect(complaints(peopleIn, files)).toEqual([]);
});

test(
  'what is built of it holds no key, and no path of the machine that built it',
  { timeout: 240_000 },
  async () => {
    await ensureWebBuild();
    await buildProgram(root);
    const built = ['dist', 'dist.server'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    expect(built.length).toBeGreaterThan(20);
    const found = built.flatMap((file) => {
      const text = readFileSync(file, isBinary(file) ? 'latin1' : 'utf8');
      return [...keysIn(text), ...(text.includes(root) ? ['path'] : [])].map((leak) => ({ file, leak }));
    });
    expect(found).toEqual([]);
  },
);
