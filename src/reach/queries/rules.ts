import type { Db, Trx } from '../../platform/database.ts';
import { defaultRules, type AttendanceRules } from '../rules/attendance.ts';

/** The rules that hold at schools: their own row, else the defaults. @returns a lookup by school id. */
export async function selectRulesOf(
  db: Db,
  schoolIds: readonly string[],
): Promise<(schoolId: string) => AttendanceRules> {
  if (schoolIds.length === 0) return () => defaultRules;
  const rows = await db
    .selectFrom('attendance_rules')
    .where('school_id', 'in', [...schoolIds])
    .selectAll()
    .execute();
  const own = new Map(
    rows.map((row): [string, AttendanceRules] => [
      row.school_id,
      {
        lateMinutes: row.late_minutes,
        leftEarlyPercent: row.left_early_percent,
        madeUpPercent: row.made_up_percent,
        dayNeeds: row.day_needs,
        followUpHours: row.follow_up_hours,
        helpHours: row.help_hours,
      },
    ]),
  );
  return (schoolId) => own.get(schoolId) ?? defaultRules;
}

/** How often a school changed its rules; 0 while the defaults hold. */
export async function selectRulesVersion(db: Db, schoolId: string): Promise<number> {
  const row = await db
    .selectFrom('attendance_rules')
    .where('school_id', '=', schoolId)
    .select('version')
    .executeTakeFirst();
  return row?.version ?? 0;
}

/** @returns false when the version read is no longer the present one. */
export async function upsertRules(
  trx: Trx,
  {
    schoolId,
    version,
    rules,
    changedBy,
  }: { schoolId: string; version: number; rules: AttendanceRules; changedBy: string | null },
): Promise<boolean> {
  const values = {
    late_minutes: rules.lateMinutes,
    left_early_percent: rules.leftEarlyPercent,
    made_up_percent: rules.madeUpPercent,
    day_needs: rules.dayNeeds,
    follow_up_hours: rules.followUpHours,
    help_hours: rules.helpHours,
    changed_by: changedBy,
  };
  if (version === 0) {
    const made = await trx
      .insertInto('attendance_rules')
      .values({ school_id: schoolId, ...values })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
  const changed = await trx
    .updateTable('attendance_rules')
    .set((eb) => ({ ...values, version: eb('version', '+', 1), changed_at: eb.fn<Date>('app_now', []) }))
    .where('school_id', '=', schoolId)
    .where('version', '=', version)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}
