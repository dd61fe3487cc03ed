import { sql } from 'kysely';
import { ensureSchoolDays } from '../../src/calendar/service.ts';
import { insertPlanItems, newIds } from '../../src/timetable/queries/plan.ts';
import type { BenchedCell } from './cell.ts';

export interface CountySize {
  readonly schools: number;
  readonly classesEach: number;
  readonly pupilsEach: number;
  /** Lessons of every class a day. */
  readonly periods: number;
  /** Weekdays with lessons from Monday, 1 to 5; all five unless said. */
  readonly weekdays?: number;
}

export interface County {
  readonly countyId: string;
  readonly schoolIds: readonly string[];
}

const FAMILY = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜';
const GIVEN = '安宁静远明达文武思齐乐山海川林森清扬松柏嘉佳欣怡子涵雨晨';

/**
 * A county with its schools, classes, pupils, a guardian of each, teachers and the plan of a week, written by a few
 * large statements. Marked as the demo's, so that the demo's lived lessons can be used on it.
 */
export async function makeCounty(cell: BenchedCell, size: CountySize): Promise<County> {
  const { db } = cell;
  const { schools, classesEach, pupilsEach } = size;
  const [county] = await ids(
    cell,
    sql`INSERT INTO orgs (kind, code, name, is_demo) VALUES ('county', 'bench', '云岭县', true) RETURNING id`,
  );
  const countyId = county!;
  const schoolIds = await ids(
    cell,
    sql`INSERT INTO orgs (parent_id, kind, code, name, is_demo)
      SELECT ${countyId}, 'school', 'bench' || n, '第' || n || '中学', true FROM generate_series(1, ${schools}::int) n RETURNING id`,
  );
  await sql`
    INSERT INTO terms (org_id, title, first_day, last_day, week1_monday)
    VALUES (${countyId}, 'Bench', '2026-09-01', '2027-01-22', '2026-08-31')`.execute(db);
  await ensureSchoolDays(db, { orgId: countyId });
  await sql`
    INSERT INTO bell_plans (school_id, title) SELECT id, 'Bench' FROM unnest(${schoolIds}::uuid[]) id`.execute(
    db,
  );
  await sql`
    INSERT INTO bell_periods (bell_plan_id, starts_at_local, ends_at_local, period)
    SELECT b.id, time '08:00' + n * interval '1 hour', time '08:40' + n * interval '1 hour', n + 1
    FROM bell_plans b, generate_series(0, ${size.periods - 1}::int) n`.execute(db);
  await sql`
    INSERT INTO courses (school_id, code, title) SELECT id, 'maths', '数学' FROM unnest(${schoolIds}::uuid[]) id`.execute(
    db,
  );
  await sql`
    INSERT INTO classes (school_id, org_id, kind, name, year_group, class_no, during)
    SELECT id, id, 'homeroom', (7 + n % 3) || '年级' || n || '班', (7 + n % 3)::text, n, '[2026-09-01,)'
    FROM unnest(${schoolIds}::uuid[]) id, generate_series(1, ${classesEach}::int) n`.execute(db);
  await makePeople(cell, { schoolIds, classesEach, pupilsEach });
  await sql`
    WITH officer AS (
      INSERT INTO persons (home_org_id, number, name, is_demo) VALUES (${countyId}, 'officer', '裴科长', true) RETURNING id)
    INSERT INTO appointments (person_id, org_id, role, during) SELECT id, ${countyId}, 'bureauOfficer', '[2026-09-01,)' FROM officer`.execute(
    db,
  );
  await sql`
    INSERT INTO accounts (person_id, login_name, status)
    SELECT a.person_id, 'bench-' || a.person_id, 'active' FROM appointments a ON CONFLICT DO NOTHING`.execute(
    db,
  );
  await planWeek(cell, schoolIds, size);
  await sql`ANALYZE`.execute(db);
  return { countyId, schoolIds };
}

