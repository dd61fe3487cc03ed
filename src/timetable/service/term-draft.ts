import { addTeachers } from '../../rosters/add-staff.ts';
import { composeClasses, replaceCompositions } from '../../courses/compositions.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import type { Db, Trx } from '../../platform/database.ts';
import { deleteOrigins } from '../queries/imports.ts';
import type { Names } from '../queries/names.ts';
import {
  insertPlanItems,
  newIds,
  selectBellPlans,
  selectPlanItems,
  selectYearGroups,
  upsertBellPlan,
} from '../queries/plan.ts';
import {
  ensureClassrooms,
  ensureCourses,
  insertClasses,
  selectClassroomIds,
  selectCourseIds,
  selectTermSlots,
} from '../queries/term.ts';
import type { BellPlan } from '../rules/bells.ts';
import { standardBells } from '../rules/standard-bells.ts';
import type { PlanItem } from '../rules/week.ts';
import type { TermLesson, TermPlan } from '../term/plan-term.ts';
import { findTermProblems } from '../term/term-problems.ts';
import { releaseSolved } from './held-slots.ts';

export interface TermPlace {
  readonly schoolId: string;
  readonly term: { readonly id: string; readonly firstDay: string; readonly lastDay: string };
  /** The school's day. */
  readonly today: string;
  /** Weekdays the school teaches, 1 Monday … 7 Sunday. */
  readonly teachingWeekdays: readonly number[];
}

export interface TermDifference {
  readonly created: readonly TermLesson[];
  readonly changed: readonly { readonly originId: string; readonly lesson: TermLesson }[];
  /** Origins of slots of the file's courses that the file no longer has. */
  readonly leaving: readonly string[];
  readonly unchanged: number;
  /** Source keys of lessons that use somebody or something twice. */
  readonly held: ReadonlySet<string>;
  readonly problems: readonly WorkbookProblem[];
  readonly makesBells: boolean;
}

/** What the draft has of the file's courses from earlier lists, against what the file wants; and what would clash. */
export async function compareTerm(
  db: Db,
  place: TermPlace,
  { plan, names }: { plan: TermPlan; names: Names },
): Promise<TermDifference> {
  const { schoolId, term } = place;
  const known = await selectTermSlots(db, { schoolId, termId: term.id, courseNames: plan.courseNames });
  const slotOf = new Map(known.map((slot) => [slot.sourceKey, slot]));
  const created: TermLesson[] = [];
  const changed: { originId: string; lesson: TermLesson }[] = [];
  const same = new Map<string, TermLesson>();
  for (const lesson of plan.lessons) {
    const slot = slotOf.get(lesson.sourceKey);
    if (!slot) created.push(lesson);
    else if (slot.sourceHash === lesson.sourceHash) same.set(slot.originId, lesson);
    else changed.push({ originId: slot.originId, lesson });
  }
  const wanted = new Set(plan.lessons.map(({ sourceKey }) => sourceKey));
  const leaving = known.filter(({ sourceKey }) => !wanted.has(sourceKey)).map(({ originId }) => originId);
  const bells = await selectBellPlans(db, schoolId);
  const makesBells = bells.length === 0;
  const replaced = new Set([...leaving, ...changed.map(({ originId }) => originId)]);
  const standing = (await selectPlanItems(db, { schoolId, termId: term.id })).filter(
    ({ originId }) => !replaced.has(originId),
  );
  const ids = {
    courses: await selectCourseIds(db, schoolId),
    rooms: await selectClassroomIds(db, schoolId),
  };
  const fresh = [...created, ...changed.map(({ lesson }) => lesson)];
  const { held, problems } = findTermProblems({
    standing,
    fresh: fresh.map((lesson) => ({ lesson, item: itemOf(lesson, ids) })),
    same,
    bells: makesBells ? [usualBells(plan)] : bells,
    yearGroupOf: await selectYearGroups(db, schoolId),
    teachingWeekdays: place.teachingWeekdays,
    names,
  });
  return { created, changed, leaving, unchanged: same.size, held, problems, makesBells };
}

