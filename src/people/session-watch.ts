import type pg from 'pg';
import type { Actor } from '../platform/actor.ts';
import type { Bus } from '../platform/bus.ts';
import type { Logger } from '../platform/log.ts';

/** Topic that says: sessions may have ended. Which, stands in the database. */
export const SESSIONS_ENDED = 'people.sessionsEnded';

/**
 * Ends what outlives its request (a socket, a waiting answer) when the session it was opened with ends, or the
 * appointment it acts under.
 *
 * A request is asked who it is; a socket was asked an hour ago. The database is the one place that every process, the
 * command line included, writes to, so it is asked once a second for all of them: well under the two seconds that
 * revocation may take.
 */
export interface SessionWatch {
  /**
   * @param onEnd - called once, when the session is over; it closes what it stands for.
   * @returns ends the watch.
   */
  watch(actor: Actor, onEnd: () => void): () => void;
  stop(): void;
}

const lookEveryMs = 1_000;

// By the real clock, as the sessions themselves.
const endedStatement = {
  name: 'sessions-ended',
  text: `SELECT q.i::int - 1 AS place
    FROM unnest($1::bytea[], $2::uuid[]) WITH ORDINALITY q(id_hash, appointment_id, i)
    WHERE NOT EXISTS (
      SELECT FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.status = 'active'
      WHERE s.id_hash = q.id_hash AND s.expires_at > clock_timestamp()
        AND s.last_seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
        AND (q.appointment_id IS NULL OR EXISTS (
          SELECT FROM current_appointments c
          WHERE c.person_id = a.person_id AND c.appointment_id = q.appointment_id)))`,
};

interface Watched {
  readonly idHash: Buffer;
  readonly appointmentId: string | null;
  readonly onEnd: () => void;
}

export function createSessionWatch({ pool, bus, log }: WatchParts): SessionWatch {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const asked = [...watched];
    if (asked.length === 0) return;
    const values = [asked.map(({ idHash }) => idHash), asked.map(({ appointmentId }) => appointmentId)];
    const { rows } = await pool.query<{ place: number }>({ ...endedStatement, values });
    for (const { place } of rows) {
      const one = asked[place];
      if (one && watched.delete(one)) one.onEnd();
    }
  }

  /** One look at a time; a database that is away ends nobody's session, and is asked again in a second. */
  function lookSoon(): void {
    looking ??= look()
      .catch((error: unknown) => log.warn({ err: error }, 'people.sessionWatch'))
      .finally(() => {
        looking = undefined;
        if (watched.size === 0) clear();
      });
  }

  function clear(): void {
    clearInterval(timer);
    timer = undefined;
  }

  const unsubscribe = bus.subscribe(SESSIONS_ENDED, lookSoon);
  return {
    watch(actor, onEnd) {
      if (actor.kind !== 'person' || actor.sessionHash === null) return () => undefined;
      const one = { idHash: actor.sessionHash, appointmentId: actor.appointment?.id ?? null, onEnd };
      watched.add(one);
      timer ??= setInterval(lookSoon, lookEveryMs).unref();
      return () => void watched.delete(one);
    },
    stop() {
      unsubscribe();
      clear();
      watched.clear();
    },
  };
}

interface WatchParts {
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly log: Logger;
}

const watches = new WeakMap<pg.Pool, SessionWatch>();

/** The watch of this process. */
export function sessionWatchOf(parts: WatchParts): SessionWatch {
  let watch = watches.get(parts.pool);
  if (watch === undefined) {
    watch = createSessionWatch(parts);
    watches.set(parts.pool, watch);
  }
  return watch;
}
