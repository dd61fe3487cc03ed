import type { LessonStatus } from '../tables.ts';
import type { PlannedLesson, Teaching } from './week.ts';

/** A published lesson as it stands. */
export interface StandingLesson extends Teaching {
  readonly id: string;
  readonly originId: string | null;
  readonly day: string;
  readonly period: number | null;
  readonly periodTo: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly status: LessonStatus;
  /** Moved, cancelled or put in by hand after publication; the pattern no longer decides about it. */
  readonly changedByHand: boolean;
}

export type ChangedField = 'course' | 'classes' | 'staff' | 'mode' | 'classroom';

export interface WeekDifference {
  readonly added: readonly PlannedLesson[];
  /** The lesson goes to another time; `fields` names what else becomes different. */
  readonly moved: readonly { lesson: StandingLesson; to: PlannedLesson; fields: readonly ChangedField[] }[];
  /** Same time, but other content. */
  readonly changed: readonly { lesson: StandingLesson; to: PlannedLesson; fields: readonly ChangedField[] }[];
  readonly cancelled: readonly StandingLesson[];
  readonly unchanged: number;
  /** Lessons of the pattern whose hour is over already: they are neither added nor moved. */
  readonly tooLate: number;
}

/**
 * What publishing a week would change.
 *
 * Lessons changed by hand, begun or over are left alone, whatever the pattern says.
 *
 * @param now - the product's clock; what begins earlier is past.
 */
export function compareWeek(
  planned: readonly PlannedLesson[],
  published: readonly StandingLesson[],
  now: Date,
): WeekDifference {
  const standing = published.filter(
    ({ status, changedByHand }) => status !== 'moved' && (status !== 'cancelled' || changedByHand),
  );
  const waiting = Map.groupBy(standing, ({ originId }) => originId);
  const result = {
    added: [] as PlannedLesson[],
    moved: [] as WeekDifference['moved'][number][],
    changed: [] as WeekDifference['changed'][number][],
    cancelled: [] as StandingLesson[],
    unchanged: 0,
    tooLate: 0,
  };
  const isFrozen = (lesson: StandingLesson): boolean =>
    lesson.changedByHand || lesson.status !== 'planned' || lesson.startsAt <= now;
  // Same day first, so that a weekday taught twice in a week finds its own lesson.
  const take = (lesson: PlannedLesson): StandingLesson | undefined => {
    const candidates = waiting.get(lesson.originId) ?? [];
    const index = Math.max(
      0,
      candidates.findIndex(({ day }) => day === lesson.day),
    );
    return candidates.splice(index, 1)[0];
  };
  const sameDayFirst = [...planned].sort((a, b) => Number(!hasSameDay(a)) - Number(!hasSameDay(b)));
  function hasSameDay(lesson: PlannedLesson): boolean {
    return (waiting.get(lesson.originId) ?? []).some(({ day }) => day === lesson.day);
  }
  for (const to of sameDayFirst) {
    const lesson = take(to);
    if (lesson && isFrozen(lesson)) result.unchanged += 1;
    else if (to.startsAt <= now) {
      // The slot was moved into the past: nobody can come any more, so the lesson stays where it stands.
      if (lesson) result.unchanged += 1;
      else result.tooLate += 1;
    } else if (!lesson) result.added.push(to);
    else {
      const fields = changedFields(lesson, to);
      const sameTime =
        lesson.startsAt.getTime() === to.startsAt.getTime() &&
        lesson.endsAt.getTime() === to.endsAt.getTime() &&
        lesson.period === to.period;
      if (!sameTime) result.moved.push({ lesson, to, fields });
      else if (fields.length > 0) result.changed.push({ lesson, to, fields });
      else result.unchanged += 1;
    }
  }
  for (const lesson of [...waiting.values()].flat()) {
    if (isFrozen(lesson) || lesson.originId === null) result.unchanged += 1;
    else result.cancelled.push(lesson);
  }
  return result;
}

function changedFields(before: Teaching, after: Teaching): ChangedField[] {
  const fields: ChangedField[] = [];
  if (before.courseId !== after.courseId) fields.push('course');
  if (audienceKeys(before) !== audienceKeys(after)) fields.push('classes');
  if (staffKeys(before) !== staffKeys(after)) fields.push('staff');
  if (before.mode !== after.mode || before.modeParams.link !== after.modeParams.link) fields.push('mode');
  if (before.classroomId !== after.classroomId) fields.push('classroom');
  return fields;
}

function audienceKeys({ audiences }: Teaching): string {
  return audiences
    .map(({ classId, ownTeacherId }) => `${classId} ${ownTeacherId ?? ''}`)
    .sort()
    .join();
}

function staffKeys({ staff }: Teaching): string {
  return staff
    .map(({ personId, duty }) => `${personId} ${duty}`)
    .sort()
    .join();
}
