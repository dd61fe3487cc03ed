import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import {
  decodeJsonRow,
  WireError,
  type FeedFrame,
  type PageRow,
  type ServerMessage,
  type TalkRow,
} from '../../wire.ts';
import { createBoardPlayer } from '../shared/board-player.ts';
import { createDataMeter } from '../shared/data-meter.ts';
import { createFeed, type FeedAnswer, type FeedState } from '../shared/feed.ts';
import { createKeptHeard } from '../shared/kept-heard.ts';
import { createLiveVoice } from '../shared/live-voice.ts';
import { createPageLoader, type PageLoader } from '../shared/page-loader.ts';
import { createPeopleNames } from '../shared/people-names.ts';
import type { EntranceAnswer, ManifestAnswer } from '../../contract.ts';
import { whoseQuery, type RoomApi } from '../shared/room-api.ts';
import { createTalk } from '../shared/talk.ts';
import { createChatView } from './chat-view.ts';
import { createClassNotices } from './class-notices.ts';
import { createHeartbeat } from './heartbeat.ts';
import { firstLadder, nextLadder, pagePace, type LinkSample } from './ladder.ts';
import { createLineReports } from './line-reports.ts';
import { createLostPages } from './lost-pages.ts';
import { createOutbox } from './outbox.ts';
import { pageWait } from './page-wait.ts';
import { createPolls } from './polls.ts';
import { createRollCalls } from './roll-calls.ts';
import { createRoomView } from './room-view.ts';
import { createRoomSocket } from './socket.ts';
import { voiceLine } from './voice-line.ts';

interface LiveOptions {
  readonly api: RoomApi;
  readonly entrance: EntranceAnswer;
  readonly manifest: ManifestAnswer;
  /** The lesson is over and all of it was heard; says how much. */
  onEnded(heardMs: number): void;
  /** The room is not ours any more. */
  onRefused(code: string, detail: string): void;
  onLeave(): void;
}

/** A segment of nothing but silence is this small: 33 packets of DTX and their table. */
const quietBytes = 900;
/** Quiet is said only after this many such segments, or every breath would be a change. */
const quietSegments = 3;
const noticeAgainMs = 180_000;

/** What is only seen later comes later; fetched once the voice runs, so that a roll call finds it here. */
const sheets = () => import('./sheets.ts');
const pollCards = () => import('./poll-card.ts');
const sheetsAfterMs = 15_000;

/**
 * A running lesson on a pupil's page: one feed, the voice it plays, and page, ink, talk and buttons in step with it.
 *
 * @returns takes it all away.
 */
