import { locale, t } from '../../../platform/web/t.ts';
import { CHAT_MAX_CHARS } from '../../wire.ts';
import { clear, el, icon, setText } from '../shared/dom.ts';
import type { TalkState } from '../shared/talk.ts';
import type { LineReports } from './line-reports.ts';

/** A message of ours that the server has not taken in yet. */
export interface PendingMessage {
  readonly clientId: string;
  readonly text: string;
  /** Why the class does not have it: being sent, waiting, for the staff alone, or refused (with what the server said). */
  readonly state: 'sending' | 'waiting' | 'toStaff' | { refusal: string };
}

export interface ChatView {
  readonly element: HTMLElement;
  update(talk: TalkState, pending: readonly PendingMessage[]): void;
  setOpen(isOpen: boolean): void;
}

interface ChatOptions {
  myId: string;
  /** False: a child under 14 for whom no guardian has agreed reads along only. */
  mayChat: boolean;
  /** Who listens or looks on reports nothing. */
  canReport: boolean;
  nameOf(personId: string): string;
  reports: LineReports;
  onSend(text: string): void;
  onTyping(isTyping: boolean): void;
}

/** Within this distance of the end the list follows new messages. */
const followPx = 40;
/** Messages that come within this time are read out as a number, not one by one. */
const burstMs = 2500;

