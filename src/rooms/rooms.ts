import type pg from 'pg';
import type { Actor } from '../platform/actor.ts';
import type { ServerContext } from '../platform/context.ts';
import { AppError } from '../platform/errors.ts';
import type { LessonKey } from './access.ts';
import type { LessonCard } from './queries-lesson.ts';
import { groupCommit } from '../platform/group-commit.ts';
import { createHub } from './hub.ts';
import type { Hub } from './hub.ts';
import { sealedParts } from './log-rows.ts';
import type { LogStore } from './log-rows.ts';
import { runStatement } from './statements.ts';
import { createStandingCheck } from './standing.ts';
import type { StandingCheck } from './standing.ts';
import { writeBeats, writeSeen } from './queries-presence.ts';
import type { Beat, Seen } from './queries-presence.ts';
import { writeJoins } from './join-batch.ts';
import type { JoinItem, Joined } from './join-batch.ts';

/** What the rooms of one process share: the store, the running logs in memory, the carriers of grouped writes. */
export interface Rooms {
  readonly ctx: ServerContext;
  readonly pool: pg.Pool;
  readonly store: LogStore;
  readonly hub: Hub;
  readonly standings: StandingCheck;
  readonly logs: LogDirectory;
  /** Lesson cards asked for lately, by lesson. */
  readonly cards: Map<string, { at: number; card: Promise<LessonCard | undefined> }>;
  carryJoin(item: JoinItem): Promise<Joined | null>;
  /** @returns whether the beat was taken in. */
  carryBeat(beat: Beat): Promise<boolean>;
  carrySeen(seen: Seen): Promise<boolean>;
}

/** Which lesson has which log. */
export interface LogDirectory {
  idOf(key: LessonKey): Promise<{ logId: string; ended: boolean } | null>;
  /** To be asked anew: the log was just made or ended. */
  forget(key: LessonKey): void;
  /** Whether it has ended by now, for the words of a refusal that the database has just made. */
  hasEnded(key: LessonKey): Promise<boolean>;
}

const LOG_OF_LESSON = {
  name: 'rooms.log_of_lesson',
  text: `SELECT id, state = 'ended' AS ended FROM lesson_logs WHERE school_day = $1 AND lesson_id = $2`,
};
/** That a lesson has ended may be a second old; what must not be is guarded where it is written. */
const LOG_FRESH_MS = 1000;

function logDirectory(pool: pg.Pool): LogDirectory {
  type Found = { logId: string; ended: boolean } | null;
  const known = new Map<string, { at: number; log: Promise<Found> }>();
  const directory: LogDirectory = {
    idOf(key) {
      const name = `${key.schoolDay} ${key.lessonId}`;
      const entry = known.get(name);
      if (entry !== undefined && Date.now() - entry.at < LOG_FRESH_MS) return entry.log;
      const log = runStatement<{ id: string; ended: boolean }>(pool, LOG_OF_LESSON, [
        key.schoolDay,
        key.lessonId,
      ]).then(([row]): Found => (row === undefined ? null : { logId: row.id, ended: row.ended }));
      known.set(name, { at: Date.now(), log });
      log.then(
        (found) => found === null && known.delete(name),
        () => known.delete(name),
      );
      if (known.size > 5000) known.delete(known.keys().next().value!);
      return log;
    },
    forget: (key) => void known.delete(`${key.schoolDay} ${key.lessonId}`),
    async hasEnded(key) {
      directory.forget(key);
      return (await directory.idOf(key))?.ended ?? false;
    },
  };
  return directory;
}

const made = new WeakMap<ServerContext, Rooms>();

/** The rooms of this process; the same for routes, sockets and jobs. */
export function roomsOf(ctx: ServerContext): Rooms {
  const known = made.get(ctx);
  if (known !== undefined) return known;
  const store: LogStore = { pool: ctx.pool, parts: sealedParts(ctx.files) };
  const standings = createStandingCheck(ctx.pool);
  const carrySeen = groupCommit((seen: readonly Seen[]) => writeSeen(ctx.pool, seen), { maxItems: 1000 });
  const rooms: Rooms = {
    ctx,
    pool: ctx.pool,
    store,
    standings,
    logs: logDirectory(ctx.pool),
    cards: new Map(),
    hub: createHub({ bus: ctx.bus, log: ctx.log, store, standings, carrySeen }),
    carryJoin: groupCommit((items) => writeJoins(ctx, items), { maxItems: 200 }),
    carryBeat: groupCommit((beats) => writeBeats(ctx.pool, beats), { maxItems: 500 }),
    carrySeen,
  };
  made.set(ctx, rooms);
  return rooms;
}

/** Who does something in which room, from the address of a request. @throws {AppError} see `personInRoom`. */
export async function inRoomOf(
  rooms: Rooms,
  request: { readonly actor: Actor; readonly params: unknown; readonly query: unknown },
): Promise<{ actor: Actor; key: LessonKey; personId: string }> {
  const { schoolDay, lessonId } = request.params as LessonKey;
  const personId = await personInRoom(rooms, request.actor, (request.query as { for?: string }).for);
  return { actor: request.actor, key: { schoolDay, lessonId }, personId };
}

const GUARDIAN_OF = {
  name: 'rooms.guardian_of',
  text: `SELECT 1 FROM guardianships g WHERE g.guardian_id = $1 AND g.pupil_id = $2
    AND g.during @> (SELECT (app_now() AT TIME ZONE 'Asia/Shanghai' - interval '4 hours')::date)`,
};

/**
 * Who sits in the room: the actor, or the child that follows on a parent's telephone.
 *
 * @param forPupil - the child a guardian's page names; ignored for everybody else.
 * @throws {AppError} 401 `sign_in_required`; 400 `pupil_required` when a guardian names no child; 404 when the
 *   child is not theirs.
 */
export async function personInRoom(
  rooms: Rooms,
  actor: Actor,
  forPupil: string | undefined,
): Promise<string> {
  if (actor.kind !== 'person') throw new AppError(401, 'sign_in_required', 'Sign in first.');
  if (actor.role !== 'guardian') return actor.personId;
  if (forPupil === undefined) {
    throw new AppError(400, 'pupil_required', 'Say which child follows the lesson (for=).');
  }
  const found = await runStatement(rooms.pool, GUARDIAN_OF, [actor.personId, forPupil]);
  if (found.length === 0) throw new AppError(404, 'not_found', 'There is no such child of yours.');
  return forPupil;
}
