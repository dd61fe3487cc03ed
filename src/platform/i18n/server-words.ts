import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUES, type WordKey } from './catalogues.ts';
import { fillWords, LOCALES, type Locale, type WordParams } from './words.ts';

const SOURCE = join(import.meta.dirname, '../..');

/** One language's texts of one folder, as they stand on disk. */
export function readCatalogue(folder: string, locale: Locale): Record<string, string> {
  const file = join(SOURCE, folder, 'words', `${locale}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}

const words = Object.fromEntries(
  LOCALES.map((locale) => [
    locale,
    Object.assign({}, ...CATALOGUES.map((folder) => readCatalogue(folder, locale))),
  ]),
) as Record<Locale, Record<string, string>>;

const problemKeys = new Map<string, string>();
for (const key of Object.keys(words['zh-CN'])) {
  const [, area, code, ...rest] = key.split('.');
  if (area === 'problem' && code && rest.length === 0) problemKeys.set(code, key);
}

/** All texts of a language. */
export function allWords(locale: Locale): Readonly<Record<string, string>> {
  return words[locale];
}

/** A text on the server, for mail, print, workbooks and HTML made here. */
export function say(locale: Locale, key: WordKey, params: WordParams = {}): string {
  const text = words[locale][key];
  if (text === undefined) throw new RangeError(`No text for "${key}" in ${locale}`);
  return fillWords(text, params);
}

/**
 * What a refusal says to its reader: the catalogue text `<capability>.problem.<code>`.
 *
 * @returns `undefined` when no catalogue knows the code; a test keeps that from happening for codes we throw.
 */
export function problemText(locale: Locale, code: string, params: WordParams = {}): string | undefined {
  const key = problemKeys.get(code);
  const text = key && words[locale][key];
  return text === undefined || text === '' ? undefined : fillWords(text, params);
}
