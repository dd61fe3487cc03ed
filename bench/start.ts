import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { startServerProcess } from '../src/platform/testing/server-process.ts';
import { verdict, type BenchResult } from './bench.ts';

const COLD_RUNS = 3;
const CRASHES = 10;
/** Bare `node -e 0` on the machine of the budgets, milliseconds; a busy machine shows here. */
const EXPECTED_NODE_MS = 60;

/** From an empty folder to ready with the demo, from a full folder to ready, and from `kill -9` to ready. */
export async function run(): Promise<BenchResult> {
  const nodeMs = bareNodeMs();
  const cold: number[] = [];
  const warm: number[] = [];
  const crash: number[] = [];
  for (let i = 0; i < COLD_RUNS; i += 1) {
    const first = await timed(() => startServerProcess({ env: { DEMO: '1' } }));
    cold.push(first.ms);
    const { dataDir } = first.value;
    await first.value.stop();
    const second = await timed(() => startServerProcess({ dataDir, env: { DEMO: '1' } }));
    warm.push(second.ms);
    let server = second.value;
    const crashes = i === 0 ? CRASHES : 0;
    for (let j = 0; j < crashes; j += 1) {
      await server.kill();
      const again = await timed(() => startServerProcess({ dataDir, env: { DEMO: '1' } }));
      crash.push(again.ms);
      server = again.value;
    }
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  const figures = {
    emptyFolderToReadyMs: median(cold),
    secondStartMs: median(warm),
    crashToReadyP50Ms: median(crash),
    crashToReadyMaxMs: Math.round(Math.max(...crash)),
  };
  const judged = nodeMs <= EXPECTED_NODE_MS * 1.5;
  return {
    name: 'start',
    figures,
    reference: { bareNodeMs: nodeMs },
    ratio: null,
    budget: {
      emptyFolderToReadyMs: 5000,
      secondStartMs: 2000,
      crashToReadyP50Ms: 1000,
      crashToReadyMaxMs: 2500,
    },
    ...verdict([
      { name: 'emptyFolderToReadyMs', holds: figures.emptyFolderToReadyMs <= 5000, judged },
      { name: 'secondStartMs', holds: figures.secondStartMs <= 2000, judged },
      { name: 'crashToReadyP50Ms', holds: figures.crashToReadyP50Ms < 1000, judged },
      { name: 'crashToReadyMaxMs', holds: figures.crashToReadyMaxMs < 2500, judged },
    ]),
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const startedAt = performance.now();
  const value = await work();
  return { ms: performance.now() - startedAt, value };
}

function bareNodeMs(): number {
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    return performance.now() - startedAt;
  });
  return median(times);
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
