import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import policy from './policy.json' with { type: 'json' };

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const root = join(import.meta.dirname, '../..');
const read = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), 'utf8')) as T;
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
const locked = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, one]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...one }));

const matches = (name: string, patterns: readonly string[]) =>
  patterns.some((one) => (one.endsWith('/*') ? name.startsWith(one.slice(0, -1)) : name === one));

/** `1.2.10` after `1.2.9`; what follows a dash makes a version older than one without. */
function isAtLeast(version: string, floor: string): boolean {
  const [numbers = '', before] = version.split('-');
  const [a, b] = [numbers, floor].map((text) => text.split('.').map(Number));
  for (let place = 0; place < 3; place++) {
    if (a![place] !== b![place]) return a![place]! > b![place]!;
  }
  return before === undefined;
}

test('the lock file says by hash what every package is, and names no place to get it from', () => {
  expect(locked.length).toBeGreaterThan(100);
  expect(
    locked.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true).map(({ path }) => path),
  ).toEqual([]);
  expect(
    locked.filter(({ resolved, link }) => resolved !== undefined || link).map(({ path }) => path),
  ).toEqual([]);
});

test('only packages on the list run a script when they are installed', () => {
  const allowed = Object.keys(policy.installScripts);
  const others = locked.filter(({ hasInstallScript, name }) => hasInstallScript && !matches(name, allowed));
  expect(others.map(({ path }) => path)).toEqual([]);
});

test('every dependency of ours is one exact version', () => {
  const own = read<Record<string, Record<string, string> | undefined>>('package.json');
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].flatMap((kind) =>
    Object.entries(own[kind] ?? {}),
  );
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('no package is below its floor, and none is there that was banned', () => {
  const low = locked.filter(({ name, version }) => {
    const floor = (policy.floors as Record<string, string>)[name];
    return floor !== undefined && !isAtLeast(version, floor);
  });
  expect(low.map(({ path, version }) => `${path} ${version}`)).toEqual([]);
  expect(locked.filter(({ name }) => name in policy.banned).map(({ path }) => path)).toEqual([]);
});

test('every licence is one that goes with ours', () => {
  const isKnown = (licence: string) =>
    licence
      .replaceAll(/[()]/g, '')
      .split(/ AND | OR /)
      .every((one) => policy.licences.includes(one));
  expect(locked.filter(({ license }) => !isKnown(license ?? 'none')).map(({ path }) => path)).toEqual([]);
});
