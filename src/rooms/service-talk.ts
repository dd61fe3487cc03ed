import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { recordFacts } from '../facts/service.ts';
import { endLesson } from '../timetable/service.ts';
import type { LessonKey, StatementAction } from './access.ts';
import { takePart, teachLesson } from './actions.ts';
import { insertTalkRow, lockRoom } from './queries-talk.ts';
import type { LockedRoom } from './queries-talk.ts';
import { logEnded, removedFromRoom, roomNotFound, talkOff, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { endOfLesson } from './rules.ts';
import { modeOf } from './service-join.ts';
import type { LogRow } from './sealed-part.ts';
import type { LogState } from './tables.ts';
import type { ChatScope, Order } from './wire.ts';

/** Who does something in which room. */
export interface InRoom {
  readonly actor: Actor;
  readonly key: LessonKey;
  /** See `personInRoom`. */
  readonly personId: string;
}

/**
 * Raises or lowers one's hand.
 *
 * @throws {AppError} 409 `talk_off` while everyone is muted or the lesson is paused, `log_ended`; 404.
 */
export async function raiseHand(rooms: Rooms, who: InRoom, up: boolean): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, takePart, who.key);
  await inLockedRoom(rooms, who, takePart, async (trx, room) => {
    if (room.standing === 'pupil' && (room.state !== 'live' || room.muted)) throw talkOff();
    const changed = await trx
      .updateTable('room_entries')
      .set({ hand_up_at: up ? room.now : null })
      .where('school_day', '=', who.key.schoolDay)
      .where('lesson_id', '=', who.key.lessonId)
      .where('person_id', '=', who.personId)
      .where('hand_up_at', up ? 'is' : 'is not', null)
      .executeTakeFirst();
    if (Number(changed.numUpdatedRows) === 0) return [];
    return [
      await insertTalkRow(trx, room, { kind: 'hand', classId: room.classId, personId: who.personId, up }),
    ];
  });
}

/** How the switches of a room stand. */
export interface Switches {
  readonly state: LogState;
  readonly muted: boolean;
  readonly chatScope: ChatScope;
}

/**
 * Pauses, goes on, mutes or unmutes everyone, or ends the lesson. In force with its commit, without grace: what
 * pupils send is judged in the same order. An order that is in force already changes nothing.
 *
 * @param atMs - for `end`: lesson time up to which the teacher's page has voice, sent or not.
 * @throws {AppError} 409 `log_ended`; 403 `not_allowed`; 404.
 */
export async function giveOrder(
  rooms: Rooms,
  who: InRoom,
  { order, atMs }: { order: Order; atMs?: number | undefined },
): Promise<Switches> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  const { room, result } = await inLockedRoom<Switches>(rooms, who, teachLesson, async (trx, room, keep) => {
    if (room.standing !== 'teacher') throw notTheTeacher();
    const before: Switches = { state: room.state, muted: room.muted, chatScope: room.chatScope };
    const after = switched(before, order);
    keep(after);
    if (isSame(before, after)) return [];
    const endedMs = endOfLesson(
      room.voiceMs,
      atMs ?? null,
      room.openedAt === null ? 0 : room.now.getTime() - room.openedAt.getTime(),
    );
    await trx
      .updateTable('lesson_logs')
      .set({
        state: after.state,
        muted: after.muted,
        chat_scope: after.chatScope,
        ...(after.state === 'ended' ? { ended_at: room.now, ended_ms: endedMs } : {}),
      })
      .where('id', '=', room.logId)
      .execute();
    if (after.state === 'ended') {
      await endLesson(trx, { day: who.key.schoolDay, lessonId: who.key.lessonId, at: room.now });
    }
    await audit(trx, who.actor, {
      action: teachLesson.name,
      subjectKind: 'lesson',
      subjectId: who.key.lessonId,
      detail: { order },
    });
    return [await insertTalkRow(trx, room, { kind: 'order', classId: null, personId: who.personId, order })];
  });
  if (order === 'end') {
    rooms.logs.forget(who.key);
    rooms.ctx.bus.publish('lesson.changed', { day: who.key.schoolDay, lessonId: who.key.lessonId });
    await rooms.ctx.jobs.send('rooms.finish', { logId: room.logId }, { singletonKey: room.logId });
  }
  return result;
}

function isSame(before: Switches, after: Switches): boolean {
  return after.state === before.state && after.muted === before.muted && after.chatScope === before.chatScope;
}

