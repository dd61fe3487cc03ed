import { readingText } from '../../../people/name-words.ts';
import type { Plan, Slot } from '../../contract.ts';

/** A place in the week: weekday of the pattern and period. */
export interface Place {
  readonly weekday: number;
  readonly period: number;
}

/** Whose grid is shown: the whole school at a glance, one class, or one teacher. */
export type View =
  | { readonly kind: 'school' }
  | { readonly kind: 'class'; readonly id: string }
  | { readonly kind: 'teacher'; readonly id: string };

/** What would come of putting a slot on a place. */
export type Verdict =
  | { readonly kind: 'free' }
  /** Its classes have exactly this other slot there, which can take the old place. */
  | { readonly kind: 'swap'; readonly other: Slot }
  | {
      readonly kind: 'busy';
      readonly resource: 'teacher' | 'class' | 'classroom';
      readonly id: string;
      readonly other: Slot;
    }
  | { readonly kind: 'noBell' };

export interface Names {
  readonly classes: ReadonlyMap<string, string>;
  readonly courses: ReadonlyMap<string, string>;
  readonly teachers: ReadonlyMap<string, string>;
  readonly classrooms: ReadonlyMap<string, string>;
}

export function namesOf(plan: Plan): Names {
  const of = (rows: readonly { id: string; name: string }[]) =>
    new Map(rows.map(({ id, name }) => [id, name]));
  return {
    classes: of(plan.classes),
    courses: of(plan.courses),
    teachers: of(plan.teachers),
    classrooms: of(plan.classrooms),
  };
}

/** Weekdays that are taught in this week's pattern, with the day that teaches them; Monday first. */
export function weekdaysOf(plan: Plan): { weekday: number; day: string | null }[] {
  const taught = new Map(
    plan.days
      .filter(({ kind }) => kind === 'teaching')
      .map(({ day, teachesWeekday }) => [teachesWeekday, day]),
  );
  const wanted = new Set([1, 2, 3, 4, 5, ...plan.slots.map(({ weekday }) => weekday)]);
  for (const weekday of taught.keys()) if (weekday !== null) wanted.add(weekday);
  return [...wanted].sort((a, b) => a - b).map((weekday) => ({ weekday, day: taught.get(weekday) ?? null }));
}

/** Periods that any bell plan of the school has, in order, with the times of the plan shown. */
export function periodsOf(
  plan: Plan,
  classId: string | null,
): { period: number; startsAt: string; endsAt: string }[] {
  const yearGroup = plan.classes.find(({ id }) => id === classId)?.yearGroup ?? null;
  const bells =
    plan.bellPlans.find(({ yearGroups }) => yearGroup !== null && yearGroups.includes(yearGroup)) ??
    plan.bellPlans.find(({ yearGroups }) => yearGroups.length === 0) ??
    plan.bellPlans[0];
  return (bells?.periods ?? []).flatMap(({ period, startsAt, endsAt }) =>
    period === null ? [] : [{ period, startsAt, endsAt }],
  );
}

export function isOf(slot: Slot, view: View): boolean {
  if (view.kind === 'school') return true;
  return view.kind === 'class' ? classIdsOf(slot).includes(view.id) : teacherIdsOf(slot).includes(view.id);
}

export function classIdsOf(slot: Slot): string[] {
  return slot.audiences.map(({ classId }) => classId);
}

/** Who must be there; observers may sit in anywhere. A recording needs nobody. */
export function teacherIdsOf(slot: Slot): string[] {
  return [
    ...slot.staff.filter(({ duty }) => duty !== 'observer').map(({ personId }) => personId),
    ...slot.audiences.flatMap(({ ownTeacherId }) => ownTeacherId ?? []),
  ];
}

export function leadName(slot: Slot, names: Names): string {
  const lead = slot.staff.find(({ duty }) => duty === 'lead') ?? slot.staff[0];
  return lead ? (names.teachers.get(lead.personId) ?? '') : '';
}

export function slotsAt(slots: readonly Slot[], { weekday, period }: Place): Slot[] {
  return slots.filter((slot) => slot.weekday === weekday && slot.period <= period && period <= slot.periodTo);
}

