import { ApiProblem } from '../../../platform/web/api-problem.ts';
import type { LessonEvent, Order } from '../../wire.ts';
import { type BoardChange, createBoard } from '../shared/board.ts';
import { Ink } from './board/ink.ts';
import { Capture } from './capture/capture.ts';
import type { CaptureStatus, FromWorker, UntimedEvent } from './capture/messages.ts';
import type { KeptPage } from './capture/segment-store.ts';
import type { MicrophoneState } from './capture/microphone.ts';
import { FeedFailure, type ReadLog } from './log-reader.ts';
import { appointmentQuery } from './page-headers.ts';
import { PageList } from './page-list.ts';
import type { PageImage } from './pages/page-image.ts';
import type { ContactNote, JoinedRoom, RoomClient } from './room-client.ts';
import { type RoomState, emptyRoom, withPresence, withTalk } from './room-state.ts';

/** `opening`: asking whether this page may write; `lost`: another tab of this browser has the lesson. */
export type WriterState = 'opening' | 'writing' | 'lost';

export interface SessionListener {
  /** Something shown has changed; called often, draw once a frame. */
  changed(): void;
  /** The board has changed by one event. */
  drawn(change: BoardChange): void;
  pageRefused(code: string): void;
  failed(reason: string): void;
  /** Words of an earlier life of this page are being sent. */
  resumed(unsentMs: number): void;
}

interface SessionOptions {
  readonly client: RoomClient;
  readonly joined: JoinedRoom;
  readonly log: ReadLog;
  readonly people: RoomState['people'];
  readonly readTalk: (afterN: number) => Promise<ReadLog>;
}

const presenceEveryMs = 15_000;
const pagesPatienceMs = 20_000;
const orderRetryMs = 2_000;

/** One lesson as this page teaches it: what is captured, what the room says, which switches stand. */
export class LessonSession {
  readonly joined: JoinedRoom;
  readonly board = createBoard();
  readonly pages: PageList;
  readonly ink: Ink;
  readonly client: RoomClient;
  readonly #readTalk: SessionOptions['readTalk'];
  readonly #listener: SessionListener;
  #capture: Capture;
  room: RoomState;
  status: CaptureStatus | null = null;
  writer: WriterState = 'opening';
  microphone: MicrophoneState | 'off' = 'off';
  mutedByHand = false;
  /** What was last noted of a call, a visit or a sheet, by person. */
  readonly noted = new Map<string, ContactNote>();
  /** Whether lesson time runs on this page. */
  begun = false;
  /** Whether the server knows that the lesson is over. */
  endTold: boolean;

  constructor({ client, joined, log, people, readTalk }: SessionOptions, listener: SessionListener) {
    this.joined = joined;
    this.client = client;
    this.#readTalk = readTalk;
    this.#listener = listener;
    this.room = { ...emptyRoom, people };
    for (const { n, row } of log.talk) this.room = withTalk(this.room, n, row);
    const { muted, state } = joined;
    this.room = { ...this.room, muted, paused: state === 'paused', ended: state === 'ended' };
    this.endTold = this.room.ended;
    for (const event of log.events) this.board.apply(event);
    this.pages = new PageList(() => listener.changed());
    for (const { n, row } of log.pages) {
      const query = new URLSearchParams({ size: 'large', ...appointmentQuery() });
      const src = `/api/logs/${joined.logId}/pages/${row.sha256}?${query}`;
      this.pages.addHeld({ n, width: row.width, height: row.height, text: row.text, src });
    }
    this.ink = new Ink(highestStroke(log.events) + 1, {
      board: this.board,
      show: (event) => this.#show(event),
      write: (event, at) => this.#capture.event(event, at),
    });
    this.#capture = this.#openCapture(false);
    this.#listen();
  }

  /** Milliseconds of lesson time so far. */
  get lessonMs(): number {
    return this.status?.lessonMs ?? this.joined.held.durationMs;
  }

  /** Instant by the server's clock. */
  now(): Date {
    return new Date(Date.now() + this.joined.clockAheadMs);
  }

  /** Opens the microphone and lets lesson time run. @returns how the microphone is. */
  async begin(): Promise<MicrophoneState> {
    const first = !this.begun;
    this.begun = true;
    this.microphone = await this.#capture.begin();
    this.#tellMuted();
    // The log's first event says which page is shown, so that a reader never has to guess.
    if (first && this.joined.held.durationMs === 0) {
      this.#capture.event({ kind: 'page', pageN: this.board.pageN });
    }
    this.#listener.changed();
    return this.microphone;
  }

  /** Mutes or opens the microphone; tries again when there was none. */
  async toggleMicrophone(): Promise<void> {
    if (!this.begun || this.room.ended) return;
    if (this.microphone !== 'open') {
      await this.begin();
      return;
    }
    this.mutedByHand = !this.mutedByHand;
    this.#tellMuted();
    this.#listener.changed();
  }

  async takePage(page: PageImage): Promise<number> {
    const n = await this.#capture.page(page);
    this.pages.addOwn(n, page);
    return n;
  }

  turnTo(pageN: number): void {
    if (pageN === this.board.pageN || this.room.ended) return;
    this.ink.turn(pageN, performance.now());
    if (this.pages.get(pageN)?.held === false) this.#capture.prefer(pageN);
  }

  turn(step: 1 | -1): void {
    this.turnTo(this.pages.neighbour(this.board.pageN, step));
  }

