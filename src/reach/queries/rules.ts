import type { Db } from '../../platform/database.ts';
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