export function createChatView(options: ChatOptions): ChatView {
  const log = el('div', {
    class: 'log',
    role: 'log',
    'aria-live': 'off',
    'aria-label': t('rooms.pupil.chat.title'),
    tabindex: 0,
  });
  const speaker = el('p', { class: 'vh', 'aria-live': 'polite' });
  const toggle = el('button', {
    class: 'sq',
    type: 'button',
    'aria-expanded': 'true',
    onclick: () => setOpen(!isOpen),
  });
  const more = el('button', { class: 'more', type: 'button', hidden: true, onclick: () => scrollToEnd() });
  const input = el('input', {
    'aria-label': t('rooms.pupil.chat.say'),
    placeholder: t('rooms.pupil.chat.placeholder'),
    maxlength: CHAT_MAX_CHARS,
    autocomplete: 'off',
    enterkeyhint: 'send',
    onfocus: () => options.onTyping(true),
    onblur: () => options.onTyping(false),
  });
  const send = el(
    'button',
    { class: 'btn main', type: 'submit', 'aria-label': t('rooms.pupil.chat.send') },
    icon('send'),
  );
  const hint = el('span', { class: 'muted small' }, t('rooms.pupil.chat.everyone'));
  const element = el(
    'section',
    { class: 'chat', 'aria-label': t('rooms.pupil.chat.title'), 'data-open': 'true' },
    el('header', {}, el('h2', {}, t('rooms.pupil.chat.title')), hint, toggle),
    log,
    more,
    speaker,
    el('form', { class: 'say', onsubmit: submit }, input, send),
  );
  let isOpen = true;
  let shown = 0;
  let unseen = 0;
  let isMuted = false;
  let spokenTo = 0;
  let speakTimer = 0;
  let latest: TalkState['chat'] = [];
  let scope: TalkState['chatScope'] = 'all';

  function submit(event: Event): void {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '' || isMuted) return;
    input.value = '';
    options.onSend(text);
    scrollToEnd();
  }

  function setOpen(next: boolean): void {
    isOpen = next;
    element.setAttribute('data-open', String(next));
    toggle.setAttribute('aria-expanded', String(next));
    toggle.setAttribute('aria-label', t(next ? 'rooms.pupil.chat.fold' : 'rooms.pupil.chat.unfold'));
    clear(toggle);
    toggle.append(icon(next ? 'down' : 'up'));
    if (next) scrollToEnd();
    showHint();
  }

  function scrollToEnd(): void {
    log.scrollTop = log.scrollHeight;
    unseen = 0;
    more.hidden = true;
  }

  const isAtEnd = (): boolean => log.scrollHeight - log.scrollTop - log.clientHeight < followPx;
  log.addEventListener('scroll', () => {
    if (!isAtEnd()) return;
    unseen = 0;
    more.hidden = true;
  });

  /** Folded, the one line shows the newest message; open, who reads along. */
  function showHint(): void {
    const last = latest[latest.length - 1];
    if (isMuted && options.mayChat) setText(hint, t('rooms.pupil.chat.muted'));
    else if (scope === 'staff') setText(hint, t('rooms.pupil.chat.toStaffNow'));
    else if (!isOpen && last) setText(hint, `${options.nameOf(last.row.personId)} ${last.row.text}`);
    else setText(hint, t('rooms.pupil.chat.everyone'));
  }

  const placeholderKey = () => {
    if (!options.mayChat) return 'rooms.pupil.chat.needsConsent';
    return isMuted ? 'rooms.pupil.chat.muted' : 'rooms.pupil.chat.placeholder';
  };

  const message = (name: string, text: string, isTeacher: boolean, ...tags: (Node | null)[]): HTMLElement =>
    el(
      'p',
      { class: isTeacher ? 'msg teacher' : 'msg' },
      el('b', {}, name, isTeacher ? el('span', { class: 'tag' }, t('rooms.pupil.chat.teacher')) : null),
      text,
      ...tags,
    );

  function speak(): void {
    speakTimer = 0;
    const fresh = latest.slice(spokenTo).filter(({ row }) => row.personId !== options.myId);
    spokenTo = latest.length;
    const last = fresh[fresh.length - 1];
    if (!last) return;
    const one = `${options.nameOf(last.row.personId)}${locale() === 'en' ? ': ' : '：'}${last.row.text}`;
    setText(speaker, fresh.length === 1 ? one : t('rooms.pupil.chat.burst', { count: fresh.length }));
  }

  setOpen(true);
  return {
    element,
    setOpen,
    update(talk, pending) {
      scope = talk.chatScope;
      isMuted = talk.isMuted || scope === 'off' || !options.mayChat;
      const isMine = ({ row }: TalkState['chat'][number]): boolean => row.personId === options.myId;
      latest = talk.chat.filter(
        (line) => isMine(line) || !(talk.hidden.has(line.n) || options.reports.isGone(line.n)),
      );
      const hadFocus = log !== document.activeElement && log.contains(document.activeElement);
      input.disabled = isMuted;
      send.disabled = isMuted;
      input.placeholder = t(placeholderKey());
      const wasAtEnd = isAtEnd();
      const fresh = latest.length - shown;
      clear(log);
      for (const line of latest) {
        const { n, row } = line;
        const name = isMine(line) ? t('rooms.pupil.chat.me') : options.nameOf(row.personId);
        const more = options.canReport && !isMine(line) && !row.staff ? options.reports.controls(n) : [];
        const away = isMine(line) && talk.hidden.has(n) ? t('rooms.pupil.chat.hidden') : '';
        const tag = away === '' ? null : el('span', { class: 'tag plain' }, away);
        log.append(message(name, row.text, row.staff, tag, ...more));
      }
      const open = hadFocus
        ? log.querySelector<HTMLElement>('.line-report, .line-more[aria-expanded=true]')
        : null;
      if (open) open.focus();
      for (const { text, state } of pending)
        log.append(message(t('rooms.pupil.chat.me'), text, false, pendingTag(state)));
      if (shown === 0) spokenTo = latest.length; // what was said before we came is not news
      shown = latest.length;
      if (wasAtEnd) scrollToEnd();
      else if (fresh > 0) {
        unseen += fresh;
        more.hidden = false;
        setText(more, t('rooms.pupil.chat.more', { count: unseen }));
      }
      showHint();
      if (spokenTo < latest.length && speakTimer === 0) speakTimer = window.setTimeout(speak, burstMs);
    },
  };
}

function pendingTag(state: PendingMessage['state']): HTMLElement | null {
  if (state === 'sending') return null;
  if (state === 'toStaff') return el('span', { class: 'tag plain' }, t('rooms.pupil.chat.toStaff'));
  if (state === 'waiting')
    return el('span', { class: 'tag plain' }, icon('clock'), t('rooms.pupil.chat.waiting'));
  return el('span', { class: 'tag failed' }, state.refusal);
}
