import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findRunning, stopPostmaster } from '../postgres/postmaster.ts';

const root = join(import.meta.dirname, '../../..');

export interface ServerProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What it wrote to the terminal so far. */
  output(): string;
  /** Process number of its postmaster, `null` when none runs. */
  postmasterPid(): Promise<number | null>;
  /** `kill -9` of the application; the database goes on. */
  kill(): Promise<void>;
  /** Ctrl-C, or the signal by which whatever runs it tells it to end. @returns the exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

interface Options {
  /** Default: a new folder. Give that of a killed server to start it again. */
  readonly dataDir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: `start`; `serve` is how a school runs it for good. */
  readonly command?: 'start' | 'serve';
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the product as `npm start` does and waits until `/ready` says so. @throws with its output. */
export async function startServerProcess(options: Options = {}): Promise<ServerProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'nol-server-')));
  const { child, output } = spawnServer({ ...options, dataDir });
  const ended = endOf(child);
  const url = await addressOf(child, output);
  await untilReady(url, child, output);
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    output,
    async postmasterPid() {
      return (await findRunning(clusterOf(dataDir)))?.postmaster.pid ?? null;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs the product where it must refuse to start. @returns how it ended and what it said. */
export async function runServerToEnd(
  options: Options & { dataDir: string },
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnServer(options);
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await endOf(child);
  clearTimeout(limit);
  return { code, output: output() };
}

/** Stops what a killed server left running and removes its data. */
export async function removeServerData(dataDir: string): Promise<void> {
  const found = await findRunning(clusterOf(dataDir));
  if (found) await stopPostmaster(found.postmaster);
  await rm(dataDir, { recursive: true, force: true });
}

const clusterOf = (dataDir: string) => ({ cluster: join(dataDir, 'postgres', 'cluster') });

function spawnServer({
  dataDir,
  port = 0,
  command = 'start',
  args = [],
  env = {},
}: Options & { dataDir: string }): {
  child: ChildProcess;
  output: () => string;
} {
  const child = spawn(process.execPath, [join(root, `bin/${command}.mjs`), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LANG: 'en_US.UTF-8',
      LC_ALL: '',
      DEMO: '0',
      ...env,
      DATA_DIR: dataDir,
      PORT: String(port),
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  }
  return { child, output: () => text };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
  });
}

/** The address it printed, once it has. */
async function addressOf(child: ChildProcess, output: () => string): Promise<string> {
  const until = performance.now() + 180_000;
  while (child.exitCode === null && child.signalCode === null && performance.now() < until) {
    const found = /Address\s+(https?:\/\/\S+)/.exec(output())?.[1];
    if (found !== undefined) return found;
    await sleep(10);
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${output()}`);
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const answer = await fetch(`${url}/ready`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not become ready:\n${output()}`);
}
