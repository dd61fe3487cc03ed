import { expect, test } from 'vitest';
import { runChaos } from './harness.ts';

test('twenty kills of the application and the database lose, double and halve nothing that was acknowledged', async () => {
  const { lost, doubled, half, acknowledged, kills } = await runChaos({ kills: 20 });
  expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
  expect(acknowledged).toBeGreaterThan(200);
  expect(Object.values(kills).reduce((sum, count) => sum + count)).toBe(20);
}, 600_000);
