import type { WordKey } from '../i18n/catalogues.ts';
import { fillWords, type Locale, type WordParams } from '../i18n/words.ts';

export interface LoadedWords {
  readonly locale: Locale;
  readonly words: Readonly<Record<string, string>>;
}

declare global {
  /** Set by the `words.<language>.js` script that the page loads before its entry. */
  var nolWords: LoadedWords | undefined;
}

let loaded: LoadedWords = globalThis.nolWords ?? { locale: 'zh-CN', words: {} };

/** Puts texts in by hand: for a view rendered on the server and for tests. Rendering is synchronous, so one holder is enough. */
export function setWords(words: LoadedWords): void {
  loaded = words;
}

/** Language of this page. */
export function locale(): Locale {
  return loaded.locale;
}

/**
 * A text from the catalogues in the page's language.
 *
 * The build ships only keys that stand in the source as literals (`t('timetable.week.title')`) or whose beginning
 * does (`` t(`rooms.mode.${mode}`) ``); a key glued together otherwise would be missing.
 */
export function t(key: WordKey, params: WordParams = {}): string {
  const text = loaded.words[key];
  if (text === undefined) throw new RangeError(`No text for "${key}" in ${loaded.locale}`);
  return fillWords(text, params);
}
