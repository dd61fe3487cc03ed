function day(year: number, month: number, date: number): string | null {
  const at = new Date(Date.UTC(year, month - 1, date));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date || year < 1900 || year > 2200) return null;
  return at.toISOString().slice(0, 10);
}

/**
 * Day of a date in any of the forms that exports carry: ISO with or without time, `2023/9/4`, `2023年9月4日`, `4.9.2023`,
 * `9/13/2023`.
 *
 * @returns `YYYY-MM-DD`, or `null` when it is no date or may be two different ones (`4/5/2023`).
 */
export function parseLocalDate(text: string): string | null {
  const plain = text.trim();
  const yearFirst = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日|[T ].*)?$/.exec(plain);
  if (yearFirst) return day(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]));
  const packed = /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (packed) return day(Number(packed[1]), Number(packed[2]), Number(packed[3]));
  const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: .*)?$/.exec(plain);
  if (!yearLast) return null;
  const [first, second, year] = [Number(yearLast[1]), Number(yearLast[3]), Number(yearLast[4])];
  if (yearLast[2] === '.' || first > 12) return day(year, second, first);
  if (second > 12 || first === second) return day(year, first, second);
  return null;
}
