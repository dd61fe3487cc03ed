import { expect, test } from 'vitest';
import { run } from './county.ts';

test('a small county is generated, taught, counted whole and closed, and every page of it answers', async () => {
  const { figures } = await run({ schools: 3, classes: 2, pupils: 6, periods: 2, reads: 2 });
  expect(figures).toMatchObject({ pupils: 36, schools: 3 });
  // What was timed is there; how long it took is no matter of a test.
  for (const name of [
    'publishSeconds',
    'openSeconds',
    'closeSeconds',
    'classBoardP99Ms',
    'countyBoardP99Ms',
    'findP99Ms',
  ])
    expect(figures).toHaveProperty(name, expect.any(Number));
}, 300_000);
