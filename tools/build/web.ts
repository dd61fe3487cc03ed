import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rolldown } from 'vite';
import { WEB_BUILDS, type WebBuild } from '../../src/platform/web/builds.ts';
import type { EntryFiles, WebManifest } from '../../src/platform/web/manifest.ts';
import { precompress } from './compress.ts';
import { aboveFloor, stylesAboveFloor } from './floor.ts';
import { webSourceHash } from './stale.ts';
import { writeWords } from './words.ts';

const ROOT = join(import.meta.dirname, '../..');

type Output = Rolldown.RolldownOutput['output'];

async function runVite(config: object): Promise<Output> {
  const { build } = await import('vite');
  const result = await build(config);
  const first = Array.isArray(result) ? result[0] : result;
  if (!first || !('output' in first)) throw new Error('Vite returned no output.');
  return first.output;
}

function chunksOf(output: Output): Map<string, Rolldown.OutputChunk> {
  return new Map(output.filter((item) => item.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
}

function entryFiles(name: string, build: WebBuild, output: Output, words: EntryFiles['words']): EntryFiles {
  const chunks = chunksOf(output);
  const entry = [...chunks.values()].find((chunk) => chunk.isEntry && chunk.name === name);
  if (!entry) throw new Error(`The build "${build.name}" has no entry "${name}".`);
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const visit = (fileName: string): void => {
    if (scripts.has(fileName)) return;
    scripts.add(fileName);
    const chunk = chunks.get(fileName);
    for (const imported of chunk?.imports ?? []) visit(imported);
    for (const css of chunk?.viteMetadata?.importedCss ?? []) styles.add(css);
  };
  visit(entry.fileName);
  const address = (fileName: string): string => `/assets/${build.name}/${fileName}`;
  return {
    script: address(entry.fileName),
    preload: [...scripts].filter((file) => file !== entry.fileName).map(address),
    styles: [...styles].map(address),
    words: { 'zh-CN': address(words['zh-CN']), en: address(words.en) },
  };
}

function checkFloor(build: WebBuild, output: Output): void {
  if (build.floor !== 'es2020') return;
  for (const item of output) {
    const found =
      item.type === 'chunk'
        ? aboveFloor(item.fileName, item.code)
        : item.fileName.endsWith('.css')
          ? stylesAboveFloor(String(item.source))
          : [];
    if (found.length > 0) {
      throw new Error(
        `${build.name}/${item.fileName} needs a newer browser than ${build.target.join(', ')}: ${found.join('; ')}. ` +
          'Write it in older terms, or move it to an entry with a newer floor.',
      );
    }
  }
}

async function buildBundle(build: WebBuild, outDir: string): Promise<Record<string, EntryFiles>> {
  const { bundleConfig } = await import('./bundles.ts');
  const output = await runVite(bundleConfig(build, outDir));
  checkFloor(build, output);
  const code = output.map((item) => (item.type === 'chunk' ? item.code : '')).join('\n');
  const words = await writeWords(join(outDir, build.name), code);
  return Object.fromEntries(
    Object.keys(build.entries).map((name) => [name, entryFiles(name, build, output, words)]),
  );
}

async function buildServiceWorker(entries: Record<string, EntryFiles>, outDir: string): Promise<void> {
  const { serviceWorkerConfig } = await import('./bundles.ts');
  const learner = entries['learner'];
  if (!learner) throw new Error('The learner entry is missing from the builds.');
  const shell = [learner.script, ...learner.preload, ...learner.styles, ...Object.values(learner.words)];
  await runVite(serviceWorkerConfig(join(outDir, 'sw'), shell));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function readStamp(dist: string): Promise<string | undefined> {
  try {
    return await readFile(join(dist, 'stamp'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Builds everything the browser gets into `dist/`, whole or not at all: the new folder replaces the old one by rename.
 *
 * @param version - hash of the sources, written to `dist/stamp`.
 */
async function buildWeb(dist: string, version: string): Promise<void> {
  // Libraries and JSX are built for development otherwise when a test builds: larger, and with this machine's paths.
  const environment = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await buildForProduction(dist, version);
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = environment;
  }
}

async function buildForProduction(dist: string, version: string): Promise<void> {
  const fresh = `${dist}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const { serverConfig } = await import('./bundles.ts');
  const [bundles] = await Promise.all([
    Promise.all(WEB_BUILDS.map((build) => buildBundle(build, join(fresh, 'web')))),
    runVite(serverConfig(join(fresh, 'ssr'))),
  ]);
  const entries = Object.assign({}, ...bundles) as Record<string, EntryFiles>;
  await buildServiceWorker(entries, fresh);
  await Promise.all((await filesIn(fresh)).map(precompress));
  const manifest: WebManifest = { entries, version };
  await writeFile(join(fresh, 'web', 'manifest.json'), JSON.stringify(manifest, null, 2));
  await writeFile(join(fresh, 'stamp'), version);
  const old = `${dist}.old.${process.pid}`;
  await rename(dist, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, dist);
  await rm(old, { recursive: true, force: true });
}

/**
 * Builds the web part when its sources changed since the last build.
 *
 * @returns whether it built, and how long that took in milliseconds.
 */
export async function ensureWebBuild(root = ROOT): Promise<{ built: boolean; durationMs: number }> {
  const startedAt = performance.now();
  const dist = join(root, 'dist');
  const version = await webSourceHash(root);
  const built = (await readStamp(dist)) !== version;
  if (built) await buildWeb(dist, version);
  return { built, durationMs: Math.round(performance.now() - startedAt) };
}

if (import.meta.main) {
  const { built, durationMs } = await ensureWebBuild();
  console.log(built ? `Web part built in ${durationMs} ms.` : 'Web part is up to date.');
}
