import { sql } from 'kysely';
import { ensureSchoolDays } from '../../src/calendar/service.ts';
import { systemActor } from '../../src/platform/actor.ts';
import type { Db } from '../../src/platform/database.ts';
import { insertPlanItems, newIds } from '../../src/timetable/queries/plan.ts';
import { publishWeekIn } from '../../src/timetable/service/publish.ts';
import { round } from '../bench.ts';

export interface PlanSchool {
  readonly schoolId: string;
  readonly termId: string;
  readonly courseId: string;
  readonly classIds: readonly string[];
  readonly classNames: readonly string[];
  readonly teacherIds: readonly string[];
  readonly teacherNames: readonly string[];
}

const FAMILY_NAMES = Array.from('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜');
const GIVEN_NAMES = Array.from('安宁静远明达文武思齐乐山海川林森清扬松柏');
const GRADES = Array.from('一二三四五六七八九');

/** A school with a term, days, bells, homeroom classes with pupils, and two teachers for every class. */
export async function planSchool(
  db: Db,
  { classes, pupilsEach, periods }: { classes: number; pupilsEach: number; periods: number },
): Promise<PlanSchool> {
  const schoolId = await idOf(
    db,
    sql`INSERT INTO orgs (kind, code, name) VALUES ('school', 'bench', 'Bench') RETURNING id`,
  );
  const termId = await idOf(
    db,
    sql`INSERT INTO terms (org_id, title, first_day, last_day, week1_monday)
      VALUES (${schoolId}, 'Bench', '2026-09-01', '2027-01-22', '2026-08-31') RETURNING id`,
  );
  await ensureSchoolDays(db, { orgId: schoolId });
  const bellPlanId = await idOf(
    db,
    sql`INSERT INTO bell_plans (school_id, title) VALUES (${schoolId}, 'Bench') RETURNING id`,
  );
  await sql`
    INSERT INTO bell_periods (bell_plan_id, starts_at_local, ends_at_local, period)
    SELECT ${bellPlanId}, time '08:00' + n * interval '1 hour', time '08:40' + n * interval '1 hour', n + 1
    FROM generate_series(0, ${periods - 1}) n`.execute(db);
  const courseId = await idOf(
    db,
    sql`INSERT INTO courses (school_id, code, title) VALUES (${schoolId}, 'maths', '数学') RETURNING id`,
  );
  const classNames = Array.from(
    { length: classes },
    (_, n) => `${GRADES[n % GRADES.length]}（${Math.floor(n / GRADES.length) + 1}）班`,
  );
  const classIds = await idsOf(
    db,
    sql`INSERT INTO classes (school_id, org_id, kind, name, year_group, during)
      SELECT ${schoolId}, ${schoolId}, 'homeroom', name, '5', '[2026-09-01,)' FROM unnest(${classNames}::text[]) name RETURNING id`,
  );
  const teacherNames = Array.from(
    { length: classes * 2 },
    (_, n) =>
      `${FAMILY_NAMES[n % FAMILY_NAMES.length]}${GIVEN_NAMES[Math.floor(n / FAMILY_NAMES.length) % GIVEN_NAMES.length]}${GIVEN_NAMES[n % GIVEN_NAMES.length]}`,
  );
  const teacherIds = await idsOf(
    db,
    sql`INSERT INTO persons (home_org_id, number, name) SELECT ${schoolId}, 't' || n, name
      FROM unnest(${teacherNames}::text[]) WITH ORDINALITY AS t (name, n) ORDER BY n RETURNING id`,
  );
  await sql`
    INSERT INTO appointments (person_id, org_id, role, during)
    SELECT id, ${schoolId}, 'teacher', '[2026-09-01,)' FROM unnest(${teacherIds}::uuid[]) id`.execute(db);
  await sql`
    WITH pupils AS (
      INSERT INTO persons (home_org_id, number, name)
      SELECT ${schoolId}, 'p' || n, '学生' FROM generate_series(1, ${classes * pupilsEach}) n RETURNING id, number
    )
    INSERT INTO enrollments (class_id, person_id, role, is_home, during)
    SELECT (${classIds}::uuid[])[1 + substr(number, 2)::int % ${classes}], id, 'pupil', true, '[2026-09-01,)' FROM pupils`.execute(
    db,
  );
  await sql`ANALYZE`.execute(db);
  return { schoolId, termId, courseId, classIds, classNames, teacherIds, teacherNames };
}

/** Every class has every period; the teacher of a cell is another one for each class, so that nobody is used twice. */
export async function fillWeek(
  db: Db,
  school: PlanSchool,
  { weekdays, periods }: { weekdays: number; periods: number },
): Promise<void> {
  const cells = school.classIds.flatMap((classId, row) =>
    Array.from({ length: weekdays * periods }, (_, n) => ({
      classId,
      weekday: Math.floor(n / periods) + 1,
      period: (n % periods) + 1,
      teacherId: school.teacherIds[(row + n) % school.teacherIds.length] ?? '',
    })),
  );
  const ids = await newIds(db, cells.length);
  await db.transaction().execute((trx) =>
    insertPlanItems(trx, {
      schoolId: school.schoolId,
      termId: school.termId,
      items: cells.map(({ classId, weekday, period, teacherId }, index) => ({
        id: ids[index] ?? '',
        originId: ids[index] ?? '',
        courseId: school.courseId,
        weekday,
        period,
        periodTo: period,
        weeks: Array.from({ length: 20 }, (_, week) => week + 1),
        mode: 'live',
        modeParams: {},
        classroomId: null,
        audiences: [{ classId, ownTeacherId: null }],
        staff: [{ personId: teacherId, duty: 'lead' as const }],
        sourceKey: null,
      })),
    }),
  );
}

/** Publishes a week of the term as long before it as nothing forbids. */
export async function publishWeekOf(db: Db, { schoolId }: Pick<PlanSchool, 'schoolId'>, weekNo = 13) {
  const began = performance.now();
  const done = await db.transaction().execute((trx) =>
    publishWeekIn(trx, systemActor('bench', []), {
      schoolId,
      weekNo,
      now: new Date(Date.parse('2026-08-28T08:00:00Z') + (weekNo - 1) * 7 * 86_400_000),
    }),
  );
  return { report: done.report, seconds: round((performance.now() - began) / 1000, 2) };
}

type Query = ReturnType<typeof sql>;

async function idsOf(db: Db, query: Query): Promise<string[]> {
  const { rows } = await query.execute(db);
  return (rows as { id: string }[]).map(({ id }) => id);
}

async function idOf(db: Db, query: Query): Promise<string> {
  const [id] = await idsOf(db, query);
  if (!id) throw new Error('nothing was inserted');
  return id;
}
