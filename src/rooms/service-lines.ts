import { sql } from 'kysely';
import { audit } from '../platform/audit.ts';
import { authorize } from '../platform/authorize.ts';
import type { Trx } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { takePart, teachLesson } from './actions.ts';
import type { LessonKey } from './access.ts';
import { readLogRows } from './log-rows.ts';
import {
  insertSaid,
  insertTalkRow,
  isSaidFirst,
  isTakenBack,
  mayChat,
  type LockedRoom,
} from './queries-talk.ts';
import { consentMissing, logEnded, talkOff } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { inLockedRoom, mustTeach, whyNotInRoom, type InRoom } from './service-talk.ts';
import { decodeJsonRow, type TalkRow } from './wire.ts';

type Line = Extract<TalkRow, { kind: 'chat' }>;

/**
 * Says a line to the class, or as the teacher has switched it (`toStaff`) to the staff alone. Written before it is
 * answered; the same `clientId` again changes nothing.
 *
 * @throws {AppError} 409 `talk_off` from the very switch on, `log_ended`; 403 `removed_from_room`, `consent_missing`;
 *   404.
 */
export async function say(
  rooms: Rooms,
  { actor, key, personId }: InRoom,
  { clientId, text }: { clientId: string; text: string },
): Promise<{ n: number; toStaff: boolean }> {
  await authorize(rooms.ctx.db, actor, takePart, key);
  const said = await insertSaid(rooms.pool, key, personId, `chat:${personId}:${clientId}`, {
    kind: 'chat',
    id: clientId,
    personId,
    text,
  });
  if (said === undefined) throw await whyNotInRoom(rooms, actor, takePart, key, personId);
  if (said.n === null) throw await whyNotSaid(rooms, key, personId);
  if (said.row !== null) rooms.hub.committed(said.logId, 'talk', said.row);
  const [row] =
    said.row === null ? await readLogRows(rooms.store, said.logId, 'talk', said.n, 1) : [said.row];
  const line = row === undefined ? null : decodeJsonRow<TalkRow>(row.bytes);
  return { n: said.n, toStaff: line?.kind === 'chat' && line.toStaff === true };
}

async function whyNotSaid(rooms: Rooms, key: LessonKey, personId: string): Promise<AppError> {
  if (await rooms.logs.hasEnded(key)) return logEnded();
  return (await mayChat(rooms.ctx.db, key.schoolDay, personId)) ? talkOff() : consentMissing();
}

/**
 * A pupil reports what a classmate wrote. The line is hidden from the class at once, unless the staff has looked at it
 * before; the staff sees who reported it. What was written stays in the log, and who was reported in the audit. Again
 * changes nothing.
 *
 * @param n - number of the line in the talk.
 * @throws {AppError} 403 `not_allowed` for one's own line or one of the staff; 404.
 */
export async function reportLine(rooms: Rooms, who: InRoom, n: number): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, takePart, who.key);
  const line = await lineOf(rooms, who, n);
  await inLockedRoom(rooms, who, takePart, async (trx, room) => {
    if (room.standing !== 'pupil') throw new AppError(403, 'not_allowed', 'The staff hides a line itself.');
    if (line === null || (line.classId !== null && line.classId !== room.classId)) throw lineNotFound();
    if (line.staff || line.personId === who.personId)
      throw new AppError(403, 'not_allowed', 'Only a line of a classmate can be reported.');
    if (!(await isSaidFirst(trx, room, `reported:${who.personId}:${n}`))) return [];
    await audit(trx, who.actor, {
      action: takePart.name,
      subjectKind: 'person',
      subjectId: line.personId,
      detail: { reportedLine: n, lessonId: who.key.lessonId },
    });
    const { classId } = line;
    const rows = [
      await insertTalkRow(trx, room, { kind: 'reported', classId, personId: who.personId, ofN: n }),
    ];
    const isLookedAt = await holdsKey(trx, room, `lookedAt:${n}`);
    if (!isLookedAt && (await isSaidFirst(trx, room, `hidden:${n}`)))
      rows.push(await insertTalkRow(trx, room, { kind: 'hidden', classId, ofN: n, isHidden: true }));
    return rows;
  });
}

/**
 * Hides a line from the class, or shows it again. Hidden, it is given to no pupil any more, not with the recording
 * either; it stays in the log. As it is already: changes nothing.
 *
 * @param n - number of the line in the talk.
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function hideLine(rooms: Rooms, who: InRoom, n: number, isHidden: boolean): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  const line = await lineOf(rooms, who, n);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    if (line === null) throw lineNotFound();
    await isSaidFirst(trx, room, `lookedAt:${n}`);
    const isChanged = isHidden
      ? await isSaidFirst(trx, room, `hidden:${n}`)
      : await isTakenBack(trx, room, `hidden:${n}`);
    if (!isChanged) return [];
    await audit(trx, who.actor, {
      action: teachLesson.name,
      subjectKind: 'person',
      subjectId: line.personId,
      detail: { [isHidden ? 'hiddenLine' : 'shownLine']: n, lessonId: who.key.lessonId },
    });
    return [await insertTalkRow(trx, room, { kind: 'hidden', classId: line.classId, ofN: n, isHidden })];
  });
}

/** Numbers of the lines that the class does not see now. */
export async function hiddenLines(rooms: Rooms, logId: string): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ n: number }>`
    SELECT split_part(key, ':', 2)::int AS n FROM talk_keys
    WHERE log_id = ${logId}::uuid AND key LIKE 'hidden:%'`.execute(rooms.ctx.db);
  return new Set(rows.map(({ n }) => n));
}

/** A chat line as it stands in the log; null when there is none under this number. */
async function lineOf(rooms: Rooms, who: InRoom, n: number): Promise<Line | null> {
  const log = await rooms.logs.idOf(who.key);
  if (log === null) return null;
  const [held] = await readLogRows(rooms.store, log.logId, 'talk', n, 1);
  if (held === undefined || held.n !== n) return null;
  const row = decodeJsonRow<TalkRow>(held.bytes);
  return row.kind === 'chat' ? row : null;
}

async function holdsKey(trx: Trx, room: LockedRoom, key: string): Promise<boolean> {
  const held = await trx
    .selectFrom('talk_keys')
    .select('n')
    .where('log_id', '=', room.logId)
    .where('key', '=', key)
    .executeTakeFirst();
  return held !== undefined;
}

const lineNotFound = (): AppError =>
  new AppError(404, 'not_found', 'There is no such line in the chat of this lesson.');
