import fc from 'fast-check';
import type { MoveRefusal } from '../rules-moves.ts';
import type { OrgKind } from '../tables.ts';

/**
 * A tree as a child would keep it: for each day a list of who stands below whom, and a finger that walks up. It shares no rule
 * with the product.
 */
export type ModelAnswer = MoveRefusal | 'done' | 'nothing';
export type Step =
  | { readonly what: 'move' | 'merge'; readonly unit: number; readonly to: number; readonly inDays: number }
  | { readonly what: 'takeBack'; readonly unit: number; readonly inDays: number }
  | { readonly what: 'nextDay' };
export interface ModelUnit {
  readonly kind: OrgKind;
  readonly parent: number | null;
}

const DAYS = 30;
const below: Readonly<Partial<Record<OrgKind, readonly OrgKind[]>>> = {
  city: [],
  county: ['city'],
  school: ['city', 'county'],
  campus: ['city', 'county', 'school'],
  department: ['city', 'county', 'school', 'campus', 'department'],
  functional: ['city', 'county', 'school', 'campus', 'department', 'functional'],
};

export function aTreeModel(units: readonly ModelUnit[]) {
  const parents = Array.from({ length: DAYS }, () => units.map(({ parent }) => parent));
  const begins = units.map(() => new Set<number>());
  let today = 5;
  const up = (day: number, start: number | null): number[] => {
    const path: number[] = [];
    for (let at = start; at !== null; at = parents[day]![at] ?? null) {
      if (path.includes(at)) return path;
      path.push(at);
    }
    return path;
  };
  const until = (unit: number, from: number) =>
    Math.min(DAYS, ...[...begins[unit]!].filter((day) => day > from));
  const loops = (unit: number, to: number | null, from: number) => {
    for (let day = from; day < until(unit, from); day += 1) if (up(day, to).includes(unit)) return true;
    return false;
  };
  const put = (unit: number, to: number | null, from: number) => {
    for (let day = from, end = until(unit, from); day < end; day += 1) parents[day]![unit] = to;
  };
  const school = (day: number, start: number | null) =>
    up(day, start).find((n) => units[n]!.kind === 'school');
  const isPart = (kind: OrgKind) => ['campus', 'department', 'functional'].includes(kind);

  function refuse(step: Step & { what: 'move' | 'merge' }, from: number): MoveRefusal | null {
    const [{ kind }, to] = [units[step.unit]!, units[step.to]!];
    if (step.inDays < 0) return 'org_move_past';
    if (step.unit === step.to) return 'org_move_cycle';
    if (step.what === 'merge' && kind !== to.kind) return 'org_merge_kind';
    if (step.what === 'move' && !below[kind]!.includes(to.kind)) return 'org_wrong_parent';
    if (begins[step.unit]!.has(from)) return 'org_move_twice';
    const before = parents[from]![step.unit]!;
    if (before === step.to) return 'org_move_nothing';
    if (loops(step.unit, step.to, from)) return 'org_move_cycle';
    return isPart(kind) && school(from, before) !== school(from, step.to) ? 'org_move_other_school' : null;
  }

  return {
    today: () => today,
    dayText: (day: number) => new Date(Date.UTC(2026, 11, 1 + day)).toISOString().slice(0, 10),
    /** All days the model knows. */
    days: () => parents.keys(),
    parentOn(unit: number, day: number): string | null {
      const parent = parents[day]![unit] ?? null;
      return parent === null ? null : String(parent);
    },
    /** A unit and those above it today. */
    above: (unit: number) => up(today, unit),
    /** Where rights are needed beside the unit and its destination; null: there is nothing to take back. */
    sourcesOf(step: Exclude<Step, { what: 'nextDay' }>): (number | null)[] | null {
      const from = today + step.inDays;
      const now = parents[today]![step.unit] ?? null;
      if (step.what !== 'takeBack') return [now, parents[from]![step.unit] ?? null];
      if (!begins[step.unit]!.has(from)) return null;
      return [parents[from]![step.unit] ?? null, parents[from - 1]![step.unit] ?? null];
    },
    take(step: Step): ModelAnswer {
      if (step.what === 'nextDay') {
        today = Math.min(today + 1, DAYS - 10);
        return 'done';
      }
      const from = today + step.inDays;
      if (step.what === 'takeBack') {
        if (!begins[step.unit]!.has(from)) return 'nothing';
        if (step.inDays < 0) return 'org_move_past';
        const before = from === 0 ? units[step.unit]!.parent : (parents[from - 1]![step.unit] ?? null);
        if (loops(step.unit, before, from)) return 'org_move_cycle';
        put(step.unit, before, from);
        begins[step.unit]!.delete(from);
        return 'done';
      }
      const refusal = refuse(step, from);
      if (refusal) return refusal;
      put(step.unit, step.to, from);
      begins[step.unit]!.add(from);
      return 'done';
    },
  };
}

/** Trees of a city, its counties and schools and what is in them, and steps of so many. */
export function operations({
  length,
}: {
  length: number;
}): fc.Arbitrary<{ units: ModelUnit[]; steps: Step[] }> {
  const kinds: readonly OrgKind[] = [
    'county',
    'school',
    'campus',
    'department',
    'department',
    'department',
    'functional',
  ];
  const more = fc.array(fc.record({ kind: fc.constantFrom(...kinds), pick: fc.nat() }), {
    minLength: 6,
    maxLength: 14,
  });
  return more.chain((drawn) => {
    const units: ModelUnit[] = [
      { kind: 'city', parent: null },
      { kind: 'county', parent: 0 },
      { kind: 'school', parent: 1 },
    ];
    for (const { kind, pick } of drawn) {
      const possible = [...units.keys()].filter((n) => below[kind]!.includes(units[n]!.kind));
      units.push({ kind, parent: possible[pick % possible.length]! });
    }
    // Departments nest in each other: among them moves cross.
    const nesting = [...units.keys()].filter((n) => units[n]!.kind === 'department');
    const anyUnit = fc.integer({ min: 0, max: units.length - 1 });
    const unit =
      nesting.length > 1 ? fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...nesting) }, anyUnit) : anyUnit;
    const inDays = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 8 }));
    const step: fc.Arbitrary<Step> = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          what: fc.constantFrom('move', 'merge'),
          unit,
          to: unit,
          inDays,
        }) as fc.Arbitrary<Step>,
      },
      { weight: 4, arbitrary: fc.record({ what: fc.constant('takeBack' as const), unit, inDays }) },
      { weight: 1, arbitrary: fc.constant<Step>({ what: 'nextDay' }) },
    );
    return fc.record({
      units: fc.constant(units),
      steps: fc.array(step, { minLength: length, maxLength: length }),
    });
  });
}
