import type { Clash } from './clashes.ts';
import type { PlanItem, Staff } from './week.ts';

/** Opens the id of a teacher who is known by the name in the file only. */
export const NAMED = 'name:';

/** Teachers of an item with those beside them whom the roster does not have: they too are in one place at a time. */
function staffOf({ staff, teacherNames = [] }: Pick<PlanItem, 'staff' | 'teacherNames'>): readonly Staff[] {
  if (teacherNames.length === 0) return staff;
  return [...staff, ...teacherNames.map((name) => ({ personId: `${NAMED}${name}`, duty: 'lead' as const }))];
}

/** Items with teachers known by name only among their staff. */
export function itemsWithNamedTeachers(items: readonly PlanItem[]): PlanItem[] {
  return items.map((item) => ({ ...item, staff: staffOf(item) }));
}

/** The same for the lessons that the items give in one week. */
export function withNamedTeachers<
  Lesson extends { readonly itemId: string; readonly staff: readonly Staff[] },
>(lessons: readonly Lesson[], items: readonly PlanItem[]): Lesson[] {
  const named = new Map(
    items.filter(({ teacherNames = [] }) => teacherNames.length > 0).map((item) => [item.id, item]),
  );
  return lessons.map((lesson) => {
    const item = named.get(lesson.itemId);
    return item ? { ...lesson, staff: staffOf(item) } : lesson;
  });
}

/**
 * Origins of slots that a publication leaves out: they came from a term list with a double use that still stands.
 *
 * @param clashes - of the week that is published.
 */
export function heldBack(
  clashes: readonly Clash<{ readonly originId: string }>[],
  items: readonly PlanItem[],
): Set<string> {
  const held = new Set(items.filter((item) => item.held).map(({ originId }) => originId));
  return new Set(
    clashes
      .flatMap(({ first, second }) => [first.originId, second.originId])
      .filter((originId) => held.has(originId)),
  );
}
