import type { ChangeRow } from '../queries/changes.ts';
import type { PlanChange } from '../today-contract.ts';

/** Changes as the API says them. */
export function isoChanges(rows: readonly ChangeRow[]): PlanChange[] {
  return rows.map(({ changeId, kind, courseTitle, classNames, before, after, reason, changedAt }) => ({
    changeId,
    kind,
    courseTitle,
    classNames,
    before,
    after,
    reason,
    changedAt: changedAt.toISOString(),
  }));
}
