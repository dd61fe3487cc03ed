import type { Db, Trx } from '../../platform/database.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { deleteOrigins, selectImportedItems } from '../queries/imports.ts';
import type { Names } from '../queries/names.ts';
import {
  ensureClassroom,
  ensureCourse,
  insertPlanItems,
  newIds,
  replaceParts,
  selectBellPlans,
  selectPlanItems,
  selectYearGroups,
  upsertBellPlan,
} from '../queries/plan.ts';
import type { BellPlan } from '../rules/bells.ts';
import type { MatrixPlan, WantedSlot } from '../rules/matrix-plan.ts';
import { patternClashes } from '../rules/pattern-clashes.ts';
import { standardBells } from '../rules/standard-bells.ts';
import { timesOfItem, type PlanItem } from '../rules/week.ts';
import { requireMode } from './plan-state.ts';

export interface DraftDifference {
  readonly created: readonly WantedSlot[];
  readonly changed: readonly { originId: string; slot: WantedSlot; parts: readonly PlanItem[] }[];
  readonly leaving: readonly string[];
  readonly unchanged: number;
}

interface Place {
  readonly schoolId: string;
  readonly termId: string;
}

/** What the draft has of these classes from earlier imports, against what the workbook wants. */
export async function compareDraft(
  db: Db,
  { schoolId, termId, plan }: Place & { plan: MatrixPlan },
): Promise<DraftDifference> {
  const known = await selectImportedItems(db, { schoolId, termId, classIds: plan.classIds });
  const originOf = new Map(known.map(({ sourceKey, originId }) => [sourceKey, originId]));
  const partsOf = Map.groupBy(await selectPlanItems(db, { schoolId, termId }), ({ originId }) => originId);
  const titles = new Map(
    (await db.selectFrom('courses').where('school_id', '=', schoolId).select(['id', 'title']).execute()).map(
      (row) => [row.id, row.title],
    ),
  );
  const rooms = new Map(
    (
      await db.selectFrom('classrooms').where('school_id', '=', schoolId).select(['id', 'name']).execute()
    ).map((row) => [row.id, row.name]),
  );
  const created: WantedSlot[] = [];
  const changed: DraftDifference['changed'][number][] = [];
  let unchanged = 0;
  for (const slot of plan.slots) {
    const originId = originOf.get(slot.sourceKey);
    const parts = originId === undefined ? [] : (partsOf.get(originId) ?? []);
    const [only] = parts;
    if (originId === undefined || only === undefined) created.push(slot);
    else if (parts.length === 1 && isEqual(only, slot, titles, rooms)) unchanged += 1;
    else changed.push({ originId, slot, parts });
  }
  const wanted = new Set(plan.slots.map(({ sourceKey }) => sourceKey));
  const leaving = known.filter(({ sourceKey }) => !wanted.has(sourceKey)).map(({ originId }) => originId);
  return { created, changed, leaving, unchanged };
}

function isEqual(
  item: PlanItem,
  slot: WantedSlot,
  titles: ReadonlyMap<string, string>,
  rooms: ReadonlyMap<string, string>,
): boolean {
  const of = (values: readonly unknown[]): string => JSON.stringify(values);
  return (
    of([
      titles.get(item.courseId),
      item.weekday,
      item.period,
      item.periodTo,
      item.weeks,
      item.mode,
      item.modeParams.platform ?? null,
      item.classroomId === null ? null : rooms.get(item.classroomId),
      item.audiences.map(({ classId }) => classId).sort(),
      item.staff.map(({ personId }) => personId).sort(),
    ]) ===
    of([
      slot.courseName,
      slot.weekday,
      slot.period,
      slot.periodTo,
      slot.weeks,
      slot.mode,
      slot.modeParams.platform ?? null,
      slot.classroomName,
      [...slot.classIds].sort(),
      [...slot.teacherIds].sort(),
    ])
  );
}

