import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type pg from 'pg';

import type { BackupKey } from './backup-key.ts';
import { selectPosition, type DatabaseSource, type WalPosition } from './database-source.ts';
import { exists, placeIn, writeStatus, type Repository } from './repository.ts';
import { writeSealed } from './sealed-file.ts';
import type { StoredFiles } from './stored-files.ts';
import { lsnOf, placeOf, segmentName, type Lsn } from './wal-names.ts';

/** Copies PostgreSQL's log of changes into a repository as it grows, and the stored files that it speaks of. */
export interface WalShipper {
  /**
   * Copies all that is on disk now; when it settles, all that was committed before `at` can be restored. Callers wait
   * for each other.
   */
  ship(): Promise<WalPosition>;
}

/** One replication slot keeps the log until it is copied; `max_slot_wal_keep_size` bounds it. */
export const slotName = 'nol_backup';

/**
 * Follows the log by reading its segments from the database's folder. Bytes before the flushed position never change,
 * so the segment being written is copied in pieces and, once it is full, whole.
 *
 * @param options.from - where the log is held from; everything after it is copied.
 * @param options.advance - gives the copied part of the log free by moving the slot.
 */
export function openWalShipper(
  { cluster }: DatabaseSource,
  session: pg.Client,
  repository: Repository,
  key: BackupKey,
  { from, files, advance }: { from: Lsn; files: StoredFiles; advance: boolean },
): WalShipper {
  const { segmentBytes } = repository;
  let next = placeOf(from, segmentBytes).segment;
  /** Bytes of the segment `next` that are in the repository as pieces. */
  let taken = 0;
  let historyOf = 0;

  const shipWhole = async (timeline: number, segment: bigint): Promise<void> => {
    const name = segmentName(timeline, segment, segmentBytes);
    const place = placeIn(repository, 'wal', name);
    if (!(await exists(place.file))) {
      await writeSealed(place, key, [await readPart(join(cluster, 'pg_wal', name), 0, segmentBytes)]);
    }
    await rm(join(repository.root, 'wal', `${name}.d`), { recursive: true, force: true });
  };

  const shipPiece = async (timeline: number, until: number): Promise<void> => {
    const name = segmentName(timeline, next, segmentBytes);
    const piece = `${hex(taken)}-${hex(until)}`;
    const bytes = await readPart(join(cluster, 'pg_wal', name), taken, until);
    await writeSealed(placeIn(repository, 'wal', `${name}.d`, piece), key, [bytes]);
    taken = until;
  };

  const shipNow = async (): Promise<WalPosition> => {
    const position = await selectPosition(session);
    const { timeline } = position;
    const end = placeOf(position.lsn, segmentBytes);
    // A row exists only after its file: the files of all rows before this position are there to copy.
    await files.ship();
    if (historyOf !== timeline) await shipHistory(cluster, repository, key, timeline);
    historyOf = timeline;
    for (; next < end.segment; next++, taken = 0) await shipWhole(timeline, next);
    if (end.offset > taken) await shipPiece(timeline, end.offset);
    await writeStatus(repository, key, position);
    if (advance) await advanceSlot(session, lsnOf({ segment: next, offset: 0 }, segmentBytes));
    return position;
  };

  let last: Promise<unknown> = Promise.resolve();
  return {
    ship() {
      const mine = last.then(shipNow, shipNow);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Gives the copied part of the log free. */
async function advanceSlot(session: pg.Client, done: Lsn): Promise<void> {
  await session.query(
    `SELECT pg_replication_slot_advance(slot_name, greatest($2::pg_lsn, restart_lsn))
     FROM pg_replication_slots WHERE slot_name = $1`,
    [slotName, done],
  );
}

/** How a timeline came about; the first has no such file. */
async function shipHistory(
  cluster: string,
  repository: Repository,
  key: BackupKey,
  timeline: number,
): Promise<void> {
  const name = `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
  const file = join(cluster, 'pg_wal', name);
  if (!(await exists(file))) return;
  await writeSealed(placeIn(repository, 'wal', name), key, [await readFile(file)]);
}

async function readPart(file: string, from: number, to: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    if (bytesRead < buffer.length) throw new Error(`${file} is shorter than ${to} bytes`);
    return buffer;
  } finally {
    await handle.close();
  }
}

const hex = (offset: number) => offset.toString(16).toUpperCase().padStart(8, '0');
