import { sql } from 'kysely';
import type { Granted } from '../../platform/authorize.ts';
import type { Db } from '../../platform/database.ts';
import type { Way } from '../../facts/tables.ts';
import type { Measure } from '../tables.ts';

// Counts only: no query of this file reads a person's name or id into its result.
export type MayCount =
  | Granted<'reach.readUnitBoard'>
  | Granted<'reach.readDailyFigure'>
  | Granted<'reach.issueFigure'>;

export interface UnitCard {
  readonly orgId: string;
  readonly name: string;
  readonly kind: string;
  readonly code: string;
}

export async function selectUnit(
  db: Db,
  _granted: MayCount,
  orgId: string,
): Promise<UnitCard & { tz: string }> {
  const { rows } = await sql<UnitCard & { tz: string }>`
    SELECT org_id AS "orgId", name, kind, code, tz FROM org_scope WHERE org_id = ${orgId}
  `.execute(db);
  return rows[0]!;
}

/** Units directly below one on a day that hold figures; functional units hold none. */
export async function selectUnitsBelow(
  db: Db,
  _granted: MayCount,
  { orgId, day }: { orgId: string; day: string },
): Promise<UnitCard[]> {
  const { rows } = await sql<UnitCard>`
    SELECT org_id AS "orgId", name, kind, code FROM org_tree(${day}::date)
    WHERE parent_id = ${orgId} AND kind <> 'functional' ORDER BY code
  `.execute(db);
  return rows;
}

export interface FigureRow {
  readonly orgId: string;
  readonly measure: Measure;
  readonly way: Way | '';
  readonly count: number;
  readonly cutOff: Date;
}

export async function selectFigures(
  db: Db,
  _granted: MayCount,
  { orgIds, day }: { orgIds: readonly string[]; day: string },
): Promise<FigureRow[]> {
  const { rows } = await sql<FigureRow>`
    SELECT org_id AS "orgId", measure, way, count, cut_off AS "cutOff" FROM rollups
    WHERE school_day = ${day}::date AND org_id = ANY (${[...orgIds]}::uuid[]) AND count > 0
  `.execute(db);
  return rows;
}

export interface SchoolSign {
  readonly schoolId: string;
  readonly name: string;
  readonly code: string;
  /** The unit directly below the asked one that the school belongs to (itself, when it is that unit). */
  readonly unitId: string;
  /** `off`: no teaching today. `noPlan`: a teaching day without anything planned. `silent`: lessons are over and nothing was heard. */
  readonly data: 'reports' | 'silent' | 'noPlan' | 'notYet' | 'off';
  readonly lastFactAt: Date | null;
  readonly followUps: number;
  readonly overdue: number;
  readonly twoDays: number;
}

/**
 * Every school below a unit with its sign of life and its open follow-ups.
 *
 * Silence is decided from what happened, not from a clock of its own: lessons of the day are over and not
 * one fact has come.
 */
export async function selectSchoolSigns(
  db: Db,
  _granted: MayCount,
  { orgId, day }: { orgId: string; day: string },
): Promise<SchoolSign[]> {
  const { rows } = await sql<SchoolSign>`
    WITH RECURSIVE tree AS (
      SELECT t.org_id, t.parent_id, t.kind, t.name, t.code FROM org_tree(${day}::date) t
    ),
    below AS (
      SELECT tree.org_id, tree.kind, tree.name, tree.code, tree.org_id AS unit_id FROM tree WHERE tree.parent_id = ${orgId}
      UNION ALL
      SELECT tree.org_id, tree.kind, tree.name, tree.code, below.unit_id FROM tree JOIN below ON tree.parent_id = below.org_id
    ),
    schools AS (
      SELECT org_id, name, code, unit_id FROM below WHERE kind = 'school'
      UNION SELECT ${orgId}::uuid, tree.name, tree.code, ${orgId}::uuid FROM tree WHERE tree.org_id = ${orgId} AND tree.kind = 'school'
    ),
    cases AS (
      SELECT f.school_id, count(*)::int AS open, count(*) FILTER (WHERE f.due_at < app_now())::int AS overdue,
        count(*) FILTER (WHERE (SELECT count(*) FROM follow_up_days d WHERE d.follow_up_id = f.id) > 1)::int AS two_days
      FROM follow_ups f JOIN schools s ON s.org_id = f.school_id WHERE f.state = 'open' GROUP BY f.school_id
    ),
    lessons AS (
      SELECT x.org_id, sum(x.count) FILTER (WHERE x.measure = 'lessonsExpected')::int AS expected,
        sum(x.count) FILTER (WHERE x.measure IN ('lessonsReached', 'lessonsMissed'))::int AS over
      FROM rollups x JOIN schools s ON s.org_id = x.org_id
      WHERE x.school_day = ${day}::date AND x.measure IN ('lessonsExpected', 'lessonsReached', 'lessonsMissed') GROUP BY x.org_id
    )
    SELECT s.org_id AS "schoolId", s.name, s.code, s.unit_id AS "unitId", sign.last_fact_at AS "lastFactAt",
      CASE
        WHEN d.kind = 'off' OR d.school_id IS NULL AND l.expected IS NULL THEN 'off'
        WHEN coalesce(l.expected, 0) = 0 THEN CASE WHEN d.opened_at IS NULL AND d.opens_at > app_now() THEN 'notYet' ELSE 'noPlan' END
        WHEN sign.last_fact_at IS NOT NULL THEN 'reports'
        WHEN coalesce(l.over, 0) > 0 THEN 'silent'
        ELSE 'notYet'
      END AS data,
      coalesce(c.open, 0) AS "followUps", coalesce(c.overdue, 0) AS overdue, coalesce(c.two_days, 0) AS "twoDays"
    FROM schools s
    LEFT JOIN school_day_cards d ON d.school_id = s.org_id AND d.day = ${day}::date
    LEFT JOIN school_signs sign ON sign.school_id = s.org_id AND sign.school_day = ${day}::date
    LEFT JOIN lessons l ON l.org_id = s.org_id
    LEFT JOIN cases c ON c.school_id = s.org_id
  `.execute(db);
  return rows;
}

