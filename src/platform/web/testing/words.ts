import { allWords } from '../../i18n/server-words.ts';
import type { Locale } from '../../i18n/words.ts';
import { setWords } from '../t.ts';

/** Gives views under test all texts of a language. */
export function speak(locale: Locale): void {
  setWords({ locale, words: allWords(locale) });
}
