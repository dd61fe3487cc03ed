// Runs before every npm script, on whatever Node the machine has (20 or newer): plain JavaScript,
// nothing but Node's own modules. Everything it says goes to stderr, so that --json stays clean.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { findChromium, installChromium } from './chromium.mjs';

const oldestNode = 20;
const runtimeNode = 24;

/** Both languages, or the one that the locale names. */
export function say(zh, en, locale = localeOf(process.env)) {
  const lines = locale === 'zh' ? [zh] : locale === 'en' ? [en] : [zh, en];
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** `zh`, `en`, or an empty string when the environment names neither. */
export function localeOf(env) {
  const name = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^zh/i.test(name) ? 'zh' : /^en/i.test(name) ? 'en' : '';
}

/** Whether what npm installed (its hidden lock file) is what package-lock.json asks for. */
export function installedMatchesLock(lock, installed) {
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === '' || wanted.link) continue;
    const found = installed.packages?.[path];
    if (found === undefined) {
      // Optional ones are missing when they are for another system.
      if (wanted.optional || wanted.devOptional || wanted.peer) continue;
      return false;
    }
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return false;
  }
  return true;
}

function needsInstall(root) {
  const modules = join(root, 'node_modules');
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256')
    .update(lockText)
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
  const stampFile = join(modules, '.setup-stamp');
  if (!existsSync(modules)) return { needed: true, stamp, stampFile };
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { needed: false };
  // Installed by hand, without a stamp of ours.
  const hidden = join(modules, '.package-lock.json');
  const matches =
    existsSync(hidden) &&
    installedMatchesLock(JSON.parse(lockText), JSON.parse(readFileSync(hidden, 'utf8')));
  return { needed: !matches, stamp, stampFile };
}

function install(root) {
  return new Promise((resolve) => {
    // npm's own script under the Node that runs us: the first one on the PATH may be gone during the install.
    const npm = process.env.npm_execpath;
    const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const child = npm
      ? spawn(process.execPath, [npm, ...args], { cwd: root })
      : spawn('npm', args, { cwd: root, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (output += chunk));
    }
    const startedAt = Date.now();
    const ticker = process.stderr.isTTY
      ? setInterval(() => process.stderr.write(`\r  ${Math.round((Date.now() - startedAt) / 1000)} s `), 1000)
      : undefined;
    const end = (code) => {
      clearInterval(ticker);
      if (ticker) process.stderr.write('\r          \r');
      resolve({ code, output, seconds: Math.round((Date.now() - startedAt) / 1000) });
    };
    child.once('error', (error) => {
      output += error.message;
      end(1);
    });
    child.once('close', end);
  });
}

async function ensurePackages(root) {
  const { needed, stamp, stampFile } = needsInstall(root);
  if (needed) {
    const modules = join(root, 'node_modules');
    if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) {
      // Several working copies share one folder: replacing it would pull it away from the others.
      const target = realpathSync(modules);
      say(
        `注意：node_modules 是指向 ${target} 的链接，与 package-lock.json 不一致；请在那里运行 npm ci。`,
        `Note: node_modules is a link to ${target} and differs from package-lock.json; run npm ci there.`,
      );
      return true;
    }
    say(
      '正在安装程序包（磁盘占用约 1 GB，视网速需 1–5 分钟，仅首次需要）……',
      'Installing packages (about 1 GB on disk, one to five minutes depending on the network, first time only) …',
    );
    const { code, output, seconds } = await install(root);
    if (code !== 0) {
      const reason = output.trim().split('\n').slice(0, 6).join('\n');
      say(
        `程序包安装失败。请检查网络和磁盘空间，然后重新运行。npm 的说明：\n${reason}`,
        `The packages could not be installed. Check the network and the free space, then run the command again. npm said:\n${reason}`,
      );
      return false;
    }
    say(`程序包已装好（${seconds} 秒）。`, `Packages installed (${seconds} s).`);
  }
  if (stampFile) writeFileSync(stampFile, stamp);
  return true;
}

/** Major version of the Node that npm scripts find first. */
function scriptNodeMajor(root) {
  const local = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (!existsSync(local)) return Number(process.versions.node.split('.')[0]);
  try {
    const version = execFileSync(local, ['--version'], {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    return Number(version.trim().slice(1).split('.')[0]);
  } catch {
    // The packaged Node does not run here (another C library, for example).
    return 0;
  }
}

async function main(root, args) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode) {
    say(
      `需要 Node ${oldestNode} 或更新的版本，当前是 ${process.version}。请安装后重试。`,
      `Node ${oldestNode} or newer is needed; this is ${process.version}. Install it and try again.`,
    );
    return 1;
  }
  if (!(await ensurePackages(root))) return 1;
  const scriptNode = scriptNodeMajor(root);
  if (scriptNode < runtimeNode) {
    say(
      `程序需要 Node ${runtimeNode}，而 npm 没有为本系统（${process.platform}-${process.arch}）装上它。请自行安装 Node ${runtimeNode} 后重试。`,
      `The program needs Node ${runtimeNode}, and npm has none for this system (${process.platform}-${process.arch}). Install Node ${runtimeNode} and try again.`,
    );
    return 1;
  }
  if (args.includes('--test') && findChromium() === null) {
    const { reason } = await installChromium(say);
    if (reason) {
      say(
        `没有可用的 Chromium，浏览器测试将被跳过：${reason}`,
        `There is no Chromium, so the browser tests will be skipped: ${reason}`,
      );
    }
  }
  return 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  process.exitCode = await main(root, process.argv.slice(2));
}
