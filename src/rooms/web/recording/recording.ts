import './recording.css';
import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import {
  decodeJsonRow,
  VOICE_INIT_N,
  WireError,
  type FeedFrame,
  type PageRow,
  type TalkRow,
} from '../../wire.ts';
import { createBoardPlayer } from '../shared/board-player.ts';
import { createFeed, type FeedAnswer, type FeedState } from '../shared/feed.ts';
import { createHeard, type Stretch } from '../shared/heard.ts';
import { createPageLoader, type PageLoader } from '../shared/page-loader.ts';
import { createPeopleNames } from '../shared/people-names.ts';
import { createVoicePlayer, voiceSupport } from '../shared/player.ts';
import type { EntranceAnswer, HeardAnswer } from '../../contract.ts';
import { whoseQuery, type RoomApi } from '../shared/room-api.ts';
import { createTalk } from '../shared/talk.ts';
import { createChapterLine } from './chapter-line.ts';
import { chapterAt, chaptersOf, firstUnheardMs, watchedOf } from './chapters.ts';
import { createRecordingView } from './recording-view.ts';

interface RecordingOptions {
  readonly api: RoomApi;
  readonly entrance: EntranceAnswer;
  onLeave(): void;
  onRefused(code: string, detail: string): void;
}

/** Voice fetched ahead of the position: enough for a tunnel, little enough to cost nothing when left. */
const aheadMs = { least: 20_000, enough: 45_000 } as const;
const reportEveryMs = 15_000;

/**
 * The recording of a lesson: the same log read from the start.
 *
 * It never plays by itself (mobile data), begins where the pupil left off, and tells the server which seconds were
 * really played; what was skipped is not among them.
 *
 * @returns takes it all away.
 * @throws {ApiProblem} when it may not be read.
 */
