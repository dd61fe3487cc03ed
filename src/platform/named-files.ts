import { sql } from 'kysely';

import type { Db } from './database.ts';

/**
 * The stored files that rows name.
 *
 * @param columns - `table.column`, from `Capability.fileColumns`.
 * @param prefix - first hex digits of the sha256; all without.
 */
export async function selectNamedFiles(
  db: Db,
  columns: readonly string[],
  prefix = '',
): Promise<Set<string>> {
  const named = new Set<string>();
  for (const column of columns) {
    const [table = '', name = ''] = column.split('.');
    const { rows } = await sql<{ sha256: string }>`
      SELECT DISTINCT ${sql.ref(name)} AS sha256 FROM ${sql.table(table)}
      WHERE starts_with(${sql.ref(name)}, ${prefix})`.execute(db);
    for (const { sha256 } of rows) named.add(sha256);
  }
  return named;
}
