import type { Bus } from '../platform/bus.ts';
import type { Logger } from '../platform/log.ts';
import { LiveLog, URGENT_FOR_ALL } from './live-log.ts';
import type { FeedAnswer, FeedQuery, Reader } from './live-log.ts';
import type { LogStore } from './log-rows.ts';
import { union } from './ranges.ts';
import type { LogRow } from './sealed-part.ts';
import type { Seen } from './queries-presence.ts';
import type { LogStanding, StandingCheck } from './standing.ts';
import { decodeJsonRow } from './wire.ts';
import type { FeedFrame, TalkRow, TrackName } from './wire.ts';

/** Topic on which processes tell each other that a log has a new row; ids only, the rows are in the database. */
export const LOG_TOPIC = 'rooms.log';

/** Topic on which arrivals are told; a hint for the teacher's list, the truth is in room_entries. */
export const PRESENCE_TOPIC = 'rooms.presence';

/** A page connected by socket, as the hub sees it. */
export interface RoomSocket {
  readonly personId: string;
  readonly reader: Reader;
  talk(frame: FeedFrame, row: TalkRow): void;
  pageAdded(n: number): void;
  presence(personId: string, at: string): void;
  close(code: 'removed' | 'ended' | 'signedOut'): void;
}

/** The running logs of this process and everybody who waits at them. */
export interface Hub {
  /** Waits for the next voice (or an order) and answers with everything new; see `LiveLog.answer`. */
  wait(who: FeedReader, query: FeedQuery, holdMs: number, signal: AbortSignal): Promise<FeedAnswer | null>;
  /** Tells this process and the others of a committed row. */
  committed(logId: string, track: TrackName, row: LogRow): void;
  /** Tells the staff of a room that somebody has come. */
  arrived(logId: string, personId: string): void;
  connect(logId: string, socket: RoomSocket): () => void;
  /** Notes a sign of somebody's page, with the seconds of voice it was given. */
  seen(who: FeedReader, served: readonly [number, number] | null): void;
  /** Writes what was noted of one person or lesson, or of all. */
  flushSeen(only?: { personId?: string; lessonId?: string }): Promise<void>;
  /** Persons with a socket or a waiting request at this log in this process. */
  waitingCount(logId: string): number;
  stop(): Promise<void>;
}

/** Who asks the feed. */
export interface FeedReader {
  readonly logId: string;
  readonly personId: string;
  readonly standing: LogStanding;
}

interface Waiter {
  readonly who: FeedReader;
  readonly query: FeedQuery;
  readonly since: number;
  wake(): void;
}

interface Room {
  readonly log: LiveLog;
  readonly waiters: Set<Waiter>;
  readonly sockets: Set<RoomSocket>;
  usedAt: number;
}

const SEEN_EVERY_MS = 10_000;
/** How long a standing may be old when voice is handed out: well under the two seconds removal may take. */
const STANDING_FRESH_MS = 1000;
const LOOK_AGAIN_MS = 3000;
const FORGET_AFTER_MS = 5 * 60_000;

/** What does not wait for the next voice. */
const URGENT = new Set<TalkRow['kind']>(['removed', 'called', 'hidden', ...URGENT_FOR_ALL]);

/** Rows after which somebody stands differently than a moment ago, or the whole lesson does. */
const STANDING_KINDS = new Set<TalkRow['kind']>(['order', 'removed']);

