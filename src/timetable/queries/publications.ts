import { sql } from 'kysely';
import type { Db, Trx } from '../../platform/database.ts';

/** What a publication changed and whom it touches; counts, and no names. */
export interface PublicationReport {
  readonly added: number;
  readonly moved: number;
  readonly changed: number;
  readonly cancelled: number;
  readonly unchanged: number;
  /** Slots whose hour was over; they were left out. */
  readonly tooLate: number;
  /** Slots the bell plan has no time for; they were left out. */
  readonly unplaced: number;
  /** Slots of a term list that use somebody twice in this week; they were left out. */
  readonly held?: number;
  readonly classes: number;
  readonly teachers: number;
  readonly pupils: number;
  readonly families: number;
}

export interface Publication {
  readonly weekNo: number;
  readonly version: number;
  readonly publishedAt: Date;
  readonly report: PublicationReport;
}

/** @returns the version written: 1 for the first publication of a week. The caller holds the plan's lock. */
export async function insertPublication(
  trx: Trx,
  {
    schoolId,
    termId,
    weekNo,
    now,
    by,
    report,
  }: {
    schoolId: string;
    termId: string;
    weekNo: number;
    now: Date;
    by: string | null;
    report: PublicationReport;
  },
): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    INSERT INTO week_publications (school_id, term_id, week_no, version, published_at, published_by, report)
    SELECT ${schoolId}, ${termId}, ${weekNo}, coalesce(max(version), 0) + 1, ${now}, ${by}, ${JSON.stringify(report)}
    FROM week_publications WHERE school_id = ${schoolId} AND term_id = ${termId} AND week_no = ${weekNo}
    RETURNING version
  `.execute(trx);
  return rows[0]?.version ?? 0;
}

/** A publication of a week: the newest of the newest term, or the version asked for. */
export async function selectOptionalPublication(
  db: Db,
  { schoolId, weekNo, version = null }: { schoolId: string; weekNo: number; version?: number | null },
): Promise<Publication | undefined> {
  const { rows } = await sql<Publication>`
    SELECT p.week_no AS "weekNo", p.version, p.published_at AS "publishedAt", p.report
    FROM week_publications p JOIN terms t ON t.id = p.term_id
    WHERE p.school_id = ${schoolId} AND p.week_no = ${weekNo}
      AND (${version}::integer IS NULL OR p.version = ${version})
    ORDER BY t.first_day DESC, p.version DESC LIMIT 1
  `.execute(db);
  return rows[0];
}