/** Writes what the comparison found; the plan's lock is held. */
export async function writeDraft(
  trx: Trx,
  { schoolId, termId, plan, makesBells }: Place & { plan: MatrixPlan; makesBells: boolean },
): Promise<void> {
  if (makesBells) await makeBells(trx, { schoolId, plan });
  const { created, changed, leaving } = await compareDraft(trx, { schoolId, termId, plan });
  await deleteOrigins(trx, { schoolId, termId, originIds: leaving });
  const courses = await idsOf(
    [...created, ...changed.map(({ slot }) => slot)],
    (slot) => slot.courseName,
    (name) => ensureCourse(trx, schoolId, name),
  );
  const rooms = await idsOf(
    [...created, ...changed.map(({ slot }) => slot)],
    (slot) => slot.classroomName,
    (name) => ensureClassroom(trx, schoolId, name),
  );
  const content = (slot: WantedSlot) => ({
    courseId: courses.get(slot.courseName) ?? '',
    weekday: slot.weekday,
    period: slot.period,
    periodTo: slot.periodTo,
    weeks: slot.weeks,
    mode: slot.mode,
    modeParams: slot.modeParams,
    classroomId: slot.classroomName === null ? null : (rooms.get(slot.classroomName) ?? null),
    audiences: slot.classIds.map((classId) => ({ classId, ownTeacherId: null })),
    staff: slot.teacherIds.map((personId, index) => ({
      personId,
      duty: index === 0 ? ('lead' as const) : ('assistant' as const),
    })),
  });
  for (const { originId, slot, parts } of changed) {
    // The part that carries the source stays, so that the workbook finds it again.
    const kept = parts[0]?.id ?? null;
    await replaceParts(trx, {
      schoolId,
      termId,
      originId,
      parts: [{ ...content(slot), id: kept, originId }],
    });
    if (kept) {
      await trx
        .updateTable('plan_items')
        .set({ source_key: slot.sourceKey })
        .where('id', '=', kept)
        .execute();
    }
  }
  const ids = await newIds(trx, created.length);
  await insertPlanItems(trx, {
    schoolId,
    termId,
    items: created.map((slot, index) => {
      const id = ids[index] ?? '';
      return { ...content(slot), id, originId: id, sourceKey: slot.sourceKey };
    }),
  });
}

async function makeBells(
  trx: Trx,
  { schoolId, plan }: { schoolId: string; plan: MatrixPlan },
): Promise<void> {
  const [id = ''] = await newIds(trx, 1);
  const periods = standardBells(lastPeriod(plan));
  await upsertBellPlan(trx, { id, schoolId, title: '作息时间', yearGroups: [], periods });
}

function lastPeriod(plan: MatrixPlan): number {
  return Math.max(1, ...plan.slots.map(({ periodTo }) => periodTo));
}

async function idsOf(
  slots: readonly WantedSlot[],
  nameOf: (slot: WantedSlot) => string | null,
  ensure: (name: string) => Promise<string>,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const slot of slots) {
    const name = nameOf(slot);
    if (name !== null && !ids.has(name)) ids.set(name, await ensure(name));
  }
  return ids;
}

/** What a planner should know before confirming: double use, periods without a bell, meetings without a link. */
export async function draftProblems(
  db: Db,
  { schoolId, plan, names }: { schoolId: string; plan: MatrixPlan; names: Names },
): Promise<{ problems: WorkbookProblem[]; makesBells: boolean }> {
  const known = await selectBellPlans(db, schoolId);
  const makesBells = known.length === 0;
  const bells: BellPlan[] = makesBells
    ? [{ id: '', title: '', yearGroups: [], periods: standardBells(lastPeriod(plan)) }]
    : known;
  const yearGroupOf = await selectYearGroups(db, schoolId);
  const items = plan.slots.map((slot): PlanItem => ({
    id: slot.sourceKey,
    originId: slot.sourceKey,
    courseId: slot.courseName,
    weekday: slot.weekday,
    period: slot.period,
    periodTo: slot.periodTo,
    weeks: slot.weeks,
    mode: slot.mode,
    modeParams: slot.modeParams,
    classroomId: slot.classroomName,
    audiences: slot.classIds.map((classId) => ({ classId, ownTeacherId: null })),
    staff: slot.teacherIds.map((personId) => ({ personId, duty: 'lead' })),
  }));
  const problems: WorkbookProblem[] = [];
  const look = (code: string, params: Record<string, string | number>): void => {
    problems.push({ code, severity: 'look', sheet: null, row: null, column: null, params, suggestion: null });
  };
  const unplaced = new Set(
    items
      .filter((item) => typeof timesOfItem(item, bells, yearGroupOf) === 'string')
      .map(({ periodTo }) => periodTo),
  );
  for (const period of unplaced) look('matrix_period_without_bell', { period });
  for (const platform of new Set(plan.slots.flatMap(({ modeParams }) => modeParams.platform ?? []))) {
    look('matrix_link_missing', { platform });
  }
  const touched = new Set(items.map(({ originId }) => originId));
  const clashes = patternClashes(items, { bells, yearGroupOf, modeOf: requireMode, touched });
  for (const { clash } of clashes.slice(0, 50)) {
    const { resource, first, second } = clash;
    const words = (item: PlanItem): string =>
      `${item.audiences.map(({ classId }) => names.classes.get(classId) ?? '').join('、')} ${item.courseId}`;
    const who = names.teachers.get(resource.id) ?? names.classes.get(resource.id) ?? resource.id;
    const time = `${first.startsAt.toISOString().slice(11, 16)}—${first.endsAt.toISOString().slice(11, 16)}`;
    look('matrix_clash', { who, lesson: words(first), other: words(second), time });
  }
  return { problems, makesBells };
}
