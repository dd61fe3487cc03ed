import { compactText, parseChineseNumber } from '../../rosters/rules/text.ts';

const WEEKDAYS = ['一', '二', '三', '四', '五', '六', '日'];
const ENGLISH = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * Weekday that a heading names: `星期一`, `周三`, `礼拜日`, `Mon`, and with `bare` also `1` or `一`.
 *
 * @returns 1 (Monday) to 7, or `null`.
 */
export function parseWeekday(text: string, { bare = false }: { bare?: boolean } = {}): number | null {
  const plain = compactText(text).toLowerCase();
  const named = /^(?:星期|礼拜|周)([一二三四五六日天七1-7])(?:\(.*\))?$/.exec(plain);
  const sign = named?.[1] ?? (bare && /^[一二三四五六日1-7]$/.test(plain) ? plain : null);
  if (sign) {
    if (/\d/.test(sign)) return Number(sign);
    return sign === '天' || sign === '七' ? 7 : WEEKDAYS.indexOf(sign) + 1;
  }
  const english = ENGLISH.findIndex((day) => new RegExp(`^${day}[a-z]{0,6}\\.?$`).test(plain));
  return english < 0 ? null : english + 1;
}

export interface PeriodRange {
  /** First and last period, 1 to 20. */
  readonly from: number;
  readonly to: number;
}

function range(from: number | null, to: number | null): PeriodRange | null {
  if (from === null || to === null || from < 1 || to < from || to > 20) return null;
  return { from, to };
}

const NUMBER = '[一二三四五六七八九十]{1,2}|\\d{1,2}';

/**
 * Periods that a row heading names: `1`, `第一节`, `3-4节`, `第1,2节`, `上午第2节`, `第一大节` (two periods), `0102节`;
 * clock times and breaks (`午休`, `大课间`) name none.
 *
 * @param shift - periods before this half of the day, for tables that count the afternoon from 1 again.
 */
export function parsePeriods(text: string, shift = 0): PeriodRange | null {
  const plain = compactText(text)
    .replace(/\d{1,2}[::.]\d{2}(-+\d{1,2}[::.]\d{2})?/g, '')
    .replace(/^(上午|下午|晚上|早上|中午|晚自习)(?=.)/, '')
    .replace(/[~—–至到、,]/g, '-')
    .replace(/[()]/g, '');
  const inner = new RegExp(`大节第?(${NUMBER})-第?(${NUMBER})节`).exec(plain);
  if (inner) return range(parseChineseNumber(inner[1] ?? ''), parseChineseNumber(inner[2] ?? ''));
  const big = new RegExp(`^第?(${NUMBER})大节`).exec(plain);
  if (big) {
    const n = parseChineseNumber(big[1] ?? '');
    return n === null ? null : range(2 * n - 1, 2 * n);
  }
  const packed = /^(\d{2})(\d{2})节?$/.exec(plain);
  if (packed) return range(Number(packed[1]), Number(packed[2]));
  const match = new RegExp(`^第?(${NUMBER})节?课?(?:-第?(?:\\d{1,2}-)*(${NUMBER})节?课?)?$`).exec(plain);
  if (!match) return null;
  const from = parseChineseNumber(match[1] ?? '');
  const to = match[2] === undefined ? from : parseChineseNumber(match[2]);
  return range(from === null ? null : from + shift, to === null ? null : to + shift);
}

/** Half of the day that a heading names; tables often count its periods from 1 again. */
export function parseDayPart(text: string): 'morning' | 'afternoon' | 'evening' | null {
  const plain = compactText(text);
  if (/^(上午|早上|早晨|AM)/i.test(plain)) return 'morning';
  if (/^(下午|PM)/i.test(plain)) return 'afternoon';
  if (/^(晚上|晚自习|晚间|夜晚)/.test(plain)) return 'evening';
  return null;
}
