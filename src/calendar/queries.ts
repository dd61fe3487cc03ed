import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import type { Holiday, PlannedDay } from './rules/school-days.ts';

export interface TermRow {
  readonly id: string;
  readonly orgId: string;
  readonly title: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly week1Monday: string;
}

/** Terms that hold for a unit: its own, else those of the nearest unit above that has any. Oldest first. */
export async function selectTermsOf(db: Db, orgId: string): Promise<TermRow[]> {
  const { rows } = await sql<TermRow>`
    /* prepared */ SELECT t.id, t.org_id AS "orgId", t.title, t.first_day AS "firstDay", t.last_day AS "lastDay",
      t.week1_monday AS "week1Monday"
    FROM terms t
    WHERE t.org_id = (
      SELECT o.id FROM orgs o JOIN orgs unit ON o.path @> unit.path
      WHERE unit.id = ${orgId} AND EXISTS (SELECT FROM terms WHERE org_id = o.id)
      ORDER BY nlevel(o.path) DESC LIMIT 1)
    ORDER BY t.first_day
  `.execute(db);
  return rows;
}

export async function selectOptionalTerm(db: Db, termId: string): Promise<TermRow | undefined> {
  return db
    .selectFrom('terms')
    .where('id', '=', termId)
    .select([
      'id',
      'org_id as orgId',
      'title',
      'first_day as firstDay',
      'last_day as lastDay',
      'week1_monday as week1Monday',
    ])
    .executeTakeFirst();
}

