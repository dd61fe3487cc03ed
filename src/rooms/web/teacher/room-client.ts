import type { Order, PollCounts, PollQuestion, PollRight, ServerMessage, TalkRow } from '../../wire.ts';
import type { LessonReportAnswer } from '../../contract-report.ts';
import type { HeldByServer } from './capture/messages.ts';
import type { PresenceOf, RoomPerson } from './room-state.ts';

/** The lesson as its card on the screen. Instants are ISO 8601. */
export interface LessonCard {
  readonly courseTitle: string;
  readonly topic: string | null;
  readonly classNames: readonly string[];
  readonly startsAt: string;
  readonly endsAt: string;
}

/** What the teacher's page is told when it comes in. */
export interface JoinedRoom {
  readonly logId: string;
  readonly personId: string;
  readonly lesson: LessonCard;
  /** The room of a lesson that its teacher may write; others only look on. */
  readonly mayTeach: boolean;
  readonly state: 'waiting' | 'live' | 'paused' | 'ended';
  readonly muted: boolean;
  readonly held: HeldByServer;
  /** `link`: the lesson is held in a meeting elsewhere. */
  readonly entrance: 'room' | 'recording' | 'link' | 'none';
  /** Address of that meeting; null when there is none, or after the end. */
  readonly link: string | null;
  /** Server clock minus this device's clock, in ms. */
  readonly clockAheadMs: number;
}

/** How somebody was reached without the room, and what came of it. */
export interface ContactNote {
  readonly way: 'phone' | 'visit' | 'paper';
  readonly outcome: 'taught' | 'given' | 'returned' | 'noAnswer' | 'unreachable';
}

/** A row of the presence list. Instants are ISO 8601. */
export interface PresenceRow extends PresenceOf {
  readonly personId: string;
  readonly name: string;
  readonly className: string;
  /** When a roll call of this lesson was last answered. */
  readonly answeredAt: string | null;
  /** What was last noted of a call, a visit or a sheet. */
  readonly contact: (ContactNote & { readonly at: string }) | null;
}

export interface PresenceList {
  readonly lesson: LessonCard;
  readonly pupils: readonly PresenceRow[];
}

/** A question as its teacher asks it. */
export interface PollToAsk {
  readonly question: PollQuestion;
  readonly right: PollRight;
  /** How long answers count. */
  readonly seconds: number;
}

/** How a question stands, with who answered what. */
export interface PollResults {
  readonly right: PollRight;
  readonly counts: PollCounts;
  readonly answers: readonly {
    readonly personId: string;
    readonly chosen: readonly number[] | null;
    readonly written: string | null;
  }[];
}

/** The server as the teacher's page needs it; every refusal is an `ApiProblem` with a sentence. */
export interface RoomClient {
  join(): Promise<JoinedRoom>;
  people(): Promise<readonly RoomPerson[]>;
  /** Everybody of the lesson; also for lessons that have no room to join. */
  presence(): Promise<PresenceList>;
  /** @param saidMs - with `end`: lesson time up to which this page has spoken. */
  order(order: Order, saidMs: number | null): Promise<void>;
  chat(text: string): Promise<void>;
  /** @param seconds - how long answers count. */
  startRollCall(seconds: number): Promise<void>;
  startPoll(poll: PollToAsk): Promise<void>;
  readPoll(id: string): Promise<PollResults>;
  /** Closes a question before its time is up. */
  closePoll(id: string): Promise<void>;
  /** Shows the class how it answered, without names. */
  showPoll(id: string): Promise<void>;
  /** The lesson as its teacher looks back on it. */
  report(): Promise<LessonReportAnswer>;
  /** Address of the same as a workbook. */
  readonly workbook: string;
  /** Hides a line of the chat from the class, or shows it again. */
  hideLine(n: number, isHidden: boolean): Promise<void>;
  /** Calls a pupil who is present, by lot. @returns who it is. */
  callPupil(): Promise<string>;
  startTimer(seconds: number): Promise<void>;
  stopTimer(id: string): Promise<void>;
  /** Takes a pupil out of this lesson for good, on all their devices. */
  remove(personId: string): Promise<void>;
  contact(pupilId: string, note: ContactNote): Promise<void>;
  /** Opens the socket; `onMessage` also gets what was missed when it had to be opened again. */
  listen(listener: RoomListener): () => void;
}

export interface RoomListener {
  talk(n: number, row: TalkRow): void;
  presence(message: Extract<ServerMessage, { type: 'presence' }>): void;
  /** Something may have been missed: presence and talk should be asked for. */
  caughtUp(): void;
  closed(code: Extract<ServerMessage, { type: 'closing' }>['code']): void;
}
