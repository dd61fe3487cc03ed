import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

import { errorCode, StartRefusal } from '../src/platform/start-refusal.ts';
import { webSourceHash } from '../tools/build/stale.ts';

const root = join(import.meta.dirname, '..');

/**
 * Builds the web part when its sources changed since the last build.
 *
 * In a process of its own: the bundler's memory goes with it, and the database starts meanwhile.
 *
 * @param fingerprint - `sourceFingerprint` of now: when it is that of the last start, no content is read.
 * @param onBuild - told when there is something to build.
 */
export async function ensureWebBuilt(
  fingerprint: string,
  onBuild: () => void = () => undefined,
): Promise<void> {
  if ((await readDist('seen')) === fingerprint) return;
  if ((await readDist('stamp')) !== (await webSourceHash(root))) {
    onBuild();
    const { code, output } = await runBuild();
    if (code !== 0) throw buildRefusal(output);
  }
  // Where it cannot be written, the next start reads the contents again.
  await writeFile(join(root, 'dist', 'seen'), fingerprint).catch(() => undefined);
}

/**
 * Puts the program into one file for the next start, beside the running server and after everything else.
 *
 * @returns ends it, when it has not ended yet: what is half made is not used.
 */
export function buildProgramBeside(onFailure: (reason: string) => void): () => void {
  const child = spawn(process.execPath, [join(root, 'tools/build/program.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.once('error', (error) => onFailure(error.message));
  child.once('close', (code) => {
    if (code !== 0 && code !== null) onFailure(lastLines(output));
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  child.unref();
  return () => void child.kill('SIGKILL');
}

function buildRefusal(output: string): StartRefusal {
  return new StartRefusal('web_build', {
    zh: `网页部分构建失败：\n${output}`,
    en: `The web part could not be built:\n${output}`,
  });
}

/** `stamp`: of the contents the build was made of; `seen`: of the files that were found to have these contents. */
async function readDist(name: 'stamp' | 'seen'): Promise<string> {
  try {
    return await readFile(join(root, 'dist', name), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function runBuild(): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'tools/build/web.ts')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: lastLines(output) }));
  });
}

/** The error stands at the end, after the bundler's remarks on other people's packages. */
function lastLines(output: string): string {
  return output.trim().split('\n').slice(-12).join('\n');
}
