/** Languages of the product; the first is the one schools use. */
export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

export type WordParams = Readonly<Record<string, string | number>>;

const PLURAL = /\{(\w+), plural, one \{((?:[^{}]|\{\w+\})*)\} other \{((?:[^{}]|\{\w+\})*)\}\}/g;
const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * A catalogue text with its values put in.
 *
 * Knows `{name}` and, for English, `{count, plural, one {# pupil} other {# pupils}}`; Chinese has no plural.
 *
 * @throws {RangeError} when the text asks for a value that was not given.
 */
export function fillWords(text: string, params: WordParams): string {
  const value = (name: string): string | number => {
    const given = params[name];
    if (given === undefined) throw new RangeError(`"${text}" needs a value for {${name}}`);
    return given;
  };
  return text
    .replace(PLURAL, (_, name: string, one: string, other: string) => {
      const count = value(name);
      return (Number(count) === 1 ? one : other).replace(/#/g, String(count));
    })
    .replace(PLACEHOLDER, (_, name: string) => String(value(name)));
}

/** Names of the values a catalogue text asks for, sorted. */
export function wordParams(text: string): string[] {
  const names = new Set<string>();
  for (const [, name] of text.matchAll(PLURAL)) if (name) names.add(name);
  for (const [, name] of text.replace(PLURAL, '$2$3').matchAll(PLACEHOLDER)) if (name) names.add(name);
  return [...names].sort();
}

/**
 * Language of a reader: the cookie they chose by hand, else the first of `Accept-Language` that we have, else Chinese.
 *
 * @param acceptLanguage - header as sent, for example `en-GB,en;q=0.9,zh;q=0.8`.
 */
export function chooseLocale(cookie: string | undefined, acceptLanguage: string | undefined): Locale {
  const chosen = LOCALES.find((locale) => locale === cookie);
  if (chosen) return chosen;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const q = rest.find((item) => item.trim().startsWith('q='));
      return { language: tag.toLowerCase().split('-')[0], q: q ? Number(q.trim().slice(2)) : 1 };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { language } of wanted) {
    if (language === 'zh') return 'zh-CN';
    if (language === 'en') return 'en';
  }
  return 'zh-CN';
}
