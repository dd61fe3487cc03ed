import type { Way } from '../facts/tables.ts';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { notFound } from '../platform/errors.ts';
import { schoolClock } from '../calendar/service.ts';
import { schoolDayOf } from '../calendar/rules/days.ts';
import { readClassBoard, readSchoolBoard, readUnitBoard } from './actions.ts';
import {
  selectBoardPupils,
  selectKnownOfMissing,
  selectLessonOfClass,
  selectMissingByPeriod,
  selectOverdue,
  selectRunningLessons,
  type KnownOfMissing,
  type LessonOfBoard,
} from './queries/boards.ts';
import {
  selectFigures,
  selectSchoolSigns,
  selectUnit,
  selectUnitSeries,
  selectUnitsBelow,
  type FigureRow,
  type SchoolSign,
  type UnitCard,
} from './queries/unit-boards.ts';
import { selectRulesOf } from './queries/rules.ts';
import type { AttendanceRules, Evidence } from './rules/attendance.ts';
import {
  lessonPhase,
  noFigures,
  tileOf,
  tileOrder,
  without,
  type LessonPhase,
  type TileState,
  type UnitFigures,
} from './rules/board.ts';
import { ensureDayOpen } from './school-day.ts';

export interface BoardTile {
  readonly personId: string;
  readonly name: string;
  readonly number: string;
  readonly tile: TileState;
  readonly way: Way | null;
  readonly evidence: Evidence | null;
  /** Last sign from the pupil's page in this lesson. */
  readonly lastSeenAt: Date | null;
  /** For those who are not there: what is known, and whose they are. */
  readonly known: Omit<KnownOfMissing, 'personId'> | null;
}

export interface ClassBoard {
  readonly now: Date;
  readonly lesson: Omit<LessonOfBoard, 'schoolId' | 'status' | 'openedAt'>;
  readonly phase: LessonPhase;
  readonly rules: Pick<AttendanceRules, 'lateMinutes'>;
  readonly tiles: BoardTile[];
}

/** A class in a lesson: who is missing first, with what is known and one tap to the family for their adult. */
export async function classBoard(
  ctx: ServerContext,
  actor: Actor,
  { day, lessonId, classId }: { day: string; lessonId: string; classId: string },
): Promise<ClassBoard> {
  const granted = await authorize(ctx.db, actor, readClassBoard, { day, lessonId, classId });
  const now = ctx.now();
  const lesson = await selectLessonOfClass(ctx.db, granted, { day, lessonId, classId });
  if (!lesson) throw notFound();
  await ensureDayOpen(ctx.db, { schoolId: lesson.schoolId, day, now });
  const phase = phaseOf(lesson, now);
  const pupils = await selectBoardPupils(ctx.db, granted, { day, lessonId, classId });
  const tiles = pupils.map((pupil) => ({
    ...pupil,
    tile: tileOf({ ...pupil, lastSeenAt: null }, phase, now),
  }));
  const missing = tiles.filter(({ tile }) => tile === 'missing' || tile === 'partly' || tile === 'lost');
  const known = await selectKnownOfMissing(ctx.db, granted, {
    day,
    personIds: missing.map((pupil) => pupil.personId),
    viewerId: actor.kind === 'person' ? actor.personId : null,
  });
  const knownOf = new Map(known.map(({ personId, ...rest }) => [personId, rest]));
  const { schoolId, status: _status, openedAt: _opened, ...shown } = lesson;
  const { lateMinutes } = (await selectRulesOf(ctx.db, [schoolId]))(schoolId);
  return {
    now,
    lesson: shown,
    phase,
    rules: { lateMinutes },
    tiles: tiles
      .map(({ state: _state, ...pupil }) => ({ ...pupil, known: knownOf.get(pupil.personId) ?? null }))
      .sort((a, b) => tileOrder.indexOf(a.tile) - tileOrder.indexOf(b.tile)),
  };
}

function phaseOf(lesson: LessonOfBoard, now: Date): LessonPhase {
  return lessonPhase(
    {
      startsAt: lesson.startsAt,
      endsAt: lesson.endsAt,
      opened: lesson.openedAt !== null || lesson.startedAt !== null || lesson.status === 'live',
      ended: lesson.endedAt !== null || lesson.status === 'ended',
      needsTeacher: lesson.mode === 'live',
    },
    now,
  );
}

