/** Characters that carry no meaning in a table but break comparisons: BOM, zero-width, bidi marks, soft hyphen. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
// oxlint-disable-next-line no-control-regex -- control characters are exactly what is removed
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
/** Every space a Chinese workbook uses, the full-width one (U+3000) first; not the line break. */
const SPACES = /[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+/g;
const FULL_WIDTH_ALPHANUMERIC = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/g;

/**
 * Text of a cell in the one form that the readers compare.
 *
 * NFC; full-width digits and Latin letters become ASCII; every run of spaces becomes one space; line breaks
 * stay. Half a character, as old binary files may hold, becomes U+FFFD. Punctuation and rare characters (4-byte ones too) are left as they are.
 */
export function normaliseText(raw: string): string {
  // Nearly every cell is plain; the test is cheaper than six replacements.
  if (/^[!-~\u4e00-\u9fff]*$/.test(raw)) return raw;
  return raw
    .toWellFormed()
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n')
    .replace(CONTROL, '')
    .replace(FULL_WIDTH_ALPHANUMERIC, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(SPACES, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

/** The text without any space or line break, brackets and other full-width ASCII signs in their ASCII form. */
export function compactText(text: string): string {
  return normaliseText(text)
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\s+/g, '');
}

const DIGITS = '零一二三四五六七八九';

/**
 * Value of a Chinese numeral from 1 to 99 (`十二`, `二十`, `两`), or of ASCII digits; `null` when it is neither.
 */
export function parseChineseNumber(text: string): number | null {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  const plain = text.replace('两', '二').replace('〇', '零');
  const tens = /^([一二三四五六七八九])?十([一二三四五六七八九])?$/.exec(plain);
  if (tens) return (tens[1] ? DIGITS.indexOf(tens[1]) : 1) * 10 + (tens[2] ? DIGITS.indexOf(tens[2]) : 0);
  if (plain.length === 1 && DIGITS.includes(plain)) return DIGITS.indexOf(plain);
  return null;
}

/** Chinese numeral of a whole number from 1 to 99. */
export function chineseNumber(value: number): string {
  if (value < 10) return DIGITS[value] ?? String(value);
  const tens = Math.floor(value / 10);
  const rest = value % 10;
  return `${tens === 1 ? '' : DIGITS[tens]}十${rest === 0 ? '' : DIGITS[rest]}`;
}
