import { randomBytes } from 'node:crypto';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { AppError } from '../platform/errors.ts';
import { dayOf, timeOfDay } from '../platform/i18n/format.ts';
import { schoolClock, termNear } from '../calendar/service.ts';
import { LESSON_BYTES_PER_SECOND } from '../timetable/rules/today.ts';
import { beginLesson } from '../timetable/service.ts';
import type { LessonKey } from './access.ts';
import { enterRoom, readRoomPeople } from './actions.ts';
import { modeNamed } from './modes.ts';
import type { LessonMode } from './modes.ts';
import { ensureLog, selectOptionalLessonCard, selectRoomPeople } from './queries-lesson.ts';
import type { LessonCard, RoomPerson } from './queries-lesson.ts';
import { removedFromRoom, roomNotFound, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { isMeetingLink } from './rules.ts';
import type { LogState, Standing } from './tables.ts';
import { TICKET_SECONDS } from './wire.ts';

/** What a page gets when its person has come into the room. */
export interface Entrance {
  readonly standing: Standing;
  readonly personId: string;
  readonly classId: string | null;
  readonly logId: string;
  readonly state: LogState | 'waiting';
  readonly muted: boolean;
  /** Whether this person may write in the chat: a child under 14 needs a guardian's word. */
  readonly mayChat: boolean;
  readonly entrance: LessonMode['entrance'];
  /** Opens one socket within 30 s. */
  readonly ticket: string;
  readonly ticketSeconds: number;
  readonly serverTime: Date;
  /** Address of a meeting elsewhere; null for lessons in our room, and after the end. */
  readonly link: string | null;
  /** What the whole lesson is expected to cost on the wire. */
  readonly expectedBytes: { readonly standard: number; readonly lightest: number };
  readonly lesson: LessonCard;
}

/** The recording stays one term and a month. */
const RETENTION_DAYS_AFTER_TERM = 30;
const RETENTION_DAYS_WITHOUT_TERM = 180;

const CARD_FRESH_MS = 2000;

/**
 * Comes into the room of a lesson: roster check, entry, the fact that one came, and a ticket for the socket.
 *
 * Coming again (reload, second tab, another device) is the same coming with a new ticket. After the end the same
 * door leads to the recording.
 *
 * @param personId - who sits there; see `personInRoom`.
 * @throws {AppError} 404 `room_not_found`; 403 `removed_from_room`; 409 `room_not_open` (with `opensAt`),
 *   `room_closed`, `lesson_cancelled`, `no_room` for a way of teaching without a room.
 */
export async function join(rooms: Rooms, actor: Actor, key: LessonKey, personId: string): Promise<Entrance> {
  const { db, now } = rooms.ctx;
  await authorize(db, actor, enterRoom, key);
  const refuse = (otherwise: AppError) => whyRefused(db, actor, enterRoom, key, otherwise);
  const card = await lessonCard(rooms, key);
  if (card === undefined) throw roomNotFound();
  const mode = modeNamed(card.mode);
  const logKnown = await openLog(
    rooms,
    card,
    mode,
    actor.kind === 'person' && actor.role === 'pupil',
    refuse,
  );
  if (!logKnown) throw await refuse(roomNotFound());
  const ticket = randomBytes(24).toString('base64url');
  const heldElsewhere = mode.entrance === 'link';
  const joined = await rooms.carryJoin({ ...key, personId, ticket, heldElsewhere });
  if (joined === null) {
    const removed = await db
      .selectFrom('room_removals')
      .select('person_id')
      .where('school_day', '=', key.schoolDay)
      .where('lesson_id', '=', key.lessonId)
      .where('person_id', '=', personId)
      .executeTakeFirst();
    throw removed === undefined ? await refuse(roomNotFound()) : removedFromRoom();
  }
  rooms.hub.arrived(joined.logId, personId);
  if (joined.standing === 'teacher' && card.status === 'planned' && joined.state !== 'ended') {
    await beginPlanned(rooms, key, joined.logId);
  }
  const seconds = Math.max(0, (card.endsAt.getTime() - card.startsAt.getTime()) / 1000);
  const link = card.modeParams['link'];
  return {
    standing: joined.standing,
    personId,
    classId: joined.classId,
    logId: joined.logId,
    state: joined.opened || joined.state === 'ended' ? joined.state : 'waiting',
    muted: joined.muted,
    mayChat: joined.mayChat,
    entrance: mode.entrance,
    ticket,
    ticketSeconds: TICKET_SECONDS,
    serverTime: now(),
    link: heldElsewhere && joined.state !== 'ended' && isMeetingLink(link) ? link : null,
    expectedBytes: {
      standard: Math.round(seconds * LESSON_BYTES_PER_SECOND.standard),
      lightest: Math.round(seconds * LESSON_BYTES_PER_SECOND.lightest),
    },
    lesson: card,
  };
}

/** Tells the timetable that its lesson is being taught; every coming of the teacher tells it, the first one counts. */
async function beginPlanned({ ctx, cards }: Rooms, key: LessonKey, logId: string): Promise<void> {
  const day = key.schoolDay;
  await ctx.db
    .transaction()
    .execute((trx) => beginLesson(trx, { day, lessonId: key.lessonId, logId, at: ctx.now() }));
  cards.delete(`${day} ${key.lessonId}`);
  ctx.bus.publish('lesson.changed', { day, lessonId: key.lessonId });
}

/** An instant on the school's own clock: `13:50` today, `2026-11-26 8:20` on another day. */
async function clockWords({ ctx }: Rooms, schoolId: string, instant: Date): Promise<string> {
  const now = ctx.now();
  const clock = await schoolClock(ctx.db, { schoolId, now });
  const timeZone = clock?.hours.timeZone ?? 'Asia/Shanghai';
  const day = dayOf(instant, timeZone);
  const time = timeOfDay(instant, timeZone);
  return day === dayOf(now, timeZone) ? time : `${day} ${time}`;
}

/** Checks that the door is open and makes the log when nobody has come yet. @returns whether there is a log. */
async function openLog(
  rooms: Rooms,
  card: LessonCard,
  mode: LessonMode,
  isPupil: boolean,
  refuse: (otherwise: AppError) => Promise<AppError>,
): Promise<boolean> {
  const { db, now } = rooms.ctx;
  const existing = await rooms.logs.idOf(card);
  if (existing !== null && existing.ended) return true;
  if (card.status === 'cancelled') {
    throw await refuse(new AppError(409, 'lesson_cancelled', 'This lesson has been cancelled.'));
  }
  if (mode.entrance === 'none') {
    throw await refuse(new AppError(409, 'no_room', `A lesson taught by ${card.mode} has no room to enter.`));
  }
  const { from, until } = mode.window(card, isPupil ? 'pupil' : 'staff');
  if (now() < from) {
    throw await refuse(
      new AppError(409, 'room_not_open', `The room opens at ${from.toISOString()}.`, {
        params: { opensAt: await clockWords(rooms, card.schoolId, from) },
      }),
    );
  }
  if (existing !== null) return true;
  if (until !== null && now() > until) {
    throw await refuse(
      new AppError(409, 'room_closed', 'This lesson is over and was not taught in our room.'),
    );
  }
  await ensureLog(db, card, {
    epochSecret: randomBytes(16),
    retentionUntil: await retentionUntil(rooms, card),
  });
  rooms.logs.forget(card);
  return true;
}

async function retentionUntil(rooms: Rooms, card: LessonCard): Promise<string> {
  const clock = await schoolClock(rooms.ctx.db, { schoolId: card.schoolId, now: rooms.ctx.now() });
  const term = clock === null ? null : termNear(clock.terms, card.schoolDay);
  const [day, days] =
    term === null || term.lastDay < card.schoolDay
      ? [card.schoolDay, RETENTION_DAYS_WITHOUT_TERM]
      : [term.lastDay, RETENTION_DAYS_AFTER_TERM];
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** How a lesson is taught. @throws {AppError} 404 `room_not_found`. */
export async function modeOf(rooms: Rooms, key: LessonKey): Promise<LessonMode> {
  const card = await lessonCard(rooms, key);
  if (card === undefined) throw roomNotFound();
  return modeNamed(card.mode);
}

/** The card of a lesson; asked once for all who come to it within two seconds. */
export async function lessonCard(rooms: Rooms, key: LessonKey): Promise<LessonCard | undefined> {
  const name = `${key.schoolDay} ${key.lessonId}`;
  const known = rooms.cards.get(name);
  if (known !== undefined && Date.now() - known.at < CARD_FRESH_MS) return known.card;
  const card = selectOptionalLessonCard(rooms.ctx.db, key);
  rooms.cards.set(name, { at: Date.now(), card });
  if (rooms.cards.size > 2000) rooms.cards.delete(rooms.cards.keys().next().value!);
  return card;
}

/**
 * Names of the people in a room, to put beside what they say: a pupil gets the own class and the staff.
 *
 * @throws {AppError} 404 when the lesson is not theirs.
 */
export async function roomPeople(
  rooms: Rooms,
  actor: Actor,
  key: LessonKey,
  personId: string,
): Promise<RoomPerson[]> {
  const granted = await authorize(rooms.ctx.db, actor, readRoomPeople, key);
  const existing = await rooms.logs.idOf(key);
  const standing = existing === null ? null : await rooms.standings.now(existing.logId, personId);
  if (standing === null) throw roomNotFound();
  return selectRoomPeople(
    rooms.ctx.db,
    granted.subject,
    standing.standing === 'pupil' ? standing.classId : null,
  );
}
