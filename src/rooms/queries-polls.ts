import { sql } from 'kysely';
import type pg from 'pg';
import type { Db, Trx } from '../platform/database.ts';
import type { LessonKey } from './access.ts';
import { runStatement } from './statements.ts';
import type { Standing } from './tables.ts';
import { POLL_LATE_SECONDS } from './wire.ts';
import type { PollCounts, PollKind } from './wire.ts';

/** What somebody answers: places of options, first = 0, or what was written. */
export interface PollAnswer {
  readonly chosen: readonly number[] | null;
  readonly written: string | null;
}

// A class answers within seconds, so no answer waits for another: the log row is not locked, and what makes an answer
// count (place in the room, question of this lesson, time by the database's clock, form, first one) is in this WHERE.
const ANSWER = {
  name: 'rooms.answer_poll',
  text: `WITH me AS (SELECT standing, class_id FROM room_standings($1, $2, $3) ORDER BY rank LIMIT 1),
    asked AS (
      SELECT id, app_now() <= least(until_at, closed_at) + make_interval(secs => $7) AS is_open,
        poll_answer_fits(kind, cardinality(options), $5::smallint[], $6::text) AS fits
      FROM polls WHERE id = $4 AND school_day = $1 AND lesson_id = $2),
    written AS (
      INSERT INTO poll_answers (poll_id, person_id, via_class_id, chosen, written, answered_at)
      SELECT asked.id, $3, me.class_id, $5::smallint[], $6::text, app_now() FROM me, asked
      WHERE me.standing = 'pupil' AND asked.is_open AND asked.fits
      ON CONFLICT DO NOTHING RETURNING poll_id)
    SELECT me.standing, asked.is_open, asked.fits, EXISTS (SELECT FROM written) AS is_written,
      (SELECT h.chosen IS NOT DISTINCT FROM $5::smallint[] AND h.written IS NOT DISTINCT FROM $6::text
        FROM poll_answers h WHERE h.poll_id = asked.id AND h.person_id = $3) AS is_same
    FROM me LEFT JOIN asked ON true`,
};

export interface AnsweredPoll {
  readonly standing: Standing;
  /** Null: no such question in this lesson. */
  readonly isOpen: boolean | null;
  readonly fits: boolean | null;
  readonly isWritten: boolean;
  /** Whether the answer held from before says the same; null: none was held. */
  readonly isSame: boolean | null;
}

/** @returns undefined when the room is not theirs. */
export async function insertPollAnswer(
  pool: pg.Pool,
  { schoolDay, lessonId }: LessonKey,
  personId: string,
  pollId: string,
  { chosen, written }: PollAnswer,
): Promise<AnsweredPoll | undefined> {
  const ask = () =>
    runStatement<{
      standing: Standing;
      is_open: boolean | null;
      fits: boolean | null;
      is_written: boolean;
      is_same: boolean | null;
    }>(pool, ANSWER, [schoolDay, lessonId, personId, pollId, chosen, written, POLL_LATE_SECONDS]);
  let [row] = await ask();
  // Sent twice at one moment: the other one was not seen yet by the statement that met it.
  if (row?.is_open === true && row.fits === true && !row.is_written && row.is_same === null)
    [row] = await ask();
  if (row === undefined) return undefined;
  return {
    standing: row.standing,
    isOpen: row.is_open,
    fits: row.fits,
    isWritten: row.is_written,
    isSame: row.is_same,
  };
}

export interface PollRow {
  readonly id: string;
  readonly kind: PollKind;
  readonly prompt: string;
  readonly options: string[];
  readonly rightOptions: number[] | null;
  readonly rightNumber: string | null;
  readonly pageN: number;
  readonly askedAt: Date;
  readonly untilAt: Date;
  readonly closedAt: Date | null;
  readonly shownAt: Date | null;
}

/** A question of a lesson; undefined: there is none, or it is of another lesson. */
export async function selectPoll(
  db: Db | Trx,
  { schoolDay, lessonId }: LessonKey,
  pollId: string,
): Promise<PollRow | undefined> {
  return db
    .selectFrom('polls')
    .select([
      'id',
      'kind',
      'prompt',
      'options',
      'right_options as rightOptions',
      'right_number as rightNumber',
      'page_n as pageN',
      'asked_at as askedAt',
      'until_at as untilAt',
      'closed_at as closedAt',
      'shown_at as shownAt',
    ])
    .where('id', '=', pollId)
    .where('school_day', '=', schoolDay)
    .where('lesson_id', '=', lessonId)
    .executeTakeFirst();
}

/** How everybody answered so far, in the order of coming. */
export async function selectPollAnswers(
  db: Db | Trx,
  pollId: string,
): Promise<({ personId: string; classId: string; at: Date } & PollAnswer)[]> {
  return db
    .selectFrom('poll_answers')
    .select(['person_id as personId', 'via_class_id as classId', 'chosen', 'written', 'answered_at as at'])
    .where('poll_id', '=', pollId)
    .orderBy('answered_at')
    .orderBy('person_id')
    .execute();
}

/** Most numbers that a class is shown. */
const NUMBERS_SHOWN = 12;

/** How a class answered, counted by the database: two hundred classes may have. */
export async function countPollAnswers(db: Db | Trx, poll: PollRow): Promise<PollCounts> {
  const { rows } = await sql<{
    answered: number;
    chosen: number[] | null;
    numbers: PollCounts['numbers'] | null;
  }>`
    SELECT (SELECT count(*)::int FROM poll_answers WHERE poll_id = ${poll.id}) AS answered,
      (SELECT array_agg(n ORDER BY place) FROM (
        SELECT place, (SELECT count(*)::int FROM poll_answers a WHERE a.poll_id = ${poll.id} AND place = ANY (a.chosen)) AS n
        FROM generate_series(0, ${poll.options.length - 1}::int) place) counted) AS chosen,
      (SELECT jsonb_agg(jsonb_build_object('number', number, 'count', count) ORDER BY count DESC, number) FROM (
        SELECT trim_scale(written::numeric)::text AS number, count(*)::int FROM poll_answers
        WHERE poll_id = ${poll.id} AND ${poll.kind === 'number'}::boolean
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${NUMBERS_SHOWN}) ranked) AS numbers`.execute(db);
  const [counted] = rows;
  return { answered: counted?.answered ?? 0, chosen: counted?.chosen ?? [], numbers: counted?.numbers ?? [] };
}
