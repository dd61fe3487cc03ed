import type { Actor, PersonActor } from '../../platform/actor.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import type { Db } from '../../platform/database.ts';
import { notFound } from '../../platform/errors.ts';
import { addDays, instantAt } from '../../calendar/rules/days.ts';
import { schoolClock, schoolDays, type SchoolClock } from '../../calendar/service.ts';
import { expectationsOf } from '../../facts/service.ts';
import { modeNamed } from '../../rooms/modes.ts';
import { readOwnDay, readPupilDay } from '../actions.ts';
import { selectLessonCards, type LessonCardRow } from '../queries/read.ts';
import {
  selectChanges,
  selectMissed,
  selectOptionalNextLesson,
  selectOptionalTold,
  selectPupils,
  type PupilRow,
} from '../queries/today.ts';
import { byNeed, expectedBytes, lessonReach, lessonState, minutesToMakeUp } from '../rules/today.ts';
import type { Today, TodayLesson, TodayPupil } from '../today-contract.ts';
import { isoChanges } from './changes.ts';

/** Days back in which a missed lesson is still offered to be made up. */
const MAKE_UP_DAYS = 7;

/**
 * The day of a pupil, as the pupil or a guardian sees it.
 *
 * @param pupilId - the child a guardian asks for; null: the one who needs them most, or the pupil themselves.
 * @throws {AppError} 404 `no_pupil` when nobody's day can be shown, 404 for somebody else's child.
 */
export async function todayOf(
  ctx: ServerContext,
  actor: Actor,
  { pupilId }: { pupilId: string | null },
): Promise<Today> {
  const own = await authorize(ctx.db, actor, readOwnDay, null);
  if (actor.kind !== 'person') throw notFound();
  const granted: Granted =
    pupilId === null ? own : await authorize(ctx.db, actor, readPupilDay, { personId: pupilId });
  const now = ctx.now();
  const isGuardian = actor.role === 'guardian';
  const pupils = await selectPupils(ctx.db, granted, {
    personId: (actor as PersonActor).personId,
    isGuardian,
  });
  const days = await Promise.all(pupils.map((pupil) => dayOfPupil(ctx.db, granted, pupil, now)));
  days.sort((a, b) => byNeed(needOf(a), needOf(b)));
  const asked = pupilId === null ? days[0] : days.find(({ pupil }) => pupil.pupilId === pupilId);
  if (!asked) throw notFound('no_pupil', 'There is no pupil whose day could be shown.');
  const { clock, pupil } = asked;
  const told = await selectOptionalTold(ctx.db, granted, { pupilId: pupil.pupilId, day: clock.today });
  const lastDay = addDays(clock.today, 1);
  const changes = await selectChanges(ctx.db, granted, {
    schoolId: pupil.schoolId,
    personId: null,
    pupilId: pupil.pupilId,
    firstDay: clock.today,
    lastDay,
  });
  const isOver = asked.lessons.every(({ state }) => state === 'ended' || state === 'cancelled');
  const next = isOver
    ? await selectOptionalNextLesson(ctx.db, granted, { pupilId: pupil.pupilId, afterDay: clock.today })
    : undefined;
  return {
    now: now.toISOString(),
    timeZone: clock.hours.timeZone,
    day: clock.today,
    weekNo: asked.weekNo,
    dayKind: asked.dayKind,
    isGuardian,
    pupil: cardOf(asked),
    children: days.map(cardOf),
    lessons: asked.lessons,
    makeUps: await makeUpsOf(ctx.db, granted, asked),
    changes: isoChanges(changes),
    next: next ? { ...next, startsAt: next.startsAt.toISOString() } : null,
    cannotAttend: told ? { ...told, sentAt: told.sentAt.toISOString() } : null,
  };
}

interface PupilDay {
  readonly pupil: PupilRow;
  readonly clock: SchoolClock;
  readonly weekNo: number | null;
  readonly dayKind: Today['dayKind'];
  readonly lessons: TodayLesson[];
}

