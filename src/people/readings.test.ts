import { describe, expect, test } from 'vitest';
import { plainLatin, readingAsKept, readingText, searchQuery, searchWords } from './name-words.ts';
import { readingsOf } from './readings.ts';

describe('readings of names', () => {
  test.each([
    ['单雄信', 'shan xiong xin'],
    ['曾小明', 'zeng xiao ming'],
    ['仇英', 'qiu ying'],
    ['区志强', 'ou zhi qiang'],
    ['查理', 'zha li'],
    ['解晓东', 'xie xiao dong'],
    ['翟让', 'zhai rang'],
    ['欧阳娜娜', 'ou yang na na'],
    ['尉迟恭', 'yu chi gong'],
    ['单于丹', 'chan yu dan'],
    ['万俟卨', 'mo qi xie'],
    ['吕布', 'lv bu'],
    ['𬱖䶮', 'di yan'],
    ['王镕', 'wang rong'],
    ['阿卜杜拉·买买提', 'a bu du la mai mai ti'],
    ['John Smith', 'john smith'],
    ['Müller', 'mvller'],
  ])('%s is looked for as %s', (name, reading) => {
    expect(readingsOf(name)).toContain(reading);
  });

  test('the surname is read as a surname first, and the usual reading of the character is kept to search by', () => {
    expect(readingsOf('单雄信')[0]).toBe('shan xiong xin');
    expect(readingsOf('单雄信')).toContain('dan xiong xin');
    expect(readingsOf('李重庆')).toEqual(expect.arrayContaining(['li zhong qing', 'li chong qing']));
  });

  test('at most six are kept, none of a name without letters, and an unknown character stays as it is', () => {
    expect(readingsOf('朴朴朴朴朴')).toHaveLength(6);
    expect(readingsOf('···')).toEqual([]);
    expect(readingsOf('𠮷野')[0]).toBe('𠮷 ye');
  });
});

test('what is typed is compared without tones and case, v for ü', () => {
  expect(plainLatin('Lǚ BÙ')).toBe('lv bu');
  expect(plainLatin('LYU')).toBe('lv');
  expect(readingAsKept(' Zēng  Xiǎo-Míng ')).toBe('zeng xiao ming');
  expect(readingAsKept('曾')).toBeNull();
  expect(readingAsKept('')).toBeNull();
});

test('each word of a search is a beginning; scripts are apart; signs find nothing', () => {
  expect(searchWords("曾xm  Xi'an")).toEqual(['曾', 'xm', 'xian']);
  expect(searchWords('买买提·江')).toEqual(['买买提江']);
  expect(searchQuery('曾 xm')).toBe("'曾':* & 'xm':*");
  expect(searchQuery('%_')).toBeNull();
});

test('a list on the page is searched by syllables, the whole and initials', () => {
  expect(readingText(['zeng xiao ming'])).toBe('zeng xiao ming zengxiaoming zxm zengxm');
});
