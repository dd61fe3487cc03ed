/**
 * Who says so, from the most trusted to the least. When two sources disagree about one person and one
 * planned thing, the judgement of the earlier one stands; evidence without a judgement only adds up.
 *
 * The order is data: a person who looked into the case knows more than a teacher at a glance, and a
 * teacher more than a connection; a tool elsewhere is known only by its link.
 */
export const factSources = [
  'correction',
  'contact',
  'excuse',
  'rollCall',
  'room',
  'recording',
  'external',
] as const;
export type FactSource = (typeof factSources)[number];

/** 0 is the most trusted; sources not in the list come last. */
export function trustRank(source: string): number {
  const rank = (factSources as readonly string[]).indexOf(source);
  return rank === -1 ? factSources.length : rank;
}

/** Outcomes by which a fact says "this person was reached"; every other outcome is an attempt or a denial. */
export const reachingOutcomes = [
  'present',
  'reached',
  'done',
  'taught',
  'given',
  'handedOver',
  'returned',
  'declared',
] as const;
export type ReachingOutcome = (typeof reachingOutcomes)[number];

/** The one outcome that denies: a person saw that the pupil was not there. */
export const absentOutcome = 'absent';

export function isReaching(outcome: string | null): boolean {
  return outcome !== null && (reachingOutcomes as readonly string[]).includes(outcome);
}
