import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allWords } from '../../src/platform/i18n/server-words.ts';
import { LOCALES, type Locale } from '../../src/platform/i18n/words.ts';

const LITERAL = /(["'`])([a-z][\w-]*(?:\.[\w-]+)+)\1/g;
const BEGINNING = /`([a-z][\w-]*(?:\.[\w-]+)*\.)\$\{|(["'`])([a-z][\w-]*(?:\.[\w-]+)*\.)\2/g;

/** Catalogue keys that built code can ask for: literals, and all keys under a literal beginning. */
export function usedKeys(code: string, known: readonly string[]): string[] {
  const literals = new Set<string>();
  for (const [, , key] of code.matchAll(LITERAL)) if (key) literals.add(key);
  const beginnings = new Set<string>();
  for (const [, template, , plain] of code.matchAll(BEGINNING)) beginnings.add(template ?? plain ?? '');
  beginnings.delete('');
  return known.filter((key) => literals.has(key) || [...beginnings].some((start) => key.startsWith(start)));
}

/** Writes `words.<language>.<hash>.js` for one bundle and returns their file names. */
export async function writeWords(folder: string, code: string): Promise<Record<Locale, string>> {
  const files = {} as Record<Locale, string>;
  for (const locale of LOCALES) {
    const words = allWords(locale);
    const used = Object.fromEntries(usedKeys(code, Object.keys(words)).map((key) => [key, words[key]]));
    const script = `globalThis.nolWords=${JSON.stringify({ locale, words: used })};\n`;
    const hash = createHash('sha256').update(script).digest('base64url').slice(0, 8);
    files[locale] = `words.${locale}.${hash}.js`;
    await writeFile(join(folder, files[locale]), script);
  }
  return files;
}
