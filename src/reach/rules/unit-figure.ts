import type { Way } from '../../facts/tables.ts';

/** The hour at which a unit above schools reports its day, on its own clock. */
export const reportTime = '16:30';

/** The numbers of a report in its order. Each has a definition and a source of its own in the catalogue. */
export const reportedMeasures = [
  'expected',
  'reached',
  'reachedLate',
  'excused',
  'unreached',
  'pending',
  'withoutAdult',
  'followUps',
  'schools',
  'silentSchools',
] as const;
export type ReportedMeasure = (typeof reportedMeasures)[number];

export interface ReportedUnit {
  readonly orgId: string;
  readonly name: string;
  readonly code: string;
  readonly data: 'reports' | 'silent' | 'noPlan' | 'notYet' | 'off';
  readonly lastFactAt: string | null;
  readonly expected: number;
  readonly reached: number;
  readonly reachedLate: number;
  readonly excused: number;
  readonly unreached: number;
  readonly pending: number;
}

export interface SilentSchool {
  readonly schoolId: string;
  readonly name: string;
  readonly code: string;
  readonly data: 'silent' | 'noPlan';
}

/** What one issue of a report says. Counts of units; no person. */
export interface ReportedFigures {
  readonly measures: Readonly<Record<ReportedMeasure, number>>;
  readonly ways: { way: Way; count: number }[];
  readonly units: ReportedUnit[];
  readonly silent: SilentSchool[];
}

export interface Difference {
  /** null: of the whole unit. */
  readonly unitName: string | null;
  readonly measure: string;
  readonly from: number;
  readonly to: number;
}

/** Figures of a unit below that may differ between two issues. */
const unitMeasures = ['expected', 'reached', 'reachedLate', 'excused', 'unreached', 'pending'] as const;

/** What a later issue says otherwise, of the whole unit first; nothing when both say the same. */
export function differencesOf(before: ReportedFigures, after: ReportedFigures): Difference[] {
  const own = reportedMeasures.flatMap((measure): Difference[] => {
    const [from, to] = [before.measures[measure], after.measures[measure]];
    return from === to ? [] : [{ unitName: null, measure, from, to }];
  });
  const earlier = new Map(before.units.map((unit) => [unit.orgId, unit]));
  const below = after.units.flatMap((unit) =>
    unitMeasures.flatMap((measure): Difference[] => {
      const from = earlier.get(unit.orgId)?.[measure] ?? 0;
      return from === unit[measure] ? [] : [{ unitName: unit.name, measure, from, to: unit[measure] }];
    }),
  );
  return [...own, ...below];
}
