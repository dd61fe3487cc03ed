import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';
import { defaultRules, type AttendanceRules } from '../rules/attendance.ts';

interface RulesRow extends AttendanceRules {
  readonly schoolId: string;
}

/**
 * The rules that held at schools on a day: the newest of their own up to it, else the defaults.
 *
 * @param day - school day that is judged, `YYYY-MM-DD`.
 * @returns a lookup by school id.
 */
export async function selectRulesOf(
  db: Db,
  schoolIds: readonly string[],
  day: string,
): Promise<(schoolId: string) => AttendanceRules> {
  if (schoolIds.length === 0) return () => defaultRules;
  const { rows } = await sql<RulesRow>`
    SELECT DISTINCT ON (school_id) school_id AS "schoolId", late_minutes AS "lateMinutes",
      left_early_percent AS "leftEarlyPercent", made_up_percent AS "madeUpPercent", day_needs AS "dayNeeds",
      follow_up_hours AS "followUpHours", help_hours AS "helpHours"
    FROM attendance_rules WHERE school_id = ANY (${[...schoolIds]}::uuid[]) AND holds_from <= ${day}::date
    ORDER BY school_id, holds_from DESC
  `.execute(db);
  const own = new Map(rows.map(({ schoolId, ...rules }): [string, AttendanceRules] => [schoolId, rules]));
  return (schoolId) => own.get(schoolId) ?? defaultRules;
}

/** How often a school changed its rules; 0 while the defaults hold. */
export async function selectRulesVersion(db: Db, schoolId: string): Promise<number> {
  const { version } = await db
    .selectFrom('attendance_rules')
    .where('school_id', '=', schoolId)
    .select((eb) => eb.fn.coalesce(eb.fn.max('version'), eb.lit(0)).as('version'))
    .executeTakeFirstOrThrow();
  return version;
}

/**
 * Lets rules hold from a day on; days before keep theirs. A second change on one day replaces the first.
 *
 * @returns false when the version read is no longer the present one.
 */
export async function upsertRules(
  trx: Trx,
  {
    schoolId,
    from,
    version,
    rules,
    changedBy,
  }: { schoolId: string; from: string; version: number; rules: AttendanceRules; changedBy: string | null },
): Promise<boolean> {
  // Two administrators saving at once: the second waits here and then finds a newer version.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`attendance rules ${schoolId}`}, 0))`.execute(
    trx,
  );
  if ((await selectRulesVersion(trx, schoolId)) !== version) return false;
  const values = {
    late_minutes: rules.lateMinutes,
    left_early_percent: rules.leftEarlyPercent,
    made_up_percent: rules.madeUpPercent,
    day_needs: rules.dayNeeds,
    follow_up_hours: rules.followUpHours,
    help_hours: rules.helpHours,
    version: version + 1,
    changed_by: changedBy,
  };
  await trx
    .insertInto('attendance_rules')
    .values({ school_id: schoolId, holds_from: from, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['school_id', 'holds_from'])
        .doUpdateSet((eb) => ({ ...values, changed_at: eb.fn<Date>('app_now', []) })),
    )
    .execute();
  return true;
}
