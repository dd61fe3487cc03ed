import { timeOfDay } from '../../../platform/i18n/format.ts';
import { t } from '../../../platform/web/t.ts';
import type { ChatScope } from '../../wire.ts';
import { createPageView } from '../shared/page-view.ts';
import { AddPages } from './add-pages.ts';
import { listenToPen } from './board/ink-input.ts';
import type { ToolName } from './board/ink.ts';
import { createCallCard } from './call-card.ts';
import { createCards } from './cards.ts';
import { askContact } from './contact-card.ts';
import { createDock } from './dock.ts';
import { h } from './element.ts';
import type { LessonSession, SessionListener } from './lesson-session.ts';
import { createPageStrip } from './page-strip.ts';
import { createPollCards } from './poll-cards.ts';
import { createPresencePanel } from './presence-panel.ts';
import { createReportCard } from './report-card.ts';
import { createRollCallCard } from './roll-call.ts';
import type { RoomPerson } from './room-state.ts';
import { saveLine } from './save-line.ts';
import { listenToKeys } from './shortcuts.ts';
import { createSummary, isSafe } from './summary.ts';
import { createTalkPanel, tabList } from './talk-panel.ts';
import { createTimerCard } from './timer-card.ts';
import { createToolbar } from './toolbar.ts';
import { createTopBar } from './top-bar.ts';
import { keepScreenOn } from './wake-lock.ts';

const tickMs = 500;
const rollCallSeconds = 60;
const scopeOrders = { all: 'chatAll', staff: 'chatStaff', off: 'chatOff' } as const;
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** Staff come from the console and go back to it. */
const homePath = '/console';

/** The page from which a lesson is taught. `start` is given the session that this page shows. */
export function createTeacherPage(): {
  element: HTMLElement;
  listener: SessionListener;
  start: (session: LessonSession) => void;
} {
  const element = h('div', { class: 'teaching', attributes: { 'data-panel': 'class' } });
  const view = createPageView();
  const dock = createDock();
  let session: LessonSession | null = null;
  let update: () => void = () => undefined;
  let showPage: () => void = () => undefined;
  let frame = 0;
  const cards = createCards(dock);

  const listener: SessionListener = {
    changed: () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        update();
      });
    },
    drawn: (change) => {
      if (!session) return;
      if (change.kind === 'page') showPage();
      else view.draw(session.board, change);
      if (change.kind === 'page') listener.changed();
    },
    pageRefused: (code) => cards.pageRefused(code),
    failed: (reason) => cards.captureFailed(reason),
    resumed: (unsentMs) => cards.resumed(unsentMs),
  };

  return {
    element,
    listener,
    start(one) {
      session = one;
      ({ update, showPage } = build(element, view, dock, cards, one));
      showPage();
      update();
    },
  };
}

