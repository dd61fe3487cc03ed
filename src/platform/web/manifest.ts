import type { Locale } from '../i18n/words.ts';

/** Files of one entry, as addresses the browser asks for. */
export interface EntryFiles {
  readonly script: string;
  /** Scripts the entry imports at once; preloaded so that they come in one round trip. */
  readonly preload: readonly string[];
  readonly styles: readonly string[];
  readonly words: Readonly<Record<Locale, string>>;
}

/** `dist/web/manifest.json`: what the server needs to know of the build. */
export interface WebManifest {
  readonly entries: Readonly<Record<string, EntryFiles>>;
  /** Hash of the sources; part of the service worker's cache name. */
  readonly version: string;
}
