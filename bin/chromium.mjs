// Plain JavaScript: the set-up uses it on whatever Node the machine has.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the machine's Chromium (CHROMIUM_PATH wins), or `null`. */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) return isProgram(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : null;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder && isProgram(path)) return path;
    }
  }
  return null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Installs Chromium with the system's package manager where that is possible without asking anybody.
 *
 * @returns `reason`: why it is not there, or `null` when it is.
 */
export async function installChromium(say) {
  if (process.env.CHROMIUM_PATH) {
    return { reason: `CHROMIUM_PATH=${process.env.CHROMIUM_PATH} is not a program` };
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { reason: 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH' };
  }
  say(
    '正在安装测试用的 Chromium（apt-get，约 1–3 分钟）……',
    'Installing Chromium for the browser tests (apt-get, one to three minutes) …',
  );
  // With a font of Chinese glyphs: without one every picture of a screen shows empty boxes.
  const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'];
  let result = await apt(install);
  if (result.code !== 0) {
    await apt(['update']);
    result = await apt(install);
  }
  if (findChromium() !== null) return { reason: null };
  return { reason: `apt-get install chromium failed: ${result.output.trim().split('\n').at(-1) ?? ''}` };
}

function apt(args) {
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
