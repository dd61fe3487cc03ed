import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ServerContext } from '../platform/context.ts';
import { askForRecount, recordFacts } from '../facts/service.ts';
import type { LogState, Standing } from './tables.ts';
import { TICKET_SECONDS } from './wire.ts';

export interface JoinItem {
  readonly schoolDay: string;
  readonly lessonId: string;
  readonly personId: string;
  /** Random text the page will show at the socket; only its hash is kept. */
  readonly ticket: string;
  /** The lesson is held elsewhere: who comes to our door was shown the way there, and is not there by that. */
  readonly heldElsewhere: boolean;
}

export interface Joined {
  readonly logId: string;
  readonly standing: Standing;
  readonly classId: string | null;
  readonly state: LogState;
  readonly muted: boolean;
  readonly opened: boolean;
  /** False for a child under 14 without a guardian's word. */
  readonly mayChat: boolean;
}

interface JoinRow {
  place: number;
  log_id: string;
  standing: Standing;
  class_id: string | null;
  state: LogState;
  muted: boolean;
  opened: boolean;
  is_new: boolean;
  may_chat: boolean;
}

/**
 * Lets people in: roster check, entry, ticket and the recount of their classes, for all who knock together in one
 * transaction. Knocking again changes nothing but the ticket.
 *
 * @returns null for those the lesson is not theirs, and for those who were removed.
 */
export async function writeJoins(
  { db, now }: Pick<ServerContext, 'db' | 'now'>,
  items: readonly JoinItem[],
): Promise<(Joined | null)[]> {
  const answers: (Joined | null)[] = items.map(() => null);
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<JoinRow>`
      WITH asked AS (
        SELECT * FROM unnest(
          ${items.map((item) => item.schoolDay)}::date[], ${items.map((item) => item.lessonId)}::uuid[],
          ${items.map((item) => item.personId)}::uuid[], ${items.map((item) => hashOfTicket(item.ticket))}::bytea[])
          WITH ORDINALITY a(school_day, lesson_id, person_id, ticket_hash, i)
      ),
      clock AS MATERIALIZED (SELECT app_now() AS now),
      fit AS (
        SELECT a.*, l.id AS log_id, l.state, l.muted, l.opened_at IS NOT NULL AS opened, s.standing, s.class_id
        FROM asked a
        JOIN lesson_logs l ON l.school_day = a.school_day AND l.lesson_id = a.lesson_id
        CROSS JOIN LATERAL (
          SELECT * FROM room_standings(a.school_day, a.lesson_id, a.person_id) ORDER BY rank LIMIT 1) s
      ),
      tickets AS (
        INSERT INTO room_tickets (ticket_hash, school_day, lesson_id, person_id, standing, via_class_id, expires_at)
        SELECT ticket_hash, school_day, lesson_id, person_id, standing, class_id,
          clock_timestamp() + make_interval(secs => ${TICKET_SECONDS}) FROM fit
      ),
      entered AS (
        INSERT INTO room_entries (school_day, lesson_id, person_id, standing, via_class_id, entered_at, last_seen_at)
        SELECT DISTINCT ON (school_day, lesson_id, person_id)
          school_day, lesson_id, person_id, standing, class_id, clock.now, clock.now FROM fit, clock
        ORDER BY school_day, lesson_id, person_id
        ON CONFLICT (school_day, lesson_id, person_id) DO UPDATE SET last_seen_at = excluded.last_seen_at
        RETURNING school_day, lesson_id, person_id, entered_at = last_seen_at AS is_new
      ),
      opened AS (
        UPDATE lesson_logs l SET opened_at = app_now(), opened_by = f.person_id
        FROM (SELECT DISTINCT ON (log_id) log_id, person_id FROM fit
          WHERE standing = 'teacher' AND NOT opened ORDER BY log_id) f
        WHERE l.id = f.log_id AND l.opened_at IS NULL
      )
      SELECT f.i::int - 1 AS place, f.log_id, f.standing, f.class_id, f.state, f.muted,
        f.opened OR f.standing = 'teacher' AS opened, e.is_new,
        f.standing <> 'pupil' OR consent_stands(f.person_id, 'chat', f.school_day) AS may_chat
      FROM fit f JOIN entered e USING (school_day, lesson_id, person_id)`.execute(trx);
    for (const row of rows) {
      answers[row.place] = {
        logId: row.log_id,
        standing: row.standing,
        classId: row.class_id,
        state: row.state,
        muted: row.muted,
        opened: row.opened,
        mayChat: row.may_chat,
      };
    }
    // That a pupil came is known at once, from the entry; how long they stayed becomes a fact when the lesson ends.
    const came = rows
      .filter((row) => row.is_new && row.standing === 'pupil' && row.state !== 'ended')
      .map((row) => items[row.place]!);
    for (const [day, ofDay] of Map.groupBy(came, (item) => item.schoolDay)) {
      const inRoom = ofDay.filter((item) => !item.heldElsewhere);
      if (inRoom.length > 0)
        await askForRecount(
          trx,
          day,
          inRoom.map((item) => item.personId),
        );
    }
    await recordFacts(
      trx,
      came
        .filter((item) => item.heldElsewhere)
        .map(({ schoolDay, lessonId, personId }) => ({
          schoolDay,
          personId,
          plannedId: lessonId,
          way: 'external' as const,
          source: 'external',
          sourceKey: `${lessonId}:${personId}:entered`,
          recordedAt: now(),
        })),
    );
  });
  return answers;
}

export function hashOfTicket(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}
