import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Db } from './database.ts';
import { askTogether, groupCommit } from './group-commit.ts';

test('those who come together are written together, and each gets their own answer', async () => {
  const runs: number[][] = [];
  const carry = groupCommit<number, string>(
    async (items) => {
      runs.push([...items]);
      await sleep(5);
      return items.map((item) => `answer ${item}`);
    },
    { maxItems: 3 },
  );
  expect(await Promise.all([1, 2, 3, 4].map((item) => carry(item)))).toEqual([
    'answer 1',
    'answer 2',
    'answer 3',
    'answer 4',
  ]);
  expect(runs).toEqual([[1, 2, 3], [4]]);
});

test('nobody is answered before the write that carried them is done', async () => {
  let written = false;
  const carry = groupCommit<number, number>(
    async (items) => {
      await sleep(20);
      written = true;
      return items;
    },
    { maxItems: 10 },
  );
  await carry(1);
  expect(written).toBe(true);
});

test('a failed write is told to everyone it carried, and the next one goes on', async () => {
  let failing = true;
  const carry = groupCommit<number, number>(
    async (items) => {
      if (failing) throw new Error('database gone');
      return items;
    },
    { maxItems: 10 },
  );
  const results = await Promise.allSettled([carry(1), carry(2)]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  failing = false;
  expect(await carry(3)).toBe(3);
});

test('those who come while a write is under way ride in the next one', async () => {
  const runs: number[] = [];
  const carry = groupCommit<number, number>(
    async (items) => {
      runs.push(items.length);
      await sleep(15);
      return items;
    },
    { maxItems: 100 },
  );
  const first = carry(1);
  await sleep(5);
  await Promise.all([first, carry(2), carry(3), carry(4)]);
  expect(runs).toEqual([1, 3]);
});

describe('questions that are asked together', () => {
  const outside = { isTransaction: false } as Db;

  test('ride in one statement of their own database', async () => {
    const runs: [Db, number[]][] = [];
    const ask = askTogether(
      async (db, questions: readonly number[]) => {
        runs.push([db, [...questions]]);
        return questions.map((question) => question * 10);
      },
      { maxItems: 10 },
    );
    const other = { isTransaction: false } as Db;
    expect(await Promise.all([ask(outside, 1), ask(outside, 2), ask(other, 3)])).toEqual([10, 20, 30]);
    expect(runs).toEqual([
      [outside, [1, 2]],
      [other, [3]],
    ]);
  });

  test('are asked alone inside a transaction, whose rows nobody else may see', async () => {
    const runs: number[] = [];
    const ask = askTogether(
      async (_db, questions: readonly number[]) => {
        runs.push(questions.length);
        return questions;
      },
      { maxItems: 10 },
    );
    const trx = { isTransaction: true } as Db;
    expect(await Promise.all([ask(trx, 1), ask(trx, 2)])).toEqual([1, 2]);
    expect(runs).toEqual([1, 1]);
  });
});
