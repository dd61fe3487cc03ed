import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitForEnd } from '../../src/platform/processes.ts';
import { startServerProcess, type ServerProcess } from '../../src/platform/testing/server-process.ts';

/** What is not back after this long does not come back, however busy the machine is. */
const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5_000;

export const FAULTS = ['app', 'postmaster', 'backend', 'both'] as const;
/** `app`: the application; `postmaster`: the database; `backend`: one process of it; `both` at once. */
export type Fault = (typeof FAULTS)[number];

/** The server under test, replaced by a new process after each kill of it. */
export interface Victim {
  current: ServerProcess;
}

/** Of ten kills, as the catalogue has them. */
const OF_TEN: readonly Fault[] = [
  'app',
  'app',
  'app',
  'app',
  'postmaster',
  'postmaster',
  'postmaster',
  'backend',
  'backend',
  'both',
];

/** So many kills in random order; of each ten every kind has its share, so that twenty leave none out. */
export function chooseFaults(count: number): Fault[] {
  const faults: Fault[] = [];
  while (faults.length < count) faults.push(...shuffled(OF_TEN));
  return faults.slice(0, count);
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.map(() => left.splice(randomInt(left.length), 1)[0]!);
}

/**
 * Kills with SIGKILL at this moment and waits until the product is ready again.
 *
 * @returns milliseconds from the kill to the first 200 of `/ready` after the death was felt; null when nothing was there
 *   to kill.
 */
export async function strike(victim: Victim, fault: Fault, port: number): Promise<number | null> {
  const server = victim.current;
  const postmaster = await server.postmasterPid();
  if (postmaster === null) return null;
  const startedAt = performance.now();
  if (fault === 'backend') {
    const backend = aBackendOf(postmaster);
    if (backend === null) return null;
    process.kill(backend, 'SIGKILL');
    await waitForEnd(backend, END_LIMIT_MS);
  } else if (fault === 'postmaster') {
    process.kill(postmaster, 'SIGKILL');
    // Ready a moment later may still be the dead one's last word: the next postmaster must be there.
    await untilTrue(async () => ![null, postmaster].includes(await server.postmasterPid()));
  } else {
    if (fault === 'both') process.kill(postmaster, 'SIGKILL');
    await server.kill();
    victim.current = await startServerProcess({ dataDir: server.dataDir, port });
    return performance.now() - startedAt;
  }
  await untilReady(server.url);
  return performance.now() - startedAt;
}

/** One of the processes that serve connections, the only ones a query can be in. */
function aBackendOf(postmaster: number): number | null {
  const lines = execFileSync('ps', ['--ppid', String(postmaster), '-o', 'pid=,args='], { encoding: 'utf8' });
  const backends = lines
    .split('\n')
    .filter((line) => /postgres: \S+ \S+ \[?local/.test(line))
    .map((line) => Number.parseInt(line, 10));
  return backends.length === 0 ? null : backends[randomInt(backends.length)]!;
}

function untilReady(url: string): Promise<void> {
  return untilTrue(async () => {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    await answer?.arrayBuffer();
    return answer?.ok ?? false;
  });
}

async function untilTrue(isSo: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + READY_LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error('the server did not come back after a kill');
    await sleep(5);
  }
}