export function createHub({
  bus,
  log,
  store,
  standings,
  carrySeen,
}: {
  bus: Bus;
  log: Logger;
  store: LogStore;
  standings: StandingCheck;
  carrySeen(seen: Seen): Promise<boolean>;
}): Hub {
  const rooms = new Map<string, Room>();
  const seen = new Map<string, { who: FeedReader; served: [number, number][] }>();

  function roomOf(logId: string): Room {
    let room = rooms.get(logId);
    if (room === undefined) {
      room = { log: new LiveLog(store, logId), waiters: new Set(), sockets: new Set(), usedAt: Date.now() };
      rooms.set(logId, room);
    }
    room.usedAt = Date.now();
    return room;
  }

  /** Gives rows that became readable to whoever waits for them. */
  function spread(room: Room, frames: readonly FeedFrame[]): void {
    let urgent = false;
    for (const frame of frames) {
      if (frame.track === 'pages') for (const socket of room.sockets) socket.pageAdded(frame.n);
      if (frame.track !== 'talk') continue;
      const row = decodeJsonRow<TalkRow>(frame.bytes);
      urgent ||= URGENT.has(row.kind);
      for (const socket of room.sockets) socket.talk(frame, row);
      if (row.kind === 'removed') cutOff(room, row.personId);
    }
    for (const waiter of room.waiters) {
      if (urgent || room.log.hasVoice(waiter.query)) waiter.wake();
    }
  }

  function cutOff(room: Room, personId: string): void {
    for (const socket of room.sockets) if (socket.personId === personId) socket.close('removed');
  }

  async function lookAgain(room: Room): Promise<void> {
    const before = {
      voice: room.log.nextN('voice'),
      talk: room.log.nextN('talk'),
      pages: room.log.nextN('pages'),
    };
    await room.log.refresh();
    room.log.skipLostNumbers(performance.now());
    const asked: FeedQuery = {
      ...before,
      events: room.log.nextN('events'),
      step: 1,
      init: false,
      maxBytes: Infinity,
    };
    spread(room, room.log.framesSince(asked));
  }

  const unsubscribe = bus.subscribe(LOG_TOPIC, (message) => {
    if (message['changesStanding'] === true) standings.forget(String(message['logId']));
    const room = rooms.get(String(message['logId']));
    if (room === undefined) return;
    const known = room.log.nextN(message['track'] as TrackName) > Number(message['n']);
    if (known) return;
    lookAgain(room).catch((error: unknown) => log.warn({ err: error }, 'rooms.lookAgain'));
  });

  const unsubscribePresence = bus.subscribe(PRESENCE_TOPIC, (message) => {
    for (const socket of rooms.get(String(message['logId']))?.sockets ?? []) {
      if (socket.reader.standing !== 'pupil')
        socket.presence(String(message['personId']), String(message['at']));
    }
  });

  // Makes good a message that was lost between processes, and forgets rooms nobody is in.
  const lookTimer = setInterval(() => {
    for (const [logId, room] of rooms) {
      if (room.waiters.size + room.sockets.size > 0) {
        room.usedAt = Date.now();
        lookAgain(room).catch((error: unknown) => log.warn({ err: error }, 'rooms.lookAgain'));
      } else if (Date.now() - room.usedAt > FORGET_AFTER_MS) rooms.delete(logId);
    }
  }, LOOK_AGAIN_MS);
  lookTimer.unref();

  // Membership may end in the middle of a lesson without a word in its log: sockets are asked about, too.
  const standingTimer = setInterval(() => {
    for (const [logId, room] of rooms) {
      for (const socket of room.sockets) {
        standings.now(logId, socket.personId).then(
          (standing) => {
            if (standing === null) socket.close('removed');
          },
          (error: unknown) => log.warn({ err: error }, 'rooms.standing'),
        );
      }
    }
  }, STANDING_FRESH_MS);
  standingTimer.unref();

  async function flushSeen(only: { personId?: string; lessonId?: string } = {}): Promise<void> {
    const due = [...seen].filter(
      ([, { who }]) =>
        (only.personId === undefined || who.personId === only.personId) &&
        (only.lessonId === undefined || who.standing.lessonId === only.lessonId),
    );
    for (const [key] of due) seen.delete(key);
    await Promise.all(
      due.map(([, { who, served }]) =>
        carrySeen({
          logId: who.logId,
          schoolDay: who.standing.schoolDay,
          lessonId: who.standing.lessonId,
          personId: who.personId,
          served: union(served),
        }),
      ),
    );
  }

  const seenTimer = setInterval(() => {
    flushSeen().catch((error: unknown) => log.warn({ err: error }, 'rooms.seen'));
  }, SEEN_EVERY_MS);
  seenTimer.unref();

  return {
    async wait(who, query, holdMs, signal) {
      const room = roomOf(who.logId);
      await (room.log.nextN('voice') === 0 && room.log.nextN('talk') === 1 ? room.log.refresh() : undefined);
      const isReady = room.log.hasVoice(query) || room.log.hasUrgent(query) || room.log.ended;
      if (!isReady && holdMs > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const waiter: Waiter = { who, query, since: Date.now(), wake: done };
          const timer = setTimeout(done, holdMs);
          function done(): void {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            room.waiters.delete(waiter);
            resolve();
          }
          signal.addEventListener('abort', done);
          room.waiters.add(waiter);
        });
      }
      if (signal.aborted || room.log.ended || !room.log.covers(query)) return null;
      return room.log.answer(query, who.standing);
    },

    committed(logId, track, row) {
      const changesStanding = track === 'talk' && STANDING_KINDS.has(decodeJsonRow<TalkRow>(row.bytes).kind);
      if (changesStanding) standings.forget(logId);
      const room = rooms.get(logId);
      if (room !== undefined) spread(room, room.log.add(track, row));
      bus.publish(LOG_TOPIC, { logId, track, n: row.n, changesStanding });
    },

    arrived(logId, personId) {
      bus.publish(PRESENCE_TOPIC, { logId, personId, at: new Date().toISOString() });
    },

    connect(logId, socket) {
      const room = roomOf(logId);
      room.sockets.add(socket);
      return () => void room.sockets.delete(socket);
    },

    seen(who, served) {
      const key = `${who.logId} ${who.personId}`;
      const entry = seen.get(key) ?? { who, served: [] };
      if (served !== null) entry.served.push([served[0], served[1]]);
      seen.set(key, entry);
    },

    flushSeen,

    waitingCount(logId) {
      const room = rooms.get(logId);
      return room === undefined ? 0 : room.waiters.size + room.sockets.size;
    },

    async stop() {
      unsubscribe();
      unsubscribePresence();
      for (const timer of [lookTimer, standingTimer, seenTimer]) clearInterval(timer);
      for (const room of rooms.values()) {
        for (const waiter of room.waiters) waiter.wake();
        for (const socket of room.sockets) socket.close('signedOut');
      }
      await flushSeen();
    },
  };
}
