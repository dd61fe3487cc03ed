import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge, openLedger } from './ledger.ts';

const entry = (key: string) => ({ kind: 'chat', key, value: 'v', acknowledgedAt: '' });
const found = (key: string, value = 'v') => ({ kind: 'chat', key, value });
const sent = new Map(['a', 'b', 'c'].map((key) => [`chat ${key}`, 'v']));

test('a run in which all is there once is clean', () => {
  expect(judge([entry('a'), entry('b')], sent, [found('a'), found('b')])).toEqual({
    acknowledged: 2,
    lost: [],
    doubled: [],
    half: [],
  });
});

test('what was acknowledged and is missing is lost', () => {
  expect(judge([entry('a'), entry('b')], sent, [found('b')]).lost).toEqual(['chat a']);
});

test('what was never acknowledged may be missing or there, but not twice', () => {
  expect(judge([], sent, [found('c')]).doubled).toEqual([]);
  expect(judge([], sent, [found('c'), found('c')]).doubled).toEqual(['chat c: 2 times']);
});

test('what is there with another content is half, and so is what nobody sent', () => {
  expect(judge([entry('a')], sent, [found('a', 'w')]).half.length).toBe(1);
  expect(judge([], sent, [found('x')]).half.length).toBe(1);
});

test('an acknowledgement is on disk before the next request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nol-ledger-'));
  const ledger = await openLedger(join(folder, 'ledger'));
  await ledger.acknowledge('chat', 'a', 'v');
  expect(JSON.parse((await readFile(join(folder, 'ledger'), 'utf8')).trim())).toMatchObject({
    kind: 'chat',
    key: 'a',
  });
  await ledger.close();
  await rm(folder, { recursive: true });
});
