/** What looks as if it should never have been written into a file that others get. */
export type LeakKind = 'key' | 'random text' | 'telephone' | 'identity number' | 'e-mail address';

export interface Leak {
  readonly kind: LeakKind;
  /** The text that looks like it, shortened: a report is read by more people than the file. */
  readonly text: string;
}

/** Forms that only keys have. */
const keyForms = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{20}/g,
  /\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{12,}\b/g,
  /\b(?:ghp|gho|ghs|ghu|github_pat|glpat|npm|xox[abp]|sk_live|rk_live)[_-][A-Za-z0-9_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g,
];

const randomRun = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{28,}={0,2}(?![A-Za-z0-9+/_=-])/g;
/** Bits for each sign: 28 signs of base64 drawn by chance have less than this once in many thousands. */
const randomBits = 4.3;
/** Different digits a key in hex has; 32 drawn by chance have fewer than this once in ten thousand. */
const hexDigits = 10;

/**
 * Keys and passwords: known forms, and any long run of signs as only chance makes it.
 *
 * @returns in no order; empty when there is nothing.
 */
export function secretsIn(text: string): Leak[] {
  const leaks: Leak[] = keyForms.flatMap((form) => all(text, form, 'key'));
  for (const [run] of text.matchAll(randomRun)) {
    if (looksDrawn(run)) leaks.push({ kind: 'random text', text: short(run) });
  }
  return leaks;
}

/** The known forms alone: for built files, where libraries bring tables that look like chance. */
export const keysIn = (text: string): Leak[] => keyForms.flatMap((form) => all(text, form, 'key'));

function looksDrawn(run: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(run)) return new Set(run.toLowerCase()).size >= hexDigits;
  // Base32, as the second step's secrets are written.
  if (/^[A-Z2-7]{28,}$/.test(run)) return /[2-7]/.test(run) && entropy(run) > 3.9;
  const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
  return mixed && entropy(run) >= randomBits;
}

/** Shannon's, in bits for each sign. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Whoever invents a number shows it: five equal digits in a row, which one in 2,000 real ones has. */
const isInventedTelephone = (digits: string) => /(\d)\1{4}/.test(digits);
/** The one that the standard GB 11643 itself prints as its example. */
const identityOfStandard = '11010519491231002X';
/** RFC 2606 keeps these for examples; nobody has an address there. */
const exampleHost = /(?:^|\.)(?:example(?:\.(?:com|org|net|cn|edu\.cn))?|test|invalid|localhost)$/i;

/** What points at a person who lives: telephones, identity numbers with a right last sign, e-mail addresses. */
export function peopleIn(text: string): Leak[] {
  const telephones = all(text, /(?<![\d.])1[3-9]\d{9}(?!\d)/g, 'telephone', isInventedTelephone);
  const identities = all(
    text,
    /(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d{9}[\dXx](?![\dA-Za-z])/g,
    'identity number',
    (one) => one.toUpperCase() === identityOfStandard || !hasRightLastSign(one),
  );
  const addresses = all(
    text,
    /(?<![\w.%+-])[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w/])/g,
    'e-mail address',
    (one) => exampleHost.test(one.slice(one.indexOf('@') + 1)),
  );
  return [...telephones, ...identities, ...addresses];
}

/** ISO 7064, as GB 11643 uses it. */
function hasRightLastSign(number: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return '10X98765432'[sum % 11] === number.at(-1)?.toUpperCase();
}

function all(text: string, form: RegExp, kind: LeakKind, isHarmless?: (found: string) => boolean): Leak[] {
  return [...text.matchAll(form)]
    .filter(([found]) => !isHarmless?.(found))
    .map(([found]) => ({ kind, text: short(found) }));
}

const short = (text: string) => (text.length > 12 ? `${text.slice(0, 6)}…${text.slice(-3)}` : text);
