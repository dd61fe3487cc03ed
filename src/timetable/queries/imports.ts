import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';

export interface ImportRow<Report> {
  readonly id: string;
  readonly schoolId: string;
  readonly termId: string;
  readonly fileName: string;
  readonly fileSha256: string;
  readonly state: 'checked' | 'confirmed';
  readonly report: Report;
  /** A class timetable, or the list of a whole term. */
  readonly kind: ImportKind;
}
export type ImportKind = 'matrix' | 'term';

/** Notes an uploaded file that was checked; the same file again is the same import until it is confirmed. */
export async function ensureImport(
  trx: Trx,
  row: Omit<ImportRow<object>, 'id' | 'state' | 'kind'> & { createdBy: string | null; kind?: ImportKind },
): Promise<string> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`import ${row.schoolId} ${row.fileSha256}`}, 0))`.execute(
    trx,
  );
  const report = JSON.stringify(row.report);
  const open = await trx
    .updateTable('timetable_imports')
    .set({ report, file_name: row.fileName, term_id: row.termId, kind: row.kind ?? 'matrix' })
    .where('school_id', '=', row.schoolId)
    .where('file_sha256', '=', row.fileSha256)
    .where('state', '=', 'checked')
    .returning('id')
    .executeTakeFirst();
  if (open) return open.id;
  const { id } = await trx
    .insertInto('timetable_imports')
    .values({
      school_id: row.schoolId,
      term_id: row.termId,
      file_name: row.fileName,
      file_sha256: row.fileSha256,
      report,
      created_by: row.createdBy,
      confirmed_at: null,
      kind: row.kind ?? 'matrix',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function selectOptionalImport<Report>(
  db: Db,
  importId: string,
): Promise<ImportRow<Report> | undefined> {
  const { rows } = await sql<ImportRow<Report>>`
    SELECT id, school_id AS "schoolId", term_id AS "termId", file_name AS "fileName", file_sha256 AS "fileSha256", state, report, kind
    FROM timetable_imports WHERE id = ${importId}
  `.execute(db);
  return rows[0];
}

/** Locks the import, so that two clicks confirm it once. */
export async function lockImport(trx: Trx, importId: string): Promise<void> {
  await sql`SELECT FROM timetable_imports WHERE id = ${importId} FOR UPDATE`.execute(trx);
}

export async function updateConfirmed(
  trx: Trx,
  { importId, report, now }: { importId: string; report: object; now: Date },
): Promise<void> {
  await trx
    .updateTable('timetable_imports')
    .set({ state: 'confirmed', report: JSON.stringify(report), confirmed_at: now })
    .where('id', '=', importId)
    .execute();
}

/** Deletes imports older than the given number of days. @returns how many. */
export async function deleteOldImports(db: Db, days: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('timetable_imports')
    .where('created_at', '<', sql<Date>`clock_timestamp() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export interface ImportedItem {
  readonly originId: string;
  readonly sourceKey: string;
}

/** Slots that came from a workbook for any of these classes. */
export async function selectImportedItems(
  db: Db,
  { schoolId, termId, classIds }: { schoolId: string; termId: string; classIds: readonly string[] },
): Promise<ImportedItem[]> {
  const { rows } = await sql<ImportedItem>`
    SELECT DISTINCT i.origin_id AS "originId", i.source_key AS "sourceKey" FROM plan_items i
    JOIN plan_item_audiences a ON a.plan_item_id = i.id AND a.class_id = ANY (${[...classIds]}::uuid[])
    WHERE i.school_id = ${schoolId} AND i.term_id = ${termId} AND i.source_key LIKE 'matrix %'
  `.execute(db);
  return rows;
}

export async function deleteOrigins(
  trx: Trx,
  { schoolId, termId, originIds }: { schoolId: string; termId: string; originIds: readonly string[] },
): Promise<void> {
  await sql`
    DELETE FROM plan_items WHERE school_id = ${schoolId} AND term_id = ${termId}
      AND origin_id = ANY (${[...originIds]}::uuid[])
  `.execute(trx);
}
