import type { ChatScope, PresenceState, TalkRow } from '../../wire.ts';
import { afterPollRow, afterTimerRow, type Poll, type Timer } from '../shared/talk.ts';

export interface RoomPerson {
  readonly personId: string;
  readonly name: string;
  /** Teachers and assistants; they are never counted as missing. */
  readonly staff: boolean;
  readonly classId: string | null;
}

export interface PresenceOf {
  readonly state: PresenceState;
  /** Instant of the last change, ISO 8601; null: never came. */
  readonly since: string | null;
}

export interface ChatLine {
  /** Number in the talk. */
  readonly n: number;
  readonly id: string;
  readonly personId: string;
  readonly staff: boolean;
  readonly text: string;
  readonly at: string;
  /** Only the staff reads it. */
  readonly toStaff: boolean;
  /** The class does not see it. */
  readonly isHidden: boolean;
  /** Pupils who reported it. */
  readonly reporters: readonly string[];
  /** The staff showed it again, or hid it before anybody reported it. */
  readonly isDecided: boolean;
}

export interface RollCall {
  readonly id: string;
  /** Instant until which answers count, ISO 8601. */
  readonly until: string;
  readonly answered: ReadonlySet<string>;
}

/** Everything of the room but voice, pages and ink, as the teacher's page knows it. */
export interface RoomState {
  readonly people: ReadonlyMap<string, RoomPerson>;
  readonly presence: ReadonlyMap<string, PresenceOf>;
  /** In the order in which they were raised. */
  readonly hands: readonly { readonly personId: string; readonly at: string }[];
  readonly chat: readonly ChatLine[];
  /** Page number -> pupils who did not follow it. */
  readonly lost: ReadonlyMap<number, ReadonlySet<string>>;
  readonly rollCall: RollCall | null;
  /** The question asked last. */
  readonly poll: Poll | null;
  /** Pupils called by lot in this lesson. */
  readonly called: ReadonlySet<string>;
  readonly timer: Timer | null;
  readonly paused: boolean;
  readonly muted: boolean;
  readonly ended: boolean;
  readonly chatScope: ChatScope;
  /** Highest talk row applied. */
  readonly lastTalk: number;
}

export const emptyRoom: RoomState = {
  people: new Map(),
  presence: new Map(),
  hands: [],
  chat: [],
  lost: new Map(),
  rollCall: null,
  poll: null,
  called: new Set(),
  timer: null,
  paused: false,
  muted: false,
  ended: false,
  chatScope: 'all',
  lastTalk: 0,
};

/** More lines than anybody scrolls back in a lesson; the log keeps all of them. */
const mostChatLines = 500;

/**
 * The room after one row of talk.
 *
 * Rows come over the socket, over the feed and after a reload from the log, so each is applied once by its number.
 */
export function withTalk(room: RoomState, n: number, row: TalkRow): RoomState {
  if (n <= room.lastTalk) return room;
  return { ...room, ...talkChange(room, n, row), lastTalk: n };
}

function talkChange(room: RoomState, n: number, row: TalkRow): Partial<RoomState> {
  switch (row.kind) {
    case 'chat': {
      const { id, personId, staff, text, at, toStaff = false } = row;
      const fresh = { isHidden: false, reporters: [], isDecided: false };
      const line: ChatLine = { n, id, personId, staff, text, at, toStaff, ...fresh };
      return { chat: [...room.chat, line].slice(-mostChatLines) };
    }
    case 'hand': {
      const others = room.hands.filter(({ personId }) => personId !== row.personId);
      return { hands: row.up ? [...others, { personId: row.personId, at: row.at }] : others };
    }
    case 'lost': {
      const pupils = new Set(room.lost.get(row.pageN));
      if (row.takenBack) pupils.delete(row.personId);
      else pupils.add(row.personId);
      return { lost: new Map(room.lost).set(row.pageN, pupils) };
    }
    case 'order':
      return orderChange(row.order);
    case 'rollCall':
      return { rollCall: { id: row.id, until: row.until, answered: new Set() } };
    case 'rollCallAnswer': {
      if (room.rollCall?.id !== row.id) return {};
      return { rollCall: { ...room.rollCall, answered: new Set(room.rollCall.answered).add(row.personId) } };
    }
    case 'poll':
    case 'pollClosed':
    case 'pollShown':
      return { poll: afterPollRow(room.poll, row) };
    case 'reported':
      return changedLine(room, row.ofN, ({ reporters }) => ({ reporters: [...reporters, row.personId] }));
    case 'hidden':
      return changedLine(room, row.ofN, ({ reporters }) => ({
        isHidden: row.isHidden,
        isDecided: !row.isHidden || reporters.length === 0,
      }));
    case 'called':
      return { called: new Set(room.called).add(row.personId) };
    case 'timer':
    case 'timerStopped':
      return { timer: afterTimerRow(room.timer, row) };
    case 'removed':
      return {
        presence: new Map(room.presence).set(row.personId, { state: 'left', since: row.at }),
        hands: room.hands.filter(({ personId }) => personId !== row.personId),
      };
  }
}

function changedLine(
  { chat }: RoomState,
  n: number,
  change: (line: ChatLine) => Partial<ChatLine>,
): Partial<RoomState> {
  return { chat: chat.map((line) => (line.n === n ? { ...line, ...change(line) } : line)) };
}

function orderChange(order: Extract<TalkRow, { kind: 'order' }>['order']): Partial<RoomState> {
  if (order === 'pause') return { paused: true };
  if (order === 'resume') return { paused: false };
  if (order === 'muteAll') return { muted: true, hands: [] };
  if (order === 'unmuteAll') return { muted: false };
  if (order === 'chatAll') return { chatScope: 'all' };
  if (order === 'chatStaff') return { chatScope: 'staff' };
  if (order === 'chatOff') return { chatScope: 'off' };
  return { ended: true, rollCall: null };
}

export function withPresence(room: RoomState, personId: string, presence: PresenceOf): RoomState {
  if (!room.people.has(personId)) return room;
  const gone = presence.state === 'missing' || presence.state === 'left';
  return {
    ...room,
    presence: new Map(room.presence).set(personId, presence),
    hands: gone ? room.hands.filter((hand) => hand.personId !== personId) : room.hands,
  };
}

/** Pages that pupils did not follow, most pupils first, then in the order of the pages. */
export function lostPages({ lost }: RoomState): { readonly pageN: number; readonly count: number }[] {
  return [...lost]
    .map(([pageN, pupils]) => ({ pageN, count: pupils.size }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.pageN - b.pageN);
}

export interface PresenceGroups {
  readonly expected: number;
  readonly arrived: number;
  readonly missing: readonly (RoomPerson & PresenceOf)[];
  readonly weak: readonly (RoomPerson & PresenceOf)[];
  readonly here: readonly (RoomPerson & PresenceOf)[];
}

/**
 * Who is where, who needs somebody first: never came, then gone (longest first), then weak lines, then the rest.
 */
export function presenceGroups(room: RoomState): PresenceGroups {
  const pupils = [...room.people.values()].filter(({ staff }) => !staff);
  const all = pupils.map((person) => ({
    ...person,
    ...(room.presence.get(person.personId) ?? { state: 'missing' as const, since: null }),
  }));
  const gone = all.filter(({ state }) => state === 'missing' || state === 'left');
  const weak = all.filter(({ state }) => state === 'weak');
  const here = all.filter(({ state }) => state === 'here');
  return {
    expected: all.length,
    arrived: weak.length + here.length,
    missing: gone.sort((a, b) => (a.since ?? '').localeCompare(b.since ?? '')),
    weak,
    here,
  };
}
