import { overlapMs, type Stretch } from '../shared/heard.ts';

/** A stretch of a lesson with one page on the board. */
export interface Chapter {
  readonly pageN: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** A page that was shown for less than this was leafed over. */
const leastMs = 3_000;

/**
 * Pages as chapters of a recording, without gaps, from 0 to its end.
 *
 * Leafing over pages makes no chapters; showing a page again later makes a new one.
 *
 * @param turns - page turns in order of lesson time.
 */
export function chaptersOf(
  turns: readonly { readonly pageN: number; readonly startMs: number }[],
  durationMs: number,
): Chapter[] {
  const chapters: { pageN: number; startMs: number; endMs: number }[] = [];
  turns.forEach(({ pageN, startMs }, i) => {
    const next = turns[i + 1];
    const endMs = Math.min(durationMs, next ? next.startMs : durationMs);
    const last = chapters[chapters.length - 1];
    if (last && last.pageN === pageN) last.endMs = endMs;
    else if (endMs - startMs >= leastMs || (!last && !next)) chapters.push({ pageN, startMs, endMs });
    else if (last) last.endMs = Math.max(last.endMs, endMs);
  });
  const first = chapters[0];
  if (!first) return durationMs > 0 ? [{ pageN: 0, startMs: 0, endMs: durationMs }] : [];
  first.startMs = 0;
  return chapters;
}

/** Number of the chapter that holds a moment; the last one at and after the end. */
export function chapterAt(chapters: readonly Chapter[], positionMs: number): number {
  let at = 0;
  chapters.forEach(({ startMs }, i) => {
    if (startMs <= positionMs) at = i;
  });
  return at;
}

export type Watched = 'watched' | 'half' | 'notWatched';

/** Whether a chapter was heard; a few seconds missing at its edges do not matter. */
export function watchedOf({ startMs, endMs }: Chapter, heard: readonly Stretch[]): Watched {
  const share = overlapMs(heard, startMs, endMs) / Math.max(1, endMs - startMs);
  if (share >= 0.95) return 'watched';
  return share >= 0.05 ? 'half' : 'notWatched';
}

/** The first moment that was not heard yet, where watching best begins; 0 when all was. */
export function firstUnheardMs(heard: readonly Stretch[], durationMs: number): number {
  const first = heard[0];
  if (!first || first[0] > 2_000 || first[1] >= durationMs - 2_000) return 0;
  return first[1];
}

/** `19:30`, from an hour on `1:02:03`. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
