import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitForEnd } from '../../src/platform/processes.ts';
import { startServerProcess, type ServerProcess } from '../../src/platform/testing/server-process.ts';

/** What is not back after this long does not come back, however busy the machine is. */
const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5_000;

export const FAULTS = ['app', 'postmaster', 'child', 'supervisor', 'both'] as const;
/**
 * `app`: the application, whose database goes on alone; `postmaster`: the database; `child`: any one process of it;
 * `supervisor`: the application while it brings a killed database back; `both` at the same moment.
 */
export type Fault = (typeof FAULTS)[number];

/** The server under test, replaced by a new process after each kill of it. */
export interface Victim {
  current: ServerProcess;
}

/** Of twenty kills, as the catalogue has them. */
const OF_TWENTY: Readonly<Record<Fault, number>> = {
  app: 8,
  postmaster: 6,
  child: 4,
  supervisor: 1,
  both: 1,
};

/** So many kills in random order; of each twenty every kind has its share, so that twenty leave none out. */
export function chooseFaults(count: number): Fault[] {
  const twenty = FAULTS.flatMap((fault) => Array.from({ length: OF_TWENTY[fault] }, () => fault));
  const faults: Fault[] = [];
  while (faults.length < count) faults.push(...shuffled(twenty));
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
  if (fault === 'child') {
    const child = aChildOf(postmaster);
    if (child === null) return null;
    process.kill(child, 'SIGKILL');
    await waitForEnd(child, END_LIMIT_MS);
  } else if (fault === 'postmaster') {
    process.kill(postmaster, 'SIGKILL');
    // Ready a moment later may still be the dead one's last word: the next postmaster must be there.
    await untilTrue(async () => ![null, postmaster].includes(await server.postmasterPid()));
  } else {
    if (fault !== 'app') process.kill(postmaster, 'SIGKILL');
    // Somewhere between noticing the death and the new postmaster being ready.
    if (fault === 'supervisor') await sleep(randomInt(300));
    await server.kill();
    victim.current = await startServerProcess({ dataDir: server.dataDir, port });
    return performance.now() - startedAt;
  }
  await untilReady(server.url);
  return performance.now() - startedAt;
}

/** One of the processes of the database: those that serve connections, and those that write, clean and start others. */
function aChildOf(postmaster: number): number | null {
  const children = execFileSync('ps', ['--ppid', String(postmaster), '-o', 'pid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => Number.parseInt(line, 10))
    .filter(Number.isInteger);
  return children.length === 0 ? null : children[randomInt(children.length)]!;
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
