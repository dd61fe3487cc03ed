import type { LessonMode } from '../../rooms/modes.ts';
import type { ResourceKind } from '../tables.ts';
import type { Audience, Staff } from './week.ts';

export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** A lesson with the ones it must not share its time with. */
export interface Bookable {
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly classroomId: string | null;
  readonly audiences: readonly Audience[];
  readonly staff: readonly Staff[];
}

/**
 * Who and what a lesson keeps for itself while it lasts; each once.
 *
 * A recording plays without its teacher, so that only the classes are taken. Observers are free to sit in anywhere.
 */
export function bookedResources(lesson: Bookable, mode: Pick<LessonMode, 'entrance'>): Resource[] {
  const classes = lesson.audiences.map(({ classId }) => ({ kind: 'class' as const, id: classId }));
  if (mode.entrance === 'recording') return classes;
  const teachers = new Set([
    ...lesson.staff.filter(({ duty }) => duty !== 'observer').map(({ personId }) => personId),
    ...lesson.audiences.flatMap(({ ownTeacherId }) => ownTeacherId ?? []),
  ]);
  return [
    ...classes,
    ...Array.from(teachers, (id) => ({ kind: 'teacher' as const, id })),
    ...(lesson.classroomId ? [{ kind: 'classroom' as const, id: lesson.classroomId }] : []),
  ];
}

export interface Clash<Lesson> {
  readonly resource: Resource;
  readonly first: Lesson;
  readonly second: Lesson;
}

/**
 * Pairs of lessons that use one teacher, class or classroom at the same time. Lessons that only touch do not clash.
 *
 * @param modeOf - how a lesson is taught, by its mode's name.
 */
export function findClashes<Lesson extends Bookable & { readonly mode: string }>(
  lessons: readonly Lesson[],
  modeOf: (name: string) => Pick<LessonMode, 'entrance'>,
): Clash<Lesson>[] {
  const uses = lessons.flatMap((lesson) =>
    bookedResources(lesson, modeOf(lesson.mode)).map((resource) => ({ resource, lesson })),
  );
  const clashes: Clash<Lesson>[] = [];
  for (const ofResource of Map.groupBy(uses, ({ resource }) => `${resource.kind} ${resource.id}`).values()) {
    ofResource.sort((a, b) => a.lesson.startsAt.getTime() - b.lesson.startsAt.getTime());
    for (const [index, { resource, lesson: first }] of ofResource.entries()) {
      for (const { lesson: second } of ofResource.slice(index + 1)) {
        if (second.startsAt >= first.endsAt) break;
        clashes.push({ resource, first, second });
      }
    }
  }
  return clashes;
}