/** Numbers say who is who: p pupils, g their guardians, t teachers, d the deputy. */
async function makePeople(
  cell: BenchedCell,
  {
    schoolIds,
    classesEach,
    pupilsEach,
  }: { schoolIds: readonly string[]; classesEach: number; pupilsEach: number },
): Promise<void> {
  const { db } = cell;
  const name = sql`substr(${FAMILY}, 1 + n % ${FAMILY.length}, 1) || substr(${GIVEN}, 1 + (n / 7) % ${GIVEN.length}, 1)
    || substr(${GIVEN}, 1 + (n / 11) % ${GIVEN.length}, 1)`;
  // Some schools at a time: a statement of the pool ends after half a minute.
  for (let from = 0; from < schoolIds.length; from += 5) {
    const some = schoolIds.slice(from, from + 5);
    await sql`
      WITH numbered AS (SELECT id, place FROM unnest(${some}::uuid[]) WITH ORDINALITY s (id, place)),
      everybody AS (
        INSERT INTO persons (home_org_id, number, name, is_demo)
        SELECT s.id, kind || n, ${name}, true
        FROM numbered s, (
          SELECT kind, n FROM unnest(ARRAY['p', 'g']) kind, generate_series(1, ${classesEach * pupilsEach}::int) n
          UNION ALL SELECT 't', n FROM generate_series(1, ${classesEach * 2}::int) n
          UNION ALL SELECT 'd', 1) wanted
        RETURNING id, home_org_id, number),
      appointed AS (
        INSERT INTO appointments (person_id, org_id, role, during)
        SELECT id, home_org_id, CASE left(number, 1) WHEN 'd' THEN 'schoolDeputy' ELSE 'teacher' END, '[2026-09-01,)'
        FROM everybody WHERE left(number, 1) IN ('t', 'd')),
      guarded AS (
        INSERT INTO guardianships (pupil_id, guardian_id, during)
        SELECT p.id, g.id, '[2026-09-01,)' FROM everybody p
        JOIN everybody g ON g.home_org_id = p.home_org_id AND g.number = 'g' || substr(p.number, 2) WHERE left(p.number, 1) = 'p')
      INSERT INTO enrollments (class_id, person_id, role, is_home, during)
      SELECT c.id, e.id, CASE left(e.number, 1) WHEN 'p' THEN 'pupil' ELSE 'classTeacher' END, left(e.number, 1) = 'p', '[2026-09-01,)'
      FROM everybody e JOIN classes c ON c.school_id = e.home_org_id AND c.class_no = CASE left(e.number, 1)
        WHEN 'p' THEN 1 + (substr(e.number, 2)::int - 1) / ${pupilsEach}::int
        WHEN 't' THEN substr(e.number, 2)::int END`.execute(db);
  }
}

/** Every class has every period of every weekday; nobody is used twice. */
async function planWeek(
  { db }: BenchedCell,
  schoolIds: readonly string[],
  { periods, weekdays = 5 }: CountySize,
): Promise<void> {
  const { rows: terms } = await sql<{ id: string }>`SELECT id FROM terms`.execute(db);
  for (const schoolId of schoolIds) {
    const { rows: classes } = await sql<{ id: string }>`
      SELECT id FROM classes WHERE school_id = ${schoolId} ORDER BY class_no`.execute(db);
    const { rows: teachers } = await sql<{ id: string }>`
      SELECT id FROM persons WHERE home_org_id = ${schoolId} AND number LIKE 't%' ORDER BY number`.execute(
      db,
    );
    const { rows: courses } = await sql<{ id: string }>`
      SELECT id FROM courses WHERE school_id = ${schoolId}`.execute(db);
    const cells = classes.flatMap((one, row) =>
      Array.from({ length: weekdays * periods }, (_, n) => ({ classId: one.id, row, n })),
    );
    const newOnes = await newIds(db, cells.length);
    await db.transaction().execute((trx) =>
      insertPlanItems(trx, {
        schoolId,
        termId: terms[0]!.id,
        items: cells.map(({ classId, row, n }, index) => ({
          id: newOnes[index] ?? '',
          originId: newOnes[index] ?? '',
          courseId: courses[0]!.id,
          weekday: Math.floor(n / periods) + 1,
          period: (n % periods) + 1,
          periodTo: (n % periods) + 1,
          weeks: Array.from({ length: 20 }, (_, week) => week + 1),
          mode: 'live',
          modeParams: {},
          classroomId: null,
          audiences: [{ classId, ownTeacherId: null }],
          staff: [{ personId: teachers[(row + n) % teachers.length]!.id, duty: 'lead' as const }],
          sourceKey: null,
        })),
      }),
    );
  }
}

async function ids({ db }: BenchedCell, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await query.execute(db);
  return (rows as { id: string }[]).map(({ id }) => id);
}
