import { expect, test } from 'vitest';
import { fuzzer } from './fuzz.ts';

/** A few hundred of the requests of `npm run fuzz`, at least two for every call. */
const fuzz = await fuzzer();

test('bad input is refused by a code and never a fault of the server', async () => {
  const { faults, statuses, logged } = await fuzz(400, 20_261_128);
  expect(faults).toEqual([]);
  expect(statuses[400]).toBeGreaterThan(100);
  expect(logged).toBeGreaterThan(300);
}, 120_000);
