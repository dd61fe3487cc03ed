import { sql } from 'kysely';
import type { Db } from '../../src/platform/database.ts';

export interface BenchLesson {
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly teacherToken: string;
  readonly pupils: readonly { readonly personId: string; readonly token: string }[];
}

/**
 * A school with one lesson per class running now, everybody signed in; made by a few large statements.
 *
 * @param classesPerLesson - more than 1: classes share their lesson.
 */
export async function makeSchool(
  db: Db,
  {
    classes,
    pupilsEach,
    classesPerLesson = 1,
  }: { classes: number; pupilsEach: number; classesPerLesson?: number },
): Promise<BenchLesson[]> {
  const [{ day } = { day: '' }] = (
    await sql<{ day: string }>`
      SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date::text AS day`.execute(db)
  ).rows;
  for (const table of [
    'lessons',
    'lesson_audiences',
    'lesson_staff',
    'facts',
    'expectations',
    'room_entries',
    'presence',
  ]) {
    await sql`SELECT ensure_month_partition(${table}, ${day}::date)`.execute(db);
  }
  const lessonCount = Math.ceil(classes / classesPerLesson);
  await sql`
    INSERT INTO orgs (kind, code, name) VALUES ('school', 'bench', '测速学校')`.execute(db);
  await sql`
    WITH school AS (SELECT id FROM orgs WHERE code = 'bench')
    INSERT INTO courses (school_id, code, title) SELECT id, 'bench', '数学' FROM school`.execute(db);
  await sql`
    INSERT INTO classes (school_id, org_id, kind, name, year_group, during)
    SELECT o.id, o.id, 'homeroom', '班' || c, '7', '[2020-01-01,)' FROM orgs o, generate_series(1, ${classes}::int) c
    WHERE o.code = 'bench'`.execute(db);
  // Numbers say who is who: p<class>-<i> pupils, t<lesson> teachers.
  await sql`
    INSERT INTO persons (home_org_id, number, name)
    SELECT o.id, 'p' || c || '-' || i, '生' || c || i FROM orgs o, generate_series(1, ${classes}::int) c, generate_series(1, ${pupilsEach}::int) i
    WHERE o.code = 'bench'
    UNION ALL
    SELECT o.id, 't' || l, '师' || l FROM orgs o, generate_series(1, ${lessonCount}::int) l WHERE o.code = 'bench'`.execute(
    db,
  );
  await sql`
    INSERT INTO appointments (person_id, org_id, role, during)
    SELECT p.id, p.home_org_id, 'teacher', '[2020-01-01,)' FROM persons p WHERE p.number LIKE 't%'`.execute(
    db,
  );
  await sql`
    INSERT INTO enrollments (class_id, person_id, role, is_home, during)
    SELECT c.id, p.id, 'pupil', true, '[2020-01-01,)' FROM persons p
    JOIN classes c ON c.name = '班' || split_part(substr(p.number, 2), '-', 1) WHERE p.number LIKE 'p%'`.execute(
    db,
  );
  await sql`
    INSERT INTO accounts (person_id, login_name, status) SELECT id, number, 'active' FROM persons`.execute(
    db,
  );
  await sql`
    INSERT INTO sessions (id_hash, account_id, audience, idle_seconds, expires_at)
    SELECT sha256(convert_to('bench-' || a.login_name, 'UTF8')), a.id, 'learner', 86400, clock_timestamp() + interval '1 day'
    FROM accounts a`.execute(db);
  await sql`
    INSERT INTO lessons (school_day, school_id, course_id, topic, period, period_to, starts_at, ends_at, mode)
    SELECT ${day}::date, k.school_id, k.id, 'l' || l, 1, 1, app_now() - interval '1 minute', app_now() + interval '3 hours', 'live'
    FROM courses k, generate_series(1, ${lessonCount}::int) l WHERE k.code = 'bench'`.execute(db);
  await sql`
    INSERT INTO lesson_audiences (school_day, lesson_id, class_id)
    SELECT l.school_day, l.id, c.id FROM classes c
    JOIN lessons l ON l.topic = 'l' || (((substr(c.name, 2)::int - 1) / ${classesPerLesson}::int) + 1)`.execute(
    db,
  );
  await sql`
    INSERT INTO lesson_staff (school_day, lesson_id, person_id, duty)
    SELECT l.school_day, l.id, p.id, 'lead' FROM lessons l JOIN persons p ON p.number = 't' || substr(l.topic, 2)`.execute(
    db,
  );
  // Everybody is expected; the last two of a class have not come.
  await sql`
    INSERT INTO expectations (school_day, planned_id, planned_kind, person_id, school_id, via_class_id, starts_at, due_at, state, way)
    SELECT ${day}::date, p.lesson_id, 'lesson', p.person_id, p.school_id, p.via_class_id, p.starts_at, p.ends_at,
      CASE WHEN n.i <= ${pupilsEach - 2}::int THEN 'present' ELSE 'open' END, CASE WHEN n.i <= ${pupilsEach - 2}::int THEN 'live' END
    FROM lesson_people(${day}::date) p JOIN persons person ON person.id = p.person_id
    CROSS JOIN LATERAL (SELECT split_part(person.number, '-', 2)::int AS i) n`.execute(db);
  await sql`ANALYZE`.execute(db);
  const found = await sql<{ lesson_id: string; topic: string; person_id: string; number: string }>`
    SELECT l.id AS lesson_id, l.topic, p.id AS person_id, p.number FROM lessons l
    JOIN lesson_audiences a ON a.lesson_id = l.id JOIN enrollments e ON e.class_id = a.class_id
    JOIN persons p ON p.id = e.person_id ORDER BY l.id, p.number`.execute(db);
  return [...Map.groupBy(found.rows, (row) => row.lesson_id)].map(([lessonId, rows]) => ({
    schoolDay: day,
    lessonId,
    teacherToken: `bench-t${rows[0]!.topic.slice(1)}`,
    pupils: rows.map((row) => ({ personId: row.person_id, token: `bench-${row.number}` })),
  }));
}
