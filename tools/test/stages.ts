import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { findChromium } from '../../bin/chromium.mjs';
import { errorCode } from '../../src/platform/start-refusal.ts';
import { countTests, failedFiles, withFilesAgain, type Counts } from './counts.ts';

const root = join(import.meta.dirname, '../..');

/** What one stage of `npm test` found. `skipped`: why nothing was run. */
export interface StageResult extends Counts {
  readonly skipped?: string;
  /** Test files that failed beside the others and passed by themselves. */
  readonly unsteady?: readonly string[];
  /** What to show when something failed. */
  readonly output: string;
}

export interface Stage {
  readonly name: string;
  readonly title: string;
  run(): Promise<StageResult>;
}

/** A stage that hangs is killed and failed after this long, in milliseconds. */
const stageLimitMs = 20 * 60_000;

export const stages: readonly Stage[] = [
  { name: 'types', title: 'types (tsc)', run: () => check('tsc', ['--noEmit']) },
  { name: 'lint', title: 'lint (oxlint)', run: () => check('oxlint', []) },
  { name: 'format', title: 'format (oxfmt)', run: () => check('oxfmt', ['--check', '.']) },
  {
    name: 'generated',
    title: 'generated files are fresh (schema.sql, openapi.json, errors.md, uploads.md)',
    run: () =>
      checks([
        ['tools/schema/write.ts', '--check'],
        ['tools/api-types/write.ts', '--check'],
        ['tools/docs/errors.ts', '--check'],
        ['tools/docs/uploads.ts', '--check'],
      ]),
  },
  {
    name: 'build',
    title: 'web build, program in one file',
    run: () => checks([['tools/build/web.ts'], ['tools/build/program.ts']]),
  },
  {
    name: 'unit',
    title: 'rules, API against PostgreSQL, views (vitest)',
    run: () => vitest(['--config', 'vitest.config.ts']),
  },
  { name: 'browser', title: 'browser journeys (Chromium)', run: browserTests },
];

async function browserTests(): Promise<StageResult> {
  const specs = await specFiles();
  if (specs.length === 0) return skipped('there are no browser tests in e2e/');
  if (findChromium() === null) {
    return skipped(
      'no Chromium was found; install it (Debian: apt-get install chromium) or set CHROMIUM_PATH',
    );
  }
  return vitest(['--config', 'vitest.browser.config.ts']);
}

async function specFiles(): Promise<string[]> {
  try {
    return (await readdir(join(root, 'e2e'))).filter((name) => name.endsWith('.spec.ts'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function skipped(reason: string): StageResult {
  return { passed: 0, failed: 0, skippedTests: [], skipped: reason, output: '' };
}

/** A program that is right when it ends with 0: one passed or one failed. */
async function check(program: string, args: readonly string[]): Promise<StageResult> {
  const { code, output } = await run(program, args);
  const ok = code === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skippedTests: [], output };
}

/** Several scripts, each of them one check. */
async function checks(scripts: readonly (readonly string[])[]): Promise<StageResult> {
  const results: StageResult[] = [];
  for (const script of scripts) results.push(await check('node', script));
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    skippedTests: [],
    output: results
      .filter(({ failed }) => failed > 0)
      .map(({ output }) => output.trim())
      .join('\n'),
  };
}

/** More files than this fail for a reason, not by chance. */
const mostFilesAgain = 4;

/**
 * Files that failed are run once more by themselves. Two cores shared with other work can starve a test of its time;
 * what is broken fails twice. A file that passes the second time is named in the remarks: it is unsteady.
 */
async function vitest(args: readonly string[]): Promise<StageResult> {
  const first = await vitestOnce(args);
  const files = failedFiles(first.report);
  if (files.length === 0 || files.length > mostFilesAgain)
    return { ...countTests(first.report, first.code), output: first.output };
  const again = await vitestOnce([...args, '--no-file-parallelism', ...files]);
  const counts = countTests(withFilesAgain(first.report, again.report), again.code);
  const stillFailing = new Set(failedFiles(again.report));
  return {
    ...counts,
    unsteady: files.filter((file) => !stillFailing.has(file)).map((file) => relative(root, file)),
    output: `${first.output}\n\nOnce more, by themselves:\n${again.output}`,
  };
}

async function vitestOnce(
  args: readonly string[],
): Promise<{ report: unknown; code: number | null; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'nol-report-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code, output } = await run('vitest', ['run', ...args, ...reporters]);
    return { report: await readReport(file), code, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // Vitest ended before it could write one.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', CI: '1' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    const limit = setTimeout(() => {
      output += `\nkilled: not done after ${stageLimitMs / 60_000} minutes\n`;
      child.kill('SIGKILL');
    }, stageLimitMs);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
}
