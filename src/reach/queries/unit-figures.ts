import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db, Trx } from '../../platform/database.ts';
import { reportTime, type ReportedFigures } from '../rules/unit-figure.ts';

/** Units above schools whose hour of the report has come on a teaching day and who have not reported it. */
export async function selectReportsDue(db: Db): Promise<{ orgId: string; day: string }[]> {
  const { rows } = await sql<{ orgId: string; day: string }>`
    SELECT o.org_id AS "orgId", d.day::text AS day
    FROM org_scope o, LATERAL (SELECT (app_now() AT TIME ZONE o.tz - interval '4 hours')::date AS day) d
    WHERE o.kind IN ('province', 'city', 'county') AND app_now() AT TIME ZONE o.tz >= d.day + ${reportTime}::time
      AND NOT EXISTS (SELECT FROM unit_figures f WHERE f.org_id = o.org_id AND f.school_day = d.day)
      AND EXISTS (
        SELECT FROM school_day_cards s JOIN org_scope below ON below.org_id = s.school_id AND below.path <@ o.path
        WHERE s.day = d.day AND s.kind <> 'off')
    ORDER BY nlevel(o.path) DESC, o.org_id
  `.execute(db);
  return rows;
}

/** Reports young enough that facts still come for their day. */
export async function selectRecentReports(db: Db): Promise<{ orgId: string; day: string }[]> {
  const { rows } = await sql<{ orgId: string; day: string }>`
    SELECT org_id AS "orgId", school_day AS day FROM unit_figures
    WHERE issue = 1 AND cut_off > app_now() - interval '15 days' ORDER BY school_day, org_id
  `.execute(db);
  return rows;
}

export interface StoredIssue {
  readonly issue: number;
  readonly cutOff: Date;
  /** null: at the hour, or at night, by itself. */
  readonly issuedByName: string | null;
  readonly figures: ReportedFigures;
}

/** Everything a unit reported of a day, the first issue first. */
export async function selectIssues(
  db: Db,
  _granted: Granted<'reach.readDailyFigure'> | Granted<'reach.issueFigure'>,
  { orgId, day }: { orgId: string; day: string },
): Promise<StoredIssue[]> {
  const { rows } = await sql<StoredIssue>`
    SELECT f.issue, f.cut_off AS "cutOff", p.name AS "issuedByName", f.figures
    FROM unit_figures f LEFT JOIN people_cards p ON p.person_id = f.issued_by
    WHERE f.org_id = ${orgId} AND f.school_day = ${day}::date ORDER BY f.issue
  `.execute(db);
  return rows;
}

/** One issue of a unit's day at a time; the second then sees what the first wrote. */
export async function lockReport(trx: Trx, { orgId, day }: { orgId: string; day: string }): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`unit figure ${orgId} ${day}`}, 0))`.execute(trx);
}

export async function insertIssue(
  trx: Trx,
  {
    orgId,
    day,
    issue,
    cutOff,
    issuedBy,
    figures,
  }: {
    orgId: string;
    day: string;
    issue: number;
    cutOff: Date;
    issuedBy: string | null;
    figures: ReportedFigures;
  },
): Promise<void> {
  await trx
    .insertInto('unit_figures')
    .values({
      org_id: orgId,
      school_day: day,
      issue,
      cut_off: cutOff,
      issued_by: issuedBy,
      figures: JSON.stringify(figures),
    })
    .execute();
}
