import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode, StartRefusal } from '../src/platform/start-refusal.ts';
import { webSourceHash } from '../tools/build/stale.ts';

const root = join(import.meta.dirname, '..');

/**
 * Builds the web part when its sources changed since the last build.
 *
 * In a process of its own: the bundler's memory goes with it, and the database starts meanwhile.
 *
 * @param onBuild - told when there is something to build.
 */
export async function ensureWebBuilt(onBuild: () => void = () => undefined): Promise<void> {
  if ((await readStamp()) === (await webSourceHash(root))) return;
  onBuild();
  const { code, output } = await runBuild();
  if (code === 0) return;
  throw new StartRefusal('web_build', {
    zh: `网页部分构建失败：\n${output}`,
    en: `The web part could not be built:\n${output}`,
  });
}

async function readStamp(): Promise<string> {
  try {
    return await readFile(join(root, 'dist', 'stamp'), 'utf8');
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
