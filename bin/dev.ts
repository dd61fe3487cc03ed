import { spawn, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';

// Starts the server again whenever a source changes; the database goes on running and is taken over.
const root = join(import.meta.dirname, '..');
const settleMs = 200;

let server: ChildProcess | null = null;
let stopping = false;

function start(): void {
  server = spawn(process.execPath, [join(root, 'bin/start.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: { LOG_LEVEL: 'debug', ...process.env },
  });
  server.once('exit', (code, signal) => {
    server = null;
    if (stopping) process.exit(code ?? 0);
    // Killed by us for a change: start again at once. Ended by itself: wait for the next change.
    if (signal === 'SIGKILL') start();
  });
}

let pending: NodeJS.Timeout | undefined;
for (const folder of ['src', 'bin', 'tools/build']) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (stopping || name === null || /\.test\.tsx?$|\.md$/.test(name)) return;
    clearTimeout(pending);
    pending = setTimeout(() => {
      process.stderr.write(`${name} changed\n`);
      if (server === null) start();
      else server.kill('SIGKILL');
    }, settleMs);
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true;
    if (server === null) process.exit(0);
    server.kill(signal);
  });
}

start();
