import type pg from 'pg';
import { groupCommit } from '../platform/group-commit.ts';
import { runStatement } from './statements.ts';
import type { LogState, Standing } from './tables.ts';

/** Where a person stands to a log right now. */
export interface LogStanding {
  readonly standing: Standing;
  readonly classId: string | null;
  readonly state: LogState;
  readonly schoolDay: string;
  readonly lessonId: string;
}

export interface StandingCheck {
  /** @returns null when the log is not theirs, or they were removed, or there is none. */
  now(logId: string, personId: string): Promise<LogStanding | null>;
}

const STANDINGS = {
  name: 'rooms.standings',
  text: `SELECT q.i::int - 1 AS place, s.standing, s.class_id, l.state, l.school_day, l.lesson_id
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY q(log_id, person_id, i)
    JOIN lesson_logs l ON l.id = q.log_id
    CROSS JOIN LATERAL (
      SELECT * FROM room_standings(l.school_day, l.lesson_id, q.person_id) ORDER BY rank LIMIT 1) s`,
};

interface StandingRow {
  place: number;
  standing: Standing;
  class_id: string | null;
  state: LogState;
  school_day: string;
  lesson_id: string;
}

/**
 * Asks the database each time, for all who ask together in one statement: a thousand pupils waiting for the same
 * segment cost one round trip, and nobody who was removed hears another word.
 */
export function createStandingCheck(pool: pg.Pool): StandingCheck {
  const carry = groupCommit<{ logId: string; personId: string }, LogStanding | null>(
    async (asked) => {
      const rows = await runStatement<StandingRow>(pool, STANDINGS, [
        asked.map(({ logId }) => logId),
        asked.map(({ personId }) => personId),
      ]);
      const found: (LogStanding | null)[] = asked.map(() => null);
      for (const row of rows) {
        found[row.place] = {
          standing: row.standing,
          classId: row.class_id,
          state: row.state,
          schoolDay: row.school_day,
          lessonId: row.lesson_id,
        };
      }
      return found;
    },
    { maxItems: 1000 },
  );
  return { now: (logId, personId) => carry({ logId, personId }) };
}
