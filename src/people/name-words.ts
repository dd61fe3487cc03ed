/**
 * Pure: how readings of names are written, typed and compared. A reading is lower-case syllables without tones, `v` for
 * ü, with a space between: `zeng xiao ming`, `lv bu`, `john smith`.
 */

/** A text as it is typed into a search: one case, no tones, `v` for ü (also as passports write it: `lyu`). */
export function plainLatin(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('u\u0308', 'v')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/\b([ln])yu/g, '$1v')
    .normalize('NFKC');
}

/** A reading as somebody wrote it (`Zēng Xiǎomíng`), in the form it is kept in; null where it is not Latin letters. */
export function readingAsKept(text: string): string | null {
  const reading = plainLatin(text)
    .replaceAll(/[\s·•・‧.'’-]+/g, ' ')
    .trim();
  return /^[a-z]+( [a-z]+)*$/.test(reading) && reading.length <= 100 ? reading : null;
}

/**
 * The words of a search, each of which must begin one of the words of a person: `曾xm` → `曾`, `xm`.
 *
 * @returns none when nothing can be looked for.
 */
export function searchWords(text: string): string[] {
  const plain = plainLatin(text).replaceAll(/['’·•・‧]/g, '');
  return plain
    .split(/\s+/)
    .flatMap((word) => word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? [])
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, 8);
}

/** The same as a PostgreSQL `tsquery`, words begun by each of them; null when there is nothing to look for. */
export function searchQuery(text: string): string | null {
  const words = searchWords(text);
  if (words.length === 0) return null;
  return words.map((word) => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}':*`).join(' & ');
}

/** What a list that is searched on the page looks into: each reading whole, by syllables, and its initials. */
export function readingText(readings: readonly string[]): string {
  return readings
    .flatMap((reading) => {
      const syllables = reading.split(' ');
      const initials = syllables.map((syllable) => [...syllable][0] ?? '');
      return [reading, syllables.join(''), initials.join(''), `${syllables[0]}${initials.slice(1).join('')}`];
    })
    .join(' ');
}