  /** @throws {ApiProblem} the switch then stands as it stood. */
  async order(order: Exclude<Order, 'end'>): Promise<void> {
    await this.client.order(order, null);
    const paused = order === 'pause' || (order !== 'resume' && this.room.paused);
    const muted = order === 'muteAll' || (order !== 'unmuteAll' && this.room.muted);
    this.#enter({ ...this.room, paused, muted });
  }

  /**
   * Ends the lesson: the last words are kept first, then the server is told, as often as it takes.
   *
   * @throws {ApiProblem} when the server refuses, which waiting does not change.
   */
  async end(): Promise<void> {
    const saidMs = this.lessonMs;
    this.#enter({ ...this.room, ended: true, rollCall: null, hands: [] });
    await this.#capture.end();
    await this.#pagesSent();
    while (!this.endTold) {
      try {
        await this.client.order('end', Math.max(saidMs, this.lessonMs));
        this.endTold = true;
      } catch (error) {
        const over = error instanceof ApiProblem && error.code === 'log_ended';
        if (!(error instanceof ApiProblem) || (error.status > 0 && error.status < 500 && !over)) throw error;
        if (over) this.endTold = true;
        else await new Promise((resolve) => setTimeout(resolve, orderRetryMs));
      }
    }
    this.#listener.changed();
  }

  /** After the end the server takes no more pages: those on their way go first, for a while. */
  async #pagesSent(): Promise<void> {
    const until = Date.now() + pagesPatienceMs;
    while ((this.status?.pagesUnsent ?? 0) > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  chat(text: string): Promise<void> {
    return this.client.chat(text);
  }

  startRollCall(seconds: number): Promise<void> {
    return this.client.startRollCall(seconds);
  }

  /** Takes the lesson from the other tab of this browser. */
  takeOver(): void {
    this.#capture.close();
    this.writer = 'opening';
    this.#capture = this.#openCapture(true);
    this.#listener.changed();
  }

  #openCapture(takeOver: boolean): Capture {
    const capture = new Capture({
      opened: (message) => this.#opened(message),
      otherTab: () => {
        this.writer = 'lost';
        this.begun = false;
        this.microphone = 'off';
        this.#listener.changed();
      },
      status: (status) => {
        this.status = status;
        this.#listener.changed();
      },
      pageHeld: (n) => this.pages.markHeld(n),
      pageRefused: (n, code) => {
        this.pages.remove(n);
        if (this.board.pageN === n) this.turnTo(0);
        this.#listener.pageRefused(code);
      },
      failed: (reason) => this.#listener.failed(reason),
    });
    capture.open(this.joined.logId, this.joined.held, takeOver);
    return capture;
  }

  #opened({
    unsentMs,
    keptPages,
    earlierEvents,
    resumedAtMs,
  }: Extract<FromWorker, { type: 'opened' }>): void {
    this.writer = 'writing';
    for (const page of keptPages) void this.#addKept(page);
    for (const event of earlierEvents) this.#show(event);
    if (unsentMs > 0) this.#listener.resumed(unsentMs);
    this.#listener.changed();
    // A lesson that runs goes on by itself; browsers allow it while the microphone's permission stands.
    if (resumedAtMs > 0 && !this.room.ended) void this.begin();
  }

  async #addKept(page: KeptPage): Promise<void> {
    if (this.pages.get(page.n)) return;
    const image = await createImageBitmap(new Blob([page.bytes], { type: page.type }));
    this.pages.addOwn(page.n, { ...page, width: image.width, height: image.height });
    image.close();
    if (page.n === this.board.pageN) this.#listener.drawn({ kind: 'page', pageN: page.n });
  }

  #listen(): void {
    const stop = this.client.listen({
      talk: (n, row) => {
        // A gap means that a row was missed: the log has it.
        if (n > this.room.lastTalk + 1) void this.#catchUp();
        else this.#enter(withTalk(this.room, n, row));
      },
      presence: ({ personId, state, at }) =>
        this.#enter(withPresence(this.room, personId, { state, since: at })),
      caughtUp: () => {
        void this.#catchUp();
        void this.#readPresence();
      },
      closed: () => stop(),
    });
    setInterval(() => void this.#readPresence(), presenceEveryMs);
    void this.#readPresence();
  }

  async #catchUp(): Promise<void> {
    const { talk } = await orNothing(this.#readTalk(this.room.lastTalk), { talk: [], pages: [], events: [] });
    for (const { n, row } of talk) this.#enter(withTalk(this.room, n, row));
  }

  async #readPresence(): Promise<void> {
    const list = await orNothing(this.client.presence(), null);
    for (const { personId, state, since, contact } of list?.pupils ?? []) {
      if (contact) this.noted.set(personId, contact);
      this.#enter(withPresence(this.room, personId, { state, since }));
    }
  }

  #enter(room: RoomState): void {
    if (room === this.room) return;
    const wasPaused = this.room.paused;
    // An ended lesson stays ended, whatever row comes late.
    this.room = this.room.ended ? { ...room, ended: true } : room;
    if (this.room.paused !== wasPaused) this.#tellMuted();
    this.#listener.changed();
  }

  #tellMuted(): void {
    this.#capture.muted = this.mutedByHand || this.room.paused;
  }

  #show(event: UntimedEvent | LessonEvent): void {
    this.#listener.drawn(this.board.apply({ dtMs: 0, ...event }));
  }
}

/** While the network is down the save line says so; what is asked here is asked again soon. */
async function orNothing<Answer>(asked: Promise<Answer>, nothing: Answer): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof FeedFailure) return nothing;
    throw error;
  }
}

function highestStroke(events: readonly LessonEvent[]): number {
  return events.reduce(
    (highest, event) => (event.kind === 'strokeStart' ? Math.max(highest, event.id) : highest),
    0,
  );
}
