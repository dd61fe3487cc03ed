/** Latest teaching week that a text may name; terms have 16 to 22, a summer term counts on. */
const LAST_WEEK = 40;
/** Weeks that 单周 or 双周 mean when no range is given. */
const USUAL_WEEKS = 20;

/** A week expression inside a longer text: `1-16周`, `第2,4,6-9周(双)`, `10-12,14-18周上(2学时)`, `单周`. */
export const WEEKS_IN_TEXT =
  /[[({（【]?(?:第?\s*\d{1,2}(?:\s*[-~—–－至到]\s*\d{1,2})?(?:\s*[,，、.]\s*第?\d{1,2}(?:\s*[-~—–－至到]\s*\d{1,2})?)*\s*[（(]?[单双]?[)）]?\s*周上?(?:\s*[（(]?[单双](?:周)?[)）]?)?|[单双]周)[\])}）】]?(?:\s*[(（]\d{1,3}学时[)）])?/;

type Parity = 0 | 1 | null;

interface Part {
  readonly ranges: readonly (readonly [number, number])[];
  readonly parity: Parity;
}

function partOf(text: string): Part {
  const ranges = [...text.matchAll(/(?<!\d)(\d{1,2})(?:-(\d{1,2}))?(?!\d|-?\d{3})/g)].map(
    ([, first, last]) => [Number(first), Number(last ?? first)] as const,
  );
  return { ranges, parity: /[单奇]/.test(text) ? 1 : /[双偶]/.test(text) ? 0 : null };
}

/**
 * Parts that one 周 closes. One 单 or 双 among them is said of all (`2,4,6-9周(双)`); where they differ, each is said of its
 * own (`1-5单,6-10双周`).
 */
function closed(parts: readonly Part[]): Part[] {
  const said = new Set(parts.map(({ parity }) => parity).filter((parity) => parity !== null));
  const [only] = said;
  return said.size === 1 && only !== undefined
    ? parts.map((part) => ({ ...part, parity: only }))
    : [...parts];
}

/** The parts of an expression, each with the parity that is said of it: `1-8周(单),9-16周` is odd up to week 8 only. */
function partsOf(plain: string): Part[] {
  const texts = plain
    .replace(/(周次?上?(?:\(?[单双奇偶]周?\)?)?)(?=第?\d)/g, '$1,')
    .split(',')
    .filter((text) => text !== '');
  // A parity by itself belongs to the numbers before it, or to those after it.
  const joined: string[] = [];
  let before = '';
  for (const text of texts) {
    if (/\d/.test(text)) {
      joined.push(before + text);
      before = '';
    } else if (joined.length > 0) joined.push(`${joined.pop()}${text}`);
    else before += text;
  }
  const parts: Part[] = [];
  let open: Part[] = [];
  for (const text of joined) {
    open.push(partOf(text));
    if (!text.includes('周')) continue;
    parts.push(...closed(open));
    open = [];
  }
  return [...parts, ...closed(open)];
}

/**
 * Weeks named by an expression such as `1-16周`, `1-15周(单)`, `2,4,6-9周`, `1-8周(单),9-16周(双)` or
 * `10-12,14-18周上(2学时)`.
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
    .replace(/周?-第?(?=\d)/g, '-')
    .replace(/[、;.]/g, ',');
  const weeks = new Set<number>();
  for (const { ranges, parity } of partsOf(plain)) {
    for (const [from, to] of ranges) {
      for (let week = Math.max(1, from); week <= Math.min(to, LAST_WEEK); week++) {
        if (parity === null || week % 2 === parity) weeks.add(week);
      }
    }
  }
  const { parity } = partOf(plain);
  if (weeks.size === 0 && parity !== null && !/\d/.test(plain)) {
    for (let week = parity === 1 ? 1 : 2; week <= USUAL_WEEKS; week += 2) weeks.add(week);
  }
  return [...weeks].sort((a, b) => a - b);
}
