import type { Way } from '../facts/tables.ts';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import type { Db } from '../platform/database.ts';
import { schoolDayOf } from '../calendar/rules/days.ts';
import { readUnitBoard } from './actions.ts';
import {
  selectFigures,
  selectSchoolSigns,
  selectUnit,
  selectUnitSeries,
  selectUnitsBelow,
  type FigureRow,
  type MayCount,
  type SchoolSign,
  type UnitCard,
} from './queries/unit-boards.ts';
import { noFigures, without, type UnitFigures } from './rules/board.ts';

export interface UnitRow extends UnitCard, UnitFigures {
  /** `reports`, or why there are no figures; a unit with several schools reports when one of them does. */
  readonly data: SchoolSign['data'];
  readonly schools: number;
  readonly silentSchools: number;
  readonly followUps: number;
  readonly overdue: number;
  readonly twoDays: number;
  readonly lastFactAt: Date | null;
  /** Unreached pupils of the last school days, oldest first. */
  readonly week: number[];
}

export interface UnitBoard {
  readonly now: Date;
  readonly day: string;
  readonly timeZone: string;
  readonly unit: UnitCard;
  /** Figures of the units that report; silent schools are in none of them. */
  readonly totals: UnitFigures & {
    followUps: number;
    overdue: number;
    schools: number;
    silentSchools: number;
  };
  readonly ways: { way: Way; count: number }[];
  readonly rows: UnitRow[];
  readonly series: { day: string; expected: number; unreached: number }[];
  /** Oldest cut-off among the shown figures; null when there are none. */
  readonly cutOff: Date | null;
}

/**
 * Counts of a unit and of those directly below it; names of units, never of people.
 *
 * @param day - `YYYY-MM-DD`, or null: today in the unit's zone.
 */
export async function unitBoard(
  ctx: ServerContext,
  actor: Actor,
  { orgId, day }: { orgId: string; day: string | null },
): Promise<UnitBoard> {
  const granted = await authorize(ctx.db, actor, readUnitBoard, { orgId });
  const now = ctx.now();
  const { tz, ...unit } = await selectUnit(ctx.db, granted, orgId);
  const asked = day ?? schoolDayOf(now, tz);
  const { signs: _signs, rows, ...counted } = await countUnit(ctx.db, granted, { orgId, day: asked });
  const series = Map.groupBy(
    await selectUnitSeries(ctx.db, granted, {
      orgIds: [orgId, ...rows.map((row) => row.orgId)],
      day: asked,
    }),
    (row) => row.orgId,
  );
  return {
    now,
    day: asked,
    timeZone: tz,
    unit,
    ...counted,
    rows: rows
      .map((row) => ({
        ...row,
        week: (series.get(row.orgId) ?? []).slice(-7).map((point) => point.unreached),
      }))
      .sort(troubleFirst),
    series: (series.get(orgId) ?? [])
      .slice(-14)
      .map((point) => ({ day: point.day, ...(point.day === asked ? counted.totals : point) }))
      .map(({ day: on, expected, unreached }) => ({ day: on, expected, unreached })),
  };
}

/** A unit's counts of one day, those of the units directly below, and what each school below said of itself. */
export async function countUnit(
  db: Db,
  granted: MayCount,
  { orgId, day }: { orgId: string; day: string },
): Promise<
  Pick<UnitBoard, 'totals' | 'ways' | 'cutOff'> & { rows: Omit<UnitRow, 'week'>[]; signs: SchoolSign[] }
> {
  const below = await selectUnitsBelow(db, granted, { orgId, day });
  const signs = await selectSchoolSigns(db, granted, { orgId, day });
  const silent = signs.filter((sign) => sign.data === 'silent');
  const figures = Map.groupBy(
    await selectFigures(db, granted, {
      orgIds: [...new Set([orgId, ...below.map((row) => row.orgId), ...silent.map((sign) => sign.schoolId)])],
      day,
    }),
    (row) => row.orgId,
  );
  const rows = below.map((row): Omit<UnitRow, 'week'> => {
    const own = signs.filter((sign) => sign.unitId === row.orgId);
    return {
      ...row,
      ...figuresOf(figures.get(row.orgId)),
      data: worstOf(own),
      schools: own.length,
      silentSchools: own.filter((sign) => sign.data === 'silent' || sign.data === 'noPlan').length,
      followUps: total(own, 'followUps'),
      overdue: total(own, 'overdue'),
      twoDays: total(own, 'twoDays'),
      lastFactAt: latest(own),
    };
  });
  const own = figures.get(orgId) ?? [];
  const cutOffs = own.map((row) => row.cutOff.getTime());
  return {
    totals: {
      ...without(
        figuresOf(own),
        silent.map((sign) => figuresOf(figures.get(sign.schoolId))),
      ),
      followUps: total(signs, 'followUps'),
      overdue: total(signs, 'overdue'),
      schools: signs.length,
      silentSchools: signs.filter((sign) => sign.data === 'silent' || sign.data === 'noPlan').length,
    },
    ways: own
      .flatMap(({ measure, way, count }) => (measure === 'reached' && way !== '' ? [{ way, count }] : []))
      .sort((a, b) => b.count - a.count),
    rows,
    signs,
    cutOff: cutOffs.length > 0 ? new Date(Math.min(...cutOffs)) : null,
  };
}

const dataOrder: readonly SchoolSign['data'][] = ['silent', 'noPlan', 'reports', 'notYet', 'off'];

/** No data first, then the most unreached, then unanswered deadlines, then by code. */
function troubleFirst(a: UnitRow, b: UnitRow): number {
  const rank = (row: UnitRow) =>
    row.data === 'silent' || row.data === 'noPlan' ? dataOrder.indexOf(row.data) : 2;
  return (
    rank(a) - rank(b) || b.unreached - a.unreached || b.overdue - a.overdue || (a.code < b.code ? -1 : 1)
  );
}

function worstOf(signs: readonly SchoolSign[]): SchoolSign['data'] {
  if (signs.length === 0) return 'off';
  // A unit above schools shows figures as soon as one school reports; how many do not stands beside them.
  const found = new Set(signs.map((sign) => sign.data));
  if (signs.length > 1 && found.has('reports')) return 'reports';
  return dataOrder.find((data) => found.has(data)) ?? 'off';
}

function figuresOf(rows: readonly FigureRow[] | undefined): UnitFigures {
  const sum = (measure: string) =>
    (rows ?? []).filter((row) => row.measure === measure).reduce((count, row) => count + row.count, 0);
  return {
    ...noFigures,
    expected: sum('expected'),
    reached: sum('reached'),
    reachedLate: sum('reachedLate'),
    excused: sum('excused'),
    unreached: sum('unreached'),
    pending: sum('pending'),
    withoutAdult: sum('withoutAdult'),
  };
}

function total(signs: readonly SchoolSign[], key: 'followUps' | 'overdue' | 'twoDays'): number {
  return signs.reduce((sum, sign) => sum + sign[key], 0);
}

function latest(signs: readonly SchoolSign[]): Date | null {
  const times = signs.flatMap((sign) => (sign.lastFactAt ? [sign.lastFactAt.getTime()] : []));
  return times.length > 0 ? new Date(Math.max(...times)) : null;
}
