import { sql } from 'kysely';
import { authorize } from '../platform/authorize.ts';
import { AppError } from '../platform/errors.ts';
import { takePart, teachLesson } from './actions.ts';
import type { LessonKey } from './access.ts';
import {
  countPollAnswers,
  insertPollAnswer,
  selectPoll,
  selectPollAnswers,
  type PollAnswer,
  type PollRow,
} from './queries-polls.ts';
import { insertTalkRow } from './queries-talk.ts';
import { logEnded, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import { inLockedRoom, mustTeach, notTheTeacher, whyNotInRoom, type InRoom } from './service-talk.ts';
import type { PollCounts, PollQuestion, PollRight } from './wire.ts';

/** A question as its teacher's page asks it. */
export interface PollToAsk extends PollQuestion {
  /** Made by the page; the same id again is the same question. */
  readonly id: string;
  /** How long answers count. */
  readonly seconds: number;
  readonly right: PollRight;
}

/**
 * Asks the class. One question runs at a time: an open one before it is closed.
 *
 * @throws {AppError} 422 `poll_wrong` when kind, options and right answer do not go together; 409 `log_ended`,
 *   `poll_differs`; 403 `not_allowed`; 404.
 */
export async function startPoll(
  rooms: Rooms,
  who: InRoom,
  { id, seconds, right, ...question }: PollToAsk,
): Promise<{ id: string; until: Date }> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  const wrong = whatIsWrong(question, right);
  if (wrong !== null) throw new AppError(422, 'poll_wrong', wrong);
  const { result } = await inLockedRoom<{ id: string; until: Date }>(
    rooms,
    who,
    teachLesson,
    async (trx, room, keep) => {
      mustTeach(room);
      const held = await selectPoll(trx, who.key, id);
      if (held !== undefined) {
        keep({ id, until: held.untilAt });
        return [];
      }
      if (room.state === 'ended') throw logEnded();
      const until = new Date(room.now.getTime() + seconds * 1000);
      const { schoolDay, lessonId } = who.key;
      const closed = await sql<{ id: string }>`
        UPDATE polls SET closed_at = ${room.now} WHERE school_day = ${schoolDay}::date AND lesson_id = ${lessonId}::uuid
          AND closed_at IS NULL AND until_at > ${room.now} RETURNING id`.execute(trx);
      const asked = await trx
        .insertInto('polls')
        .values({
          id,
          school_day: schoolDay,
          lesson_id: lessonId,
          kind: question.kind,
          prompt: question.prompt,
          options: question.options,
          right_options: right !== null && 'options' in right ? right.options : null,
          right_number: right !== null && 'number' in right ? right.number : null,
          page_n: question.pageN,
          asked_by: who.personId,
          asked_at: room.now,
          until_at: until,
          closed_at: null,
          shown_at: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (asked === undefined)
        throw new AppError(409, 'poll_differs', 'This question belongs to another lesson.');
      keep({ id, until });
      const rows = [];
      for (const { id: earlier } of closed.rows)
        rows.push(
          await insertTalkRow(trx, room, {
            kind: 'pollClosed',
            classId: null,
            id: earlier,
            personId: who.personId,
          }),
        );
      rows.push(
        await insertTalkRow(trx, room, {
          kind: 'poll',
          classId: null,
          id,
          personId: who.personId,
          question,
          until: until.toISOString(),
        }),
      );
      return rows;
    },
  );
  return result;
}

/** Pure: why a question cannot be asked so, in one sentence; null: it can. */
export function whatIsWrong({ kind, options }: PollQuestion, right: PollRight): string | null {
  const isWritten = kind === 'number' || kind === 'text';
  if (isWritten && options.length > 0) return 'A question for a number or a text has no options.';
  if (!isWritten && options.length < 2) return 'A question to choose from has two to eight options.';
  if (kind === 'trueFalse' && options.length !== 2) return 'True or false are two options.';
  if (right === null) return null;
  if ('number' in right) return kind === 'number' ? null : 'The right answer is no number here.';
  if (isWritten) return 'The right answer is no option here.';
  const places = new Set(right.options);
  if (places.size !== right.options.length || right.options.some((place) => place >= options.length))
    return 'The right answer names an option that is not there, or one twice.';
  if (places.size === 0 || (kind !== 'multiple' && places.size > 1))
    return 'One option is right; several only where several may be chosen.';
  return null;
}

/**
 * Answers, once and for good; the same answer again changes nothing. The database's clock decides, and what was on a
 * weak line when the time was up still counts.
 *
 * @throws {AppError} 409 `poll_over`, `poll_answered` when another answer is held; 422 `poll_answer_wrong`; 403; 404.
 */
export async function answerPoll(
  rooms: Rooms,
  { actor, key, personId }: InRoom,
  pollId: string,
  answer: PollAnswer,
): Promise<void> {
  await authorize(rooms.ctx.db, actor, takePart, key);
  const done = await insertPollAnswer(rooms.pool, key, personId, pollId, answer);
  if (done === undefined) throw await whyNotInRoom(rooms, actor, takePart, key, personId);
  if (done.standing !== 'pupil') throw new AppError(403, 'not_allowed', 'Only pupils answer.');
  if (done.isOpen === null) throw pollNotFound();
  if (done.isWritten || done.isSame === true) return;
  if (done.isSame === false)
    throw new AppError(409, 'poll_answered', 'This question was answered before; the first answer counts.');
  if (done.fits === false)
    throw new AppError(422, 'poll_answer_wrong', 'This is not an answer that the question allows.');
  throw new AppError(409, 'poll_over', 'The time for this question is over.');
}

/**
 * Closes a question before its time is up. Closing it again, or after its time, changes nothing.
 *
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function closePoll(rooms: Rooms, who: InRoom, pollId: string): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    const poll = await selectPoll(trx, who.key, pollId);
    if (poll === undefined) throw pollNotFound();
    if (poll.closedAt !== null || poll.untilAt <= room.now) return [];
    await trx.updateTable('polls').set({ closed_at: room.now }).where('id', '=', pollId).execute();
    return [
      await insertTalkRow(trx, room, {
        kind: 'pollClosed',
        classId: null,
        id: pollId,
        personId: who.personId,
      }),
    ];
  });
}

/**
 * Shows the class how it answered, without names. Again: with what came since.
 *
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function showPoll(rooms: Rooms, who: InRoom, pollId: string): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, teachLesson, who.key);
  await inLockedRoom(rooms, who, teachLesson, async (trx, room) => {
    mustTeach(room);
    const poll = await selectPoll(trx, who.key, pollId);
    if (poll === undefined) throw pollNotFound();
    if (room.state === 'ended') throw logEnded();
    const isOpen = poll.closedAt === null && poll.untilAt > room.now;
    await trx
      .updateTable('polls')
      // Who is still thinking must not read the answer off the others.
      .set({ shown_at: room.now, ...(isOpen ? { closed_at: room.now } : {}) })
      .where('id', '=', pollId)
      .execute();
    return [
      await insertTalkRow(trx, room, {
        kind: 'pollShown',
        classId: null,
        id: pollId,
        personId: who.personId,
        counts: await countPollAnswers(trx, poll),
        right: rightOf(poll),
      }),
    ];
  });
}

/** A question with everything its teacher may know. */
export interface PollResults {
  readonly poll: PollRow;
  readonly right: PollRight;
  readonly counts: PollCounts;
  readonly answers: Awaited<ReturnType<typeof selectPollAnswers>>;
}

/**
 * How a question stands, with names by id: for the teachers and assistants of the lesson only.
 *
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function pollResults(rooms: Rooms, who: InRoom, pollId: string): Promise<PollResults> {
  const { db } = rooms.ctx;
  await authorize(db, who.actor, teachLesson, who.key);
  await requireTeaching(rooms, who);
  const poll = await selectPoll(db, who.key, pollId);
  if (poll === undefined) throw pollNotFound();
  const [counts, answers] = await Promise.all([countPollAnswers(db, poll), selectPollAnswers(db, pollId)]);
  return { poll, right: rightOf(poll), counts, answers };
}

/**
 * Lets only the teachers and assistants of a lesson on, to what only they may read.
 *
 * @throws {AppError} 403 `not_allowed`; 404.
 */
export async function requireTeaching(rooms: Rooms, who: InRoom): Promise<void> {
  const standing = await standingOf(rooms, who.key, who.personId);
  if (standing === undefined) throw await whyNotInRoom(rooms, who.actor, teachLesson, who.key, who.personId);
  if (standing !== 'teacher' && standing !== 'assistant')
    throw await whyRefused(rooms.ctx.db, who.actor, teachLesson, who.key, notTheTeacher());
}

async function standingOf(
  rooms: Rooms,
  { schoolDay, lessonId }: LessonKey,
  personId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ standing: string }>`
    SELECT standing FROM room_standings(${schoolDay}::date, ${lessonId}::uuid, ${personId}::uuid)
    ORDER BY rank LIMIT 1`.execute(rooms.ctx.db);
  return rows[0]?.standing;
}

/** The right answer of a question as its teacher's page knows it. */
export function rightOf({ rightOptions, rightNumber }: PollRow): PollRight {
  if (rightOptions !== null) return { options: rightOptions };
  return rightNumber === null ? null : { number: rightNumber };
}

const pollNotFound = (): AppError =>
  new AppError(404, 'not_found', 'There is no such question in this lesson.');
