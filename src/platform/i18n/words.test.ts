import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUES } from './catalogues.ts';
import { readCatalogue } from './server-words.ts';
import { chooseLocale, fillWords, wordParams, type WordParams } from './words.ts';

const SOURCE = join(import.meta.dirname, '../..');

test.each(CATALOGUES)('the texts of %s stand in Chinese and English with the same values', (folder) => {
  const chinese = readCatalogue(folder, 'zh-CN');
  const english = readCatalogue(folder, 'en');
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort());
  for (const key of Object.keys(chinese)) {
    expect(key).toMatch(new RegExp(`^${folder}\\.`));
    const inEnglish = wordParams(english[key] ?? '');
    for (const name of wordParams(chinese[key] ?? '')) expect(inEnglish).toContain(name);
  }
});

test('every folder with texts is in the list of catalogues', () => {
  const folders = readdirSync(SOURCE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) => readdirSync(join(SOURCE, name)).includes('words'))
    .map(({ name }) => name);
  expect(folders.sort()).toEqual([...CATALOGUES].sort());
});

test('no Chinese text is written into a view instead of a catalogue', () => {
  const views = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.tsx') && !path.endsWith('.test.tsx'),
  );
  expect(views.length).toBeGreaterThan(0);
  const guilty = views.filter((path) =>
    readFileSync(join(SOURCE, path), 'utf8')
      .split('\n')
      .some((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && /\p{Script=Han}/u.test(line)),
  );
  expect(guilty).toEqual([]);
});

test.each<{ text: string; params: WordParams; filled: string }>([
  { text: '第{week}周', params: { week: 3 }, filled: '第3周' },
  {
    text: '{count, plural, one {# pupil} other {# pupils}} in {name}',
    params: { count: 1, name: '3 (2)' },
    filled: '1 pupil in 3 (2)',
  },
  { text: '{count, plural, one {# pupil} other {# pupils}}', params: { count: 0 }, filled: '0 pupils' },
  {
    text: '{n, plural, one {{who} is missing} other {# are missing, {who} first}}',
    params: { n: 2, who: 'Li' },
    filled: '2 are missing, Li first',
  },
])('$text is filled as $filled', ({ text, params, filled }) => {
  expect(fillWords(text, params)).toBe(filled);
});

test('a text whose value was forgotten is a mistake that shows at once', () => {
  expect(() => fillWords('{name} 没到', {})).toThrow(RangeError);
});

test.each([
  { cookie: undefined, header: undefined, locale: 'zh-CN', why: 'nothing is known' },
  { cookie: undefined, header: 'en-GB,en;q=0.9,zh;q=0.8', locale: 'en', why: 'the browser prefers English' },
  { cookie: undefined, header: 'zh-TW,en;q=0.8', locale: 'zh-CN', why: 'the browser prefers some Chinese' },
  { cookie: undefined, header: 'en;q=0.2, zh;q=0.9', locale: 'zh-CN', why: 'weights decide, not order' },
  { cookie: undefined, header: 'fr, de', locale: 'zh-CN', why: 'the browser speaks neither' },
  { cookie: 'zh-CN', header: 'en', locale: 'zh-CN', why: 'the reader chose by hand' },
  { cookie: 'xx', header: 'en', locale: 'en', why: 'the cookie is nonsense' },
])('the page is in $locale when $why', ({ cookie, header, locale }) => {
  expect(chooseLocale(cookie, header)).toBe(locale);
});
