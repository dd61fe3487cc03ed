import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';

/** Names read in one statement. */
const BATCH = 2_000;

/**
 * Reads the names that have not been read: after an import, within its transaction, and each minute for whoever came by
 * another way. What the school corrected is never touched: only persons without a reading are.
 *
 * @param orgIds - only persons of these units; default: all.
 * @returns how many persons got a reading.
 */
export async function fillReadings(
  db: Db | Trx,
  { orgIds = null, stopping }: { orgIds?: readonly string[] | null; stopping?: AbortSignal } = {},
): Promise<number> {
  let [filled, after] = [0, '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    if (stopping?.aborted) break;
    const { rows } = await sql<{ id: string; name: string }>`
      SELECT id, name FROM persons
      WHERE name_readings = '{}' AND id > ${after}::uuid
        AND (${orgIds}::uuid[] IS NULL OR home_org_id = ANY (${orgIds}::uuid[]))
      ORDER BY id LIMIT ${BATCH}
    `.execute(db);
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
    // A dictionary of a megabyte: not read at the start, only where there are names.
    const { readingsOf } = await import('./readings.ts');
    const read = rows.map(({ id, name }) => ({ id, name, readings: readingsOf(name) }));
    const { numAffectedRows } = await sql`
      UPDATE persons p SET name_readings = given.readings
      FROM (
        SELECT id, name, ARRAY(SELECT jsonb_array_elements_text(readings)) AS readings
        FROM jsonb_to_recordset(${JSON.stringify(read)}::jsonb) AS t(id uuid, name text, readings jsonb)
      ) given
      WHERE p.id = given.id AND p.name = given.name AND p.name_readings = '{}' AND given.readings <> '{}'
    `.execute(db);
    filled += Number(numAffectedRows ?? 0n);
  }
  return filled;
}
