import type { LessonMode } from '../../rooms/modes.ts';
import type { BellPlan } from './bells.ts';
import { findClashes, type Clash } from './clashes.ts';
import { timesOfItem, type PlanItem } from './week.ts';

export type TimedItem = PlanItem & { readonly startsAt: Date; readonly endsAt: Date };

export interface PatternClash {
  readonly clash: Clash<TimedItem>;
  /** Weeks in which both are taught; at least one. */
  readonly weeks: readonly number[];
}

/**
 * Pairs of pattern items that would use one teacher, class or classroom at once in some week.
 *
 * @param touched - only pairs with one of these origins are told; what clashed before an edit is not its fault.
 */
export function patternClashes(
  items: readonly PlanItem[],
  {
    bells,
    yearGroupOf,
    modeOf,
    touched,
  }: {
    bells: readonly BellPlan[];
    yearGroupOf: ReadonlyMap<string, string | null>;
    modeOf: (name: string) => Pick<LessonMode, 'entrance'>;
    touched: ReadonlySet<string>;
  },
): PatternClash[] {
  const timed = items.flatMap((item): TimedItem[] => {
    const times = timesOfItem(item, bells, yearGroupOf);
    if (typeof times === 'string') return [];
    // Any week whose Monday is the first of a month will do: only the order of times matters.
    const day = `2024-01-0${item.weekday}`;
    return [
      {
        ...item,
        startsAt: new Date(`${day}T${times.startsAt}:00Z`),
        endsAt: new Date(`${day}T${times.endsAt}:00Z`),
      },
    ];
  });
  return findClashes(timed, modeOf).flatMap((clash) => {
    const weeks = clash.first.weeks.filter((week) => clash.second.weeks.includes(week));
    const concerns = touched.has(clash.first.originId) || touched.has(clash.second.originId);
    return weeks.length > 0 && concerns ? [{ clash, weeks }] : [];
  });
}
