import { join } from 'node:path';

import type { BackupKey } from './backup-key.ts';
import { namesIn, placeIn, type Repository } from './repository.ts';
import { damaged, readSealedWhole } from './sealed-file.ts';
import { parseSegmentName } from './wal-names.ts';

/** What a repository holds of one segment of the log: all of it, or its beginning without a gap. */
export interface KeptSegment {
  readonly name: string;
  readonly segment: bigint;
  /** Pieces in order, none when it is whole; of each the first bytes are left out when an earlier one has them. */
  readonly pieces: readonly { readonly name: string; readonly skipBytes: number; readonly toBytes: number }[];
  readonly bytes: number;
}

/** Everything a repository holds of one timeline's log, in order; there may be gaps between segments. */
export async function listKeptLog(
  { root, segmentBytes }: Pick<Repository, 'root' | 'segmentBytes'>,
  timeline: number,
): Promise<KeptSegment[]> {
  const kept = new Map<bigint, KeptSegment>();
  // A whole segment comes after its pieces in this order, and wins.
  for (const entry of (await namesIn(join(root, 'wal'))).sort((a, b) => b.length - a.length)) {
    const name = entry.replace(/\.d$/, '');
    const parsed = parseSegmentName(name, segmentBytes);
    if (parsed === null || parsed.timeline !== timeline) continue;
    const { segment } = parsed;
    const found =
      name === entry
        ? { pieces: [], bytes: segmentBytes }
        : joinPieces(await namesIn(join(root, 'wal', entry)));
    if (found.bytes > 0) kept.set(segment, { name, segment, ...found });
  }
  return [...kept.values()].sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

/** The longest beginning that the pieces make; those of several writers may overlap. */
export function joinPieces(names: readonly string[]): Pick<KeptSegment, 'pieces' | 'bytes'> {
  const ranges = names.flatMap((name) => {
    const [, from = '', to = ''] = /^([0-9A-F]{8})-([0-9A-F]{8})$/.exec(name) ?? [];
    return to === '' ? [] : [{ name, from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }];
  });
  const pieces: { name: string; skipBytes: number; toBytes: number }[] = [];
  let bytes = 0;
  for (;;) {
    const reaching = ranges.filter(({ from, to }) => from <= bytes && to > bytes);
    const [best] = reaching.sort((a, b) => b.to - a.to);
    if (best === undefined) return { pieces, bytes };
    pieces.push({ name: best.name, skipBytes: bytes - best.from, toBytes: best.to });
    bytes = best.to;
  }
}

/**
 * The segments from one on, as far as there is no gap.
 *
 * @param until - the last segment wanted; without it all there are.
 */
export function runOfLog(
  kept: readonly KeptSegment[],
  from: bigint,
  segmentBytes: number,
  until?: bigint,
): KeptSegment[] {
  const run: KeptSegment[] = [];
  let next = from;
  for (const one of kept) {
    if (one.segment < next) continue;
    if (one.segment > next || (until !== undefined && one.segment > until)) break;
    run.push(one);
    if (one.bytes < segmentBytes) break;
    next += 1n;
  }
  return run;
}

/** Bytes of a kept segment; what is not there of it is zeros, at which PostgreSQL stops reading. */
export async function readSegment(
  repository: Pick<Repository, 'root' | 'segmentBytes'>,
  { name, pieces }: KeptSegment,
  keys: readonly BackupKey[],
): Promise<Buffer> {
  if (pieces.length === 0) {
    const place = placeIn(repository, 'wal', name);
    const whole = await readSealedWhole(place, keys);
    if (whole.length !== repository.segmentBytes) throw damaged(place);
    return whole;
  }
  const segment = Buffer.alloc(repository.segmentBytes);
  for (const { name: piece, skipBytes, toBytes } of pieces) {
    const place = placeIn(repository, 'wal', `${name}.d`, piece);
    const bytes = await readSealedWhole(place, keys);
    const from = Number.parseInt(piece, 16);
    if (bytes.length !== toBytes - from) throw damaged(place);
    bytes.copy(segment, from + skipBytes, skipBytes);
  }
  return segment;
}