/** Writes what the comparison found; the plan's lock is held. Courses, rooms, classes and teachers that are new are made. */
export async function writeTerm(
  trx: Trx,
  place: TermPlace,
  { plan, difference }: { plan: TermPlan; difference: TermDifference },
): Promise<void> {
  const { schoolId, term, today } = place;
  const { created, changed, leaving, held, makesBells } = difference;
  if (makesBells) {
    const [id = ''] = await newIds(trx, 1);
    await upsertBellPlan(trx, { ...usualBells(plan), schoolId, id });
  }
  const courses = new Map(plan.lessons.map((lesson) => [lesson.courseName, lesson.courseCode]));
  const courseIds = await ensureCourses(
    trx,
    schoolId,
    Array.from(courses, ([title, code]) => ({ title, code })),
  );
  await ensureClassrooms(
    trx,
    schoolId,
    plan.lessons.flatMap(({ roomName }) => roomName ?? []),
  );
  const ids = {
    courses: courseIds,
    rooms: await selectClassroomIds(trx, schoolId),
    classes: await insertClasses(trx, { schoolId, term, classes: plan.newClasses, courseIds }),
    teachers: await addTeachers(trx, { schoolId, today, teachers: plan.newTeachers }),
  };
  if (plan.compositions.length > 0) {
    await replaceCompositions(
      trx,
      plan.compositions.flatMap(({ className, classId, homeroomIds, newHomerooms }) => {
        const id = classId ?? ids.classes.get(className);
        if (id === undefined) return [];
        const made = newHomerooms.flatMap((name) => ids.classes.get(name) ?? []);
        return [
          { classId: id, homeroomIds: [...new Set([...homeroomIds, ...made])].filter((one) => one !== id) },
        ];
      }),
    );
    await composeClasses(trx, { schoolId, today });
  }
  const fresh = [
    ...changed,
    ...(await newIds(trx, created.length)).map((originId, index) => ({
      originId,
      lesson: created[index] as TermLesson,
    })),
  ];
  await deleteOrigins(trx, {
    schoolId,
    termId: term.id,
    originIds: [...leaving, ...changed.map(({ originId }) => originId)],
  });
  await insertPlanItems(trx, {
    schoolId,
    termId: term.id,
    items: fresh.map(({ originId, lesson }) => ({
      ...itemOf(lesson, ids),
      id: originId,
      originId,
      sourceKey: lesson.sourceKey,
      sourceHash: lesson.sourceHash,
      held: held.has(lesson.sourceKey),
    })),
  });
  await releaseSolved(trx, { schoolId, termId: term.id });
}

interface Ids {
  readonly courses: ReadonlyMap<string, string>;
  readonly rooms: ReadonlyMap<string, string>;
  readonly classes?: ReadonlyMap<string, string>;
  readonly teachers?: ReadonlyMap<string, string>;
}

/** The lesson as a slot; what is still to be made stands under its name. */
function itemOf(lesson: TermLesson, { courses, rooms, classes, teachers }: Ids): PlanItem {
  const { courseName, roomName, weekday, period, periodTo, weeks, teacherNames } = lesson;
  const people = [
    ...lesson.teacherIds,
    ...lesson.newTeachers.map((number) => teachers?.get(number) ?? `new:${number}`),
  ];
  const classIds = [
    ...lesson.classIds,
    ...lesson.newClasses.map((name) => classes?.get(name) ?? `new:${name}`),
  ];
  return {
    id: lesson.sourceKey,
    originId: lesson.sourceKey,
    courseId: courses.get(courseName) ?? `new:${courseName}`,
    weekday,
    period,
    periodTo,
    weeks,
    mode: 'live',
    modeParams: {},
    classroomId: roomName === null ? null : (rooms.get(roomName) ?? `new:${roomName}`),
    audiences: classIds.map((classId) => ({ classId, ownTeacherId: null })),
    staff: people.map((personId, index) => ({ personId, duty: index === 0 ? 'lead' : 'assistant' })),
    teacherNames,
  };
}

function usualBells(plan: TermPlan): BellPlan {
  const last = Math.max(1, ...plan.lessons.map(({ periodTo }) => periodTo));
  return { id: '', title: '作息时间', yearGroups: [], periods: standardBells(last) };
}
