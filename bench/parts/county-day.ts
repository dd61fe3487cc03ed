import { sql } from 'kysely';
import { askForRecount } from '../../src/facts/service.ts';
import { round } from '../bench.ts';
import type { BenchedCell } from './cell.ts';
import type { CellApp } from './county-app.ts';
import type { County } from './county.ts';

/** The one school day a county lives in the benches: a Monday. */
export const DAY = '2026-11-23';
export const WEEK = 13;
/** Server time of boards, p99 in milliseconds. */
export const BOARD_BUDGET = { classBoardP99Ms: 20, schoolBoardP99Ms: 50, countyBoardP99Ms: 100 };

/** Everybody is in the room of the first lesson, as after the first bell of a day online. */
export async function everybodyComes(cell: BenchedCell): Promise<void> {
  const { db } = cell;
  await sql`SELECT ensure_month_partition('room_entries', ${DAY}::date)`.execute(db);
  await sql`
    INSERT INTO room_entries (school_day, lesson_id, person_id, standing, via_class_id, entered_at, last_seen_at)
    SELECT ${DAY}::date, lesson_id, person_id, 'pupil', via_class_id, app_now(), app_now()
    FROM lesson_people(${DAY}::date) WHERE starts_at <= app_now()`.execute(db);
  await sql`
    UPDATE lessons SET status = 'live', started_at = starts_at WHERE school_day = ${DAY}::date AND starts_at <= app_now()`.execute(
    db,
  );
  await sql`
    INSERT INTO runs (school_day, planned_id, started_at)
    SELECT school_day, id, starts_at FROM lessons WHERE school_day = ${DAY}::date AND starts_at <= app_now()`.execute(
    db,
  );
  await askForAll(cell);
  await sql`UPDATE lessons SET status = 'planned', started_at = NULL WHERE school_day = ${DAY}::date AND status = 'live'`.execute(
    db,
  );
}

/** Asks to count everybody anew who came into a room of the day. */
export async function askForAll({ db }: BenchedCell): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    SELECT DISTINCT person_id AS id FROM room_entries WHERE school_day = ${DAY}::date`.execute(db);
  await db.transaction().execute((trx) =>
    askForRecount(
      trx,
      DAY,
      rows.map(({ id }) => id),
    ),
  );
}

/**
 * Reads pages as those who have them open, each again and again.
 *
 * @param only - names of pages; all unless given.
 * @returns server time in milliseconds and size in kB, by the page's name.
 */
export async function readPages(
  { db }: BenchedCell,
  app: CellApp,
  { countyId, schoolIds }: County,
  reads: number,
  only?: readonly string[],
): Promise<Record<string, number>> {
  const schoolId = schoolIds[Math.floor(schoolIds.length / 2)]!;
  const officer = await app.signIn('bureauOfficer', countyId);
  const deputy = await app.signIn('schoolDeputy', schoolId);
  const { rows: lessons } = await sql<{ lessonId: string; classId: string }>`
    SELECT a.lesson_id AS "lessonId", a.class_id AS "classId" FROM lesson_audiences a
    JOIN lessons l ON l.school_day = a.school_day AND l.id = a.lesson_id
    WHERE a.school_day = ${DAY}::date AND l.school_id = ${schoolId} AND l.starts_at <= app_now()`.execute(db);
  const pages: [string, readonly string[], Record<string, string>][] = [
    [
      'classBoard',
      lessons.map((one) => `/api/lessons/${DAY}/${one.lessonId}/classes/${one.classId}/board`),
      deputy,
    ],
    ['schoolBoard', [`/api/schools/${schoolId}/board`], deputy],
    ['countyBoard', [`/api/orgs/${countyId}/reach`], officer],
    ['dailyFigure', [`/api/schools/${schoolId}/daily-figure`], deputy],
    [
      'units',
      [`/api/orgs/${countyId}/units?page=1`, `/api/orgs/${countyId}/units?text=${encodeURIComponent('第7')}`],
      officer,
    ],
    ['classes', [`/api/orgs/${schoolId}/classes`], deputy],
    [
      'find',
      ['王安', 'p77', '张'].map((text) => `/api/orgs/${schoolId}/people?text=${encodeURIComponent(text)}`),
      deputy,
    ],
    ['followUps', [`/api/schools/${schoolId}/follow-ups`], deputy],
    ['plan', [`/api/schools/${schoolId}/plan?weekNo=${WEEK}`], deputy],
  ];
  const figures: Record<string, number> = {};
  for (const [name, paths, headers] of pages.filter(([one]) => only?.includes(one) ?? true)) {
    const { p50Ms, p99Ms, bytes } = await app.timeOf(paths, headers, reads);
    figures[`${name}P50Ms`] = p50Ms;
    figures[`${name}P99Ms`] = p99Ms;
    figures[`${name}Kb`] = round(bytes / 1000, 1);
  }
  return figures;
}

/** Plans of statements slower than so many milliseconds in the database's log. */
export function slowLog(ms: number): Record<string, string> {
  return {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': String(ms),
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_nested_statements': 'on',
  };
}

export async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; seconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, seconds: round((performance.now() - began) / 1000, 2) };
}
