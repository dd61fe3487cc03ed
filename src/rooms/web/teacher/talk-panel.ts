import { t } from '../../../platform/web/t.ts';
import { CHAT_MAX_CHARS, type ChatScope } from '../../wire.ts';
import { icon, setText } from '../shared/dom.ts';
import { createChatLines } from './chat-lines.ts';
import { button, h, keyedList } from './element.ts';
import { lostPages, type RoomState } from './room-state.ts';

export interface TalkPanel {
  readonly element: HTMLElement;
  update(room: RoomState, ownPersonId: string): void;
}

const chatScopes: readonly ChatScope[] = ['all', 'staff', 'off'];

/** Class chat, and which pages pupils did not follow. */
export function createTalkPanel(options: {
  send: (text: string) => Promise<void>;
  turnTo: (pageN: number) => void;
  hide: (n: number, isHidden: boolean) => void;
  /** Says who reads what pupils write. */
  scope: (scope: ChatScope) => void;
  /** A page as people call it. */
  pageName: (pageN: number) => string;
}): TalkPanel {
  let room: RoomState | null = null;
  const log = h('div', { class: 'log', role: 'log', attributes: { 'aria-live': 'polite', tabindex: '0' } });
  const lost = h('ul', { class: 'lost-list' });
  const empty = h('p', { class: 'quiet pad' }, t('rooms.teacher.talk.nobody-lost'));
  const lostCount = h('span', { class: 'tag amber num', hidden: true });
  const input = h('input', {
    attributes: {
      'aria-label': t('rooms.teacher.talk.say-to-all'),
      placeholder: t('rooms.teacher.talk.say-to-all'),
      maxlength: String(CHAT_MAX_CHARS),
      enterkeyhint: 'send',
      autocomplete: 'off',
    },
  });
  const problem = h('p', { class: 'small red', role: 'alert', hidden: true });
  const send = h(
    'button',
    { class: 'btn main', type: 'submit', attributes: { 'aria-label': t('rooms.teacher.talk.send') } },
    icon('send'),
  );
  const form = h('form', { class: 'say' }, input, send);
  const scope = h(
    'select',
    {},
    ...chatScopes.map((one) =>
      h('option', { attributes: { value: one } }, t(`rooms.teacher.chat.scope.${one}`)),
    ),
  );
  scope.addEventListener('change', () => options.scope(scope.value as ChatScope));
  const scopeLine = h(
    'label',
    { class: 'chat-scope small' },
    h('span', {}, t('rooms.teacher.chat.scope')),
    scope,
  );
  const jump = button('', { class: 'btn slim soft jump', hidden: true, onClick: () => toEnd() });
  const chat = h(
    'div',
    { class: 'tab-panel chat', id: 'talk-chat', role: 'tabpanel' },
    scopeLine,
    log,
    jump,
    problem,
    form,
  );
  const lostPanel = h(
    'div',
    { class: 'tab-panel', id: 'talk-lost', role: 'tabpanel', hidden: true },
    empty,
    lost,
  );
  const tabs = tabList([
    { id: 'chat', label: h('span', {}, t('rooms.teacher.talk.chat')), panel: chat },
    { id: 'lost', label: h('span', {}, t('rooms.teacher.talk.lost'), lostCount), panel: lostPanel },
  ]);

  let unseen = 0;
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const toEnd = () => {
    log.scrollTop = log.scrollHeight;
    unseen = 0;
    jump.hidden = true;
  };
  log.addEventListener('scroll', () => atEnd() && toEnd());

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    send.disabled = true;
    problem.hidden = true;
    options
      .send(text)
      .then(() => {
        input.value = '';
      })
      .catch((error: unknown) => {
        // The words stay in the field, so that nothing written is lost.
        setText(problem, error instanceof Error ? error.message : String(error));
        problem.hidden = false;
      })
      .finally(() => {
        send.disabled = false;
      });
  });

  const showChat = createChatLines(log, options.hide);
  const showLost = keyedList<{ pageN: number; count: number }, HTMLElement>(lost, {
    key: ({ pageN }) => String(pageN),
    make: ({ pageN }) =>
      h(
        'li',
        {},
        h('span'),
        button(t('rooms.teacher.talk.turn-to'), { class: 'btn slim', onClick: () => options.turnTo(pageN) }),
      ),
    update: (row, { pageN, count }) => {
      const line = row.querySelector('span');
      if (line) setText(line, t('rooms.teacher.talk.lost-page', { page: options.pageName(pageN), count }));
    },
  });

  return {
    element: h(
      'section',
      { class: 'talk', attributes: { 'aria-label': t('rooms.teacher.talk.title') } },
      h('header', {}, tabs),
      chat,
      lostPanel,
    ),
    update(next, ownPersonId) {
      const before = room?.chat.length ?? 0;
      const wasAtEnd = atEnd();
      room = next;
      showChat(next, ownPersonId);
      scope.value = next.chatScope;
      scope.disabled = next.ended;
      if (wasAtEnd) toEnd();
      else if (next.chat.length > before) {
        unseen += next.chat.length - before;
        const word = jump.querySelector('span');
        if (word) setText(word, t('rooms.teacher.talk.new-lines', { count: unseen }));
        jump.hidden = false;
      }
      const pages = lostPages(next);
      showLost(pages);
      const pupils = new Set([...next.lost.values()].flatMap((one) => [...one])).size;
      setText(lostCount, String(pupils));
      lostCount.hidden = pupils === 0;
      empty.hidden = pages.length > 0;
      input.disabled = next.ended;
      send.disabled = next.ended;
    },
  };
}

/**
 * Tabs as WAI-ARIA wants them: one in the tab order, arrows between them.
 *
 * @param onChoose - told the `id`; tabs with a panel also show and hide it.
 */
export function tabList(
  tabs: readonly { id: string; label: HTMLElement; panel: HTMLElement | null }[],
  onChoose: (id: string) => void = () => undefined,
): HTMLElement {
  const list = h('div', { role: 'tablist', class: 'tabs' });
  const buttons = tabs.map(({ label, panel }, index) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        attributes: panel ? { 'aria-controls': panel.id } : {},
        onClick: () => choose(index),
      },
      label,
    ),
  );
  const choose = (chosen: number) => {
    for (const [index, tab] of buttons.entries()) {
      tab.setAttribute('aria-selected', String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      const panel = tabs[index]?.panel;
      if (panel) panel.hidden = index !== chosen;
    }
    const id = tabs[chosen]?.id;
    if (id) onChoose(id);
  };
  list.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (buttons.findIndex((one) => one.tabIndex === 0) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next]?.focus();
  });
  list.append(...buttons);
  choose(0);
  return list;
}
