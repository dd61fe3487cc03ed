import type { PlanItem, Teaching } from './week.ts';

/** How far an edit in one week reaches. */
export type Scope = 'week' | 'following' | 'all';

/** Weeks of an item that an edit made in `weekNo` touches. */
export function weeksInScope(weeks: readonly number[], weekNo: number, scope: Scope): number[] {
  if (scope === 'all') return [...weeks];
  return weeks.filter((week) => (scope === 'week' ? week === weekNo : week >= weekNo));
}

export type ItemEdit = Partial<Teaching & Pick<PlanItem, 'weekday' | 'period' | 'periodTo' | 'teacherNames'>>;

/** An item as it will be stored; a new part has no id yet. */
export type ItemPart = Omit<PlanItem, 'id'> & { readonly id: string | null };

/**
 * All parts of one origin after an edit (or, with `edit` null, the removal) of some weeks of one part.
 *
 * Parts that became equal are joined again, so that taking an edit back leaves what was there before.
 *
 * @param parts - every item with the origin.
 */
export function editParts(
  parts: readonly PlanItem[],
  { itemId, weeks, edit }: { itemId: string; weeks: readonly number[]; edit: ItemEdit | null },
): ItemPart[] {
  const result: ItemPart[] = [];
  for (const part of parts) {
    if (part.id !== itemId) {
      result.push(part);
      continue;
    }
    const touched = part.weeks.filter((week) => weeks.includes(week));
    const kept = part.weeks.filter((week) => !weeks.includes(week));
    if (kept.length > 0) result.push({ ...part, weeks: kept });
    if (touched.length > 0 && edit) {
      result.push({ ...part, ...edit, id: kept.length > 0 ? null : part.id, weeks: touched });
    }
  }
  return joinEqual(result);
}

function joinEqual(parts: readonly ItemPart[]): ItemPart[] {
  return [...Map.groupBy(parts, contentKey).values()].map((equal) => {
    const [first, ...others] = equal as [ItemPart, ...ItemPart[]];
    if (others.length === 0) return first;
    const weeks = equal.flatMap((part) => part.weeks).sort((a, b) => a - b);
    return { ...first, id: equal.find(({ id }) => id !== null)?.id ?? null, weeks };
  });
}

function contentKey(part: ItemPart): string {
  return JSON.stringify([
    part.courseId,
    part.weekday,
    part.period,
    part.periodTo,
    part.mode,
    part.modeParams.link ?? null,
    part.classroomId,
    part.audiences.map(({ classId, ownTeacherId }) => `${classId} ${ownTeacherId ?? ''}`).sort(),
    part.staff.map(({ personId, duty }) => `${personId} ${duty}`).sort(),
    part.teacherNames ?? [],
  ]);
}

/**
 * Weeks as Chinese schools write them: `1-16`, `1-15单`, `2,4,6-9`.
 *
 * @param weeks - sorted, each once.
 * @returns ranges joined by commas; `odd`/`even` when every second week between the ends is meant.
 */
export function weekRanges(weeks: readonly number[]): { ranges: string; parity: 'odd' | 'even' | null } {
  const [first] = weeks;
  const last = weeks.at(-1);
  if (first === undefined || last === undefined) return { ranges: '', parity: null };
  const stepsOfTwo = weeks.length > 2 && weeks.every((week, index) => week === first + 2 * index);
  if (stepsOfTwo) return { ranges: `${first}-${last}`, parity: first % 2 === 1 ? 'odd' : 'even' };
  const ranges: [number, number][] = [];
  for (const week of weeks) {
    const open = ranges.at(-1);
    if (open && open[1] === week - 1) open[1] = week;
    else ranges.push([week, week]);
  }
  return {
    ranges: ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(),
    parity: null,
  };
}
