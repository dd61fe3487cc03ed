import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { runChaos } from './harness.ts';

test('fifty kills of the application and the database lose, double and halve nothing that was acknowledged', async () => {
  const { lost, doubled, half, acknowledged, kills } = await runChaos({ kills: 50 });
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBe(50);
  expect(FAULTS.filter((fault) => kills[fault] < 2)).toEqual([]);
  expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
  expect(acknowledged).toBeGreaterThan(1000);
}, 900_000);
