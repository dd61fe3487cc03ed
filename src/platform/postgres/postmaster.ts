import { spawn } from 'node:child_process';
import { chown, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { processBirth, processCommand, signalProcess, waitForEnd } from '../processes.ts';
import { errorCode } from '../start-refusal.ts';
import { databaseEnvironment } from './cluster.ts';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

/** A running postmaster, ours or one found running. */
export interface Postmaster {
  readonly pid: number;
  readonly birth: string;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
}

/** The postmaster ended before it was ready. `output` holds what it wrote. */
export class PostmasterEnded extends Error {
  readonly output: string;
  constructor(output: string) {
    super(`PostgreSQL ended before it was ready: ${output.trim().split('\n').at(-1) ?? ''}`);
    this.name = 'PostmasterEnded';
    this.output = output;
  }
}

/**
 * Starts the postmaster in a session of its own and waits until it takes connections.
 *
 * A session of its own: Ctrl-C in the terminal reaches the application only, which then drains and
 * stops the database last.
 *
 * @throws {PostmasterEnded} with what it said.
 */
export async function launch(layout: Layout, identity: Identity): Promise<Postmaster> {
  const from = await sizeOf(layout.log);
  const log = await open(layout.log, 'a', 0o600);
  if (identity.kind === 'user') await chown(layout.log, identity.uid, identity.gid);
  const { file, args } = identity.command(identity.binaries.postgres, [
    '-D',
    layout.cluster,
    '-k',
    layout.sockets,
  ]);
  const child = spawn(file, args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: databaseEnvironment(),
    ...identity.spawnIds,
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await log.close();
  child.unref();
  let failed: unknown = null;
  child.once('error', (error) => (failed = error));
  const over = ended.then(() => 'ended' as const);
  for (;;) {
    if ((await Promise.race([over, sleep(10)])) === 'ended') {
      if (failed !== null) throw failed;
      throw new PostmasterEnded(await readFrom(layout.log, from));
    }
    const lines = await readLockFile(layout);
    if (child.pid === undefined || lines === null) continue;
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') {
      return { pid: child.pid, birth: processBirth(child.pid) ?? '', ended };
    }
  }
}

/** The postmaster that works on this cluster although we did not start it, or `null`. */
export async function findRunning(
  layout: Pick<Layout, 'cluster'>,
): Promise<{ postmaster: Postmaster; sockets: string } | null> {
  const lines = await readLockFile(layout);
  const pid = Number(lines?.[0]);
  if (lines === null || !Number.isInteger(pid) || pid <= 1) return null;
  const birth = processBirth(pid);
  // After a reboot the number may belong to something else.
  if (birth === null || !processCommand(pid).includes(layout.cluster)) return null;
  return { postmaster: { pid, birth, ended: untilEnded(pid, birth) }, sockets: lines[4]?.trim() ?? '' };
}

async function untilEnded(pid: number, birth: string): Promise<void> {
  // Not our child, so the system does not tell us when it ends.
  while (processBirth(pid) === birth) await sleep(100, undefined, { ref: false });
}

/** Stops the postmaster: clients are cut off, a last checkpoint is written; hard when that takes too long. */
export async function stopPostmaster({ pid, birth }: Pick<Postmaster, 'pid' | 'birth'>): Promise<void> {
  const steps = [
    ['SIGINT', 30_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, limitMs] of steps) {
    if (processBirth(pid) !== birth) return;
    signalProcess(pid, signal);
    if (await waitForEnd(pid, limitMs)) return;
  }
}

/** Lines of `postmaster.pid`: pid, folder, start, port, socket folder, address, memory key, state. */
async function readLockFile({ cluster }: Pick<Layout, 'cluster'>): Promise<string[] | null> {
  try {
    return (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function readFrom(file: string, from: number): Promise<string> {
  return (await readFile(file)).subarray(from).toString('utf8');
}
