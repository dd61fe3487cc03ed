import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { Place, PlacedUnit } from './rules-moves.ts';

/** A place with who decided it; all empty for where a unit stood from the beginning and for what a list of schools moved. */
export interface KeptPlace extends Place {
  readonly isMerge: boolean;
  readonly reason: string | null;
  readonly document: string | null;
  readonly decidedBy: string | null;
  /** ISO instant. */
  readonly decidedAt: string | null;
}

export interface KeptUnit extends PlacedUnit<KeptPlace> {
  readonly name: string;
  /** Where it stands in the tree now. */
  readonly parentId: string | null;
}

export const undecided = {
  isMerge: false,
  reason: null,
  document: null,
  decidedBy: null,
  decidedAt: null,
} as const;

/** The day on which moves count, `YYYY-MM-DD`. */
export async function selectToday(db: Db): Promise<string> {
  const { rows } = await sql<{ day: string }>`
    SELECT (app_now() AT TIME ZONE 'Asia/Shanghai')::date::text AS day
  `.execute(db);
  return rows[0]?.day ?? '';
}

/** One change of the tree at a time: two moves that are right alone may loop together. */
export async function lockTree(trx: Trx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('orgs tree', 0))`.execute(trx);
}

/** Units, and every unit that stands above one of them today or on a later day. */
export async function selectPlaced(
  db: Db,
  { unitIds, today }: { unitIds: readonly string[]; today: string },
): Promise<Map<string, KeptUnit>> {
  const { rows } = await sql<Omit<KeptUnit, 'places'> & { kept: (KeptPlace & { until: string | null })[] }>`
    WITH RECURSIVE up AS (
      SELECT unnest(${[...unitIds]}::uuid[]) AS id
      UNION
      SELECT p.parent_id FROM up, LATERAL (
        SELECT o.parent_id FROM orgs o WHERE o.id = up.id
        UNION
        SELECT m.parent_id FROM org_moves m WHERE m.org_id = up.id AND m.during && daterange(${today}::date, NULL)
      ) p WHERE p.parent_id IS NOT NULL
    )
    SELECT o.id, o.kind, o.name, o.is_demo AS "isDemo", o.parent_id AS "parentId", coalesce((
      SELECT json_agg(json_build_object('from', lower(m.during), 'until', upper(m.during), 'parentId', m.parent_id,
        'isMerge', m.is_merge, 'reason', m.reason, 'document', m.document, 'decidedBy', m.decided_by,
        'decidedAt', m.decided_at) ORDER BY m.during)
      FROM org_moves m WHERE m.org_id = o.id), '[]') AS kept
    FROM up JOIN orgs o ON o.id = up.id
  `.execute(db);
  return new Map(
    rows.map(({ kept, ...unit }) => [unit.id, { ...unit, places: withoutGaps(kept, unit.parentId) }]),
  );
}

/** On days of which nothing is kept a unit stood where it stands now. */
function withoutGaps(
  kept: readonly (KeptPlace & { until: string | null })[],
  parentId: string | null,
): KeptPlace[] {
  const places: KeptPlace[] = [];
  let until: string | null | undefined;
  for (const { until: end, ...place } of kept) {
    const isGap = until === undefined ? place.from !== null : until !== place.from;
    // What is known from some day on was so before.
    const isSame = isGap && place.parentId === parentId && place.decidedAt === null;
    if (isGap && !isSame) places.push({ ...undecided, from: until ?? null, parentId });
    places.push(isSame ? { ...place, from: until ?? null } : place);
    until = end;
  }
  if (until !== null) places.push({ ...undecided, from: until ?? null, parentId });
  return places;
}

/** Keeps where a unit stands on every day. */
export async function writePlaces(trx: Trx, orgId: string, places: readonly KeptPlace[]): Promise<void> {
  await trx.deleteFrom('org_moves').where('org_id', '=', orgId).execute();
  const rows = places.map(({ from, parentId, ...decision }, index) => ({
    orgId,
    parentId,
    from,
    until: places[index + 1]?.from ?? null,
    ...decision,
  }));
  await sql`
    INSERT INTO org_moves (org_id, parent_id, during, is_merge, reason, document, decided_by, decided_at)
    SELECT r."orgId", r."parentId", daterange(r."from", r."until"), r."isMerge", r.reason, r.document, r."decidedBy", r."decidedAt"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r ("orgId" uuid, "parentId" uuid, "from" date, "until" date,
      "isMerge" boolean, reason text, document text, "decidedBy" uuid, "decidedAt" timestamptz)
  `.execute(trx);
}

/**
 * Puts units into the tree where their places of today say, those above first, so that the tree never loops in between.
 *
 * @returns how many moved.
 */
export async function standAsPlaced(trx: Trx, today: string): Promise<number> {
  const { rows: due } = await sql<{ orgId: string; parentId: string | null; before: string | null }>`
    SELECT o.id AS "orgId", m.parent_id AS "parentId", o.parent_id AS before FROM org_moves m JOIN orgs o ON o.id = m.org_id
    WHERE m.during @> ${today}::date AND m.parent_id IS DISTINCT FROM o.parent_id
  `.execute(trx);
  let waiting = due;
  while (waiting.length > 0) {
    const later: typeof due = [];
    for (const move of waiting) {
      if (await stepsBelowItself(trx, move)) later.push(move);
      else
        await trx
          .updateTable('orgs')
          .set({ parent_id: move.parentId })
          .where('id', '=', move.orgId)
          .execute();
    }
    if (later.length === waiting.length) throw new Error('The places of today loop.');
    waiting = later;
  }
  const touched = due.flatMap(({ parentId, before }) => [parentId, before]).filter((id) => id !== null);
  await noteTreeChange(trx, { day: today, orgIds: touched });
  return due.length;
}

async function stepsBelowItself(
  trx: Trx,
  { orgId, parentId }: { orgId: string; parentId: string | null },
): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM orgs o JOIN orgs p ON p.id = ${parentId} AND p.path <@ o.path WHERE o.id = ${orgId}
  `.execute(trx);
  return rows.length > 0;
}

/** The figures of these units of a day, and of all above them, must be counted again. */
export async function noteTreeChange(
  trx: Trx,
  { day, orgIds }: { day: string; orgIds: readonly string[] },
): Promise<void> {
  await sql`
    INSERT INTO org_tree_changes (day, org_id) SELECT ${day}::date, unnest(${[...new Set(orgIds)]}::uuid[])
    ON CONFLICT DO NOTHING
  `.execute(trx);
}

/** Takes out the units whose figures must be counted again, by day; the caller counts in the same transaction. */
export async function takeTreeChanges(trx: Trx): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ day: string; orgId: string }>`
    DELETE FROM org_tree_changes RETURNING day::text AS day, org_id AS "orgId"
  `.execute(trx);
  return new Map(
    [...Map.groupBy(rows, ({ day }) => day)].map(([day, of]) => [day, of.map(({ orgId }) => orgId)]),
  );
}
