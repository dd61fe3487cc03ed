import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import { authorize } from '../platform/authorize.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { teachLesson } from './actions.ts';
import type { LessonKey } from './access.ts';
import { insertTalkRow, isSaidFirst, type LockedRoom } from './queries-talk.ts';
import { logEnded } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { LEFT_AFTER_MS } from './rules.ts';
import { inLockedRoom, mustTeach, type InRoom } from './service-talk.ts';

/** A pupil who is in the room, and how often the teacher has called them in this lesson. */
export interface Callable {
  readonly personId: string;
  readonly classId: string;
  readonly times: number;
  /** Talk number of the last call; 0: never called. */
  readonly lastN: number;
}

/**
 * Calls a pupil who is present, by lot: nobody twice before all were called once. The same id again is the same call.
 *
 * @throws {AppError} 409 `nobody_here`, `log_ended`; 403 `not_allowed`; 404.
 */
export async function callPupil(rooms: Rooms, who: InRoom, id: string): Promise<{ personId: string }> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  // Who was seen by this process a moment ago is present, too.
  await rooms.hub.flushSeen({ lessonId: who.key.lessonId });
  const { result } = await inLockedRoom<string>(rooms, who, teachLesson, async (trx, room, keep) => {
    mustTeach(room);
    const held = await selectCalled(trx, room.logId, id);
    if (held !== undefined) {
      keep(held);
      return [];
    }
    if (room.state === 'ended') throw logEnded();
    const called = whoIsCalled(await selectCallable(trx, who.key, room), randomInt);
    if (called === null)
      throw new AppError(409, 'nobody_here', 'No pupil is in the room now, so nobody can be called.');
    keep(called.personId);
    await trx
      .insertInto('talk_keys')
      .values({ log_id: room.logId, key: `called:${called.personId}:${id}`, n: room.talkN + 1 })
      .execute();
    const { personId, classId } = called;
    return [await insertTalkRow(trx, room, { kind: 'called', classId, id, personId })];
  });
  return { personId: result };
}

/**
 * Pure: draws among those called least; once everybody had a turn, nobody comes twice running.
 *
 * @param draw - gives a whole number below the one it gets.
 * @returns null when nobody is there.
 */
export function whoIsCalled(present: readonly Callable[], draw: (below: number) => number): Callable | null {
  const latest = Math.max(0, ...present.map(({ lastN }) => lastN));
  const hadTurn = present.length > 1 && present.every(({ times }) => times > 0);
  const pool = hadTurn ? present.filter(({ lastN }) => lastN !== latest) : present;
  const least = Math.min(...pool.map(({ times }) => times));
  const lot = pool.filter(({ times }) => times === least);
  return lot.length === 0 ? null : lot[draw(lot.length)]!;
}

// A call is kept under the pupil and its own id, so that the one key says who was called, how often, and that the
// same call is not made twice.
async function selectCalled(trx: Trx, logId: string, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ person_id: string }>`
    SELECT split_part(key, ':', 2) AS person_id FROM talk_keys
    WHERE log_id = ${logId}::uuid AND key LIKE ${`called:%:${id}`}`.execute(trx);
  return rows[0]?.person_id;
}

async function selectCallable(
  trx: Trx,
  { schoolDay, lessonId }: LessonKey,
  room: LockedRoom,
): Promise<Callable[]> {
  const { rows } = await sql<Callable>`
    SELECT s.person_id AS "personId", s.class_id AS "classId", coalesce(called.times, 0) AS times,
      coalesce(called.last_n, 0) AS "lastN"
    FROM room_roster(${schoolDay}::date, ${lessonId}::uuid) s
    JOIN room_entries e ON e.school_day = ${schoolDay}::date AND e.lesson_id = ${lessonId}::uuid
      AND e.person_id = s.person_id
    LEFT JOIN (
      SELECT split_part(k.key, ':', 2)::uuid AS person_id, count(*)::int AS times, max(k.n) AS last_n
      FROM talk_keys k WHERE k.log_id = ${room.logId}::uuid AND k.key LIKE 'called:%' GROUP BY 1) called
      ON called.person_id = s.person_id
    WHERE s.standing = 'pupil'
      AND e.last_seen_at > ${room.now}::timestamptz - make_interval(secs => ${LEFT_AFTER_MS / 1000})
    ORDER BY s.person_id`.execute(trx);
  return rows;
}

/**
 * Starts a countdown that everybody in the room sees in step; a running one is replaced. The same id again changes
 * nothing.
 *
 * @param seconds - how long; see `TIMER_SECONDS`.
 * @throws {AppError} 409 `log_ended`; 403 `not_allowed`; 404.
 */
export async function startTimer(
  rooms: Rooms,
  who: InRoom,
  { id, seconds }: { id: string; seconds: number },
): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    if (!(await isSaidFirst(trx, room, `timer:${id}`))) return [];
    if (room.state === 'ended') throw logEnded();
    const until = new Date(room.now.getTime() + seconds * 1000).toISOString();
    return [
      await insertTalkRow(trx, room, { kind: 'timer', classId: null, id, personId: who.personId, until }),
    ];
  });
}

/**
 * Takes a countdown away before its time. Again, or after its time, changes nothing.
 *
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function stopTimer(rooms: Rooms, who: InRoom, id: string): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    const started = await trx
      .selectFrom('talk_keys')
      .select('n')
      .where('log_id', '=', room.logId)
      .where('key', '=', `timer:${id}`)
      .executeTakeFirst();
    if (started === undefined)
      throw new AppError(404, 'not_found', 'There is no such countdown in this lesson.');
    if (!(await isSaidFirst(trx, room, `timerStopped:${id}`))) return [];
    return [
      await insertTalkRow(trx, room, { kind: 'timerStopped', classId: null, id, personId: who.personId }),
    ];
  });
}
