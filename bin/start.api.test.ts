import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, stat } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { get as getSecurely } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, expect, test, vi } from 'vitest';

import { processBirth } from '../src/platform/processes.ts';
import {
  removeServerData,
  runServerToEnd,
  startServerProcess,
  type ServerProcess,
} from '../src/platform/testing/server-process.ts';

const limit = { timeout: 240_000 };
const folders: string[] = [];

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nol-start-'));
  folders.push(folder);
  return folder;
};

afterAll(async () => {
  for (const folder of folders) await removeServerData(folder);
});

/** The operator's command line in another process. */
const nol = (dataDir: string, args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...process.env, DATA_DIR: dataDir, LANG: 'en_US.UTF-8' };
    execFile(
      process.execPath,
      [join(import.meta.dirname, 'nol.mjs'), ...args],
      { env },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });

/** Keeps asking over kept-alive connections until told to stop. @returns how many answers were not 200. */
function askAllTheTime(server: ServerProcess, callers: number): () => Promise<{ good: number; bad: number }> {
  const agent = new Agent({ keepAlive: true });
  const done = new AbortController();
  let good = 0;
  let bad = 0;
  const ask = () =>
    new Promise<void>((resolve) => {
      const request = get(`${server.url}/ready`, { agent }, (answer) => {
        answer.resume();
        if (answer.statusCode === 200) good += 1;
        else bad += 1;
        answer.once('end', resolve);
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        // Refused: the door is shut, nothing was begun. Reset with an answer outstanding: a broken promise.
        if (error.code !== 'ECONNREFUSED' && !request.reusedSocket) bad += 1;
        setTimeout(resolve, 5);
      });
    });
  const asking = Array.from({ length: callers }, async () => {
    while (!done.signal.aborted) await ask();
  });
  return async () => {
    done.abort();
    await Promise.all(asking);
    agent.destroy();
    return { good, bad };
  };
}

test(
  'an empty folder becomes a running school, Ctrl-C stops it whole, and the next start finds it',
  limit,
  async () => {
    const dataDir = await newFolder();
    const first = await startServerProcess({ dataDir });
    const postmaster = await first.postmasterPid();
    expect(first.output()).toContain(dataDir);
    expect(first.output()).toContain('Ctrl-C');
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
    const stopAsking = askAllTheTime(first, 4);
    await sleep(500);
    expect(await first.stop()).toBe(0);
    const { good, bad } = await stopAsking();
    expect(good).toBeGreaterThan(0);
    expect(bad).toBe(0);
    expect(processBirth(postmaster ?? 0)).toBeNull();
    expect(await readdir(dataDir)).not.toContain('running.json');

    const second = await startServerProcess({ dataDir });
    expect(await second.stop()).toBe(0);
  },
);

test('a server whose npm was told to end does not go on alone', limit, async () => {
  const dataDir = await newFolder();
  // As npm runs it: a shell between, which hands no signal on.
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${join(import.meta.dirname, 'start.mjs')}"; :`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, npm_lifecycle_event: 'start', DATA_DIR: dataDir, PORT: '0', DEMO: '0' },
  });
  for await (const chunk of shell.stdout) if (String(chunk).includes('Ctrl-C')) break;
  expect(await readdir(dataDir)).toContain('running.json');
  shell.kill('SIGTERM');
  await vi.waitFor(async () => expect(await readdir(dataDir)).not.toContain('running.json'), {
    timeout: 60_000,
    interval: 50,
  });
  expect(await readdir(join(dataDir, 'postgres', 'cluster'))).not.toContain('postmaster.pid');
});

test('a killed server is back at the next start, on the database that went on', limit, async () => {
  const dataDir = await newFolder();
  const first = await startServerProcess({ dataDir });
  const postmaster = await first.postmasterPid();
  await first.kill();
  const second = await startServerProcess({ dataDir });
  expect(await second.postmasterPid()).toBe(postmaster);
  expect(await second.stop()).toBe(0);
  expect(await second.postmasterPid()).toBeNull();
});

test(
  'a second start in the same folder names the address of the first and changes nothing',
  limit,
  async () => {
    const dataDir = await newFolder();
    const first = await startServerProcess({ dataDir });
    const { code, output } = await runServerToEnd({ dataDir });
    expect(code).toBe(2);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain('is in use by a program that is running');
    expect(output).toContain(first.url);
    expect((await fetch(`${first.url}/ready`)).status).toBe(200);

    // Beside it, with a folder and port of its own, another one lives.
    const other = await startServerProcess({ dataDir: await newFolder() });
    expect(await other.stop()).toBe(0);
    expect((await fetch(`${first.url}/ready`)).status).toBe(200);

    // And commands work beside it.
    const { code: checked, out } = await nol(dataDir, ['doctor', '--json']);
    expect(checked).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ healthy: true });
    expect(await first.stop()).toBe(0);
  },
);