async function dayOfPupil(db: Db, granted: Granted, pupil: PupilRow, now: Date): Promise<PupilDay> {
  const clock = await schoolClock(db, { schoolId: pupil.schoolId, now });
  if (!clock) throw notFound();
  const day = clock.today;
  const [schoolDay] = await schoolDays(db, { schoolId: pupil.schoolId, firstDay: day, lastDay: day });
  const cards = await selectLessonCards(db, granted, { pupilId: pupil.pupilId, firstDay: day, lastDay: day });
  const expected = await expectationsOf(db, { personId: pupil.pupilId, day });
  const states = new Map(expected.map((row) => [row.planned_id, row.state]));
  return {
    pupil,
    clock,
    weekNo: schoolDay?.weekNo ?? null,
    dayKind: schoolDay?.kind ?? 'off',
    lessons: cards.map((card) => lessonOf(card, states.get(card.lessonId), now)),
  };
}

function lessonOf(
  card: LessonCardRow,
  expectation: Parameters<typeof lessonReach>[0],
  now: Date,
): TodayLesson {
  const mode = modeNamed(card.mode);
  const opensAt = mode.window(card, 'pupil').from;
  const state = lessonState(card, opensAt, now);
  const seconds = (card.endsAt.getTime() - Math.max(card.startsAt.getTime(), now.getTime())) / 1000;
  const isOpen = state === 'open' || state === 'running';
  return {
    lessonId: card.lessonId,
    schoolDay: card.day,
    period: card.period,
    startsAt: card.startsAt.toISOString(),
    endsAt: card.endsAt.toISOString(),
    opensAt: opensAt.toISOString(),
    courseTitle: card.title,
    topic: card.topic,
    teacherName: card.leadName,
    mode: mode.name,
    state,
    reach: lessonReach(expectation, state),
    note: null,
    expectedBytes: state === 'ended' || state === 'cancelled' ? null : expectedBytes(mode.entrance, seconds),
    link: mode.entrance === 'link' && isOpen ? card.link : null,
  };
}

async function makeUpsOf(db: Db, granted: Granted, { pupil, clock }: PupilDay): Promise<Today['makeUps']> {
  const firstDay = addDays(clock.today, -MAKE_UP_DAYS);
  const missed = await selectMissed(db, granted, { pupilId: pupil.pupilId, firstDay, lastDay: clock.today });
  return missed.map((row) => {
    const minutesLeft = minutesToMakeUp(row.voiceSeconds, row.heardSeconds);
    return {
      lessonId: row.lessonId,
      schoolDay: row.day,
      period: row.period,
      courseTitle: row.title,
      minutesLeft,
      expectedBytes: expectedBytes('recording', minutesLeft * 60),
      until: instantAt(addDays(row.day, MAKE_UP_DAYS + 1), '04:00', clock.hours.timeZone).toISOString(),
    };
  });
}

function cardOf({ pupil, lessons }: PupilDay): TodayPupil {
  return {
    pupilId: pupil.pupilId,
    name: pupil.name,
    className: pupil.className,
    schoolName: pupil.schoolName,
    isLowerPrimary: isLowerPrimary(pupil),
    beads: lessons
      .filter(({ state }) => state !== 'cancelled')
      .map(({ period, reach }) => ({ period, reach })),
  };
}

/** Years 1 and 2 of a primary school. */
function isLowerPrimary({ yearGroup, stages }: PupilRow): boolean {
  return stages.includes('lowerPrimary') && (yearGroup === '1' || yearGroup === '2');
}

function needOf({ pupil, lessons }: PupilDay) {
  return {
    missed: lessons.filter(({ reach }) => reach === 'missed').length,
    running: lessons.filter(({ state }) => state === 'running').length,
    isYounger: Number(pupil.yearGroup ?? 99) || 99,
  };
}
