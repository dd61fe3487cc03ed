import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import type { BellPeriod, BellPlan } from '../rules/bells.ts';
import type { ItemPart } from '../rules/pattern.ts';
import type { PlanItem } from '../rules/week.ts';

/** Bell plans of a school with their periods in the order of the day. */
export async function selectBellPlans(db: Db, schoolId: string): Promise<BellPlan[]> {
  const { rows } = await sql<BellPlan>`
    SELECT b.id, b.title, b.year_groups AS "yearGroups", coalesce((
      SELECT json_agg(json_build_object('startsAt', to_char(p.starts_at_local, 'HH24:MI'),
        'endsAt', to_char(p.ends_at_local, 'HH24:MI'), 'period', p.period, 'label', p.label) ORDER BY p.starts_at_local)
      FROM bell_periods p WHERE p.bell_plan_id = b.id), '[]') AS periods
    FROM bell_plans b WHERE b.school_id = ${schoolId}
    ORDER BY cardinality(b.year_groups), b.title
  `.execute(db);
  return rows;
}

export async function upsertBellPlan(
  trx: Trx,
  plan: {
    id: string;
    schoolId: string;
    title: string;
    yearGroups: readonly string[];
    periods: readonly BellPeriod[];
  },
): Promise<void> {
  const values = { title: plan.title, year_groups: [...plan.yearGroups] };
  await trx
    .insertInto('bell_plans')
    .values({ id: plan.id, school_id: plan.schoolId, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  await trx.deleteFrom('bell_periods').where('bell_plan_id', '=', plan.id).execute();
  await trx
    .insertInto('bell_periods')
    .values(
      plan.periods.map((row) => ({
        bell_plan_id: plan.id,
        starts_at_local: row.startsAt,
        ends_at_local: row.endsAt,
        period: row.period,
        label: row.label,
      })),
    )
    .execute();
}

/** Aggregates of a pattern item's classes and staff, as JSON in a stable order. */
const audiencesOfItem = sql`(
  SELECT coalesce(json_agg(json_build_object('classId', a.class_id, 'ownTeacherId', a.own_teacher_id) ORDER BY a.class_id), '[]')
  FROM plan_item_audiences a WHERE a.plan_item_id = i.id)`;
const staffOfItem = sql`(
  SELECT coalesce(json_agg(json_build_object('personId', s.person_id, 'duty', s.duty) ORDER BY s.duty, s.person_id), '[]')
  FROM plan_item_staff s WHERE s.plan_item_id = i.id)`;

/** Items of a term's pattern; with `weekNo` those of that week only, with `originId` the parts of one. */
export async function selectPlanItems(
  db: Db,
  {
    schoolId,
    termId,
    weekNo = null,
    originId = null,
  }: { schoolId: string; termId: string; weekNo?: number | null; originId?: string | null },
): Promise<PlanItem[]> {
  const { rows } = await sql<PlanItem>`
    SELECT i.id, i.origin_id AS "originId", i.course_id AS "courseId", i.weekday, i.period, i.period_to AS "periodTo",
      i.weeks, i.mode, i.mode_params AS "modeParams", i.classroom_id AS "classroomId", i.held,
      i.teacher_names AS "teacherNames",
      ${audiencesOfItem} AS audiences, ${staffOfItem} AS staff
    FROM plan_items i
    WHERE i.school_id = ${schoolId} AND i.term_id = ${termId}
      AND (${weekNo}::smallint IS NULL OR ${weekNo}::smallint = ANY (i.weeks))
      AND (${originId}::uuid IS NULL OR i.origin_id = ${originId})
    ORDER BY i.weekday, i.period, i.id
  `.execute(db);
  return rows;
}

export interface PlanItemPlace {
  readonly id: string;
  readonly schoolId: string;
  readonly termId: string;
  readonly originId: string;
}

export async function selectOptionalPlanItem(db: Db, itemId: string): Promise<PlanItemPlace | undefined> {
  return db
    .selectFrom('plan_items')
    .where('id', '=', itemId)
    .select(['id', 'school_id as schoolId', 'term_id as termId', 'origin_id as originId'])
    .executeTakeFirst();
}

/** Ids for rows whose children are written in the same statement round. */
export async function newIds(db: Db, count: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT uuidv7() AS id FROM generate_series(1, ${count})`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

export interface NewPlanItem extends Omit<PlanItem, 'id' | 'originId'> {
  readonly id: string;
  readonly originId: string;
  readonly sourceKey: string | null;
  readonly sourceHash?: string | null;
}

/** Writes items with their classes and staff; three statements for any number. */
export async function insertPlanItems(
  trx: Trx,
  { schoolId, termId, items }: { schoolId: string; termId: string; items: readonly NewPlanItem[] },
): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map((item) => ({
    id: item.id,
    origin_id: item.originId,
    course_id: item.courseId,
    weekday: item.weekday,
    period: item.period,
    period_to: item.periodTo,
    weeks: item.weeks,
    mode: item.mode,
    mode_params: item.modeParams,
    classroom_id: item.classroomId,
    source_key: item.sourceKey,
    source_hash: item.sourceHash ?? null,
    held: item.held ?? false,
    teacher_names: item.teacherNames ?? [],
  }));
  await sql`
    INSERT INTO plan_items (id, school_id, term_id, origin_id, course_id, weekday, period, period_to, weeks, mode,
      mode_params, classroom_id, source_key, source_hash, held, teacher_names)
    SELECT r.id, ${schoolId}::uuid, ${termId}::uuid, r.origin_id, r.course_id, r.weekday, r.period, r.period_to, r.weeks,
      r.mode, r.mode_params, r.classroom_id, r.source_key, r.source_hash, r.held, r.teacher_names
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (id uuid, origin_id uuid, course_id uuid, weekday smallint,
      period smallint, period_to smallint, weeks smallint[], mode text, mode_params jsonb, classroom_id uuid, source_key text,
      source_hash text, held boolean, teacher_names text[])
  `.execute(trx);
  await insertItemChildren(trx, items);
}

async function insertItemChildren(trx: Trx, items: readonly Omit<NewPlanItem, 'sourceKey'>[]): Promise<void> {
  const audiences = items.flatMap((item) => item.audiences.map((row) => ({ itemId: item.id, ...row })));
  await sql`
    INSERT INTO plan_item_audiences (plan_item_id, class_id, own_teacher_id)
    SELECT * FROM unnest(${audiences.map((row) => row.itemId)}::uuid[], ${audiences.map((row) => row.classId)}::uuid[],
      ${audiences.map((row) => row.ownTeacherId)}::uuid[])
  `.execute(trx);
  const staff = items.flatMap((item) => item.staff.map((row) => ({ itemId: item.id, ...row })));
  await sql`
    INSERT INTO plan_item_staff (plan_item_id, person_id, duty)
    SELECT * FROM unnest(${staff.map((row) => row.itemId)}::uuid[], ${staff.map((row) => row.personId)}::uuid[],
      ${staff.map((row) => row.duty)}::text[])
  `.execute(trx);
}

/** Puts the parts of one origin in place of those that are there. A part that stays keeps its id and source. */
export async function replaceParts(
  trx: Trx,
  {
    schoolId,
    termId,
    originId,
    parts,
  }: { schoolId: string; termId: string; originId: string; parts: readonly ItemPart[] },
): Promise<void> {
  const staying = parts.flatMap(({ id }) => id ?? []);
  await sql`
    DELETE FROM plan_items WHERE school_id = ${schoolId} AND term_id = ${termId} AND origin_id = ${originId}
      AND id <> ALL (${staying}::uuid[])
  `.execute(trx);
  for (const part of parts) {
    if (part.id === null) continue;
    await sql`
      UPDATE plan_items SET course_id = ${part.courseId}, weekday = ${part.weekday}, period = ${part.period},
        period_to = ${part.periodTo}, weeks = ${[...part.weeks]}, mode = ${part.mode},
        mode_params = ${JSON.stringify(part.modeParams)}, classroom_id = ${part.classroomId},
        teacher_names = ${[...(part.teacherNames ?? [])]}, version = version + 1
      WHERE id = ${part.id}
    `.execute(trx);
    await trx.deleteFrom('plan_item_audiences').where('plan_item_id', '=', part.id).execute();
    await trx.deleteFrom('plan_item_staff').where('plan_item_id', '=', part.id).execute();
    await insertItemChildren(trx, [{ ...part, id: part.id }]);
  }
  const fresh = parts.filter(({ id }) => id === null);
  const ids = await newIds(trx, fresh.length);
  await insertPlanItems(trx, {
    schoolId,
    termId,
    items: fresh.map((part, index) => ({ ...part, id: ids[index] ?? '', sourceKey: null })),
  });
}

/** Year group of each class of a school; decides whose bells ring. */
export async function selectYearGroups(db: Db, schoolId: string): Promise<Map<string, string | null>> {
  const rows = await db
    .selectFrom('classes')
    .where('school_id', '=', schoolId)
    .select(['id', 'year_group'])
    .execute();
  return new Map(rows.map((row) => [row.id, row.year_group]));
}

/** One planner at a time in a school's term; the others wait and then see what was done. */
export async function lockPlan(trx: Trx, schoolId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plan ${schoolId}`}, 0))`.execute(trx);
}

/** The classroom of this name in the school; made when it is new. */
export async function ensureClassroom(trx: Trx, schoolId: string, name: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    INSERT INTO classrooms (school_id, name) VALUES (${schoolId}, ${name})
    ON CONFLICT (school_id, name) DO UPDATE SET name = excluded.name RETURNING id
  `.execute(trx);
  return rows[0]?.id ?? '';
}

