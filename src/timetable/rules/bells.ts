export interface BellPeriod {
  /** Wall clock of the school, `HH:MM`. */
  readonly startsAt: string;
  readonly endsAt: string;
  /** 第n节; null for a break that is worth naming. */
  readonly period: number | null;
  readonly label: string | null;
}

export interface BellPlan {
  readonly id: string;
  readonly title: string;
  /** Empty: holds for every class that no other plan names. */
  readonly yearGroups: readonly string[];
  readonly periods: readonly BellPeriod[];
}

/** The bell plan of a year group: the one that names it, else the school's general one. */
export function bellsFor(plans: readonly BellPlan[], yearGroup: string | null): BellPlan | null {
  return (
    plans.find((plan) => yearGroup !== null && plan.yearGroups.includes(yearGroup)) ??
    plans.find((plan) => plan.yearGroups.length === 0) ??
    null
  );
}

/**
 * Clock times of a lesson from its first to its last period.
 *
 * @returns null when the plan has not got both periods.
 */
export function timesOf(
  plan: BellPlan,
  period: number,
  periodTo: number,
): { startsAt: string; endsAt: string } | null {
  const first = plan.periods.find((row) => row.period === period);
  const last = plan.periods.find((row) => row.period === periodTo);
  return first && last ? { startsAt: first.startsAt, endsAt: last.endsAt } : null;
}

export type BellFault =
  | { readonly code: 'bell_period_reversed'; readonly startsAt: string }
  | { readonly code: 'bell_periods_overlap'; readonly startsAt: string }
  | { readonly code: 'bell_periods_out_of_order'; readonly period: number }
  | { readonly code: 'bell_plan_empty' };

/** What is wrong with the periods of a plan; null when nothing is. Breaks may not overlap lessons either. */
export function bellFault(periods: readonly BellPeriod[]): BellFault | null {
  if (!periods.some((row) => row.period !== null)) return { code: 'bell_plan_empty' };
  const sorted = [...periods].sort((a, b) => a.startsAt.localeCompare(b.startsAt));
  let lastEnd = '00:00';
  let lastPeriod = 0;
  for (const row of sorted) {
    if (row.endsAt <= row.startsAt) return { code: 'bell_period_reversed', startsAt: row.startsAt };
    if (row.startsAt < lastEnd) return { code: 'bell_periods_overlap', startsAt: row.startsAt };
    lastEnd = row.endsAt;
    if (row.period === null) continue;
    if (row.period <= lastPeriod) return { code: 'bell_periods_out_of_order', period: row.period };
    lastPeriod = row.period;
  }
  return null;
}