test('a taken port is one sentence, and no database is left running', limit, async () => {
  const dataDir = await newFolder();
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    squatter.once('listening', resolve);
  });
  const { port } = squatter.address() as AddressInfo;
  const { code, output } = await runServerToEnd({ dataDir, port });
  squatter.close();
  expect(code).toBe(2);
  expect(output.trim()).toBe(
    `Port ${port} is taken by another program. Stop it, or start on another port, as in PORT=${port + 1} npm start.`,
  );
  expect(await readdir(dataDir)).not.toContain('running.json');
});

test.each([
  { why: 'an option that does not exist', args: ['--lann'], env: {}, says: 'There is no option --lann' },
  {
    why: 'a setting that makes no sense',
    args: [],
    env: { LOG_LEVEL: 'loud' },
    says: 'The setting LOG_LEVEL',
  },
  {
    why: 'a database that does not answer',
    args: [],
    env: { DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x' },
    says: 'The database of DATABASE_URL cannot be reached',
  },
])('$why is one sentence', limit, async ({ args, env, says }) => {
  const { code, output } = await runServerToEnd({ dataDir: await newFolder(), args, env });
  expect(code).toBe(2);
  expect(output).toContain(says);
  expect(output.trim().split('\n')).toHaveLength(1);
});

const behindProxy = { TRUSTED_PROXY: '127.0.0.1', PUBLIC_URL: 'https://ke.example.edu.cn' };
test.each([
  { why: 'plain http', env: { ...behindProxy, TRUSTED_PROXY: '' }, says: 'does not run over plain http' },
  { why: 'an address that is not https', env: { ...behindProxy, PUBLIC_URL: '' }, says: 'needs PUBLIC_URL' },
  { why: 'open demo accounts', env: { ...behindProxy, DEMO_OPEN: '1' }, says: 'Remove DEMO_OPEN' },
  { why: 'debugging', env: { ...behindProxy, LOG_LEVEL: 'debug' }, says: 'Remove LOG_LEVEL=debug' },
  {
    why: 'a default password',
    env: { ...behindProxy, DATABASE_URL: 'postgresql://postgres:postgres@127.0.0.1:1/nol' },
    says: 'empty or a default one',
  },
  { why: 'a folder others can read', env: behindProxy, mode: 0o755, says: 'Run chmod 700' },
])('production refuses $why in one sentence and makes nothing', limit, async ({ env, mode, says }) => {
  const dataDir = await newFolder();
  if (mode !== undefined) await chmod(dataDir, mode);
  const { code, output } = await runServerToEnd({ dataDir, command: 'serve', env });
  expect(code).toBe(2);
  expect(output).toContain(says);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(await readdir(dataDir)).toEqual([]);
});

test('both languages are spoken when the terminal names none', limit, async () => {
  const { output } = await runServerToEnd({
    dataDir: await newFolder(),
    args: ['--x'],
    env: { LANG: 'C', LC_ALL: '' },
  });
  expect(output).toContain('没有选项 --x');
  expect(output).toContain('There is no option --x');
});

test('a command without a running server starts the database and leaves none behind', limit, async () => {
  const dataDir = await newFolder();
  const { code, out, err } = await nol(dataDir, ['user', 'disable', 'nobody', '--json']);
  expect(err).toBe('');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ read: 0, problems: [{ code: 'account_not_found', file: null }] });
  expect(await readdir(dataDir)).not.toContain('running.json');
  expect(await readdir(join(dataDir, 'postgres', 'cluster'))).not.toContain('postmaster.pid');
});

test('a LAN trial opens two doors, and its authority vouches for the secure one', limit, async () => {
  const server = await startServerProcess({
    dataDir: await newFolder(),
    args: ['--lan'],
    env: { LAN_HTTPS_PORT: '0' },
  });
  const plain = server.url.replace(/\/\/[^:/]+/, '//127.0.0.1');
  const answer = await fetch(`${plain}/lan/authority.crt`);
  expect(answer.headers.get('content-type')).toBe('application/x-x509-ca-cert');
  const ca = await answer.text();
  const secure = /https:\/\/\S+?:(\d+)/.exec(server.output())?.[1];
  const ready = await new Promise<string>((resolve, reject) => {
    getSecurely({ host: '127.0.0.1', port: Number(secure), path: '/ready', ca, agent: false }, (response) =>
      resolve(text(response)),
    ).once('error', reject);
  });
  expect(JSON.parse(ready)).toEqual({ status: 'ready' });
  expect(await server.stop()).toBe(0);
});
