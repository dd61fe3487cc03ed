import { sql } from 'kysely';
import type { Db, Trx } from '../platform/database.ts';
import { nationalYears } from './holidays.ts';
import {
  replaceNationalHolidays,
  replaceSchoolDays,
  selectHolidaysOf,
  selectSchoolDays,
  selectSchools,
  selectTermsOf,
  type SchoolDayRow,
  type SchoolRow,
  type TermRow,
} from './queries.ts';
import { instantAt, schoolDayOf } from './rules/days.ts';
import { hoursOf, planSchoolDays, type PlannedDay, type SchoolHours } from './rules/school-days.ts';

/** What a neighbour needs to know of a school's clock and calendar. */
export interface SchoolClock {
  readonly schoolId: string;
  readonly hours: SchoolHours;
  /** The school's day now, `YYYY-MM-DD`, boundary at 04:00. */
  readonly today: string;
  /** Term that holds today, else the next one, else the last one; null when the school has none. */
  readonly term: TermRow | null;
  readonly terms: readonly TermRow[];
}

/**
 * The clock and the terms of a school.
 *
 * @param now - the product's clock.
 * @returns null when there is no such school.
 */
export async function schoolClock(
  db: Db,
  { schoolId, now }: { schoolId: string; now: Date },
): Promise<SchoolClock | null> {
  const school = await db
    .selectFrom('orgs')
    .select(['id', 'tz', 'settings'])
    .where('id', '=', schoolId)
    .executeTakeFirst();
  if (!school) return null;
  const hours = hoursOf(school.settings, school.tz);
  const today = schoolDayOf(now, hours.timeZone);
  const terms = await selectTermsOf(db, schoolId);
  return { schoolId, hours, today, terms, term: termNear(terms, today) };
}

/** Pure: the term a day lies in, else the next one, else the last one. */
export function termNear(terms: readonly TermRow[], day: string): TermRow | null {
  return (
    terms.find((term) => term.firstDay <= day && day <= term.lastDay) ??
    terms.find((term) => term.firstDay > day) ??
    terms.at(-1) ??
    null
  );
}

/** Days of a school from first to last; days outside its terms are missing. */
export async function schoolDays(
  db: Db,
  { schoolId, firstDay, lastDay }: { schoolId: string; firstDay: string; lastDay: string },
): Promise<SchoolDayRow[]> {
  return selectSchoolDays(db, { schoolId, firstDay, lastDay });
}

/**
 * Takes the shipped holiday files into the database; decisions of bureaus and schools stay. Idempotent.
 *
 * @returns rows that changed.
 */
export async function loadNationalHolidays(trx: Trx): Promise<number> {
  return replaceNationalHolidays(
    trx,
    nationalYears().flatMap(({ days }) => days),
  );
}

/**
 * Makes the school days of every school at or below a unit from terms, holidays and make-up days.
 *
 * Idempotent. Opened days and closures are left as they are.
 *
 * @param orgId - null: every school of the cell.
 * @returns counts over all schools.
 */
export async function ensureSchoolDays(
  db: Db,
  { orgId }: { orgId: string | null },
): Promise<{ schools: number; written: number; removed: number }> {
  const total = { schools: 0, written: 0, removed: 0 };
  for (const school of await selectSchools(db, orgId)) {
    const { written, removed } = await ensureDaysOfSchool(db, school);
    total.schools += 1;
    total.written += written;
    total.removed += removed;
  }
  return total;
}

async function ensureDaysOfSchool(db: Db, school: SchoolRow): Promise<{ written: number; removed: number }> {
  const terms = await selectTermsOf(db, school.id);
  const hours = hoursOf(school.settings, school.tz);
  const days: PlannedDay[] = [];
  for (const term of terms) {
    const { firstDay, lastDay } = term;
    const holidays = await selectHolidaysOf(db, { orgId: school.id, firstDay, lastDay });
    days.push(...planSchoolDays(term, holidays, hours));
  }
  if (db.isTransaction) return replaceSchoolDays(db as Trx, { schoolId: school.id, days });
  return db.transaction().execute((trx) => replaceSchoolDays(trx, { schoolId: school.id, days }));
}

/**
 * Changes when a school's days close. Days that are over keep their close; today's moves when it has not closed yet.
 *
 * @param dayCloses - `HH:MM` in the school's zone, after 04:00.
 * @param now - the product's clock.
 */
export async function changeDayCloses(
  trx: Trx,
  { schoolId, dayCloses, now }: { schoolId: string; dayCloses: string; now: Date },
): Promise<void> {
  const school = await trx
    .updateTable('orgs')
    .set({ settings: sql<string>`settings || jsonb_build_object('dayCloses', ${dayCloses}::text)` })
    .where('id', '=', schoolId)
    .returning(['tz'])
    .executeTakeFirstOrThrow();
  await ensureSchoolDays(trx, { orgId: schoolId });
  const today = schoolDayOf(now, school.tz);
  await trx
    .updateTable('school_days')
    .set({ closes_at: instantAt(today, dayCloses, school.tz) })
    .where('org_id', '=', schoolId)
    .where('day', '=', today)
    .where('closed_at', 'is', null)
    .execute();
}

/** A school's day as its row says; undefined when the day lies outside every term. */
export async function selectSchoolDay(db: Db, { schoolId, day }: { schoolId: string; day: string }) {
  return db
    .selectFrom('school_day_cards')
    .where('school_id', '=', schoolId)
    .where('day', '=', day)
    .selectAll()
    .executeTakeFirst();
}

/** @returns false when the day was already opened, or has no row. */
export async function markDayOpened(
  trx: Trx,
  { schoolId, day, at }: { schoolId: string; day: string; at: Date },
): Promise<boolean> {
  const changed = await trx
    .updateTable('school_days')
    .set({ opened_at: at })
    .where('org_id', '=', schoolId)
    .where('day', '=', day)
    .where('opened_at', 'is', null)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/** @returns false when the day was already closed, or has no row. */
export async function markDayClosed(
  trx: Trx,
  { schoolId, day, at }: { schoolId: string; day: string; at: Date },
): Promise<boolean> {
  const changed = await trx
    .updateTable('school_days')
    .set({ closed_at: at })
    .where('org_id', '=', schoolId)
    .where('day', '=', day)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}
