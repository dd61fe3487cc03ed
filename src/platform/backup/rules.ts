import type { Manifest, Status } from './repository.ts';

/** Local hour, in the product's zone, after which the day's base backup is made. */
const baseHour = 2.5;
const zoneHours = 8;
const dayMs = 86_400_000;

/**
 * Whether a base backup is due: there is none, or half past two in the night has passed since the newest.
 *
 * @param newestAt - when the newest base backup was consistent.
 */
export function isBaseDue(newestAt: Date | null, now: Date): boolean {
  if (newestAt === null) return true;
  const day = (instant: Date) => Math.floor((instant.getTime() + (zoneHours - baseHour) * 3_600_000) / dayMs);
  return day(now) > day(newestAt);
}

/**
 * The base backups to keep: those of the last `keepDays` days, and the one before them, without which the first day
 * could not be restored. The newest is always kept.
 */
export function basesToKeep(manifests: readonly Manifest[], keepDays: number, now: Date): Manifest[] {
  const since = now.getTime() - keepDays * dayMs;
  const sorted = [...manifests].sort((a, b) => (a.stamp < b.stamp ? -1 : 1));
  const firstInside = sorted.findIndex(({ stoppedAt }) => Date.parse(stoppedAt) >= since);
  return sorted.slice(firstInside < 0 ? -1 : Math.max(0, firstInside - 1));
}

/** Why a moment cannot be restored. */
export type CannotRestore =
  | { readonly reason: 'noBase' }
  | { readonly reason: 'beforeFirst'; readonly first: string }
  | { readonly reason: 'afterLast'; readonly last: string };

/**
 * The base backup to begin with: the newest that was consistent at that moment.
 *
 * @param at - the moment wanted; `null`: as late as possible.
 * @returns `next`: the base after it, up to whose end the log is wanted at most; `null` when there is none.
 */
export function chooseBase(
  manifests: readonly Manifest[],
  status: Status | null,
  at: Date | null,
): { base: Manifest; next: Manifest | null } | CannotRestore {
  const sorted = [...manifests].sort((a, b) => (a.stamp < b.stamp ? -1 : 1));
  const newest = sorted.at(-1);
  if (newest === undefined) return { reason: 'noBase' };
  if (at === null) return { base: newest, next: null };
  const place = sorted.findLastIndex(({ stoppedAt }) => Date.parse(stoppedAt) <= at.getTime());
  const base = sorted[place];
  if (base === undefined) return { reason: 'beforeFirst', first: sorted[0]!.stoppedAt };
  const last = [newest.stoppedAt, ...(status === null ? [] : [status.at])].sort().at(-1)!;
  if (at.getTime() > Date.parse(last)) return { reason: 'afterLast', last };
  return { base, next: sorted.slice(place + 1).find(({ timeline }) => timeline === base.timeline) ?? null };
}
