/** A half-open stretch of lesson time, `[from, to)`. */
export type Range = readonly [from: number, to: number];

/**
 * The same time, each moment once: sorted, overlapping and touching ranges joined, empty ones left out.
 *
 * Works in whatever unit the ranges have.
 */
export function union(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter(([from, to]) => to > from).toSorted((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Time that lies in both. */
export function intersection(a: readonly Range[], b: readonly Range[]): Range[] {
  const left = union(a);
  const right = union(b);
  const both: Range[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [leftFrom, leftTo] = left[i]!;
    const [rightFrom, rightTo] = right[j]!;
    const from = Math.max(leftFrom, rightFrom);
    const to = Math.min(leftTo, rightTo);
    if (to > from) both.push([from, to]);
    if (leftTo < rightTo) i++;
    else j++;
  }
  return both;
}

/** How long the ranges are together, every moment counted once. */
export function lengthOf(ranges: readonly Range[]): number {
  return union(ranges).reduce((sum, [from, to]) => sum + to - from, 0);
}

/** As PostgreSQL writes an int4multirange: `{[0,4),[8,9)}`. */
export function toMultirange(ranges: readonly Range[]): string {
  return `{${union(ranges)
    .map(([from, to]) => `[${from},${to})`)
    .join(',')}}`;
}

/** @throws {Error} when the text is not an int4multirange in PostgreSQL's canonical form. */
export function fromMultirange(text: string): Range[] {
  if (!/^\{(\[-?\d+,-?\d+\)(,\[-?\d+,-?\d+\))*)?\}$/.test(text)) throw new Error(`not a multirange: ${text}`);
  return [...text.matchAll(/\[(-?\d+),(-?\d+)\)/g)].map(
    (found) => [Number(found[1]), Number(found[2])] as const,
  );
}