export interface SchoolBoard {
  readonly now: Date;
  readonly day: string;
  readonly schoolName: string;
  readonly timeZone: string;
  readonly lessons: (Omit<LessonOfBoard, 'schoolId' | 'status' | 'openedAt'> & {
    readonly phase: LessonPhase;
    readonly expected: number;
    readonly here: number;
    readonly excused: number;
    readonly otherWays: number;
    readonly missing: number;
    readonly contacted: number;
    /** Minutes since the bell without a teacher; null when one is there or none is needed. */
    readonly teacherMissingMinutes: number | null;
  })[];
  readonly totals: { expected: number; here: number; missing: number; waiting: number };
  readonly periods: { period: number; missing: number; isOver: boolean }[];
  readonly overdue: Awaited<ReturnType<typeof selectOverdue>>;
}

/** A school now: lessons without their teacher before any pupil figure, then lessons by who is missing. */
export async function schoolBoard(
  ctx: ServerContext,
  actor: Actor,
  { schoolId }: { schoolId: string },
): Promise<SchoolBoard> {
  const granted = await authorize(ctx.db, actor, readSchoolBoard, { orgId: schoolId });
  const now = ctx.now();
  const clock = await schoolClock(ctx.db, { schoolId, now });
  if (!clock) throw notFound();
  const day = clock.today;
  await ensureDayOpen(ctx.db, { schoolId, day, now });
  const rows = await selectRunningLessons(ctx.db, granted, { schoolId, day, now });
  const lessons = rows
    .map(({ schoolId: _school, status, openedAt, ...row }) => {
      const phase = phaseOf({ ...row, schoolId, status, openedAt }, now);
      const isWaiting = phase === 'waiting';
      return {
        ...row,
        phase,
        missing: phase === 'before' || isWaiting ? 0 : row.missing,
        teacherMissingMinutes: isWaiting
          ? Math.floor((now.getTime() - row.startsAt.getTime()) / 60_000)
          : null,
      };
    })
    .sort(
      (a, b) =>
        (b.teacherMissingMinutes ?? -1) - (a.teacherMissingMinutes ?? -1) ||
        b.missing - a.missing ||
        (a.className < b.className ? -1 : 1),
    );
  const sum = (of: (row: (typeof lessons)[number]) => number) =>
    lessons.reduce((total, row) => total + of(row), 0);
  const unit = await ctx.db
    .selectFrom('org_scope')
    .where('org_id', '=', schoolId)
    .select('name')
    .executeTakeFirstOrThrow();
  return {
    now,
    day,
    schoolName: unit.name,
    timeZone: clock.hours.timeZone,
    lessons,
    totals: {
      expected: sum((row) => (row.phase === 'running' ? row.expected : 0)),
      here: sum((row) => (row.phase === 'running' ? row.here + row.otherWays : 0)),
      missing: sum((row) => row.missing),
      waiting: sum((row) => (row.phase === 'waiting' ? row.expected - row.excused : 0)),
    },
    periods: await selectMissingByPeriod(ctx.db, granted, { schoolId, day }),
    overdue: await selectOverdue(ctx.db, granted, { schoolId }),
  };
}

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
  const below = await selectUnitsBelow(ctx.db, granted, { orgId, day: asked });
  const signs = await selectSchoolSigns(ctx.db, granted, { orgId, day: asked });
  const silent = signs.filter((sign) => sign.data === 'silent');
  const orgIds = [orgId, ...below.map((row) => row.orgId)];
  const figures = Map.groupBy(
    await selectFigures(ctx.db, granted, {
      orgIds: [...new Set([...orgIds, ...silent.map((sign) => sign.schoolId)])],
      day: asked,
    }),
    (row) => row.orgId,
  );
  const series = Map.groupBy(
    await selectUnitSeries(ctx.db, granted, { orgIds, day: asked }),
    (row) => row.orgId,
  );
  const rows = below.map((row): UnitRow => {
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
      week: (series.get(row.orgId) ?? []).slice(-7).map((point) => point.unreached),
    };
  });
  const own = figures.get(orgId) ?? [];
  const totals = without(
    figuresOf(own),
    silent.map((sign) => figuresOf(figures.get(sign.schoolId))),
  );
  const cutOffs = own.map((row) => row.cutOff.getTime());
  return {
    now,
    day: asked,
    timeZone: tz,
    unit,
    totals: {
      ...totals,
      followUps: total(signs, 'followUps'),
      overdue: total(signs, 'overdue'),
      schools: signs.length,
      silentSchools: signs.filter((sign) => sign.data === 'silent' || sign.data === 'noPlan').length,
    },
    ways: own
      .flatMap(({ measure, way, count }) => (measure === 'reached' && way !== '' ? [{ way, count }] : []))
      .sort((a, b) => b.count - a.count),
    rows: rows.sort(troubleFirst),
    series: (series.get(orgId) ?? [])
      .slice(-14)
      .map((point) => ({ day: point.day, ...(point.day === asked ? totals : point) }))
      .map(({ day: on, expected, unreached }) => ({ day: on, expected, unreached })),
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
