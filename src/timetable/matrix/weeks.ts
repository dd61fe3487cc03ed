/** Latest teaching week that a text may name; terms have 16 to 22, a summer term counts on. */
const LAST_WEEK = 40;
/** Weeks that 单周 or 双周 mean when no range is given. */
const USUAL_WEEKS = 20;

/** A week expression inside a longer text: `1-16周`, `第2,4,6-9周(双)`, `10-12,14-18周上(2学时)`, `单周`. */
export const WEEKS_IN_TEXT =
  /[[({（【]?(?:第?\s*\d{1,2}(?:\s*[-~—–－至到]\s*\d{1,2})?(?:\s*[,，、.]\s*第?\d{1,2}(?:\s*[-~—–－至到]\s*\d{1,2})?)*\s*[（(]?[单双]?[)）]?\s*周上?(?:\s*[（(]?[单双](?:周)?[)）]?)?|[单双]周)[\])}）】]?(?:\s*[(（]\d{1,3}学时[)）])?/;

/**
 * Weeks named by an expression such as `1-16周`, `1-15周(单)`, `2,4,6-9周` or `10-12,14-18周上(2学时)`.
 *
 * @returns week numbers of the term, ascending, each once, 1 to 40; empty when the text names none.
 */
export function parseWeeks(text: string): number[] {
  const plain = text
    .normalize('NFKC')
    .replace(/\(?\d+学时\)?/g, '')
    .replace(/\d+\s*节\s*\/\s*周/g, '')
    .replace(/\s+/g, '')
    .replace(/[~—–至到]/g, '-')
    .replace(/[、;.]/g, ',');
  const parity = /[单奇]/.test(plain) ? 1 : /[双偶]/.test(plain) ? 0 : null;
  const weeks = new Set<number>();
  for (const [, first, last] of plain.matchAll(/(?<!\d)(\d{1,2})(?:-(\d{1,2}))?(?!\d|-?\d{3})/g)) {
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    for (let week = from; week <= Math.min(to, LAST_WEEK); week++) {
      if (week >= 1 && (parity === null || week % 2 === parity)) weeks.add(week);
    }
  }
  if (weeks.size === 0 && parity !== null && !/\d/.test(plain)) {
    for (let week = parity === 1 ? 1 : 2; week <= USUAL_WEEKS; week += 2) weeks.add(week);
  }
  return [...weeks].sort((a, b) => a - b);
}