/** Unreached and expected pupils of units on the days up to one, oldest first, at most 14 school days. */
export async function selectUnitSeries(
  db: Db,
  _granted: MayCount,
  { orgIds, day }: { orgIds: readonly string[]; day: string },
): Promise<{ orgId: string; day: string; expected: number; unreached: number }[]> {
  const { rows } = await sql<{ orgId: string; day: string; expected: number; unreached: number }>`
    SELECT org_id AS "orgId", school_day AS day, coalesce(sum(count) FILTER (WHERE measure = 'expected'), 0)::int AS expected,
      coalesce(sum(count) FILTER (WHERE measure = 'unreached'), 0)::int AS unreached
    FROM rollups
    WHERE org_id = ANY (${[...orgIds]}::uuid[]) AND school_day BETWEEN ${day}::date - 20 AND ${day}::date
      AND measure IN ('expected', 'unreached') AND way = ''
    GROUP BY 1, 2 HAVING sum(count) FILTER (WHERE measure = 'expected') > 0 ORDER BY 1, 2
  `.execute(db);
  return rows;
}

/** Lessons of a school's own classes on a day by mode: planned, and really taught. */
export async function selectLessonCounts(
  db: Db,
  _granted: MayCount,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<{ mode: string; planned: number; taught: number; cancelled: number }[]> {
  const { rows } = await sql<{ mode: string; planned: number; taught: number; cancelled: number }>`
    SELECT l.mode, count(*) FILTER (WHERE l.status <> 'cancelled')::int AS planned,
      count(*) FILTER (WHERE l.status <> 'cancelled' AND (run.planned_id IS NOT NULL OR l.started_at IS NOT NULL OR EXISTS (
        SELECT FROM expectation_cards x WHERE x.school_day = l.school_day AND x.planned_id = l.lesson_id
          AND x.state IN ('present', 'late', 'leftEarly', 'madeUp', 'reached'))))::int AS taught,
      count(*) FILTER (WHERE l.status = 'cancelled')::int AS cancelled
    FROM (SELECT DISTINCT lesson_id FROM lesson_classes WHERE school_day = ${day}::date AND school_id = ${schoolId}) mine
    JOIN lesson_cards l ON l.school_day = ${day}::date AND l.lesson_id = mine.lesson_id
    LEFT JOIN planned_runs run ON run.school_day = l.school_day AND run.planned_id = l.lesson_id
    GROUP BY l.mode ORDER BY l.mode
  `.execute(db);
  return rows;
}

/** Counts of a school's day by class; names of classes, not of people. */
export async function selectClassFigures(
  db: Db,
  _granted: MayCount,
  { schoolId, day }: { schoolId: string; day: string },
): Promise<
  {
    className: string;
    expected: number;
    reached: number;
    reachedLate: number;
    excused: number;
    unreached: number;
    pending: number;
  }[]
> {
  const { rows } = await sql<{
    className: string;
    expected: number;
    reached: number;
    reachedLate: number;
    excused: number;
    unreached: number;
    pending: number;
  }>`
    SELECT c.name AS "className", count(*)::int AS expected,
      count(*) FILTER (WHERE r.state IN ('reached', 'reachedLate'))::int AS reached,
      count(*) FILTER (WHERE r.state = 'reachedLate')::int AS "reachedLate",
      count(*) FILTER (WHERE r.state = 'excused')::int AS excused,
      count(*) FILTER (WHERE r.state = 'unreached')::int AS unreached,
      count(*) FILTER (WHERE r.state = 'pending')::int AS pending
    FROM reach_days r JOIN class_cards c ON c.class_id = r.class_id
    WHERE r.school_day = ${day}::date AND r.school_id = ${schoolId}
    GROUP BY c.class_id, c.name ORDER BY unreached DESC, c.name
  `.execute(db);
  return rows;
}
