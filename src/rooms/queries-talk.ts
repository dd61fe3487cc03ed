import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type pg from 'pg';
import type { Db, Trx } from '../platform/database.ts';
import type { LessonKey } from './access.ts';
import type { LogRow } from './sealed-part.ts';
import { runStatement } from './statements.ts';
import type { LogState, Standing } from './tables.ts';
import { encodeJsonRow } from './wire.ts';
import type { ChatScope, TalkRow } from './wire.ts';

// One statement: who says it, whether the teacher lets them, and the number it gets. The log row's lock puts talk in
// one order and makes a switch exact: what comes behind "mute all" in that order is refused, whenever it was sent.
const SAY = {
  name: 'rooms.say',
  text: `WITH me AS (
      SELECT l.id, s.standing, s.class_id FROM lesson_logs l
      CROSS JOIN LATERAL (SELECT * FROM room_standings($1, $2, $3) ORDER BY rank LIMIT 1) s
      WHERE l.school_day = $1 AND l.lesson_id = $2 AND s.standing <> 'observer'
    ),
    said AS (SELECT k.n FROM talk_keys k JOIN me ON me.id = k.log_id WHERE k.key = $4),
    numbered AS (
      UPDATE lesson_logs l SET talk_n = l.talk_n + 1 FROM me
      WHERE l.id = me.id AND NOT EXISTS (SELECT FROM said)
        AND (me.standing <> 'pupil' OR (l.state = 'live' AND NOT l.muted AND l.chat_scope <> 'off' AND consent_stands($3, 'chat', $1)))
          AND l.state <> 'ended'
      RETURNING l.id, l.talk_n, log_voice_ms(l.id) AS start_ms, me.class_id,
        convert_to((jsonb_build_object(
          'at', to_char(app_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'classId', me.class_id, 'staff', me.standing <> 'pupil') || $5::jsonb
          || CASE WHEN me.standing = 'pupil' AND l.chat_scope = 'staff' THEN '{"toStaff":true}'::jsonb ELSE '{}' END)::text, 'UTF8') AS bytes
    ),
    kept AS (INSERT INTO talk_keys (log_id, key, n) SELECT id, $4, talk_n FROM numbered),
    written AS (
      INSERT INTO log_tail (log_id, track, n, start_ms, duration_ms, sha256, bytes)
      SELECT id, 3, talk_n, start_ms, 0, sha256(bytes), bytes FROM numbered)
    SELECT me.id AS log_id, (SELECT n FROM said) AS said_n, n.talk_n AS n, n.start_ms, n.bytes
    FROM me LEFT JOIN numbered n ON n.id = me.id`,
};

export interface SaidRow {
  readonly logId: string;
  /** Number it got now or, when it is a repetition, before; null: refused by a switch. */
  readonly n: number | null;
  /** The row to spread; null for a repetition or refusal. */
  readonly row: LogRow | null;
}

/**
 * Writes one chat line; the same key again gets the number it had.
 *
 * @returns undefined when the room is not theirs.
 */
export async function insertSaid(
  pool: pg.Pool,
  { schoolDay, lessonId }: LessonKey,
  personId: string,
  key: string,
  content: Readonly<Record<string, unknown>>,
): Promise<SaidRow | undefined> {
  const values = [schoolDay, lessonId, personId, key, JSON.stringify(content)];
  const rows = await repeatOnDuplicate(() =>
    runStatement<{
      log_id: string;
      said_n: number | null;
      n: number | null;
      start_ms: number | null;
      bytes: Buffer | null;
    }>(pool, SAY, values),
  );
  const [said] = rows;
  if (said === undefined) return undefined;
  if (said.n === null || said.bytes === null) return { logId: said.log_id, n: said.said_n, row: null };
  return { logId: said.log_id, n: said.n, row: talkLogRow(said.n, said.start_ms ?? 0, said.bytes) };
}

