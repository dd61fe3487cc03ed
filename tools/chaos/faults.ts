import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServerProcess, type ServerProcess } from '../../src/platform/testing/server-process.ts';

export const FAULTS = ['app', 'postmaster', 'backend', 'both'] as const;
/** `app`: the application; `postmaster`: the database; `backend`: one process of it; `both` at once. */
export type Fault = (typeof FAULTS)[number];

/** The server under test, replaced by a new process after each kill of it. */
export interface Victim {
  current: ServerProcess;
}

/** Chooses as the catalogue does: 40 % application, 30 % database, 20 % one database process, 10 % both. */
export function chooseFault(): Fault {
  const dice = randomInt(10);
  return dice < 4 ? 'app' : dice < 7 ? 'postmaster' : dice < 9 ? 'backend' : 'both';
}

/**
 * Kills with SIGKILL at this moment and waits until the product is ready again.
 *
 * @returns milliseconds from the kill to the first 200 of `/ready`; null when nothing was there to kill.
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
  } else if (fault === 'postmaster') {
    process.kill(postmaster, 'SIGKILL');
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

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(10);
  }
  throw new Error('the server did not become ready within 30 s of a kill');
}
