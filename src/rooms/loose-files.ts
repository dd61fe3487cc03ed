import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { FileStore } from '../platform/files.ts';

/**
 * Writes a file that a row will name in a moment.
 *
 * Noted as nobody's first: a process killed before the row is written leaves a note, and a sweep that is just
 * deleting the same bytes is waited for.
 *
 * @returns sha256; give it to `claimFiles` in the transaction that names it.
 */
export async function putLoose(db: Db, files: FileStore, bytes: Buffer, sha256: string): Promise<string> {
  await loosenFiles(db, [sha256]);
  return files.put(bytes);
}

/** Notes files that nothing may name from now on; the sweep deletes them when nothing else does. */
export async function loosenFiles(db: Db, sha256s: readonly string[]): Promise<void> {
  await sql`
    INSERT INTO loose_files (sha256, since) SELECT DISTINCT unnest(${[...sha256s]}::text[]), clock_timestamp()
    ON CONFLICT (sha256) DO UPDATE SET since = excluded.since`.execute(db);
}

/** The files have a name now. */
export async function claimFiles(trx: Trx, sha256s: readonly string[]): Promise<void> {
  await sql`DELETE FROM loose_files WHERE sha256 = ANY (${[...sha256s]}::text[])`.execute(trx);
}

/** An upload takes seconds; an hour is long enough for any. */
const LOOSE_AFTER_MINUTES = 60;

/** Deletes files that nothing has named for an hour. @returns how many. */
export async function sweepLooseFiles(db: Db, files: FileStore): Promise<number> {
  let deleted = 0;
  for (;;) {
    const found = await db.transaction().execute(async (trx) => {
      // The row stays locked while the file goes: whoever writes the same bytes now waits and writes them again.
      const { rows } = await sql<{ sha256: string; named: boolean }>`
        SELECT f.sha256, (EXISTS (SELECT FROM log_parts p WHERE p.file_sha256 = f.sha256)
          OR EXISTS (SELECT FROM log_pages i WHERE f.sha256 IN (i.large_sha256, i.small_sha256))) AS named
        FROM loose_files f WHERE f.since < clock_timestamp() - make_interval(mins => ${LOOSE_AFTER_MINUTES})
        ORDER BY f.since LIMIT 1 FOR UPDATE OF f SKIP LOCKED`.execute(trx);
      const [loose] = rows;
      if (loose === undefined) return null;
      if (!loose.named) await files.delete(loose.sha256);
      await claimFiles(trx, [loose.sha256]);
      return loose;
    });
    if (found === null) return deleted;
    if (!found.named) deleted += 1;
  }
}
