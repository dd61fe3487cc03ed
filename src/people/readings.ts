import { pinyin, polyphonic } from 'pinyin-pro';
import { plainLatin } from './name-words.ts';

/** Readings kept of one name: the likely one and those it may be looked for by. */
const MOST = 6;

/**
 * Readings of a name, the likely one first: surnames as surnames (单 Shàn, 尉迟 Yùchí), then each character of several
 * readings in its others, one at a time, since people type what they know (单雄信 as `dan`, 重庆 as `zhong`).
 *
 * Names with a dot between (阿卜杜拉·买买提) and Latin names have no surname in front. A character no dictionary has
 * stays as it is; the school says how it is read.
 *
 * @param name - NFC, as on the roster.
 * @returns 1 to 6 readings, see `name-words.ts`; none for a name without letters.
 */
export function readingsOf(name: string): string[] {
  const parts = name
    .normalize('NFC')
    .split(/[\s·•・‧.]+/)
    .flatMap((part) => part.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []);
  const isHan = (part: string) => /\p{Script=Han}/u.test(part);
  const surname = parts.length === 1 ? 'head' : 'off';
  const likely: string[] = [];
  const others: string[][] = [];
  for (const part of parts) {
    if (isHan(part)) {
      likely.push(...pinyin(part, { toneType: 'none', type: 'array', surname, v: true }));
      others.push(
        ...polyphonic(part, { toneType: 'none', type: 'array', v: true }).map((readings) =>
          readings.map(spoken),
        ),
      );
    } else {
      const word = plainLatin(part).replaceAll(/[^\p{L}\p{N}]/gu, '');
      if (word === '') continue;
      likely.push(word);
      others.push([]);
    }
  }
  if (likely.length === 0) return [];
  const first = likely.map(spoken);
  const variants = others.flatMap((readings, place) =>
    readings.filter((reading) => reading !== first[place]).map((reading) => first.with(place, reading)),
  );
  return [...new Set([first, ...variants].map((syllables) => syllables.join(' ')))].slice(0, MOST);
}

function spoken(syllable: string): string {
  return plainLatin(syllable).trim();
}