/** Whether a guardian's word, where one is needed, lets this person write in the chat. */
export async function mayChat(db: Db, schoolDay: string, personId: string): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    SELECT consent_stands(${personId}::uuid, 'chat', ${schoolDay}::date) AS may`.execute(db);
  return rows[0]?.may ?? false;
}

/** Two tabs send one line at the same moment: the second finds the first one's key on its second look. */
async function repeatOnDuplicate<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
    return write();
  }
}

function talkLogRow(n: number, startMs: number, bytes: Buffer): LogRow {
  return { n, startMs, durationMs: 0, sha256: createHash('sha256').update(bytes).digest('hex'), bytes };
}

/** A room whose log row is locked: nobody else speaks or switches until the transaction ends. */
export interface LockedRoom {
  readonly logId: string;
  readonly state: LogState;
  readonly muted: boolean;
  readonly chatScope: ChatScope;
  readonly openedAt: Date | null;
  readonly voiceMs: number;
  readonly talkN: number;
  readonly standing: Standing | null;
  readonly classId: string | null;
  /** The product's time of this transaction. */
  readonly now: Date;
}

/** Locks the room and says where the person stands in it; undefined: there is no such room. */
export async function lockRoom(
  trx: Trx,
  { schoolDay, lessonId }: LessonKey,
  personId: string | null,
): Promise<LockedRoom | undefined> {
  const locked = await sql<{ id: string }>`
    SELECT id FROM lesson_logs WHERE school_day = ${schoolDay}::date AND lesson_id = ${lessonId}::uuid FOR UPDATE`.execute(
    trx,
  );
  if (locked.rows.length === 0) return undefined;
  // A second statement, so that it sees what the one before it in the queue has committed.
  const found = await sql<{
    id: string;
    state: LogState;
    muted: boolean;
    chat_scope: ChatScope;
    opened_at: Date | null;
    voice_ms: number;
    talk_n: number;
    standing: Standing | null;
    class_id: string | null;
    now: Date;
  }>`
    SELECT l.id, l.state, l.muted, l.chat_scope, l.opened_at, log_voice_ms(l.id) AS voice_ms, l.talk_n, s.standing, s.class_id, app_now() AS now
    FROM lesson_logs l
    LEFT JOIN LATERAL (
      SELECT * FROM room_standings(l.school_day, l.lesson_id, ${personId}::uuid) ORDER BY rank LIMIT 1) s ON true
    WHERE l.id = ${locked.rows[0]!.id}::uuid`.execute(trx);
  const row = found.rows[0]!;
  return {
    logId: row.id,
    state: row.state,
    muted: row.muted,
    chatScope: row.chat_scope,
    openedAt: row.opened_at,
    voiceMs: row.voice_ms,
    talkN: row.talk_n,
    standing: row.standing,
    classId: row.class_id,
    now: row.now,
  };
}

type TalkContent = TalkRow extends infer Row ? (Row extends TalkRow ? Omit<Row, 'at'> : never) : never;

/** Writes one talk row into a locked room. @returns the row to spread after the commit. */
export async function insertTalkRow(trx: Trx, room: LockedRoom, content: TalkContent): Promise<LogRow> {
  const bytes = Buffer.from(encodeJsonRow({ at: room.now.toISOString(), ...content } as TalkRow));
  const { rows } = await sql<{ n: number }>`
    UPDATE lesson_logs SET talk_n = talk_n + 1 WHERE id = ${room.logId} RETURNING talk_n AS n`.execute(trx);
  const row = talkLogRow(rows[0]!.n, room.voiceMs, bytes);
  await trx
    .insertInto('log_tail')
    .values({
      log_id: room.logId,
      track: 3,
      n: row.n,
      start_ms: row.startMs,
      duration_ms: 0,
      sha256: Buffer.from(row.sha256, 'hex'),
      bytes,
    })
    .execute();
  return row;
}

/**
 * Notes in a locked room that something is said.
 *
 * @param key - what makes it the same thing when its sender repeats it; at most 120 characters.
 * @returns false when it was said before.
 */
export async function isSaidFirst(trx: Trx, room: LockedRoom, key: string): Promise<boolean> {
  const written = await trx
    .insertInto('talk_keys')
    .values({ log_id: room.logId, key, n: room.talkN + 1 })
    .onConflict((conflict) => conflict.columns(['log_id', 'key']).doNothing())
    .returning('n')
    .executeTakeFirst();
  return written !== undefined;
}

/**
 * Takes such a note away again, so that the same may be said anew.
 *
 * @returns false when it was not said.
 */
export async function isTakenBack(trx: Trx, room: LockedRoom, key: string): Promise<boolean> {
  const gone = await trx
    .deleteFrom('talk_keys')
    .where('log_id', '=', room.logId)
    .where('key', '=', key)
    .returning('n')
    .executeTakeFirst();
  return gone !== undefined;
}