/** Pure: the switches after an order. An ended lesson stays ended. */
export function switched(before: Switches, order: Order): Switches {
  if (before.state === 'ended') {
    if (order === 'end') return before;
    throw logEnded();
  }
  switch (order) {
    case 'pause':
      return { ...before, state: 'paused' };
    case 'resume':
      return { ...before, state: 'live' };
    case 'muteAll':
      return { ...before, muted: true };
    case 'unmuteAll':
      return { ...before, muted: false };
    case 'chatAll':
      return { ...before, chatScope: 'all' };
    case 'chatStaff':
      return { ...before, chatScope: 'staff' };
    case 'chatOff':
      return { ...before, chatScope: 'off' };
    case 'end':
      return { ...before, state: 'ended' };
  }
}

/**
 * Takes a pupil out of the lesson on all their devices, for good; the addresses of sealed parts change.
 *
 * @throws {AppError} 422 `not_a_pupil_here` when the person is not a pupil of the lesson.
 */
export async function removePupil(rooms: Rooms, who: InRoom, pupilId: string): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    const { schoolDay, lessonId } = who.key;
    const pupil = await sql<{ class_id: string }>`
      SELECT class_id FROM room_standings(${schoolDay}::date, ${lessonId}::uuid, ${pupilId}::uuid) s
      WHERE s.standing = 'pupil' ORDER BY rank LIMIT 1`.execute(trx);
    if (pupil.rows.length === 0) {
      const gone = await trx
        .selectFrom('room_removals')
        .select('person_id')
        .where('school_day', '=', schoolDay)
        .where('lesson_id', '=', lessonId)
        .where('person_id', '=', pupilId)
        .executeTakeFirst();
      if (gone !== undefined) return [];
      throw new AppError(422, 'not_a_pupil_here', 'Only a pupil of this lesson can be taken out of it.');
    }
    await trx
      .insertInto('room_removals')
      .values({
        school_day: schoolDay,
        lesson_id: lessonId,
        person_id: pupilId,
        removed_by: who.personId,
        removed_at: room.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await trx
      .updateTable('lesson_logs')
      .set((eb) => ({ epoch_no: eb('epoch_no', '+', 1), epoch_secret: randomBytes(16) }))
      .where('id', '=', room.logId)
      .execute();
    await audit(trx, who.actor, {
      action: teachLesson.name,
      subjectKind: 'person',
      subjectId: pupilId,
      detail: { removedFrom: lessonId },
    });
    const row = { kind: 'removed', classId: pupil.rows[0]!.class_id, personId: pupilId } as const;
    return [await insertTalkRow(trx, room, row)];
  });
}

/** Shortest and longest time a roll call stays open, in seconds. */
export const ROLL_CALL_SECONDS = { least: 15, most: 600 } as const;
/** An answer that was on a weak line when the time was up still counts. */
const ROLL_CALL_LATE_SECONDS = 15;

/**
 * Starts a roll call.
 *
 * @param id - made by the teacher's page; the same id again is the same roll call.
 * @param seconds - how long pupils may answer.
 */