/** The course of this title in the school; made when there is none. The oldest wins where titles repeat. */
export async function ensureCourse(trx: Trx, schoolId: string, title: string): Promise<string> {
  const found = await trx
    .selectFrom('courses')
    .select('id')
    .where('school_id', '=', schoolId)
    .where('title', '=', title)
    .orderBy('id')
    .executeTakeFirst();
  if (found) return found.id;
  const { rows } = await sql<{ id: string }>`
    INSERT INTO courses (school_id, code, title) VALUES (${schoolId}, ${title}, ${title})
    ON CONFLICT (school_id, code) DO UPDATE SET code = excluded.code RETURNING id
  `.execute(trx);
  return rows[0]?.id ?? '';
}

/** Classes of a school that exist on any of these days, in the order of year group, number and name. */
export async function selectPlanClasses(
  db: Db,
  { schoolId, firstDay, lastDay }: { schoolId: string; firstDay: string; lastDay: string },
): Promise<{ id: string; name: string; kind: string; yearGroup: string | null }[]> {
  return db
    .selectFrom('classes')
    .where('school_id', '=', schoolId)
    .where(sql<boolean>`during && daterange(${firstDay}::date, ${lastDay}::date, '[]')`)
    .orderBy('kind')
    .orderBy(sql`lpad(year_group, 8, '0')`)
    .orderBy('class_no')
    .orderBy('name')
    .select(['id', 'name', 'kind', 'year_group as yearGroup'])
    .execute();
}
