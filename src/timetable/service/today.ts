import type { Actor } from '../../platform/actor.ts';
import { authorize, type Granted } from '../../platform/authorize.ts';
import type { ServerContext } from '../../platform/context.ts';
import { notFound } from '../../platform/errors.ts';
import { addDays, instantAt } from '../../calendar/rules/days.ts';
import { modeNamed } from '../../rooms/modes.ts';
import { readOwnDay, readPupilDay } from '../actions.ts';
import {
  MAKE_UP_DAYS,
  selectPupilDays,
  type LessonOfDay,
  type PupilDayRow,
  type PupilRow,
} from '../queries/pupil-day.ts';
import { selectOptionalNextLesson } from '../queries/today.ts';
import { byNeed, expectedBytes, lessonReach, lessonState, minutesToMakeUp } from '../rules/today.ts';
import type { Today, TodayLesson, TodayPupil } from '../today-contract.ts';
import { isoChanges } from './changes.ts';

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
  const rows = await selectPupilDays(ctx.db, granted, {
    personId: actor.personId,
    isGuardian,
  });
  const days = rows.map((pupil) => ({
    pupil,
    lessons: pupil.lessons.map((one) => lessonOf(pupil.day, one, now)),
  }));
  days.sort((a, b) => byNeed(needOf(a), needOf(b)));
  const asked = pupilId === null ? days[0] : days.find(({ pupil }) => pupil.pupilId === pupilId);
  if (!asked) throw notFound('no_pupil', 'There is no pupil whose day could be shown.');
  const { pupil, lessons } = asked;
  const isOver = lessons.every(({ state }) => state === 'ended' || state === 'cancelled');
  const next = isOver
    ? await selectOptionalNextLesson(ctx.db, granted, { pupilId: pupil.pupilId, afterDay: pupil.day })
    : undefined;
  return {
    now: now.toISOString(),
    timeZone: pupil.timeZone,
    day: pupil.day,
    weekNo: pupil.weekNo,
    dayKind: pupil.dayKind,
    isGuardian,
    pupil: cardOf(asked),
    children: days.map(cardOf),
    lessons,
    makeUps: makeUpsOf(pupil),
    changes: isoChanges(pupil.changes),
    next: next ? { ...next, startsAt: next.startsAt.toISOString() } : null,
    cannotAttend: pupil.told && { ...pupil.told, sentAt: pupil.told.sentAt.toISOString() },
  };
}

interface PupilDay {
  readonly pupil: PupilDayRow;
  readonly lessons: TodayLesson[];
}

function lessonOf(day: string, card: LessonOfDay, now: Date): TodayLesson {
  const mode = modeNamed(card.mode);
  const opensAt = mode.window(card, 'pupil').from;
  const state = lessonState(card, opensAt, now);
  const seconds = (card.endsAt.getTime() - Math.max(card.startsAt.getTime(), now.getTime())) / 1000;
  const isOpen = state === 'open' || state === 'running';
  return {
    lessonId: card.lessonId,
    schoolDay: day,
    period: card.period,
    startsAt: card.startsAt.toISOString(),
    endsAt: card.endsAt.toISOString(),
    opensAt: opensAt.toISOString(),
    courseTitle: card.title,
    topic: card.topic,
    teacherName: card.leadName,
    mode: mode.name,
    state,
    reach: lessonReach(card.reach ?? undefined, state),
    note: null,
    expectedBytes: state === 'ended' || state === 'cancelled' ? null : expectedBytes(mode.entrance, seconds),
    link: mode.entrance === 'link' && isOpen ? card.link : null,
  };
}

function makeUpsOf({ missed, timeZone }: PupilDayRow): Today['makeUps'] {
  return missed.map((row) => {
    const minutesLeft = minutesToMakeUp(row.voiceSeconds, row.heardSeconds);
    return {
      lessonId: row.lessonId,
      schoolDay: row.day,
      period: row.period,
      courseTitle: row.title,
      minutesLeft,
      expectedBytes: expectedBytes('recording', minutesLeft * 60),
      until: instantAt(addDays(row.day, MAKE_UP_DAYS + 1), '04:00', timeZone).toISOString(),
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
