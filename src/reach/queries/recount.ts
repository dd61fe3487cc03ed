import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import type { DayJudgement } from '../rules/day.ts';

/** One recount of a day at a time in the whole cell; later statements of the transaction see what the one before committed. */
export async function lockRecount(trx: Trx, day: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`reach recount ${day}`}, 0))`.execute(trx);
  await sql`SELECT ensure_month_partition('reach_days', ${day}::date)`.execute(trx);
}

export interface ClassPlace {
  readonly orgId: string;
  readonly schoolId: string;
  readonly closesAt: Date | null;
  /** When the school's day was closed; null while it is open or when the calendar has no such day. */
  readonly closedAt: Date | null;
}

/** Unit, school and closing time of the classes in which persons are counted. */
export async function selectClassPlaces(
  db: Db,
  { day, classIds }: { day: string; classIds: readonly string[] },
): Promise<Map<string, ClassPlace>> {
  const { rows } = await sql<ClassPlace & { classId: string }>`
    SELECT c.class_id AS "classId", c.org_id AS "orgId", c.school_id AS "schoolId", d.closes_at AS "closesAt",
      d.closed_at AS "closedAt"
    FROM class_cards c LEFT JOIN school_day_cards d ON d.school_id = c.school_id AND d.day = ${day}::date
    WHERE c.class_id = ANY (${[...classIds]}::uuid[])
  `.execute(db);
  return new Map(rows.map((row) => [row.classId, row]));
}

/** How lessons are taught and when they ran, as the plan knows it; a planned thing that is no lesson is missing. */
export async function selectLessonRuns(
  db: Db,
  { day, plannedIds }: { day: string; plannedIds: readonly string[] },
): Promise<Map<string, { mode: string; startedAt: Date | null; endedAt: Date | null }>> {
  const { rows } = await sql<{
    lessonId: string;
    mode: string;
    startedAt: Date | null;
    endedAt: Date | null;
  }>`
    SELECT lesson_id AS "lessonId", mode, started_at AS "startedAt", ended_at AS "endedAt"
    FROM lesson_cards WHERE school_day = ${day}::date AND lesson_id = ANY (${[...plannedIds]}::uuid[])
  `.execute(db);
  return new Map(rows.map((row) => [row.lessonId, row]));
}

/** Somebody came through the door of a lesson's room. */
export interface Coming {
  readonly plannedId: string;
  readonly personId: string;
  readonly enteredAt: Date;
  readonly recordedAt: Date;
}

/** Who of these came into the room of these lessons while they were taught. */
export async function selectComings(
  db: Db,
  { day, among }: { day: string; among: readonly { plannedId: string; personId: string }[] },
): Promise<Coming[]> {
  if (among.length === 0) return [];
  const { rows } = await sql<Coming>`
    SELECT c.lesson_id AS "plannedId", c.person_id AS "personId", c.entered_at AS "enteredAt", c.entered_at AS "recordedAt"
    FROM unnest(${among.map((row) => row.plannedId)}::uuid[], ${among.map((row) => row.personId)}::uuid[]) AS w (lesson_id, person_id)
    CROSS JOIN LATERAL (
      SELECT * FROM room_comings c
      WHERE c.school_day = ${day}::date AND c.lesson_id = w.lesson_id AND c.person_id = w.person_id OFFSET 0) c
  `.execute(db);
  return rows;
}

export interface ReachRow extends DayJudgement {
  readonly personId: string;
  readonly classId: string;
  readonly orgId: string;
  readonly schoolId: string;
}

/** Units in which these persons were counted before; they must be counted again without them. */
export async function selectCountedUnits(
  db: Db,
  { day, personIds }: { day: string; personIds: readonly string[] },
): Promise<string[]> {
  const rows = await db
    .selectFrom('reach_days')
    .where('school_day', '=', day)
    .where('person_id', 'in', [...personIds])
    .select('org_id')
    .distinct()
    .execute();
  return rows.map((row) => row.org_id);
}

/**
 * Writes the day of persons; those of whom nothing is expected any more lose their row.
 *
 * @returns persons whose row changed.
 */
export async function writeReachDays(
  trx: Trx,
  { day, personIds, rows }: { day: string; personIds: readonly string[]; rows: readonly ReachRow[] },
): Promise<string[]> {
  const { rows: changed } = await sql<{ personId: string }>`
    WITH wanted AS (
      SELECT w.*, NOT EXISTS (SELECT FROM adult_gaps g WHERE g.person_id = w.person_id) AS has_adult
      FROM unnest(
        ${rows.map((row) => row.personId)}::uuid[], ${rows.map((row) => row.classId)}::uuid[],
        ${rows.map((row) => row.orgId)}::uuid[], ${rows.map((row) => row.schoolId)}::uuid[],
        ${rows.map((row) => row.expected)}::smallint[], ${rows.map((row) => row.reached)}::smallint[],
        ${rows.map((row) => row.missed)}::smallint[], ${rows.map((row) => row.state)}::text[],
        ${rows.map((row) => row.way)}::text[])
        AS w (person_id, class_id, org_id, school_id, expected, reached, missed, state, way)
    ),
    gone AS (
      DELETE FROM reach_days r
      WHERE r.school_day = ${day}::date AND r.person_id = ANY (${[...personIds]}::uuid[])
        AND NOT EXISTS (SELECT FROM wanted w WHERE w.person_id = r.person_id)
      RETURNING r.person_id
    ),
    written AS (
      INSERT INTO reach_days AS r (school_day, person_id, class_id, org_id, school_id, expected, reached, missed, state, way, has_adult)
      SELECT ${day}::date, person_id, class_id, org_id, school_id, expected, reached, missed, state, way, has_adult FROM wanted
      ON CONFLICT (school_day, person_id) DO UPDATE SET class_id = excluded.class_id, org_id = excluded.org_id,
        school_id = excluded.school_id, expected = excluded.expected, reached = excluded.reached, missed = excluded.missed,
        state = excluded.state, way = excluded.way, has_adult = excluded.has_adult, version = r.version + 1
      WHERE (r.class_id, r.org_id, r.school_id, r.expected, r.reached, r.missed, r.state, r.way, r.has_adult) IS DISTINCT FROM
        (excluded.class_id, excluded.org_id, excluded.school_id, excluded.expected, excluded.reached, excluded.missed,
         excluded.state, excluded.way, excluded.has_adult)
      RETURNING r.person_id
    )
    SELECT person_id AS "personId" FROM gone UNION ALL SELECT person_id FROM written
  `.execute(trx);
  return changed.map((row) => row.personId);
}

/** Keeps the latest sign of life of each school that these classes belong to. */
export async function writeSchoolSigns(
  trx: Trx,
  { day, signs }: { day: string; signs: ReadonlyMap<string, Date> },
): Promise<void> {
  if (signs.size === 0) return;
  await sql`
    INSERT INTO school_signs (school_day, school_id, last_fact_at)
    SELECT ${day}::date, s.school_id, s.at
    FROM unnest(${[...signs.keys()]}::uuid[], ${[...signs.values()]}::timestamptz[]) AS s (school_id, at)
    ON CONFLICT (school_day, school_id) DO UPDATE SET last_fact_at = greatest(school_signs.last_fact_at, excluded.last_fact_at)
  `.execute(trx);
}

/** Units to count anew, lowest first, grouped by height above the lowest: a unit comes after all below it. */
export async function selectClimb(
  db: Db,
  { day, orgIds }: { day: string; orgIds: readonly string[] },
): Promise<string[][]> {
  const { rows } = await sql<{ orgId: string; height: number }>`
    SELECT org_id AS "orgId", height FROM orgs_above(${[...orgIds]}::uuid[], ${day}::date)
  `.execute(db);
  const byHeight = Map.groupBy(rows, (row) => row.height);
  return [...byHeight.keys()]
    .sort((a, b) => a - b)
    .map((height) => (byHeight.get(height) ?? []).map((row) => row.orgId));
}

/**
 * Counts units anew from their own classes' pupils and the rollups of the units directly below them.
 *
 * All given units must stand at one height: the rows of those below are read, not counted. A measure that
 * fell to nothing keeps a row with 0.
 */
export async function recountUnits(
  trx: Trx,
  { day, orgIds }: { day: string; orgIds: readonly string[] },
): Promise<void> {
  await sql`
    WITH unit AS (SELECT unnest(${[...orgIds]}::uuid[]) AS org_id),
    own AS (
      SELECT r.org_id, m.measure, CASE WHEN m.measure = 'reached' THEN coalesce(r.way, '') ELSE '' END AS way, sum(m.count)::int AS count
      FROM reach_days r JOIN unit USING (org_id),
      LATERAL (VALUES
        ('expected', 1),
        ('reached', (r.state IN ('reached', 'reachedLate'))::int),
        ('reachedLate', (r.state = 'reachedLate')::int),
        ('excused', (r.state = 'excused')::int),
        ('unreached', (r.state = 'unreached')::int),
        ('pending', (r.state = 'pending')::int),
        ('withoutAdult', (r.state = 'unreached' AND NOT r.has_adult)::int),
        ('lessonsExpected', r.expected::int),
        ('lessonsReached', r.reached::int),
        ('lessonsMissed', r.missed::int)) AS m (measure, count)
      WHERE r.school_day = ${day}::date AND m.count > 0
      GROUP BY 1, 2, 3
    ),
    below AS (
      SELECT t.parent_id AS org_id, x.measure, x.way, sum(x.count)::int AS count
      FROM org_tree(${day}::date) t JOIN unit ON unit.org_id = t.parent_id
      JOIN rollups x ON x.org_id = t.org_id AND x.school_day = ${day}::date
      GROUP BY 1, 2, 3
    ),
    counted AS (
      SELECT org_id, measure, way, sum(count)::int AS count FROM (SELECT * FROM own UNION ALL SELECT * FROM below) parts
      GROUP BY 1, 2, 3
    ),
    emptied AS (
      UPDATE rollups x SET count = 0, version = x.version + 1, cut_off = app_now(), computed_at = app_now()
      FROM unit
      WHERE x.school_day = ${day}::date AND x.org_id = unit.org_id
        AND NOT EXISTS (SELECT FROM counted c WHERE c.org_id = x.org_id AND c.measure = x.measure AND c.way = x.way)
    )
    INSERT INTO rollups AS x (school_day, org_id, measure, way, count, cut_off, computed_at)
    SELECT ${day}::date, org_id, measure, way, count, app_now(), app_now() FROM counted
    ON CONFLICT (school_day, org_id, measure, way) DO UPDATE SET count = excluded.count, cut_off = excluded.cut_off,
      computed_at = excluded.computed_at, version = x.version + (x.count <> excluded.count)::int
  `.execute(trx);
}
