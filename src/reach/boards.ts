import type { Way } from '../facts/tables.ts';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import type { ServerContext } from '../platform/context.ts';
import { notFound } from '../platform/errors.ts';
import { schoolClock } from '../calendar/service.ts';
import { readClassBoard, readSchoolBoard } from './actions.ts';
import {
  selectKnownOfMissing,
  selectLessonWithPupils,
  selectMissingByPeriod,
  selectNextLessonAt,
  selectOverdue,
  selectRunningLessons,
  type KnownOfMissing,
  type LessonOfBoard,
} from './queries/boards.ts';
import { defaultRules, type AttendanceRules, type Evidence } from './rules/attendance.ts';
import { lessonPhase, tileOf, tileOrder, type LessonPhase, type TileState } from './rules/board.ts';
import { ensureDayOpen, openSchoolDay } from './school-day.ts';

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
  readonly timeZone: string;
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
  const key = { day, lessonId, classId };
  let lesson = await selectLessonWithPupils(ctx.db, granted, key);
  if (lesson?.dayWaits) {
    await openSchoolDay(ctx.db, { schoolId: lesson.schoolId, day, now });
    lesson = await selectLessonWithPupils(ctx.db, granted, key);
  }
  if (!lesson) throw notFound();
  const { pupils, timeZone, lateMinutes, dayWaits: _waits, ...row } = lesson;
  const { schoolId: _school, status: _status, openedAt: _opened, ...shown } = row;
  const phase = phaseOf(lesson, now);
  const tiles = pupils.map((pupil) => ({ ...pupil, tile: tileOf(pupil, phase, now) }));
  const missing = tiles.filter(({ tile }) => tile === 'missing' || tile === 'partly' || tile === 'lost');
  const known = await selectKnownOfMissing(ctx.db, granted, {
    day,
    personIds: missing.map((pupil) => pupil.personId),
    viewerId: actor.kind === 'person' ? actor.personId : null,
  });
  const knownOf = new Map(known.map(({ personId, ...rest }) => [personId, rest]));
  return {
    now,
    timeZone,
    lesson: shown,
    phase,
    rules: { lateMinutes: lateMinutes ?? defaultRules.lateMinutes },
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
  /** Beginning of the next lesson of today; null when there is none. */
  readonly nextAt: Date | null;
  readonly periods: { period: number; missing: number; isOver: boolean }[];
  readonly overdue: Awaited<ReturnType<typeof selectOverdue>>;
}

const phaseOrder: readonly LessonPhase[] = ['waiting', 'running', 'ended', 'before'];

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
    // Trouble first; of equals the order of year groups and classes stays.
    .sort(
      (a, b) =>
        (b.teacherMissingMinutes ?? -1) - (a.teacherMissingMinutes ?? -1) ||
        phaseOrder.indexOf(a.phase) - phaseOrder.indexOf(b.phase) ||
        b.missing - a.missing,
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
      missing: sum((row) => (row.phase === 'running' ? row.missing : 0)),
      waiting: sum((row) => (row.phase === 'waiting' ? row.expected - row.excused : 0)),
    },
    nextAt: await selectNextLessonAt(ctx.db, granted, { schoolId, day, now }),
    periods: await selectMissingByPeriod(ctx.db, granted, { schoolId, day }),
    overdue: await selectOverdue(ctx.db, granted, { schoolId }),
  };
}
