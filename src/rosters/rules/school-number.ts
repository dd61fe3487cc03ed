import type { Cell } from '../workbook/workbook.ts';
import { isRegisterNumber, looksLikeIdentityNumber } from './sensitive.ts';

/** What a cell says about a school number (学号, 工号). */
export type NumberReading =
  | {
      readonly state: 'read';
      readonly number: string;
      /** The spreadsheet stored it as a number: leading zeros may be lost. */
      readonly numeric: boolean;
      /** It was written in scientific notation and could be restored digit by digit. */
      readonly restored: boolean;
    }
  /** `2.0240E+07`: the last digits are lost; only the roster itself can tell. */
  | { readonly state: 'uncertain'; readonly shown: string; readonly prefix: string; readonly length: number }
  | { readonly state: 'missing' | 'odd' | 'identity' | 'precisionLost'; readonly shown: string };

function scientific(text: string): NumberReading | null {
  const match = /^(\d)(?:\.(\d+))?e\+?(\d{1,2})$/i.exec(text);
  if (!match) return null;
  const [, first = '', fraction = '', exponent = ''] = match;
  const power = Number(exponent);
  if (power > 31) return { state: 'odd', shown: text };
  if (fraction.length >= power) {
    const rest = fraction.slice(power);
    if (/[1-9]/.test(rest)) return { state: 'odd', shown: text };
    return { state: 'read', number: first + fraction.slice(0, power), numeric: true, restored: true };
  }
  // Zeros at the end may be digits or rounding: the prefix is what surely stood there.
  const prefix = (first + fraction).replace(/0+$/, '');
  return { state: 'uncertain', shown: text, prefix, length: power + 1 };
}

/**
 * Reads a school number out of a cell.
 *
 * Numbers stored as numbers keep their exact digits; more than 15 digits cannot be exact in a spreadsheet. An
 * identity number in the place of a school number is refused and its value forgotten.
 */
export function readSchoolNumber(cell: Cell): NumberReading {
  const text = cell.text.replace(/[\s'`’‘]/g, '');
  if (text === '' || cell.kind === 'error') return { state: 'missing', shown: '' };
  const exponent = scientific(text);
  if (exponent) return exponent;
  if (looksLikeIdentityNumber(text) || isRegisterNumber(text)) return { state: 'identity', shown: '' };
  const numeric = cell.kind === 'number';
  if (numeric && /^\d{16,}$/.test(text)) return { state: 'precisionLost', shown: text };
  const number = numeric ? text.replace(/\.0+$/, '') : text;
  if (
    cell.kind === 'date' ||
    !/^[0-9A-Za-z][0-9A-Za-z_./-]{0,31}$/.test(number) ||
    (numeric && number.includes('.'))
  ) {
    return { state: 'odd', shown: text.slice(0, 32) };
  }
  return { state: 'read', number, numeric, restored: false };
}

/**
 * Length to which numbers that lost leading zeros are padded.
 *
 * Unambiguous only when every number kept as text has one length and one of them begins with 0.
 *
 * @param texts - numbers of the column that were stored as text.
 * @returns the length, or `null` when it is not certain.
 */
export function usualLength(texts: readonly string[]): number | null {
  const lengths = new Set(texts.map((text) => text.length));
  const [length] = lengths;
  return lengths.size === 1 && length !== undefined && texts.some((text) => text.startsWith('0'))
    ? length
    : null;
}

/** Length that at least nine in ten numbers have, from ten numbers on; others are worth a look. */
export function commonLength(numbers: readonly string[]): number | null {
  if (numbers.length < 10) return null;
  const counts = new Map<number, number>();
  for (const { length } of numbers) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [length, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  return count >= numbers.length * 0.9 ? length : null;
}
