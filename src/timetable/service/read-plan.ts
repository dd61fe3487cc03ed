import type { Actor } from '../../platform/actor.ts';
import { authorize } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { weekNoOf } from '../../calendar/rules/days.ts';
import { readPlan as readPlanAction } from '../actions.ts';
import type { Plan } from '../contract.ts';
import { countTouched } from '../queries/lessons.ts';
import { selectNames, selectTeachers } from '../queries/names.ts';
import { selectOptionalPublication } from '../queries/publications.ts';
import { selectPlanClasses } from '../queries/plan.ts';
import { selectLessonCards } from '../queries/read.ts';
import type { StandingLesson } from '../rules/difference.ts';
import { NAMED } from '../rules/held.ts';
import type { PlannedLesson } from '../rules/week.ts';
import { readWeekState, requireClock, type WeekState } from './plan-state.ts';
import { cardOf, termOf } from './read-week.ts';

/**
 * A week of a school as planners see it: the draft, what clashes, what publishing would change and whom it touches.
 *
 * @param weekNo - week of the term; null: the running one, else the first or last.
 */
export async function readPlan(
  ctx: ServerContext,
  actor: Actor,
  { schoolId, weekNo }: { schoolId: string; weekNo: number | null },
): Promise<Plan> {
  const granted = await authorize(ctx.db, actor, readPlanAction, { orgId: schoolId });
  const now = ctx.now();
  const { term, today, hours } = await requireClock(ctx.db, { schoolId, now });
  const { weeks, ...termCard } = termOf(term);
  const running = Math.min(weeks, Math.max(1, weekNoOf(term.week1Monday, today)));
  const state = await readWeekState(ctx.db, { schoolId, weekNo: weekNo ?? running, now });
  const [first, last] = [state.days[0]?.day ?? today, state.days.at(-1)?.day ?? today];
  const names = await selectNames(ctx.db, granted, schoolId);
  const teachers = await selectTeachers(ctx.db, granted, schoolId);
  const lessons = await selectLessonCards(ctx.db, granted, { schoolId, firstDay: first, lastDay: last });
  const school = await ctx.db
    .selectFrom('orgs')
    .where('id', '=', schoolId)
    .select(['id', 'name'])
    .executeTakeFirstOrThrow();
  const publication = await selectOptionalPublication(ctx.db, { schoolId, weekNo: state.weekNo });
  const known = new Set(teachers.map(({ personId }) => personId));
  const changes = changesOf(state);
  const classIds = [...new Set(changes.flatMap((change) => change.classIds))];
  return {
    school,
    timeZone: hours.timeZone,
    today,
    term: { id: term.id, ...termCard, weeks },
    weekNo: state.weekNo,
    days: state.days.map(({ day, kind, teachesWeekday }) => ({ day, kind, teachesWeekday })),
    bellPlans: state.bells.map((plan) => ({
      ...plan,
      yearGroups: [...plan.yearGroups],
      periods: [...plan.periods],
    })),
    classes: await selectPlanClasses(ctx.db, { schoolId, firstDay: first, lastDay: last }),
    courses: named(names.courses),
    classrooms: named(names.classrooms),
    // Somebody of another school who teaches here has no number of ours.
    teachers: [
      ...teachers.map(({ personId, name, number, readings }) => ({ id: personId, name, number, readings })),
      ...named(names.teachers)
        .filter(({ id }) => !known.has(id))
        .map((row) => ({ ...row, number: '', readings: [] })),
    ],
    slots: state.items.map(({ id, held = false, teacherNames = [], ...item }) => ({
      ...item,
      held,
      teacherNames: [...teacherNames],
      itemId: id,
      weeks: [...item.weeks],
      audiences: [...item.audiences],
      staff: [...item.staff],
    })),
    unplaced: [...state.unplaced],
    clashes: state.clashes.filter(isOfRoster).map(({ resource, first: one, second: other }) => ({
      kind: resource.kind,
      resourceId: resource.id,
      first: one.itemId,
      second: other.itemId,
      day: one.day,
    })),
    lessons: lessons.map(cardOf),
    changes,
    touched: {
      classes: classIds.length,
      teachers: new Set(changes.flatMap(({ staffIds }) => staffIds)).size,
      families: (await countTouched(ctx.db, { classIds, day: first })).families,
    },
    tooLate: state.difference.tooLate,
    published: publication
      ? { version: publication.version, at: publication.publishedAt.toISOString() }
      : null,
  };
}

/** A teacher known by name only has no id; the slot itself says that it is held. */
function isOfRoster({ resource }: WeekState['clashes'][number]): boolean {
  return !resource.id.startsWith(NAMED);
}

function named(names: ReadonlyMap<string, string>): { id: string; name: string }[] {
  return Array.from(names, ([id, name]) => ({ id, name }));
}

type ChangeLine = Plan['changes'][number] & { staffIds: string[] };

function changesOf({ difference }: WeekState): ChangeLine[] {
  return [
    ...difference.moved.map(({ lesson, to, fields }) => line('moved', lesson, to, fields)),
    ...difference.changed.map(({ lesson, to, fields }) => line('changed', lesson, to, fields)),
    ...difference.cancelled.map((lesson) => line('cancelled', lesson, null, [])),
    ...difference.added.map((to) => line('added', null, to, [])),
  ];
}

function line(
  kind: ChangeLine['kind'],
  before: StandingLesson | null,
  after: PlannedLesson | null,
  fields: readonly string[],
): ChangeLine {
  const sides = [before, after].filter((side) => side !== null);
  return {
    kind,
    courseId: sides.at(-1)?.courseId ?? '',
    classIds: [...new Set(sides.flatMap(({ audiences }) => audiences.map(({ classId }) => classId)))],
    staffIds: [...new Set(sides.flatMap(({ staff }) => staff.map(({ personId }) => personId)))],
    from: before && { day: before.day, period: before.period },
    to: after && { day: after.day, period: after.period },
    fields: [...fields],
  };
}
