import { sql } from 'kysely';
import type { Trx } from '../../platform/database.ts';
import { selectBellPlans, selectPlanItems, selectYearGroups } from '../queries/plan.ts';
import { heldBack, itemsWithNamedTeachers } from '../rules/held.ts';
import { patternClashes } from '../rules/pattern-clashes.ts';
import { requireMode } from './plan-state.ts';

/**
 * Takes the mark from slots whose double use is solved: the other slot was moved, or this one.
 *
 * @returns slots that are still held.
 */
export async function releaseSolved(
  trx: Trx,
  { schoolId, termId }: { schoolId: string; termId: string },
): Promise<number> {
  const { rows: marked } = await sql<{ id: string }>`
    SELECT id FROM plan_items WHERE school_id = ${schoolId} AND term_id = ${termId} AND held
  `.execute(trx);
  if (marked.length === 0) return 0;
  const items = await selectPlanItems(trx, { schoolId, termId });
  const clashes = patternClashes(itemsWithNamedTeachers(items), {
    bells: await selectBellPlans(trx, schoolId),
    yearGroupOf: await selectYearGroups(trx, schoolId),
    modeOf: requireMode,
    touched: new Set(items.filter(({ held }) => held).map(({ originId }) => originId)),
  });
  const held = heldBack(
    clashes.map(({ clash }) => clash),
    items,
  );
  await sql`
    UPDATE plan_items SET held = false
    WHERE school_id = ${schoolId} AND term_id = ${termId} AND held AND origin_id <> ALL (${[...held]}::uuid[])
  `.execute(trx);
  return held.size;
}
