import { mayHangBelow } from './rules.ts';
import type { OrgKind } from './tables.ts';

/** Below which unit another stands from a day on, until its next place. Days are `YYYY-MM-DD`. */
export interface Place {
  /** null: ever since. */
  readonly from: string | null;
  /** null: at the top. */
  readonly parentId: string | null;
}

/** A unit with all its places, the earliest first; the first one is `from: null`. */
export interface PlacedUnit<P extends Place = Place> {
  readonly id: string;
  readonly kind: OrgKind;
  readonly isDemo: boolean;
  readonly places: readonly P[];
}

export type PlacedUnits = ReadonlyMap<string, PlacedUnit>;

export type MoveRefusal =
  | 'org_move_past'
  | 'org_move_too_far'
  | 'org_move_twice'
  | 'org_move_nothing'
  | 'org_wrong_parent'
  | 'org_merge_kind'
  | 'org_move_demo'
  | 'org_move_cycle'
  | 'org_move_other_school';

/** A move may be planned so many days ahead. */
export const PLANNED_DAYS = 400;

export interface WantedMove {
  readonly unitId: string;
  /** The unit it is put below; of the same kind when it is merged into it. */
  readonly parentId: string;
  readonly from: string;
  readonly isMerge: boolean;
}

export function parentOn(places: readonly Place[], day: string): string | null {
  return places.findLast(({ from }) => from === null || from <= day)?.parentId ?? null;
}

/** The places with one more; one of the same day gives way. Later ones stay. */
export function placedFrom<P extends Place>(places: readonly P[], place: P & { from: string }): P[] {
  return [...places.filter(({ from }) => from !== place.from), place].toSorted(byDay);
}

/** The places without the one that begins on a day: the one before goes on. */
export function placesWithout<P extends Place>(places: readonly P[], from: string): P[] {
  return places.filter((place) => place.from !== from);
}

function byDay(a: Place, b: Place): number {
  return (a.from ?? '').localeCompare(b.from ?? '');
}

/**
 * Why a unit cannot stand below another from a day on; null: it can.
 *
 * @param units - the two units and all that stand above them on any day from then on.
 */
export function refusalOfMove(units: PlacedUnits, move: WantedMove, today: string): MoveRefusal | null {
  const unit = found(units, move.unitId);
  const parent = found(units, move.parentId);
  if (move.from < today) return 'org_move_past';
  if (move.from > dayAfter(today, PLANNED_DAYS)) return 'org_move_too_far';
  if (unit.id === parent.id) return 'org_move_cycle';
  if (unit.isDemo !== parent.isDemo) return 'org_move_demo';
  if (move.isMerge && unit.kind !== parent.kind) return 'org_merge_kind';
  if (!move.isMerge && !mayHangBelow(unit.kind, parent.kind)) return 'org_wrong_parent';
  if (unit.places.some(({ from }) => from === move.from)) return 'org_move_twice';
  const before = parentOn(unit.places, move.from);
  if (before === parent.id) return 'org_move_nothing';
  if (loops(units, unit, parent.id, move.from)) return 'org_move_cycle';
  return isLeavingSchool(units, unit, before, parent.id, move.from) ? 'org_move_other_school' : null;
}

/** Why a place cannot be taken back; null: it can. The unit goes on below its parent of before. */
export function refusalOfTakingBack(
  units: PlacedUnits,
  { unitId, from }: { unitId: string; from: string },
  today: string,
): MoveRefusal | null {
  const unit = found(units, unitId);
  if (from < today) return 'org_move_past';
  const before = parentOn(placesWithout(unit.places, from), from);
  return before !== null && loops(units, unit, before, from) ? 'org_move_cycle' : null;
}

/** Whether the unit would stand above itself on some day until its next place. */
function loops(units: PlacedUnits, unit: PlacedUnit, parentId: string, from: string): boolean {
  const until = unit.places.find((place) => place.from !== null && place.from > from)?.from ?? null;
  const days = new Set([from]);
  for (const { places } of units.values()) {
    for (const { from: day } of places) {
      if (day !== null && day > from && (until === null || day < until)) days.add(day);
    }
  }
  return [...days].some((day) => pathUp(units, parentId, day).includes(unit.id));
}

/** A unit and those above it on a day, the nearest first. */
export function pathUp(units: PlacedUnits, start: string, day: string): string[] {
  const path: string[] = [];
  for (let at: string | null = start; at !== null && !path.includes(at);) {
    path.push(at);
    at = parentOn(found(units, at).places, day);
  }
  return path;
}

/** Parts of a school keep to it: their classes, terms and timetables are the school's. Whole schools go anywhere. */
function isLeavingSchool(
  units: PlacedUnits,
  unit: PlacedUnit,
  before: string | null,
  after: string,
  day: string,
): boolean {
  if (unit.kind === 'school' || mayHangBelow('school', unit.kind)) return false;
  const schoolAbove = (id: string | null) =>
    id === null ? undefined : pathUp(units, id, day).find((above) => found(units, above).kind === 'school');
  return schoolAbove(before) !== schoolAbove(after);
}

function found(units: PlacedUnits, id: string): PlacedUnit {
  const unit = units.get(id);
  if (!unit) throw new Error(`Unit ${id} was not loaded.`);
  return unit;
}

function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
