import { problemText, say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';

type Params = Readonly<Record<string, string | number>>;

/**
 * What a problem of an upload says to its reader; of a cause that stands on several rows also on which others.
 *
 * @param params - with `also` and `alsoRows` where `gatherProblems` said a cause once.
 */
export function problemSentence(locale: Locale, code: string, params: Params): string {
  const sentence = problemText(locale, code, params) ?? code;
  if (params['also'] === undefined) return sentence;
  return `${sentence}${say(locale, 'rosters.problemAlso', params)}`;
}
