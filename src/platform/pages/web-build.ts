import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../errors.ts';
import { allWords } from '../i18n/server-words.ts';
import { LOCALES, type Locale } from '../i18n/words.ts';
import type { EntryFiles, WebManifest } from '../web/manifest.ts';
import { loadAssets, type Asset } from './assets.ts';

/** What `dist/ssr/render.js` exports. */
interface Renderer {
  renderToday(words: { locale: Locale; words: Readonly<Record<string, string>> }, first: unknown): string;
}

export interface WebBuildFiles {
  readonly manifest: WebManifest;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly serviceWorker: Buffer;
  renderToday(locale: Locale, first: unknown): string;
}

/**
 * The built web part in memory, read again when `npm run build` replaced it under a running server.
 *
 * @throws {AppError} 503 `web_not_built` while there is no build.
 */
export function webBuildReader(dist: string): () => Promise<WebBuildFiles> {
  let held: { mtimeMs: number; files: Promise<WebBuildFiles> } | undefined;
  return async () => {
    const mtimeMs = await manifestTime(dist);
    if (held?.mtimeMs !== mtimeMs) held = { mtimeMs, files: readWebBuild(dist) };
    return held.files;
  };
}

/** Files of an entry. @throws {Error} when the build has no such entry, which is a mistake in `builds.ts`. */
export function entryOf(files: WebBuildFiles, name: string): EntryFiles {
  const entry = files.manifest.entries[name];
  if (!entry) throw new Error(`The web build has no entry "${name}".`);
  return entry;
}

async function manifestTime(dist: string): Promise<number> {
  try {
    return (await stat(join(dist, 'web', 'manifest.json'))).mtimeMs;
  } catch (error) {
    throw new AppError(503, 'web_not_built', 'The web part is not built; run `npm run build`.', {
      cause: error,
    });
  }
}

async function readWebBuild(dist: string): Promise<WebBuildFiles> {
  const manifest = JSON.parse(await readFile(join(dist, 'web', 'manifest.json'), 'utf8')) as WebManifest;
  const renderFile = pathToFileURL(join(dist, 'ssr', 'render.js'));
  // A new build is a new module to Node.
  const renderer = (await import(`${renderFile.href}?v=${manifest.version}`)) as Renderer;
  const words = Object.fromEntries(
    LOCALES.map((locale) => [locale, { locale, words: allWords(locale) }]),
  ) as Record<Locale, { locale: Locale; words: Readonly<Record<string, string>> }>;
  return {
    manifest,
    assets: await loadAssets(join(dist, 'web')),
    serviceWorker: await readFile(join(dist, 'sw', 'sw.js')),
    renderToday: (locale, first) => renderer.renderToday(words[locale], first),
  };
}