export function startLiveLesson(options: LiveOptions): () => void {
  const { api, entrance, manifest } = options;
  const clockAheadMs = Date.parse(entrance.serverTime) - Date.now();
  const serverNow = (): number => Date.now() + clockAheadMs;
  const endsAtMs = Date.parse(entrance.lesson.endsAt);
  const teacherName = entrance.lesson.teacherName || t('rooms.pupil.teacher');
  const canAct = entrance.standing === 'pupil';

  const connection = (navigator as { connection?: { saveData?: boolean; effectiveType?: string } })
    .connection;
  const saver = !!connection && (connection.saveData === true || /2g/.test(connection.effectiveType || ''));
  let ladder = firstLadder(saver, performance.now());
  let feedState: FeedState = { kind: 'connecting' };
  let quietRun = 0;
  let isHandSending = false;
  let noticeAtMs = -Infinity;
  let hasEnded = false;

  // ---- parts
  const heard = createKeptHeard(`nol-heard-${entrance.logId}-${entrance.personId}`);
  const voice = createLiveVoice(() => refresh());
  const talk = createTalk({ isPaused: entrance.state === 'paused', isMuted: entrance.muted, isEnded: false });
  const names = createPeopleNames(
    () => api.people(),
    () => updateTalk(),
  );
  const outbox = createOutbox(
    (clientId, text) => api.chat(clientId, text),
    () => updateTalk(),
  );
  const chat = createChatView({
    myId: entrance.personId,
    mayChat: entrance.mayChat,
    canReport: canAct,
    reports: createLineReports(
      (n) => api.report(n),
      () => updateTalk(),
    ),
    nameOf: names.nameOf,
    onSend: (text) => outbox.say(text),
    onTyping: (isTyping) => view.setTyping(isTyping),
  });
  const view = createRoomView(
    t('rooms.pupil.title', { course: entrance.lesson.courseTitle, teacher: teacherName }),
    canAct,
    chat.element,
    {
      onBack: options.onLeave,
      onMeter: () => void chooseStep(),
      onPage: (by) => board.look(neighbour(by)),
      onFollow: () => board.look(null),
      onEnlarge: (isAlone) => board.view.zoom(isAlone && window.innerHeight > window.innerWidth ? 2 : 1),
      onHear: () => voice.touch(),
      onLatest: () => voice.goLatest(),
      onHand: () => void raiseHand(),
      onLost: () => lostPages.toggle(board.shownPageN),
    },
  );
  const loader: PageLoader = createPageLoader(
    entrance.logId,
    whoseQuery(api.address),
    () => pagePace(ladder, voice.isPlayable ? voice.aheadMs() : Infinity),
    (pageN) => board.pictureCame(pageN),
  );
  const board = createBoardPlayer(
    () => loader,
    () => refreshPage(),
    () => {}, // a segment of ink this page cannot read: the rest of the lesson goes on
  );
  view.pagePlace.insertBefore(board.view.element, view.pagePlace.firstChild);

  const earlierBytes = Number(sessionStorage.getItem(`nol-bytes-${entrance.logId}`) || 0);
  const usedBytes = (): number => earlierBytes + meter.bytes;
  const meter = createDataMeter((bytes) => {
    sessionStorage.setItem(`nol-bytes-${entrance.logId}`, String(earlierBytes + bytes));
    view.setMeter(earlierBytes + bytes, entrance.expectedBytes[ladder.step]);
  });

  const feed = createFeed({
    logId: entrance.logId,
    whose: whoseQuery(api.address),
    cursor: { voice: Math.max(1, manifest.lastVoice - 1), events: 1, talk: 1, pages: 1 },
    step: ladder.step === 'lightest' ? 2 : 1,
    holdSeconds: 8,
    maxBytes: 64 * 1024,
    onAnswer,
    onState(state) {
      const was = feedState.kind;
      feedState = state;
      if (state.kind === 'refused') options.onRefused(state.code, state.detail);
      if (was === 'broken' && state.kind === 'flowing') {
        outbox.retry();
        lostPages.retry();
      }
      refresh();
    },
  });
  const socket = createRoomSocket(firstTicketThenJoin(), onMessage);
  const heartbeat = createHeartbeat(api, heard, () => ({
    step: ladder.step === 'lightest' ? 2 : 1,
    lateMs: voice.lateMs(),
    minute: Math.floor(voice.positionMs() / 60_000),
  }));
  const rollCalls = createRollCalls(
    { teacherName, slow: t('rooms.pupil.roll.slow') },
    (id) => api.answerRollCall(id),
    sheets,
  );

  const notices = createClassNotices(view.noticePlace, entrance.personId);
  const lostPages = createLostPages(
    `nol-lost-${entrance.logId}-${entrance.personId}`,
    (pageN, takenBack) => api.lost(pageN, takenBack),
    () => refresh(),
  );
  const polls = createPolls(view.pollPlace, (id, answer) => api.answerPoll(id, answer), pollCards);

  /** The join gave a ticket good for 30 s; later attempts knock again for a fresh one. */
  function firstTicketThenJoin(): () => Promise<string> {
    let first: string | null = entrance.ticket;
    return async () => {
      const ticket = first || (await api.join()).ticket;
      first = null;
      return api.socketAddress(ticket);
    };
  }

  // ---- what comes
  function onAnswer({ frames, bytesPerSecond }: FeedAnswer): void {
    const voices: FeedFrame[] = [];
    for (const frame of frames) {
      if (frame.track === 'voice') voices.push(frame);
      else if (frame.track === 'events') board.addEvents(frame);
      else readRow(frame);
    }
    for (const { n, bytes } of voices) {
      if (n > 0) quietRun = bytes.length < quietBytes ? quietRun + 1 : 0;
    }
    voice.push(voices);
    if (bytesPerSecond !== null) learn({ kind: 'speed', nowMs: performance.now(), bytesPerSecond });
    if (talk.state.isEnded && voices.length === 0) {
      feed.stop();
      voice.finish();
    }
    loader.poke();
    refresh();
  }

  function readRow(frame: FeedFrame): void {
    try {
      if (frame.track === 'pages') {
        loader.add(frame.n, decodeJsonRow<PageRow>(frame.bytes));
        board.pictureCame(frame.n);
      } else addTalk(frame.n, frame.startMs, decodeJsonRow<TalkRow>(frame.bytes));
    } catch (error) {
      if (!(error instanceof WireError)) throw error; // one unreadable row must not end the lesson
    }
  }

  function onMessage(message: ServerMessage): void {
    if (message.type === 'talk') addTalk(message.n, message.startMs, message.row);
    else if (message.type === 'closing' && message.code === 'removed')
      options.onRefused('removed_from_room', '');
  }

  function addTalk(n: number, startMs: number, row: TalkRow): void {
    if (!talk.add({ n, startMs, row })) return;
    if (row.kind === 'chat') outbox.arrived(row.id);
    updateTalk();
  }

  function learn(sample: LinkSample): void {
    const before = ladder;
    ladder = nextLadder(ladder, sample);
    if (ladder.step === before.step) return;
    const isDown = ladder.step === 'lightest';
    feed.setStep(isDown ? 2 : 1);
    voice.setStep(isDown ? 2 : 1);
    if (isDown) socket.close();
    else socket.open();
    view.setMeter(usedBytes(), entrance.expectedBytes[ladder.step]);
    loader.poke();
    if (sample.kind === 'choose' || performance.now() - noticeAtMs < noticeAgainMs) return;
    noticeAtMs = performance.now();
    view.setStepNotice(isDown ? 'down' : 'up', () => view.setStepNotice(null, () => {}));
  }

  // ---- what the pupil does
  async function chooseStep(): Promise<void> {
    const { openLadder } = await sheets();
    openLadder(ladder, entrance.expectedBytes, usedBytes(), (choice) =>
      learn({ kind: 'choose', nowMs: performance.now(), choice }),
    );
  }

  async function raiseHand(): Promise<void> {
    if (isHandSending || talkIsOff()) return;
    isHandSending = true;
    try {
      await api.hand(talk.state.hands.indexOf(entrance.personId) < 0);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error; // the button stays as it is: it shows only what is true
    }
    isHandSending = false;
    refresh();
  }

  const neighbour = (by: -1 | 1): number | null => {
    const pages = board.seenPages();
    const next = pages[pages.indexOf(board.shownPageN) + by];
    return next === undefined ? null : next;
  };

  // ---- what is shown
  const talkIsOff = (): boolean => talk.state.isMuted || talk.state.isPaused || talk.state.isEnded;

  function updateTalk(): void {
    chat.update({ ...talk.state, isMuted: talkIsOff() || !canAct }, outbox.pending);
    refresh();
  }

  function refreshPage(): void {
    const pageN = board.shownPageN;
    const pages = board.seenPages();
    const at = pages.indexOf(pageN);
    const name = pageN === 0 ? t('rooms.room.blankPage') : t('rooms.room.page', { page: pageN });
    view.setPage(
      board.isFollowing ? t('rooms.pupil.page.following', { page: name }) : name,
      board.isFollowing,
      at > 0,
      at >= 0 && at < pages.length - 1,
    );
    showPageWait();
  }

  function showPageWait(): void {
    view.setPageWait(pageWait(board.shownPageN, loader, board.seenPages().length > 0));
  }

  function refresh(): void {
    const now = performance.now();
    const { hands, isEnded } = talk.state;
    const line = voiceLine({
      voice: voice.isPlayable ? voice.state : 'unplayable',
      feed: feedState.kind,
      hasVoice: voice.edgeMs() > 0,
      isFirst: manifest.lastVoice < 1,
      isPaused: talk.state.isPaused,
      isEnded,
      isQuiet: quietRun >= quietSegments,
      lateMs: voice.lateMs(),
    });
    view.setVoice(line, {
      lateSeconds: Math.round(voice.lateMs() / 1000),
      brokenSeconds: feedState.kind === 'broken' ? Math.round((now - feedState.sinceMs) / 1000) : 0,
    });
    const minutes = Math.ceil((endsAtMs - serverNow()) / 60_000);
    view.setTimeLeft(
      isEnded
        ? ''
        : minutes > 0
          ? t('rooms.pupil.minutesLeft', { count: minutes })
          : t('rooms.pupil.overtime'),
    );
    const place = hands.indexOf(entrance.personId);
    view.setHand(place >= 0, place + 1, talkIsOff());
    view.setLost(lostPages.of(board.shownPageN));
    if (line === 'ended' && !hasEnded) {
      hasEnded = true;
      void heartbeat.beat();
      options.onEnded(heard.totalMs());
    }
  }

  // ---- clocks
  let wasWaiting = false;
  const tick = setInterval(() => {
    voice.tick();
    const isPlaying = voice.state === 'playing';
    heard.sample(voice.positionMs(), isPlaying, voice.rate, performance.now());
    const isWaiting = voice.state === 'waiting' && feedState.kind !== 'broken';
    if (isWaiting && !wasWaiting && !talk.state.isPaused && !talk.state.isEnded) {
      learn({ kind: 'stall', nowMs: performance.now() });
    }
    wasWaiting = isWaiting;
    learn({ kind: 'tick', nowMs: performance.now() });
    rollCalls.update(canAct ? talk.state.rollCall : null, serverNow());
    polls.update(canAct ? talk.state.poll : null, serverNow());
    notices.update(talk.state, serverNow());
    showPageWait();
    refresh();
  }, 250);
  const sheetsTimer = setTimeout(() => {
    void Promise.all([sheets(), pollCards()]).catch(() => {}); // tried again when it is needed
  }, sheetsAfterMs);
  let frame = 0;
  const draw = (): void => {
    board.moveTo(voice.positionMs());
    frame = requestAnimationFrame(draw);
  };
  draw();
  const onOnline = (): void => feed.retryNow();
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') view.leaveAlone();
  };
  window.addEventListener('online', onOnline);
  document.addEventListener('keydown', onKey);

  if (window.innerHeight < 700) chat.setOpen(false);
  refreshPage();
  updateTalk();
  feed.start();
  if (ladder.step === 'standard') socket.open();
  document.body.append(view.element);

  return () => {
    clearInterval(tick);
    clearTimeout(sheetsTimer);
    cancelAnimationFrame(frame);
    window.removeEventListener('online', onOnline);
    document.removeEventListener('keydown', onKey);
    rollCalls.stop();
    polls.stop();
    lostPages.stop();
    heartbeat.stop();
    socket.close();
    feed.stop();
    loader.stop();
    meter.destroy();
    voice.destroy();
    board.view.destroy();
    view.destroy();
  };
}
