import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { WORKBOOK_LIMITS, type WorkbookLimits } from './limits.ts';
import type { ParseRequest, WorkbookRead } from './parse.ts';
import type { WorkbookRefusalCode } from './refusal.ts';
import { sniff } from './sniff.ts';
import { checkZip } from './zip-check.ts';

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

function refused(code: WorkbookRefusalCode): WorkbookRead {
  return { ok: false, refusal: { code, params: {} } };
}

const PARSER = fileURLToPath(new URL('./parse-process.ts', import.meta.url));

function startParser({ kind, limits }: ParseRequest): ChildProcessByStdio<Writable, Readable, null> {
  const node = [
    `--max-old-space-size=${limits.heapMegabytes}`,
    // The parser may read code and nothing else: no writing, no further processes, no add-ons.
    '--permission',
    '--allow-fs-read=*',
    '--no-warnings',
  ];
  return spawn(process.execPath, [...node, PARSER, JSON.stringify({ kind, limits })], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

function parseApart(request: ParseRequest): Promise<WorkbookRead> {
  const { bytes, limits } = request;
  return new Promise((resolve) => {
    const parser = startParser(request);
    const parts: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      parser.kill('SIGKILL');
    }, limits.timeMs);
    parser.stdout.on('data', (part: Buffer) => parts.push(part));
    // A parser that died early closes the pipe; its exit says why.
    parser.stdin.on('error', () => {});
    parser.stdin.end(bytes);
    parser.on('close', (code, signal) => {
      clearTimeout(timer);
      if (timedOut) resolve(refused('workbook_timeout'));
      // V8 aborts when the heap is full, the kernel kills when the machine's memory is.
      else if (signal === 'SIGABRT' || signal === 'SIGKILL') resolve(refused('workbook_too_large'));
      else if (code !== 0) resolve(refused('workbook_damaged'));
      else resolve(deserialize(Buffer.concat(parts)) as WorkbookRead);
    });
  });
}

/**
 * Reads a spreadsheet of any kind that schools send: xlsx, old binary xls, an HTML page in GBK named `.xls`,
 * CSV or tab-separated text in UTF-8, UTF-16 or GB18030.
 *
 * The kind comes from the content, never from the name. Zipped workbooks are judged by their directory before
 * anything is inflated; parsing runs in a process of its own with capped heap and time. Formulas are not computed:
 * their stored result is taken and marked.
 *
 * @param bytes - the whole file.
 * @returns the sheets with normalised cells, or the reason why there are none. Never throws for bad input.
 */
export async function readWorkbook(
  bytes: Uint8Array,
  limits: WorkbookLimits = WORKBOOK_LIMITS,
): Promise<WorkbookRead> {
  const found = sniff(bytes);
  if (found.kind === 'empty') return refused('workbook_empty_file');
  if (bytes.length > limits.fileBytes) return refused('workbook_too_large');
  if (found.kind === 'other') return refused(found.code);
  if (found.kind === 'zip') {
    const checked = await checkZip(bytes, limits);
    if (!checked.ok) return checked;
    return turn(() => parseApart({ bytes, kind: checked.format, limits }));
  }
  return turn(() => parseApart({ bytes, kind: found.kind === 'ole' ? 'ole' : 'text', limits }));
}
