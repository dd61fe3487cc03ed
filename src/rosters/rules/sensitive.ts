import type { SensitiveKind } from './headers.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Identity number with a right check digit (GB 11643), spaces ignored. */
export function isIdentityNumber(text: string): boolean {
  const plain = text.replace(/\s/g, '').toUpperCase();
  if (!/^[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(plain)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(plain[i]), 0);
  return '10X98765432'[sum % 11] === plain[17];
}

/** Shaped like an identity number even when the check digit is wrong or Excel rounded the last digits. */
export function looksLikeIdentityNumber(text: string): boolean {
  const plain = text.replace(/\s/g, '').toUpperCase();
  return (
    isIdentityNumber(plain) ||
    /^[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]$/.test(plain) ||
    /^[1-9]\d{5}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}$/.test(plain)
  );
}

/** 学籍号: G or L before the 18 characters of an identity number, which it carries inside. */
export function isRegisterNumber(text: string): boolean {
  return /^[GLgl]\d{17}[\dXx]$/.test(text.replace(/\s/g, ''));
}

function isBankCard(text: string): boolean {
  const plain = text.replace(/[\s-]/g, '');
  if (!/^[3-9]\d{15,18}$/.test(plain) || isIdentityNumber(plain)) return false;
  let sum = 0;
  for (const [i, digit] of [...plain].reverse().entries()) {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

export function isPhone(text: string): boolean {
  return /^(\+?86)?1[3-9]\d{9}$/.test(text.replace(/[\s-]/g, ''));
}

/** A telephone as it is kept: of China without its country, a line with its area, of elsewhere with `+`; else `null`. */
export function readPhone(text: string): string | null {
  const plain = text.replace(/[\s-]/g, '').replace(/^\+?86(?=1)/, '');
  return isPhone(plain) || /^0\d{9,11}$/.test(plain) || /^\+\d{8,15}$/.test(plain) ? plain : null;
}

function isAddress(text: string): boolean {
  const marks = text.match(/[省市县区镇乡村街路巷弄组屯栋幢号室]|单元|小区/g) ?? [];
  return text.length >= 6 && new Set(marks).size >= 2 && !/班/.test(text);
}

function isBirthday(text: string): boolean {
  const match = /^((?:19|20)\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/.exec(text);
  if (!match) return false;
  // A school number such as 20240315 has the shape of a date; only dates written as such count, or of past decades.
  const [, , month, day] = match;
  const written = /[-/.年]/.test(text);
  return written && Number(month) <= 12 && Number(day) <= 31;
}

const DETECTORS: readonly [SensitiveKind, (text: string) => boolean][] = [
  ['identityNumber', looksLikeIdentityNumber],
  ['registerNumber', isRegisterNumber],
  ['bankAccount', isBankCard],
  ['phone', isPhone],
  ['onlineContact', (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)],
  ['address', isAddress],
  ['birthday', isBirthday],
];

/** Values looked at per column; enough to know a column, whatever its heading says. */
const SAMPLE = 400;

/**
 * Kind of sensitive content that most values of a column have, whatever the heading says.
 *
 * @param values - texts of the column below its heading; empty ones are left out.
 * @returns `null` when fewer than six in ten values (at least two) are of one kind.
 */
export function sensitiveContent(values: Iterable<string>): SensitiveKind | null {
  const sample: string[] = [];
  for (const value of values) {
    if (value !== '') sample.push(value);
    if (sample.length >= SAMPLE) break;
  }
  for (const [kind, isOfKind] of DETECTORS) {
    const hits = sample.filter(isOfKind).length;
    if (hits >= 2 && hits >= sample.length * 0.6) return kind;
    if (sample.length === 1 && hits === 1 && (kind === 'identityNumber' || kind === 'registerNumber'))
      return kind;
  }
  return null;
}
