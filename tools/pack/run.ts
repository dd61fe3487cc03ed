import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { isShippedPart, runtimePackages, shippedFiles } from './contents.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/**
 * `npm run pack [-- FOLDER]`: one archive for machines without network, of the same system as this one: the product
 * built, the packages it runs with, Node and the database among them.
 *
 * What was packed is unpacked again elsewhere and started, with nothing to install from, before the archive gets its
 * name: a bundle that does not start is no bundle.
 */
async function main(folder: string): Promise<number> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const name = `not-one-less-${version}-${process.platform}-${process.arch}`;
  const work = await mkdtemp(join(tmpdir(), 'nol-pack-'));
  try {
    const stage = join(work, name);
    step('Copying the product and its packages …');
    await fill(stage);
    step('Building the web part and the program …');
    await build(stage);
    step('Packing …');
    const draft = join(work, `${name}.tar.gz`);
    // pax keeps times whole: the start compares them to know that nothing has to be built.
    await execute('tar', ['--format=pax', '-czf', draft, '-C', work, name]);
    step('Unpacking elsewhere and starting it …');
    await prove(draft, name, work);
    await mkdir(folder, { recursive: true });
    const archive = join(folder, `${name}.tar.gz`);
    await cp(draft, archive);
    await writeFile(`${archive}.sha256`, `${await sha256Of(archive)}  ${name}.tar.gz\n`);
    const megabytes = Math.round((await stat(archive)).size / 1_000_000);
    console.log(`${archive} (${megabytes} MB)\n${archive}.sha256`);
    return 0;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function step(text: string): void {
  console.error(text);
}

async function fill(stage: string): Promise<void> {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));
  for (const path of shippedFiles(tracked)) {
    await mkdir(dirname(join(stage, path)), { recursive: true });
    await cp(join(root, path), join(stage, path), { preserveTimestamps: true });
  }
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Parameters<
    typeof runtimePackages
  >[0];
  const packages = runtimePackages(lock, (folder) => existsSync(join(root, folder)));
  const listed = new Set(packages);
  for (const folder of packages) {
    await cp(join(root, folder), join(stage, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter(source) {
        const path = relative(root, source).replaceAll('\\', '/');
        // Packages inside a package are listed themselves, or are not wanted.
        const inner = path.startsWith(`${folder}/node_modules/`);
        return !inner && isShippedPart(path) && (path === folder || !listed.has(path));
      },
    });
  }
  await linkPrograms(stage);
  await cp(join(root, 'node_modules/.setup-stamp'), join(stage, 'node_modules/.setup-stamp'));
  for (const [script, file] of [
    ['start', 'start.mjs'],
    ['serve', 'serve.mjs'],
    ['nol', 'nol.mjs'],
  ] as const) {
    const path = join(stage, `${script}.sh`);
    await writeFile(
      path,
      `#!/bin/sh\n# Needs neither Node nor npm on the machine: both come with the bundle.\ncd "$(dirname "$0")" && PATH="$PWD/node_modules/.bin:$PATH" exec node bin/${file} "$@"\n`,
    );
    await chmod(path, 0o755);
  }
}

/** The names under which scripts find Node and the builders, as npm makes them. */
async function linkPrograms(stage: string): Promise<void> {
  const programs = join(root, 'node_modules/.bin');
  await mkdir(join(stage, 'node_modules/.bin'), { recursive: true });
  for (const name of await readdir(programs)) {
    await cp(join(programs, name), join(stage, 'node_modules/.bin', name), { verbatimSymlinks: true });
    // Links to packages that stay behind lead nowhere.
    if (!existsSync(join(stage, 'node_modules/.bin', name))) await rm(join(stage, 'node_modules/.bin', name));
  }
}

async function build(stage: string): Promise<void> {
  for (const script of ['tools/build/web.ts', 'tools/build/program.ts']) {
    await execute(process.execPath, [script], { cwd: stage, maxBuffer: 256 * 1024 * 1024 });
  }
}

/** Unpacks and starts with an environment that knows neither npm's packages nor another Node. */
async function prove(archive: string, name: string, work: string): Promise<void> {
  const place = join(work, 'elsewhere');
  await mkdir(place);
  await execute('tar', ['-xzf', archive, '-C', place]);
  const child = spawn(join(place, name, 'start.sh'), [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/bin:/bin',
      HOME: place,
      LANG: 'en',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(work, 'data'),
      npm_config_offline: 'true',
    },
  });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const address = await new Promise<string | null>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (found) resolve(found[0]);
      });
    }
    void ended.then(() => resolve(null));
  });
  const answer = address === null ? null : await fetch(`${address}/ready`);
  const shell = address === null ? null : await fetch(`${address}/sign-in`);
  child.kill('SIGINT');
  await ended;
  if (/Building|Installing/.test(said) || answer?.status !== 200 || shell?.status !== 200) {
    throw new Error(`The unpacked bundle did not start as it should:\n${said.trim()}`);
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

process.exitCode = await main(process.argv[2] ?? join(root, 'dist.pack'));
