import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { fuzzer } from './fuzz.ts';

const fuzz = await fuzzer();
const count = Number(process.env['FUZZ_COUNT'] ?? 100_000);
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));

test(`${count} bad inputs, seed ${seed}: no fault of the server, no crash`, async () => {
  const started = process.memoryUsage.rss();
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  const batch = 2_000;
  for (let done = 0; done < count; done += batch) {
    const found = await fuzz(Math.min(batch, count - done), seed + done);
    faults.push(...found.faults);
    for (const [status, times] of Object.entries(found.statuses))
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + times;
    console.log(`${done + batch} asked, ${faults.length} faults`);
  }
  const grown = Math.round((process.memoryUsage.rss() - started) / 1e6);
  console.log(`seed ${seed}, statuses ${JSON.stringify(statuses)}, memory grew by ${grown} MB`);
  expect([...new Set(faults)]).toEqual([]);
});
