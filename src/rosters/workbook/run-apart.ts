import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { deserialize, serialize } from 'node:v8';
import type { ApartReport } from './apart.ts';
import type { WorkbookLimits } from './limits.ts';
import type { WorkbookRefusalCode } from './refusal.ts';

/** Two workbooks at a time in one process; the rest wait, so that uploads cannot add up their memory. */
const CONCURRENT = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= CONCURRENT) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

export interface ApartOptions {
  readonly limits: WorkbookLimits;
  /** Hears how far the process is. */
  readonly onReport?: (at: ApartReport) => void;
  /** Ends the process, or the wait for its turn. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a script in a process of its own on untrusted bytes.
 *
 * The process has capped heap and time and may read code and nothing else: no writing, no further processes. It gets
 * `request` and the bytes on standard input (`readApart`) and answers on standard output (`answerApart`).
 *
 * @returns the answer, or the refusal that its death means.
 * @throws the reason of `signal` when it was aborted.
 */
export function runApart<Answer>(
  script: string,
  request: object,
  bytes: Uint8Array,
  { limits, onReport, signal }: ApartOptions,
): Promise<{ ok: true; answer: Answer } | { ok: false; code: WorkbookRefusalCode }> {
  return turn(
    () =>
      new Promise((resolve, fail) => {
        if (signal?.aborted) return fail(signal.reason as Error);
        const node = [
          `--max-old-space-size=${limits.heapMegabytes}`,
          '--permission',
          '--allow-fs-read=*',
          '--no-warnings',
        ];
        const apart = spawn(process.execPath, [...node, script], {
          env: {},
          stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
        });
        const [stdin, stdout, , reporting] = apart.stdio as unknown as [Writable, Readable, null, Readable];
        const end = () => apart.kill('SIGKILL');
        signal?.addEventListener('abort', end, { once: true });
        const parts: Buffer[] = [];
        let timedOut = false;
        const timer = setTimeout(() => {
          timedOut = true;
          apart.kill('SIGKILL');
        }, limits.timeMs);
        stdout.on('data', (part: Buffer) => parts.push(part));
        const reports = createInterface({ input: reporting });
        reports.on('line', (line) => onReport?.(JSON.parse(line) as ApartReport));
        // A process that died early closes the pipe; its exit says why.
        stdin.on('error', () => {});
        const head = serialize(request);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(head.length);
        stdin.write(length);
        stdin.write(head);
        stdin.end(bytes);
        apart.on('close', (exitCode, killedBy) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          if (signal?.aborted) fail(signal.reason as Error);
          else if (timedOut) resolve({ ok: false, code: 'workbook_timeout' });
          // V8 aborts when the heap is full, the kernel kills when the machine's memory is.
          else if (killedBy === 'SIGABRT' || killedBy === 'SIGKILL')
            resolve({ ok: false, code: 'workbook_too_large' });
          else if (exitCode !== 0) resolve({ ok: false, code: 'workbook_damaged' });
          else resolve({ ok: true, answer: deserialize(Buffer.concat(parts)) as Answer });
        });
        return undefined;
      }),
  );
}