export async function upsertTerm(trx: Trx, term: TermRow): Promise<void> {
  const values = {
    title: term.title,
    first_day: term.firstDay,
    last_day: term.lastDay,
    week1_monday: term.week1Monday,
  };
  await trx
    .insertInto('terms')
    .values({ id: term.id, org_id: term.orgId, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

export interface HolidayRow extends Holiday {
  readonly name: string;
  /** Unit that decided it; null: the State's notice. */
  readonly orgId: string | null;
}

/** Holidays that hold for a unit between two days, one a day: the nearest unit's decision wins over the notice. */
export async function selectHolidaysOf(
  db: Db,
  { orgId, firstDay, lastDay }: { orgId: string; firstDay: string; lastDay: string },
): Promise<HolidayRow[]> {
  const { rows } = await sql<HolidayRow>`
    SELECT DISTINCT ON (h.day) h.day, h.kind, h.name, h.teaches_weekday AS "teachesWeekday", h.org_id AS "orgId"
    FROM holidays h
    LEFT JOIN orgs o ON o.id = h.org_id
    JOIN orgs unit ON unit.id = ${orgId}
    WHERE h.day BETWEEN ${firstDay}::date AND ${lastDay}::date AND (h.org_id IS NULL OR o.path @> unit.path)
    ORDER BY h.day, nlevel(o.path) DESC NULLS LAST
  `.execute(db);
  return rows;
}

export async function upsertHoliday(
  trx: Trx,
  holiday: {
    orgId: string;
    day: string;
    kind: Holiday['kind'];
    name: string;
    teachesWeekday: number | null;
  },
): Promise<void> {
  await sql`
    INSERT INTO holidays (org_id, day, kind, name, teaches_weekday)
    VALUES (${holiday.orgId}, ${holiday.day}, ${holiday.kind}, ${holiday.name}, ${holiday.teachesWeekday})
    ON CONFLICT (coalesce(org_id, '00000000-0000-0000-0000-000000000000'), day) DO UPDATE
      SET kind = excluded.kind, name = excluded.name, teaches_weekday = excluded.teaches_weekday
  `.execute(trx);
}

export async function deleteHoliday(trx: Trx, { orgId, day }: { orgId: string; day: string }): Promise<void> {
  await trx.deleteFrom('holidays').where('org_id', '=', orgId).where('day', '=', day).execute();
}

/** Puts the State's days in place of those known so far; decisions of units stay. @returns rows changed. */
export async function replaceNationalHolidays(
  trx: Trx,
  days: readonly { day: string; kind: Holiday['kind']; name: string }[],
): Promise<number> {
  const { rows } = await sql<{ changed: number }>`
    WITH wanted AS (
      SELECT * FROM unnest(${days.map(({ day }) => day)}::date[], ${days.map(({ kind }) => kind)}::text[],
        ${days.map(({ name }) => name)}::text[]) AS w (day, kind, name)
    ),
    gone AS (
      DELETE FROM holidays h WHERE h.org_id IS NULL AND NOT EXISTS (SELECT FROM wanted w WHERE w.day = h.day)
      RETURNING 1
    ),
    put AS (
      INSERT INTO holidays AS h (org_id, day, kind, name) SELECT NULL, day, kind, name FROM wanted
      ON CONFLICT (coalesce(org_id, '00000000-0000-0000-0000-000000000000'), day) DO UPDATE
        SET kind = excluded.kind, name = excluded.name
        WHERE (h.kind, h.name) IS DISTINCT FROM (excluded.kind, excluded.name)
      RETURNING 1
    )
    SELECT ((SELECT count(*) FROM gone) + (SELECT count(*) FROM put))::int AS changed
  `.execute(trx);
  return rows[0]?.changed ?? 0;
}

export interface SchoolRow {
  readonly id: string;
  readonly tz: string;
  readonly settings: Record<string, unknown>;
}

/** Schools at or below a unit; all schools when there is no unit. */
export async function selectSchools(db: Db, orgId: string | null): Promise<SchoolRow[]> {
  const { rows } = await sql<SchoolRow>`
    SELECT s.id, s.tz, s.settings FROM orgs s
    WHERE s.kind = 'school' AND s.sealed_at IS NULL
      AND (${orgId}::uuid IS NULL OR s.path <@ (SELECT path FROM orgs WHERE id = ${orgId}))
    ORDER BY s.id
  `.execute(db);
  return rows;
}

/**
 * Brings a school's days in line with the plan. Days already opened and declared closures are left alone:
 * what people were expected to do on them stands.
 *
 * @returns days written and days taken away.
 */
export async function replaceSchoolDays(
  trx: Trx,
  { schoolId, days }: { schoolId: string; days: readonly PlannedDay[] },
): Promise<{ written: number; removed: number }> {
  const { rows } = await sql<{ written: number; removed: number }>`
    WITH wanted AS (
      SELECT * FROM unnest(${days.map(({ day }) => day)}::date[], ${days.map(({ kind }) => kind)}::text[],
        ${days.map((row) => row.teachesWeekday)}::smallint[], ${days.map(({ weekNo }) => weekNo)}::smallint[],
        ${days.map(({ opensAt }) => opensAt)}::timestamptz[], ${days.map(({ closesAt }) => closesAt)}::timestamptz[])
        AS w (day, kind, teaches_weekday, week_no, opens_at, closes_at)
    ),
    gone AS (
      DELETE FROM school_days s
      WHERE s.org_id = ${schoolId} AND s.opened_at IS NULL AND s.kind <> 'closure'
        AND NOT EXISTS (SELECT FROM wanted w WHERE w.day = s.day)
      RETURNING 1
    ),
    put AS (
      INSERT INTO school_days AS s (org_id, day, kind, teaches_weekday, week_no, opens_at, closes_at)
      SELECT ${schoolId}::uuid, w.* FROM wanted w
      ON CONFLICT (org_id, day) DO UPDATE SET kind = excluded.kind, teaches_weekday = excluded.teaches_weekday,
        week_no = excluded.week_no, opens_at = excluded.opens_at, closes_at = excluded.closes_at
      WHERE s.opened_at IS NULL AND s.kind <> 'closure'
        AND (s.kind, s.teaches_weekday, s.week_no, s.opens_at, s.closes_at) IS DISTINCT FROM
          (excluded.kind, excluded.teaches_weekday, excluded.week_no, excluded.opens_at, excluded.closes_at)
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM put)::int AS written, (SELECT count(*) FROM gone)::int AS removed
  `.execute(trx);
  return rows[0] ?? { written: 0, removed: 0 };
}

export interface SchoolDayRow {
  readonly day: string;
  readonly kind: 'teaching' | 'off' | 'closure';
  readonly teachesWeekday: number | null;
  readonly weekNo: number | null;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

export async function selectSchoolDays(
  db: Db,
  { schoolId, firstDay, lastDay }: { schoolId: string; firstDay: string; lastDay: string },
): Promise<SchoolDayRow[]> {
  return db
    .selectFrom('school_days')
    .where('org_id', '=', schoolId)
    .where('day', '>=', firstDay)
    .where('day', '<=', lastDay)
    .orderBy('day')
    .select([
      'day',
      'kind',
      'teaches_weekday as teachesWeekday',
      'week_no as weekNo',
      'opens_at as opensAt',
      'closes_at as closesAt',
    ])
    .execute();
}
