import { isReaching } from '../../../facts/trust.ts';
import type { PresenceRow } from './room-client.ts';

/** Where a pupil stands in a lesson without a board of ours. */
export type NameGroup = 'open' | 'came' | 'done';

/**
 * Pupils of a lesson held elsewhere or seen to by hand: who still needs somebody first.
 *
 * `done` answered the roll or was reached by a call, a visit or a sheet; `came` opened the way to the meeting, which
 * proves nothing yet; `open` is everybody else.
 */
export function nameGroups(pupils: readonly PresenceRow[]): Readonly<Record<NameGroup, PresenceRow[]>> {
  const groups: Record<NameGroup, PresenceRow[]> = { open: [], came: [], done: [] };
  for (const pupil of pupils) groups[groupOf(pupil)].push(pupil);
  return groups;
}

function groupOf({ answeredAt, contact, state }: PresenceRow): NameGroup {
  if (answeredAt !== null || (contact !== null && isReaching(contact.outcome))) return 'done';
  return state === 'missing' ? 'open' : 'came';
}