function shared(a: Slot, b: Slot): { resource: 'teacher' | 'class' | 'classroom'; id: string } | null {
  const theirClasses = new Set(classIdsOf(b));
  const classId = classIdsOf(a).find((id) => theirClasses.has(id));
  if (classId) return { resource: 'class', id: classId };
  if (a.mode === 'recording' || b.mode === 'recording') return null;
  const theirTeachers = new Set(teacherIdsOf(b));
  const teacherId = teacherIdsOf(a).find((id) => theirTeachers.has(id));
  if (teacherId) return { resource: 'teacher', id: teacherId };
  return a.classroomId !== null && a.classroomId === b.classroomId
    ? { resource: 'classroom', id: a.classroomId }
    : null;
}

/**
 * What would come of putting a slot on a place of this week. The server decides; this says it before the key is pressed.
 *
 * @param slots - all slots of the week.
 */
export function verdictFor(plan: Plan, slot: Slot, to: Place): Verdict {
  const periods = new Set(periodsOf(plan, slot.audiences[0]?.classId ?? null).map(({ period }) => period));
  const length = slot.periodTo - slot.period;
  const last = to.period + length;
  if (!periods.has(to.period) || !periods.has(last)) return { kind: 'noBell' };
  const others = plan.slots.filter((other) => other.itemId !== slot.itemId);
  const there = (place: Place, end: number, except?: Slot) =>
    others.filter(
      (other) =>
        other !== except &&
        other.weekday === place.weekday &&
        other.period <= end &&
        place.period <= other.periodTo,
    );
  const found = there(to, last);
  const busy = found.flatMap((other) => {
    const what = shared(slot, other);
    return what ? [{ kind: 'busy' as const, ...what, other }] : [];
  });
  const [first] = busy;
  if (!first) return { kind: 'free' };
  const { other } = first;
  const sameClasses =
    busy.length === 1 &&
    other.period === to.period &&
    other.periodTo === last &&
    classIdsOf(other).sort().join() === classIdsOf(slot).sort().join();
  if (!sameClasses) return first;
  const goesBack = there(slot, slot.periodTo, other).some((third) => shared(other, third) !== null);
  return goesBack ? first : { kind: 'swap', other };
}

/** Places where a slot would be free, in the order of the week; the place it is on is left out. */
export function freePlaces(plan: Plan, slot: Slot, most = 3): Place[] {
  const places: Place[] = [];
  const periods = periodsOf(plan, slot.audiences[0]?.classId ?? null);
  for (const { weekday, day } of weekdaysOf(plan)) {
    if (day === null) continue;
    for (const { period } of periods) {
      if (weekday === slot.weekday && period === slot.period) continue;
      if (places.length < most && verdictFor(plan, slot, { weekday, period }).kind === 'free') {
        places.push({ weekday, period });
      }
    }
  }
  return places;
}

/** First letter of a course for grids in which a cell has room for one character. */
export function courseMark(title: string): string {
  return Array.from(title.trim())[0] ?? '·';
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The cell beside another one in a grid of rows and columns; stays at the edge. */
export function besides(
  { row, column }: { row: number; column: number },
  direction: Direction,
  { rows, columns }: { rows: number; columns: number },
): { row: number; column: number } {
  const clamp = (value: number, count: number): number => Math.min(Math.max(value, 0), count - 1);
  switch (direction) {
    case 'up':
      return { row: clamp(row - 1, rows), column };
    case 'down':
      return { row: clamp(row + 1, rows), column };
    case 'left':
      return { row, column: clamp(column - 1, columns) };
    case 'right':
      return { row, column: clamp(column + 1, columns) };
  }
}

/** Teachers as a select shows them; `find` is what typing looks into, pinyin and initials too. */
export function teacherOptions({ teachers }: Plan): { value: string; label: string; find: string }[] {
  return teachers.map(({ id, name, number, readings }) => {
    const label = `${name} ${number}`.trim();
    return { value: id, label, find: `${label} ${readingText(readings)}` };
  });
}