export async function startRecording(options: RecordingOptions): Promise<() => void> {
  const { api, entrance } = options;
  const { logId, lesson } = entrance;
  const [manifest, index] = await Promise.all([api.manifest(logId), api.index(logId)]);
  const { durationMs } = index;
  const chapters = chaptersOf(index.chapters, durationMs);
  const support = voiceSupport();
  const heard = createHeard(
    (manifest.heard ? manifest.heard.ranges : []).map(([from, to]): Stretch => [from * 1000, to * 1000]),
  );
  const lastN = index.voice.length > 0 ? index.voice[index.voice.length - 1]![0] : 0;

  let rate = 1;
  let feedState: FeedState = { kind: 'connecting' };
  let goal: HeardAnswer | null = manifest.heard;
  let isUnsent = false;
  let reportedMs = heard.totalMs();
  let positionMs = firstUnheardMs(heard.stretches(), durationMs);

  const player = support ? createVoicePlayer(() => refresh()) : null;
  const line = createChapterLine((toMs) => seek(toMs));
  const view = createRecordingView(
    t('rooms.recording.title', { course: lesson.courseTitle }),
    [lesson.teacherName || '', lesson.topic || '', lesson.classNames.join(' ')]
      .filter((part) => part !== '')
      .join(' · '),
    line,
    {
      onBack: options.onLeave,
      onPlay: togglePlay,
      onBack15: () => seek(Math.max(0, positionMs - 15_000)),
      onRate: setRate,
      onChapter: (i) => seek(chapters[i]!.startMs),
      onEnlarge: () => window.dispatchEvent(new Event('resize')),
    },
  );
  const talk = createTalk({ isPaused: false, isMuted: false, isEnded: true });
  const names = createPeopleNames(
    () => api.people(),
    () => showSaid(),
  );
  const loader: PageLoader = createPageLoader(
    logId,
    whoseQuery(api.address),
    () => ({ sizes: ['small', 'large'], ahead: 1, pieceBytes: 16_384, everyMs: 0 }),
    (pageN) => board.pictureCame(pageN),
  );
  const board = createBoardPlayer(
    () => loader,
    () => {},
    () => {}, // a segment of ink this page cannot read: the rest of the lesson is shown
  );
  view.pagePlace.append(board.view.element);
  const feed = createFeed({
    logId,
    whose: whoseQuery(api.address),
    cursor: { voice: segmentAt(positionMs), events: 1, talk: 1, pages: 1 },
    step: 1,
    holdSeconds: 0,
    maxBytes: 64 * 1024,
    onAnswer,
    onState(state) {
      feedState = state;
      if (state.kind === 'refused') options.onRefused(state.code, state.detail);
      refresh();
    },
  });

  /** Number of the voice segment that holds a moment. */
  function segmentAt(ms: number): number {
    let n = index.voice[0] ? index.voice[0][0] : 1;
    for (const [number, startMs] of index.voice) if (startMs <= ms) n = number;
    return n;
  }

  function onAnswer({ frames }: FeedAnswer): void {
    let hasTalk = false;
    let hasPages = false;
    for (const frame of frames) {
      if (frame.track === 'events') board.addEvents(frame);
      else if (frame.track === 'voice') appendVoice(frame);
      else if (frame.track === 'pages') hasPages = addPage(frame) || hasPages;
      else hasTalk = addTalk(frame) || hasTalk;
    }
    if (hasTalk) showSaid();
    if (hasPages) showChapters();
    feedMore();
    board.moveTo(positionMs);
    refresh();
  }

  function appendVoice(frame: FeedFrame): void {
    if (!player) return;
    if (frame.n === VOICE_INIT_N) player.init(frame.bytes);
    else if (!player.holds(frame.startMs + frame.durationMs / 2)) player.append(frame);
  }

  function addPage(frame: FeedFrame): boolean {
    return readable(() => {
      loader.add(frame.n, decodeJsonRow<PageRow>(frame.bytes));
      board.pictureCame(frame.n);
    });
  }

  function addTalk(frame: FeedFrame): boolean {
    return readable(() =>
      talk.add({ n: frame.n, startMs: frame.startMs, row: decodeJsonRow<TalkRow>(frame.bytes) }),
    );
  }

  /** One unreadable row must not cost the recording. */
  function readable(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return false;
    }
  }

  /** Goes on fetching while little is in hand; holds when there is enough or nothing is left. */
  function feedMore(): void {
    const isDone = feed.cursor.voice > lastN;
    if (isDone && player) player.finish();
    const inHand = player ? player.aheadMs() : Infinity;
    feed.hold(isDone || inHand > aheadMs.enough);
  }

  // ---- playing
  function togglePlay(): void {
    if (!player) return;
    if (player.state === 'playing' || player.state === 'waiting') player.pause();
    else if (positionMs >= durationMs - 500) playFrom(0);
    else playFrom(positionMs);
  }

  function playFrom(ms: number): void {
    fetchAt(ms);
    positionMs = ms;
    if (player) void player.playFrom(ms);
  }

  function seek(ms: number): void {
    fetchAt(ms);
    positionMs = ms;
    if (player) player.seek(ms);
    board.look(null);
    board.moveTo(ms);
    refresh();
  }

  /** Asks for the segment of a moment unless it is here. */
  function fetchAt(ms: number): void {
    if (player && player.holds(ms)) return;
    feed.moveTo({ voice: segmentAt(ms) });
    feed.hold(false);
  }

  function setRate(next: number): void {
    rate = next;
    if (player) player.setRate(next);
    view.setRate(next);
  }

  // ---- what was heard
  async function report(): Promise<void> {
    const totalMs = heard.totalMs();
    if (!manifest.heard || totalMs <= reportedMs) return;
    const ranges = heard
      .stretches()
      .map(([from, to]): [number, number] => [Math.round(from / 1000), Math.round(to / 1000)])
      .filter(([from, to]) => to > from);
    try {
      goal = await api.heard(logId, ranges);
      reportedMs = totalMs;
      isUnsent = false;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      isUnsent = true; // told again with the next report
    }
    refresh();
  }

  // ---- what is shown
  const pageName = (pageN: number): string => {
    const page = pageN === 0 ? null : loader.page(pageN);
    const firstLine = page ? page.row.text.trim().split('\n')[0] || '' : '';
    const name = pageN === 0 ? t('rooms.room.blankPage') : t('rooms.room.page', { page: pageN });
    return firstLine === '' ? name : `${pageN}  ${firstLine.slice(0, 40)}`;
  };

  function showChapters(): void {
    const isWide = window.innerWidth >= 900; // pictures cost data; a phone shows the list without them
    view.setChapters(
      chapters.map(({ pageN, startMs }) => {
        const page = pageN === 0 || !isWide ? null : loader.page(pageN);
        return {
          startMs,
          title: pageName(pageN),
          picture: page
            ? `/api/logs/${logId}/pages/${page.row.sha256}?size=small${whoseQuery(api.address)}`
            : null,
        };
      }),
    );
    refresh();
  }

  function showSaid(): void {
    view.setSaid(
      talk.state.chat.map(({ row }) => ({
        name: row.personId === entrance.personId ? t('rooms.pupil.chat.me') : names.nameOf(row.personId),
        text: row.text,
        isStaff: row.staff,
      })),
    );
  }

  function statusText(): string {
    if (isUnsent) return t('rooms.recording.unsent');
    if (!player) return t('rooms.pupil.voice.unplayable');
    if (feedState.kind === 'broken') return t('rooms.recording.broken');
    if (player.state === 'waiting') return t('rooms.recording.getting');
    return manifest.durationMs > durationMs + 4_000 ? t('rooms.recording.partPending') : '';
  }

  function refresh(): void {
    view.setPlaying(!!player && (player.state === 'playing' || player.state === 'waiting'));
    view.setTime(positionMs, durationMs);
    const current = chapterAt(chapters, positionMs);
    line.setPosition(positionMs, pageName(chapters[current] ? chapters[current].pageN : 0));
    line.setHeard(heard.stretches());
    view.setWatched(
      chapters.map((chapter) => watchedOf(chapter, heard.stretches())),
      current,
    );
    view.setStatus(statusText());
    if (goal)
      view.setGoal(
        Math.max(goal.countedSeconds, Math.floor(heard.totalMs() / 1000)),
        goal.neededSeconds,
        goal.madeUp,
      );
  }

  // ---- clocks
  const tick = setInterval(() => {
    if (player) {
      player.tick();
      if (player.state === 'playing') positionMs = player.positionMs();
      heard.sample(positionMs, player.state === 'playing', rate, performance.now());
      if (player.aheadMs() < aheadMs.least) feedMore();
    }
    refresh();
  }, 250);
  const reporter = setInterval(() => void report(), reportEveryMs);
  let drawing = 0;
  const draw = (): void => {
    board.moveTo(player && player.state === 'playing' ? player.positionMs() : positionMs);
    drawing = requestAnimationFrame(draw);
  };
  draw();
  const onHide = (): void => {
    if (document.visibilityState === 'hidden') void report();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== ' ' || event.target !== document.body) return;
    event.preventDefault();
    togglePlay();
  };
  const onOnline = (): void => feed.retryNow();
  document.addEventListener('visibilitychange', onHide);
  document.addEventListener('keydown', onKey);
  window.addEventListener('pagehide', report);
  window.addEventListener('online', onOnline);

  line.setChapters(chapters, durationMs);
  setRate(1);
  if (!goal) view.hideGoal();
  showChapters();
  showSaid();
  document.body.append(view.element);
  feed.start();

  return () => {
    clearInterval(tick);
    clearInterval(reporter);
    cancelAnimationFrame(drawing);
    document.removeEventListener('visibilitychange', onHide);
    document.removeEventListener('keydown', onKey);
    window.removeEventListener('pagehide', report);
    window.removeEventListener('online', onOnline);
    void report();
    feed.stop();
    loader.stop();
    if (player) player.destroy();
    board.view.destroy();
    view.destroy();
  };
}
