import { expect, test } from 'vitest';
import { run } from './boards.ts';

test('the boards of a small county answer, quiet and while it is counted anew', async () => {
  const { figures } = await run({ schools: 2, classes: 2, pupils: 5, reads: 2 });
  expect(figures).toMatchObject({ pupils: 20 });
  // What was timed is there; how long it took is no matter of a test.
  for (const name of ['classBoardP99Ms', 'schoolBoardP99Ms', 'countyBoardP99Ms']) {
    expect(figures).toHaveProperty(name, expect.any(Number));
    expect(figures).toHaveProperty(`counting_${name}`, expect.any(Number));
  }
  expect(figures['recounts']).toBeGreaterThan(0);
}, 300_000);
