import type { ChatScope, PollCounts, PollQuestion, PollRight, TalkRow } from '../../wire.ts';

export interface TalkEntry {
  readonly n: number;
  /** Lesson time at which the server took it in. */
  readonly startMs: number;
  readonly row: TalkRow;
}

export interface RollCall {
  readonly id: string;
  /** By the server's clock. */
  readonly untilMs: number;
}

/** A question to the class, as far as the class knows it. */
export interface Poll {
  readonly id: string;
  readonly question: PollQuestion;
  /** By the server's clock; the moment of closing when the teacher closed it earlier. */
  readonly untilMs: number;
  /** How the class answered; null until the teacher shows it. */
  readonly shown: { readonly counts: PollCounts; readonly right: PollRight } | null;
}

/** A countdown that everybody sees in step. */
export interface Timer {
  readonly id: string;
  /** By the server's clock. */
  readonly untilMs: number;
}

/** A pupil the teacher called by lot. */
export interface Called {
  readonly id: string;
  readonly personId: string;
  /** By the server's clock. */
  readonly atMs: number;
}

/** What the talk rows up to now add up to. */
export interface TalkState {
  readonly chat: readonly (TalkEntry & { row: Extract<TalkRow, { kind: 'chat' }> })[];
  /** Persons with a raised hand, longest first. */
  readonly hands: readonly string[];
  readonly isPaused: boolean;
  readonly isMuted: boolean;
  readonly isEnded: boolean;
  readonly chatScope: ChatScope;
  /** Numbers of lines that the class does not see any more. */
  readonly hidden: ReadonlySet<number>;
  readonly rollCall: RollCall | null;
  readonly answeredRollCalls: readonly string[];
  /** The question asked last. */
  readonly poll: Poll | null;
  /** The call made last, of those of the own class. */
  readonly called: Called | null;
  /** The countdown set last; null when the teacher took it away. */
  readonly timer: Timer | null;
}

export interface Talk {
  readonly state: TalkState;
  /** @returns false when this row was known already (it came by socket and by feed). */
  add(entry: TalkEntry): boolean;
}

type Orders = Pick<TalkState, 'isPaused' | 'isMuted' | 'isEnded' | 'chatScope'>;

/**
 * The talk of a lesson from its rows, which may come twice and out of order (socket and feed race each other).
 *
 * @param start - what the join said of the order keys; rows change it.
 */
export function createTalk(given: Omit<Orders, 'chatScope'>): Talk {
  // Who reads the chat is told by the rows alone: they are read from the first one.
  const start: Orders = { ...given, chatScope: 'all' };
  const rows = new Map<number, TalkEntry>();
  let state: TalkState = {
    ...start,
    chat: [],
    hidden: new Set(),
    hands: [],
    rollCall: null,
    answeredRollCalls: [],
    poll: null,
    called: null,
    timer: null,
  };

  const rebuild = (): void => {
    const sorted = Array.from(rows.values()).sort((a, b) => a.n - b.n);
    const chat: TalkState['chat'][number][] = [];
    let hands: string[] = [];
    let orders: Orders = { ...start };
    let rollCall: RollCall | null = null;
    const answeredRollCalls: string[] = [];
    let poll: Poll | null = null;
    const hidden = new Set<number>();
    let called: Called | null = null;
    let timer: Timer | null = null;
    for (const entry of sorted) {
      const { row } = entry;
      if (row.kind === 'chat') chat.push({ ...entry, row });
      else if (row.kind === 'hand') {
        hands = hands.filter((personId) => personId !== row.personId);
        if (row.up) hands.push(row.personId);
      } else if (row.kind === 'order') orders = afterOrder(orders, row.order);
      else if (row.kind === 'rollCall') rollCall = { id: row.id, untilMs: Date.parse(row.until) };
      else if (row.kind === 'rollCallAnswer') answeredRollCalls.push(row.id);
      else if (row.kind === 'hidden') hidden[row.isHidden ? 'add' : 'delete'](row.ofN);
      else if (row.kind === 'called')
        called = { id: row.id, personId: row.personId, atMs: Date.parse(row.at) };
      else {
        timer = afterTimerRow(timer, row);
        poll = afterPollRow(poll, row);
      }
    }
    state = { ...orders, chat, hidden, hands, rollCall, answeredRollCalls, poll, called, timer };
  };

  return {
    get state() {
      return state;
    },
    add(entry) {
      if (rows.has(entry.n)) return false;
      rows.set(entry.n, entry);
      rebuild();
      return true;
    },
  };
}

/** The question asked last, after one more row; rows of earlier questions change nothing. */
export function afterPollRow(poll: Poll | null, row: TalkRow): Poll | null {
  if (row.kind === 'poll')
    return { id: row.id, question: row.question, untilMs: Date.parse(row.until), shown: null };
  if (poll === null || (row.kind !== 'pollClosed' && row.kind !== 'pollShown') || row.id !== poll.id)
    return poll;
  const untilMs = Math.min(poll.untilMs, Date.parse(row.at));
  if (row.kind === 'pollClosed') return { ...poll, untilMs };
  return { ...poll, untilMs, shown: { counts: row.counts, right: row.right } };
}

/** The countdown after one more row; only the end of the running one takes it away. */
export function afterTimerRow(timer: Timer | null, row: TalkRow): Timer | null {
  if (row.kind === 'timer') return { id: row.id, untilMs: Date.parse(row.until) };
  return row.kind === 'timerStopped' && timer !== null && row.id === timer.id ? null : timer;
}

function afterOrder(orders: Orders, order: Extract<TalkRow, { kind: 'order' }>['order']): Orders {
  switch (order) {
    case 'pause':
      return { ...orders, isPaused: true };
    case 'resume':
      return { ...orders, isPaused: false };
    case 'muteAll':
      return { ...orders, isMuted: true };
    case 'unmuteAll':
      return { ...orders, isMuted: false };
    case 'chatAll':
      return { ...orders, chatScope: 'all' };
    case 'chatStaff':
      return { ...orders, chatScope: 'staff' };
    case 'chatOff':
      return { ...orders, chatScope: 'off' };
    case 'end':
      return { ...orders, isEnded: true };
  }
}
