import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { makeClaimCards, type ClaimCard } from '../people/claims.ts';
import { issueClaimCards } from './actions.ts';

/**
 * New claim cards for the pupils of a class and their guardians; older open cards stop working.
 *
 * @param onlyUnclaimed - leave out accounts that are in use, whose holders need no card.
 * @returns cards in the order of the pupils' numbers.
 */
export async function makeClassClaimCards(
  ctx: ServerContext,
  actor: Actor,
  { classId, onlyUnclaimed }: { classId: string; onlyUnclaimed: boolean },
): Promise<ClaimCard[]> {
  await authorize(ctx.db, actor, issueClaimCards, { classId });
  return ctx.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`
      WITH pupils AS (
        SELECT m.person_id FROM class_members((app_now() AT TIME ZONE 'Asia/Shanghai')::date) m
        WHERE m.class_id = ${classId} AND m.role = 'pupil'
      )
      SELECT a.id FROM accounts a
      WHERE a.status <> 'disabled' AND (NOT ${onlyUnclaimed}::boolean OR a.status = 'unclaimed')
        AND (a.person_id IN (SELECT person_id FROM pupils)
          OR a.person_id IN (SELECT g.guardian_id FROM guardianships g JOIN pupils p ON p.person_id = g.pupil_id))
    `.execute(trx);
    const cards = await makeClaimCards(trx, ctx.secrets, {
      accountIds: rows.map(({ id }) => id),
      purpose: 'claim',
    });
    await audit(trx, actor, {
      action: 'courses.issueClaimCards',
      subjectKind: 'class',
      subjectId: classId,
      detail: { count: cards.length },
    });
    return cards;
  });
}
