import type pg from 'pg';
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
  /**
   * Where somebody stands, at most a second old.
   *
   * @returns null when the log is not theirs, or they were removed, or there is none.
   */
  now(logId: string, personId: string): Promise<LogStanding | null>;
  /** Somebody was removed: the next question is asked of the database. */
  forget(logId: string): void;
}

/** Revocation must act within two seconds; half of that is the database's and the network's. */
const ROSTER_FRESH_MS = 1000;
/** Somebody who is not on it may have been entered just now: asked again, but not for every stranger's request. */
const ROSTER_RETRY_MS = 200;

const ROSTER = {
  name: 'rooms.roster',
  text: `SELECT l.state, l.school_day, l.lesson_id, r.person_id, r.standing, r.class_id
    FROM lesson_logs l CROSS JOIN LATERAL room_roster(l.school_day, l.lesson_id) r WHERE l.id = $1`,
};

interface RosterRow {
  person_id: string;
  standing: Standing;
  class_id: string | null;
  state: LogState;
  school_day: string;
  lesson_id: string;
}

interface Snapshot {
  readonly takenAt: number;
  readonly roster: Promise<ReadonlyMap<string, LogStanding>>;
}

/**
 * Asks for the roster of a lesson once a second while it is read, instead of for each reader: a thousand pupils
 * waiting for the same segment are one statement.
 */
export function createStandingCheck(pool: pg.Pool): StandingCheck {
  const snapshots = new Map<string, Snapshot>();

  async function read(logId: string): Promise<ReadonlyMap<string, LogStanding>> {
    const rows = await runStatement<RosterRow>(pool, ROSTER, [logId]);
    return new Map(
      rows.map((row) => [
        row.person_id,
        {
          standing: row.standing,
          classId: row.class_id,
          state: row.state,
          schoolDay: row.school_day,
          lessonId: row.lesson_id,
        },
      ]),
    );
  }

  function take(logId: string): Snapshot {
    const snapshot: Snapshot = { takenAt: performance.now(), roster: read(logId) };
    // A failed look is no roster: whoever asks next looks again.
    snapshot.roster.catch(() => {
      if (snapshots.get(logId) === snapshot) snapshots.delete(logId);
    });
    snapshots.delete(logId);
    snapshots.set(logId, snapshot);
    if (snapshots.size > 2000) snapshots.delete(snapshots.keys().next().value!);
    return snapshot;
  }

  return {
    async now(logId, personId) {
      const known = snapshots.get(logId);
      const age = known === undefined ? Infinity : performance.now() - known.takenAt;
      const snapshot = known === undefined || age > ROSTER_FRESH_MS ? take(logId) : known;
      const found = (await snapshot.roster).get(personId);
      if (found !== undefined) return found;
      if (snapshot !== known || age < ROSTER_RETRY_MS) return null;
      return (await take(logId).roster).get(personId) ?? null;
    },
    forget: (logId) => void snapshots.delete(logId),
  };
}
