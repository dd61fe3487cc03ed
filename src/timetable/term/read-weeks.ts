import { parseWeeks } from '../matrix/weeks.ts';

export interface WeeksRead {
  /** Weeks of the term, ascending; empty when the text names none. */
  readonly weeks: readonly number[];
  /** Periods in a row that the text asks for (`(2学时)`), or null. */
  readonly hours: number | null;
  /** Part of the text is no week expression: somebody should look. */
  readonly isDoubtful: boolean;
}

/** Everything a week expression may consist of. */
const SIGNS = /[\d,，、.;；\-~—–－至到第周次上单双奇偶全(（)）{}[\]\s]/g;

/** Reads a week expression of a term list, and says when part of it was not understood. */
export function readWeeks(text: string): WeeksRead {
  const plain = text.normalize('NFKC');
  const hours = /(\d{1,2})\s*学时/.exec(plain)?.[1];
  const expression = plain.replace(/\(?\d{1,3}\s*学时\)?/g, '');
  const ranges = [...expression.matchAll(/(\d{1,3})\s*[-~—–至到]\s*(\d{1,3})/g)];
  const isBroken =
    ranges.some(([, from, to]) => Number(from) > Number(to)) ||
    [...expression.matchAll(/\d+/g)].some(([number]) => Number(number) < 1 || Number(number) > 40);
  return {
    weeks: parseWeeks(text),
    hours: hours === undefined ? null : Number(hours),
    isDoubtful: isBroken || expression.replace(SIGNS, '') !== '',
  };
}