function build(
  element: HTMLElement,
  view: ReturnType<typeof createPageView>,
  dock: ReturnType<typeof createDock>,
  cards: ReturnType<typeof createCards>,
  session: LessonSession,
): { update: () => void; showPage: () => void } {
  const { joined, ink, board, pages } = session;
  const { lesson } = joined;
  let releaseScreen: (() => void) | null = null;
  let showsSummary = false;

  const leave = () => location.assign(homePath);
  const contact = (person: RoomPerson) =>
    askContact(dock, session.client, person, (note) => {
      session.noted.set(person.personId, note);
      update();
    });
  const setTool = (tool: ToolName) => {
    ink.leave(performance.now());
    ink.tool = tool;
    view.element.dataset['tool'] = tool;
    update();
  };
  const pageName = (n: number) =>
    n === 0
      ? t('rooms.teacher.pages.blank-board')
      : t('rooms.teacher.pages.page', { page: pages.placeOf(n) || n });
  const attempt = (act: Promise<unknown>) => void act.catch((error: unknown) => cards.problem(error));
  const hide = (n: number, isHidden: boolean) => attempt(session.client.hideLine(n, isHidden));
  const scope = (chosen: ChatScope) => attempt(session.order(scopeOrders[chosen]));
  const begin = () =>
    attempt(
      session.begin().then((microphone) => {
        releaseScreen ??= keepScreenOn(() => cards.screenMaySleep());
        cards.begun(microphone, begin);
      }),
    );
  const end = () => {
    if (!session.begun || session.room.ended) return;
    cards.askEnd(session, timeZone, () => {
      releaseScreen?.();
      attempt(session.end());
    });
  };
  const acts = {
    pause: () => session.begun && attempt(session.order(session.room.paused ? 'resume' : 'pause')),
    mute: () => session.begun && attempt(session.order(session.room.muted ? 'unmuteAll' : 'muteAll')),
    end,
    leave,
    tool: setTool,
    colour: (index: number) => {
      ink.colour = index;
      if (ink.tool === 'eraser' || ink.tool === 'pointer') setTool('pen');
      update();
    },
    undo: () => ink.undo(performance.now()),
    clear: () => ink.clear(performance.now()),
    microphone: () => attempt(session.toggleMicrophone().then(() => cards.begun(session.microphone, begin))),
    photo: () => addPages.photo(),
    ask: () => session.room.ended || polls.ask(),
    turn: (step: 1 | -1) => session.turn(step),
    turnTo: (n: number) => session.turnTo(n),
    add: () => addPages.choose(),
    keys: () => cards.keys(),
    list: () => cards.keys(),
  };

  const topBar = createTopBar(lesson, acts);
  const strip = createPageStrip(acts);
  const toolbar = createToolbar(acts);
  const presence = createPresencePanel({
    timeZone,
    rollCall: () => attempt(session.startRollCall(rollCallSeconds)),
    ask: acts.ask,
    callOne: () => calls.callOne(),
    timer: () => timer.set(),
    contact,
    choose: (person) => cards.askRemove(person, () => attempt(session.client.remove(person.personId))),
  });
  const talk = createTalkPanel({
    send: (text) => session.chat(text),
    turnTo: acts.turnTo,
    hide,
    scope,
    pageName,
  });
  const summary = createSummary({
    leave,
    contact,
    pageName,
    report: async () => {
      // Only wanted after the lesson, and only by some.
      const [{ createReportView }, report] = await Promise.all([
        import('./report-view.ts'),
        session.client.report(),
      ]);
      return createReportView(report, { timeZone, workbook: session.client.workbook, pageName });
    },
  });
  const rollCall = createRollCallCard(dock);
  const polls = createPollCards(dock, {
    client: session.client,
    pageN: () => board.pageN,
    attempt,
  });
  const calls = createCallCard(dock, session.client, attempt);
  const timer = createTimerCard(dock, session.client, attempt);
  const reported = createReportCard(dock, hide);
  const addPages = new AddPages({
    dock,
    pages,
    take: (page) => session.takePage(page),
    turnTo: acts.turnTo,
  });

  const main = h('main', { class: 'board' }, view.element, toolbar.element, dock.element);
  const phoneTabs = h('nav', { class: 'phone-tabs' });
  phoneTabs.append(
    panelTabs(element, [
      ['class', t('rooms.teacher.presence.title')],
      ['talk', t('rooms.teacher.talk.chat')],
      ['strip', t('rooms.teacher.pages.title')],
    ]),
  );
  element.append(topBar.element, strip.element, main, phoneTabs, presence.element, talk.element);
  listenToPen(view, ink);
  listenToKeys(acts);
  takeDroppedFiles(element, addPages);
  guardLeaving(session);
  setTool('pen');

  function showPage(): void {
    const page = pages.get(board.pageN);
    const place = pages.placeOf(board.pageN);
    const alt = page ? t('rooms.teacher.pages.alt', { page: place, text: page.text }) : '';
    const { width, height, src } = page ?? { width: 4, height: 3, src: null };
    view.show({ pageN: board.pageN, src, width, height, alt }, board);
  }

  function update(): void {
    const { room, status } = session;
    const now = session.now();
    const clock = (ms: number) =>
      `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1_000) % 60).padStart(2, '0')}`;
    const [startsMs, endsMs] = [Date.parse(lesson.startsAt), Date.parse(lesson.endsAt)];
    topBar.update({
      paused: room.paused,
      muted: room.muted,
      ended: room.ended,
      begun: session.begun,
      save: saveLine(status, session.begun, clock),
      elapsed: clock(session.lessonMs),
      leftMinutes: Math.ceil((endsMs - now.getTime()) / 60_000),
      endsAtClock: timeOfDay(lesson.endsAt, timeZone),
      share: Math.max(0, Math.min(1, (now.getTime() - startsMs) / Math.max(1, endsMs - startsMs))),
    });
    strip.update(pages, board.pageN, room.lost, room.ended);
    toolbar.update({
      tool: ink.tool,
      colour: ink.colour,
      place: pages.placeOf(board.pageN),
      pages: pages.size,
      lost: room.lost.get(board.pageN)?.size ?? 0,
      microphone: session.microphone === 'open' && session.mutedByHand ? 'muted' : session.microphone,
      level: status?.level ?? 0,
      ended: room.ended,
    });
    presence.update(room, now, {
      noted: session.noted,
      isEarly: !session.begun && now.getTime() < startsMs,
    });
    talk.update(room, joined.personId);
    rollCall(room, now);
    polls.update(room, now);
    calls.update(room);
    reported(room);
    timer.update(room, now);
    cards.update(session, now, { begin, takeOver: () => session.takeOver(), timeZone });
    if (room.ended && !showsSummary) {
      showsSummary = true;
      main.replaceChildren(summary.element, dock.element);
      summary.element.querySelector('h2')?.focus();
    }
    if (showsSummary) {
      summary.update(
        room,
        status,
        { minutes: Math.round(session.lessonMs / 60_000), pages: pages.size },
        session.endTold,
      );
    }
  }

  setInterval(update, tickMs);
  return { update, showPage };
}

/** Tabs of the narrow layout: which of the panels stands below the board. */
function panelTabs(element: HTMLElement, panels: readonly (readonly [string, string])[]): HTMLElement {
  return tabList(
    panels.map(([name, label]) => ({ label: h('span', {}, label), panel: null, id: name })),
    (name) => {
      element.dataset['panel'] = name;
    },
  );
}

function takeDroppedFiles(element: HTMLElement, addPages: AddPages): void {
  element.addEventListener('dragover', (event) => event.preventDefault());
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    void addPages.add([...(event.dataTransfer?.files ?? [])]);
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) void addPages.add(files);
  });
}

/** The browser asks before the page goes while a lesson runs or words are only here. */
function guardLeaving(session: LessonSession): void {
  window.addEventListener('beforeunload', (event) => {
    const running = session.begun && !session.room.ended;
    const unsent = session.status !== null && !isSafe(session.status, true);
    if (running || unsent) event.preventDefault();
  });
}