export async function startRollCall(
  rooms: Rooms,
  who: InRoom,
  { id, seconds }: { id: string; seconds: number },
): Promise<{ id: string; until: Date }> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  const { result } = await inLockedRoom<{ id: string; until: Date }>(
    rooms,
    who,
    teachLesson,
    async (trx, room, keep) => {
      mustTeach(room);
      if (room.state === 'ended') throw logEnded();
      const until = new Date(room.now.getTime() + seconds * 1000);
      const started = await trx
        .insertInto('roll_calls')
        .values({
          id,
          school_day: who.key.schoolDay,
          lesson_id: who.key.lessonId,
          started_by: who.personId,
          started_at: room.now,
          until_at: until,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('until_at')
        .executeTakeFirst();
      if (started === undefined) {
        const held = await trx
          .selectFrom('roll_calls')
          .select('until_at')
          .where('id', '=', id)
          .where('school_day', '=', who.key.schoolDay)
          .where('lesson_id', '=', who.key.lessonId)
          .executeTakeFirst();
        if (held === undefined)
          throw new AppError(409, 'roll_call_differs', 'This roll call belongs to another lesson.');
        keep({ id, until: held.until_at });
        return [];
      }
      keep({ id, until });
      return [
        await insertTalkRow(trx, room, {
          kind: 'rollCall',
          classId: null,
          id,
          personId: who.personId,
          until: until.toISOString(),
        }),
      ];
    },
  );
  return result;
}

/**
 * Answers a roll call, once. The answer is evidence that the pupil was there; the database clock decides.
 *
 * @throws {AppError} 409 `roll_call_over`; 404.
 */
export async function answerRollCall(rooms: Rooms, who: InRoom, rollCallId: string): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, takePart, who.key);
  const mode = await modeOf(rooms, who.key);
  await inLockedRoom(rooms, who, takePart, async (trx, room) => {
    if (room.standing !== 'pupil' || room.classId === null) {
      throw new AppError(403, 'not_allowed', 'Only pupils answer the roll.');
    }
    const call = await trx
      .selectFrom('roll_calls')
      .select(['until_at', 'started_by'])
      .where('id', '=', rollCallId)
      .where('school_day', '=', who.key.schoolDay)
      .where('lesson_id', '=', who.key.lessonId)
      .executeTakeFirst();
    if (call === undefined) throw new AppError(404, 'not_found', 'There is no such roll call.');
    const held = await trx
      .selectFrom('roll_call_answers')
      .select('person_id')
      .where('roll_call_id', '=', rollCallId)
      .where('person_id', '=', who.personId)
      .executeTakeFirst();
    if (held !== undefined) return [];
    if (room.now.getTime() > call.until_at.getTime() + ROLL_CALL_LATE_SECONDS * 1000) {
      throw new AppError(409, 'roll_call_over', 'The time for this roll call is over.');
    }
    await trx
      .insertInto('roll_call_answers')
      .values({
        roll_call_id: rollCallId,
        person_id: who.personId,
        via_class_id: room.classId,
        answered_at: room.now,
      })
      .execute();
    await recordFacts(trx, [
      {
        schoolDay: who.key.schoolDay,
        personId: who.personId,
        plannedId: who.key.lessonId,
        way: mode.entrance === 'link' ? 'external' : 'live',
        outcome: 'present',
        source: 'rollCall',
        sourceKey: `${rollCallId}:${who.personId}`,
        recorderId: call.started_by,
        recordedAt: room.now,
      },
    ]);
    const row = {
      kind: 'rollCallAnswer',
      classId: room.classId,
      id: rollCallId,
      personId: who.personId,
    } as const;
    return [await insertTalkRow(trx, room, row)];
  });
}

export function notTheTeacher(): AppError {
  return new AppError(403, 'not_allowed', 'Only the teacher of this lesson may do this.');
}

/** @throws {AppError} 403 `not_allowed` for everybody but teachers and assistants. */
export function mustTeach({ standing }: LockedRoom): void {
  if (standing !== 'teacher' && standing !== 'assistant') throw notTheTeacher();
}

/**
 * Does something in the order of the room: nobody else speaks or switches meanwhile. Rows are spread after commit.
 *
 * @param act - gets `keep` to hand out its result; returns the talk rows it wrote.
 */
export async function inLockedRoom<Result = void>(
  rooms: Rooms,
  who: InRoom,
  action: StatementAction,
  act: (trx: Trx, room: LockedRoom, keep: (result: Result) => void) => Promise<LogRow[]>,
): Promise<{ room: LockedRoom; result: Result }> {
  let kept: { result: Result } | undefined;
  const done = await rooms.ctx.db.transaction().execute(async (trx) => {
    const room = await lockRoom(trx, who.key, who.personId);
    if (room === undefined || room.standing === null || room.standing === 'observer') return null;
    const rows = await act(trx, room, (result) => {
      kept = { result };
    });
    return { room, rows };
  });
  if (done === null) throw await whyNotInRoom(rooms, who.actor, action, who.key, who.personId);
  for (const row of done.rows) rooms.hub.committed(done.room.logId, 'talk', row);
  return { room: done.room, result: kept?.result as Result };
}

/** Why somebody's statement found no place for them in a room. */
export async function whyNotInRoom(
  rooms: Rooms,
  actor: Actor,
  action: StatementAction,
  key: LessonKey,
  personId: string,
): Promise<AppError> {
  const removed = await rooms.ctx.db
    .selectFrom('room_removals')
    .select('person_id')
    .where('school_day', '=', key.schoolDay)
    .where('lesson_id', '=', key.lessonId)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  if (removed !== undefined) return removedFromRoom();
  const observer = new AppError(403, 'not_allowed', 'Here one only listens.');
  const log = await rooms.logs.idOf(key);
  return whyRefused(rooms.ctx.db, actor, action, key, log === null ? roomNotFound() : observer);
}
