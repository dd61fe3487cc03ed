import type { Db } from '../platform/database.ts';
import type { Place } from '../people/access.ts';

/** Where a class stands: its unit and itself. */
export async function placeOfClass(db: Db, { classId }: { classId: string }): Promise<Place | null> {
  const found = await db.selectFrom('classes').select('org_id').where('id', '=', classId).executeTakeFirst();
  return found ? { orgId: found.org_id, classIds: [classId] } : null;
}
