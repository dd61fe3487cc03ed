/** Half-open interval of numbers of one unit, `from` ≤ `to`. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The same points as disjoint intervals in order; empty ones vanish, touching ones join. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of intervals.filter((one) => one.to > one.from).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** What of the intervals lies inside `[from, to)`. */
export function clip(intervals: readonly Interval[], { from, to }: Interval): Interval[] {
  return intervals
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }))
    .filter((one) => one.to > one.from);
}

/** Length of the union: points covered several times count once. */
export function coveredLength(intervals: readonly Interval[]): number {
  return union(intervals).reduce((sum, { from, to }) => sum + to - from, 0);
}

/** The parts of `[from, to)` that no interval covers. */
export function gaps(intervals: readonly Interval[], { from, to }: Interval): Interval[] {
  const found: Interval[] = [];
  let reached = from;
  for (const one of union(clip(intervals, { from, to }))) {
    if (one.from > reached) found.push({ from: reached, to: one.from });
    reached = one.to;
  }
  if (to > reached) found.push({ from: reached, to });
  return found;
}
