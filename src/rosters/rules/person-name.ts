export type NameDoubt =
  /** A character was lost on the way: `?`, a box, a private-use sign. Must be corrected. */
  | 'lost'
  /** Digits, brackets or signs that no name has. */
  | 'odd'
  /** Rare characters that old phones show as a box; kept as they are. */
  | 'rare';

export interface NameReading {
  readonly name: string;
  readonly doubt: NameDoubt | null;
  /** The characters in doubt. */
  readonly characters: string;
}

/** CJK extension A and everything beyond the basic plane: 䶮, 𬱖. */
const RARE = /[\u3400-\u4dbf\u{20000}-\u{3ffff}]/gu;
const LOST = /[\ufffd\ue000-\uf8ff?？□■〓\u{f0000}-\u{10ffff}]/gu;
const ALLOWED = /^[\p{L}\p{M}·' .-]+$/u;

/**
 * A person's name as the roster shall hold it.
 *
 * Spaces that only align (a full-width space inside a name of two characters) go away between Han characters and stay between Latin words; the dots of longer
 * names become `·`. Rare characters are never replaced.
 */
export function readName(text: string): NameReading {
  const name = text
    .replace(/\n/g, ' ')
    .replace(/[•・‧∙．]/g, '·')
    .replace(/(?<=\p{Script=Han})\.(?=\p{Script=Han})/gu, '·')
    .replace(/(?<=[\p{Script=Han}·])\s+(?=[\p{Script=Han}·])/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const lost = name.match(LOST);
  if (lost) return { name, doubt: 'lost', characters: [...new Set(lost)].join('') };
  const points = [...name];
  if (!ALLOWED.test(name) || points.length > 40 || (points.length < 2 && name !== '')) {
    const odd = points.filter((c) => !ALLOWED.test(c));
    return { name, doubt: 'odd', characters: [...new Set(odd)].join('').replace(/\d/g, '0').slice(0, 10) };
  }
  const rare = name.match(RARE);
  if (rare) return { name, doubt: 'rare', characters: [...new Set(rare)].join('') };
  return { name, doubt: null, characters: '' };
}
