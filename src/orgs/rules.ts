import type { OrgKind } from './tables.ts';

/** Units from the top down; a unit hangs below one that stands further up. */
const ranks: Readonly<Record<OrgKind, number>> = {
  ministry: 0,
  province: 1,
  city: 2,
  county: 3,
  school: 4,
  campus: 5,
  college: 6,
  department: 7,
  grade: 8,
  functional: 9,
};

/** All kinds, from the top down. */
export const orgKinds = Object.keys(ranks) as readonly OrgKind[];

/**
 * Whether a unit of one kind may hang below another (R1: any depth, never upside down).
 *
 * Functional units (教务处, 网络中心 …) hang anywhere; departments nest in each other; a school never hangs
 * below a school.
 */
export function mayHangBelow(child: OrgKind, parent: OrgKind): boolean {
  if (child === 'functional') return true;
  if (child === 'department' && parent === 'department') return true;
  if (parent === 'functional') return false;
  return ranks[child] > ranks[parent];
}
