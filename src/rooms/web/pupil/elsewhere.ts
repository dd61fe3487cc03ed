import { t } from '../../../platform/web/t.ts';
import { timeOfDay } from '../../../platform/i18n/format.ts';
import type { EntranceAnswer } from '../../contract.ts';
import { decodeJsonRow, WireError, type FeedFrame, type TalkRow } from '../../wire.ts';
import { el, icon, setText } from '../shared/dom.ts';
import { createFeed } from '../shared/feed.ts';
import { whoseQuery, type RoomApi } from '../shared/room-api.ts';
import { createTalk } from '../shared/talk.ts';
import { createRollCalls } from './roll-calls.ts';
import * as sheets from './sheets.ts';
import { createRoomSocket } from './socket.ts';

interface ElsewhereOptions {
  readonly api: RoomApi;
  readonly entrance: EntranceAnswer;
  /** Heading of the page. */
  readonly title: string;
  readonly cannotAttend: string;
  onEnded(): void;
  /** The lesson is not ours any more. */
  onRefused(code: string, detail: string): void;
}

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * A lesson held in a meeting of another system: the way there, and our roll call, which is the evidence.
 *
 * The meeting opens beside this page, so that the roll call finds the page again; a phone that put it to sleep asks
 * anew the moment it is looked at.
 *
 * @returns takes it away.
 */
export function startElsewhere(options: ElsewhereOptions): () => void {
  const { api, entrance } = options;
  const { link } = entrance;
  const clockAheadMs = Date.parse(entrance.serverTime) - Date.now();
  const teacherName = entrance.lesson.teacherName || t('rooms.pupil.teacher');
  const talk = createTalk({ isPaused: false, isMuted: false, isEnded: entrance.state === 'ended' });
  let answeredAtMs = 0;

  const state = el('p', { class: 'elsewhere-roll', role: 'status' });
  const line = el('p', { class: 'muted', role: 'status' });
  const element = el(
    'div',
    { class: 'room' },
    el(
      'header',
      { class: 'head' },
      el('a', { class: 'sq', href: '/', 'aria-label': t('rooms.pupil.toToday') }, icon('left')),
      el('h1', {}, options.title),
    ),
    el(
      'main',
      { class: 'panel' },
      icon('share'),
      el('h2', {}, t('rooms.pupil.link.title')),
      el('p', {}, t(link === null ? 'rooms.pupil.link.missing' : 'rooms.pupil.link.text')),
      link === null
        ? null
        : el(
            'a',
            { class: 'hear', href: link, target: '_blank', rel: 'noopener noreferrer' },
            t('rooms.pupil.link.open'),
          ),
      state,
      line,
      el('a', { class: 'plain', href: options.cannotAttend }, t('rooms.pupil.cannotAttend')),
    ),
  );

  const rollCalls = createRollCalls(
    { teacherName, slow: t('rooms.pupil.link.slow') },
    async (id) => {
      await api.answerRollCall(id);
      answeredAtMs = Date.now() + clockAheadMs;
    },
    () => Promise.resolve(sheets),
  );
  const feed = createFeed({
    logId: entrance.logId,
    whose: whoseQuery(api.address),
    // No voice ever comes: the request waits its whole time, or until the roll is called.
    cursor: { voice: 1, events: 1, talk: 1, pages: 1 },
    step: 1,
    holdSeconds: 8,
    maxBytes: 64 * 1024,
    onAnswer: ({ frames }) => frames.forEach(read),
    onState(feedState) {
      if (feedState.kind === 'refused') options.onRefused(feedState.code, feedState.detail);
      setText(line, feedState.kind === 'broken' ? t('rooms.pupil.link.broken') : '');
    },
  });
  let firstTicket: string | null = entrance.ticket;
  const socket = createRoomSocket(
    async () => {
      const ticket = firstTicket || (await api.join()).ticket;
      firstTicket = null;
      return api.socketAddress(ticket);
    },
    (message) => {
      if (message.type === 'talk') add(message.n, message.startMs, message.row);
      else if (message.type === 'closing' && message.code === 'removed')
        options.onRefused('removed_from_room', '');
    },
  );

  function read(frame: FeedFrame): void {
    if (frame.track !== 'talk') return;
    try {
      add(frame.n, frame.startMs, decodeJsonRow<TalkRow>(frame.bytes));
    } catch (error) {
      if (!(error instanceof WireError)) throw error; // one unreadable row must not end the lesson
    }
  }

  function add(n: number, startMs: number, row: TalkRow): void {
    if (talk.add({ n, startMs, row })) refresh();
  }

  function refresh(): void {
    if (talk.state.isEnded) return options.onEnded();
    const isPupil = entrance.standing === 'pupil';
    rollCalls.update(isPupil ? talk.state.rollCall : null, Date.now() + clockAheadMs);
    setText(
      state,
      answeredAtMs > 0
        ? t('rooms.pupil.link.answered', { time: timeOfDay(new Date(answeredAtMs).toISOString(), timeZone) })
        : t('rooms.pupil.link.waiting'),
    );
    state.classList.toggle('done', answeredAtMs > 0);
  }

  const onLook = (): void => {
    if (document.visibilityState === 'visible') feed.retryNow();
  };
  document.addEventListener('visibilitychange', onLook);
  window.addEventListener('online', onLook);
  const tick = setInterval(refresh, 500);
  document.body.append(element);
  feed.start();
  socket.open();
  refresh();

  return () => {
    clearInterval(tick);
    document.removeEventListener('visibilitychange', onLook);
    window.removeEventListener('online', onLook);
    rollCalls.stop();
    socket.close();
    feed.stop();
    element.remove();
  };
}
