/** What a file holds and what may still be added: pages `from`..`to`, both counted from 1. */
export interface PageRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Pages of a file that fit into the lesson.
 *
 * @param pageCount - pages the file has, 1 or more.
 * @param room - pages the lesson can still take, 0 or more.
 * @returns the whole file, or its beginning together with `tooMany`, so that the teacher chooses; `null` when
 * nothing fits.
 */
export function offeredRange(pageCount: number, room: number): (PageRange & { tooMany: boolean }) | null {
  if (room === 0) return null;
  return { from: 1, to: Math.min(pageCount, room), tooMany: pageCount > room };
}

/**
 * The range a person typed, or what is wrong with it.
 *
 * @returns `bad-range` unless 1 ≤ from ≤ to ≤ pageCount, `too-many` when it holds more than `room` pages.
 */
export function checkedRange(
  typed: { from: number; to: number },
  pageCount: number,
  room: number,
): PageRange | 'bad-range' | 'too-many' {
  const { from, to } = typed;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to < from || to > pageCount)
    return 'bad-range';
  return to - from + 1 > room ? 'too-many' : { from, to };
}
