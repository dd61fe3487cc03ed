import { expect, test } from 'vitest';
import { runChaos } from './harness.ts';

test('twenty kills of the application and the database lose, double and halve nothing that was acknowledged', async () => {
  const { lost, doubled, half, acknowledged, kills } = await runChaos({ kills: 20 });
  expect(kills).toEqual({ app: 8, postmaster: 6, backend: 4, both: 2 });
  expect({ lost, doubled, half }).toEqual({ lost: [], doubled: [], half: [] });
  expect(acknowledged).toBeGreaterThan(400);
}, 600_000);
