import { randomInt } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { fuzzer } from './fuzz.ts';

const fuzz = await fuzzer();
const count = Number(process.env['FUZZ_COUNT'] ?? 100_000);
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
/** What a hundred thousand bad inputs may leave behind in the heap. */
const MOST_GROWTH_MB = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heapMegabytes(): number {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
}

test(`${count} bad inputs, seed ${seed}: no fault of the server, no crash, nothing left behind`, async () => {
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  const durations: number[] = [];
  const batch = Math.min(2_000, Math.ceil(count / 10));
  let warm = 0;
  let lines = 0;
  for (let done = 0; done < count; done += batch) {
    const found = await fuzz(Math.min(batch, count - done), seed + done);
    faults.push(...found.faults);
    durations.push(...found.durations);
    lines += found.logged;
    for (const [status, times] of Object.entries(found.statuses))
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + times;
    // Every call has been compiled and every cache filled after the first batch.
    if (done === 0) warm = heapMegabytes();
    console.log(`${done + batch} asked, ${faults.length} faults`);
  }
  const grown = Math.round(heapMegabytes() - warm);
  durations.sort((a, b) => a - b);
  const at = (share: number) => Math.round(durations[Math.floor(durations.length * share)] ?? 0);
  console.log(`seed ${seed}, statuses ${JSON.stringify(statuses)}, ${lines} lines of the log read`);
  console.log(`heap grew by ${grown} MB, resident ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  console.log(`p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.99999)} ms`);
  expect([...new Set(faults)]).toEqual([]);
  expect(grown).toBeLessThan(MOST_GROWTH_MB);
});
