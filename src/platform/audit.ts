import type { Actor } from './actor.ts';
import type { Db } from './database.ts';

/**
 * Writes an audit line in the transaction of the change it tells of; a sealer chains the lines later.
 *
 * `detail` holds ids and counts, never names or contents.
 */
export async function audit(
  db: Db,
  actor: Actor,
  line: {
    action: string;
    subjectKind?: string;
    subjectId?: string;
    orgId?: string;
    reason?: string;
    detail?: Record<string, unknown>;
  },
): Promise<void> {
  await db
    .insertInto('audit_lines')
    .values({
      actor_kind: actor.kind,
      actor_id: actor.kind === 'person' ? actor.personId : null,
      action: line.action,
      subject_kind: line.subjectKind ?? null,
      subject_id: line.subjectId ?? null,
      org_id: line.orgId ?? null,
      reason: line.reason ?? null,
      detail: JSON.stringify(line.detail ?? {}),
      seal_no: null,
    })
    .execute();
}
