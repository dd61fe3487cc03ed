import { t } from '../../../platform/web/t.ts';
import { clear, el, icon, setText } from '../shared/dom.ts';
import type { LostState } from './lost-pages.ts';
import { megabytes } from './megabytes.ts';
import type { VoiceLine } from './voice-line.ts';

export interface RoomViewActions {
  onBack(): void;
  onMeter(): void;
  onPage(step: -1 | 1): void;
  onFollow(): void;
  onEnlarge(isAlone: boolean): void;
  onHear(): void;
  onLatest(): void;
  onHand(): void;
  onLost(): void;
}

export interface RoomView {
  readonly element: HTMLElement;
  readonly pagePlace: HTMLElement;
  /** Where a question to the class stands: below the voice, so that the page stays in sight. */
  readonly pollPlace: HTMLElement;
  /** Where the teacher's call and countdown stand. */
  readonly noticePlace: HTMLElement;
  /** What stands where the picture will be; null when it is there. */
  setPageWait(text: string | null): void;
  setPage(label: string, isFollowing: boolean, canBack: boolean, canForward: boolean): void;
  setVoice(line: VoiceLine, values: { lateSeconds: number; brokenSeconds: number }): void;
  setTimeLeft(text: string): void;
  setMeter(usedBytes: number, expectedBytes: number): void;
  setHand(isUp: boolean, place: number, isOff: boolean): void;
  setLost(state: LostState): void;
  setStepNotice(kind: 'down' | 'up' | null, onRead: () => void): void;
  setTyping(isTyping: boolean): void;
  leaveAlone(): void;
  destroy(): void;
}

/** The lines that need more than one row say it in a band below, beside this picture. */
const bandPictures = {
  before: 'clock',
  paused: 'pause',
  rejoining: 'nowifi',
  unplayable: 'nodevice',
} as const;

const hasBand = (line: VoiceLine): line is keyof typeof bandPictures => line in bandPictures;

/**
 * The frame of a pupil's room: where things are, not what they mean.
 *
 * @param chat - stands below the two buttons.
 */
export function createRoomView(
  title: string,
  canAct: boolean,
  chat: HTMLElement,
  actions: RoomViewActions,
): RoomView {
  const meterText = el('span', { class: 'num' });
  const meterFill = el('span');
  const meter = el(
    'button',
    { class: 'meter', type: 'button', onclick: () => actions.onMeter() },
    icon('download'),
    meterText,
    el('span', { class: 'bar' }, meterFill),
  );
  const pagePlace = el('main', { class: 'page' });
  const pageWait = el('p', { class: 'page-wait', role: 'status', hidden: true });
  pagePlace.append(pageWait);

  const back = el(
    'button',
    {
      class: 'sq',
      type: 'button',
      'aria-label': t('rooms.pupil.page.back'),
      onclick: () => actions.onPage(-1),
    },
    icon('left'),
  );
  const forward = el(
    'button',
    {
      class: 'sq',
      type: 'button',
      'aria-label': t('rooms.pupil.page.forward'),
      onclick: () => actions.onPage(1),
    },
    icon('right'),
  );
  const label = el('span', { class: 'label' });
  const enlarge = el(
    'button',
    {
      class: 'sq',
      type: 'button',
      'aria-pressed': 'false',
      'aria-label': t('rooms.pupil.page.enlarge'),
      onclick: () => setAlone(!isAlone),
    },
    icon('full'),
  );

  const bars = el(
    'span',
    { class: 'voice', 'aria-hidden': 'true' },
    el('i'),
    el('i'),
    el('i'),
    el('i'),
    el('i'),
  );
  const voiceText = el('span', { role: 'status', 'aria-live': 'polite' });
  const latest = el(
    'button',
    { class: 'link', type: 'button', hidden: true, onclick: () => actions.onLatest() },
    t('rooms.pupil.voice.goLatest'),
  );
  const timeLeft = el('span', { class: 'end num' });

  const hear = el(
    'button',
    { class: 'hear', type: 'button', hidden: true, onclick: () => actions.onHear() },
    icon('speaker'),
    t('rooms.pupil.voice.hear'),
  );
  const bandPicture = el('i', { class: 'i', 'aria-hidden': 'true' });
  const bandTitle = el('b');
  const bandText = el('span');
  const band = el('div', { class: 'band', hidden: true }, bandPicture, el('span', {}, bandTitle, bandText));
  const notice = el('div', { class: 'step', role: 'status', hidden: true });
  const noticePlace = el('div', { class: 'notice-place' });
  const pollPlace = el('div', { class: 'poll-place' });
  const bands = el('div', { class: 'bands' }, hear, band, notice, noticePlace, pollPlace);

  const handText = el('span');
  const hand = el(
    'button',
    { class: 'act', type: 'button', 'aria-pressed': 'false', onclick: () => actions.onHand() },
    icon('hand'),
    handText,
  );
  const lostText = el('span');
  const lost = el(
    'button',
    { class: 'act', type: 'button', 'aria-pressed': 'false', onclick: () => actions.onLost() },
    icon('help'),
    lostText,
  );

  const element = el(
    'div',
    { class: 'room' },
    el(
      'header',
      { class: 'head' },
      el(
        'button',
        {
          class: 'sq',
          type: 'button',
          'aria-label': t('rooms.pupil.leave'),
          onclick: () => actions.onBack(),
        },
        icon('left'),
      ),
      el('h1', {}, title),
      meter,
    ),
    pagePlace,
    el('div', { class: 'where' }, back, label, forward, el('span'), enlarge),
    el('div', { class: 'vrow' }, bars, el('span', {}, voiceText, latest), timeLeft),
    bands,
    el('div', { class: 'acts', hidden: !canAct }, hand, lost),
    chat,
  );

  let isAlone = false;
  function setAlone(next: boolean): void {
    isAlone = next;
    element.classList.toggle('alone', next);
    enlarge.setAttribute('aria-pressed', String(next));
    enlarge.setAttribute('aria-label', t(next ? 'rooms.pupil.page.shrink' : 'rooms.pupil.page.enlarge'));
    actions.onEnlarge(next);
  }

  const act = (
    button: HTMLElement,
    text: HTMLElement,
    words: string,
    small: string,
    isOn: boolean,
    isOff: boolean,
  ): void => {
    button.setAttribute('aria-pressed', String(isOn));
    button.setAttribute('aria-disabled', String(isOff));
    if (text.textContent === words + small) return;
    clear(text);
    text.append(words);
    if (small !== '') text.append(el('small', {}, small));
  };

  // The keyboard of a phone covers what is fixed; only this viewport knows how much is left.
  const viewport = window.visualViewport;
  let isTyping = false;
  const fit = (): void => {
    const height = viewport ? viewport.height : window.innerHeight;
    element.style.height = `${height}px`;
    element.style.top = `${viewport ? viewport.offsetTop : 0}px`;
    element.classList.toggle('typing', isTyping && height < 520);
    const pageHeight = Math.min(
      pagePlace.clientWidth * 0.75,
      height * (isTyping && height < 520 ? 0.4 : 0.48),
    );
    pagePlace.style.height = `${Math.round(pageHeight)}px`;
  };
  if (viewport) {
    viewport.addEventListener('resize', fit);
    viewport.addEventListener('scroll', fit);
  }
  window.addEventListener('resize', fit);
  requestAnimationFrame(fit);

  return {
    element,
    pagePlace,
    pollPlace,
    noticePlace,
    setPageWait(text) {
      pageWait.hidden = text === null;
      if (text !== null) setText(pageWait, text);
    },
    setPage(text, isFollowing, canBack, canForward) {
      back.disabled = !canBack;
      forward.disabled = !canForward;
      if (label.getAttribute('data-text') === `${text}${isFollowing}`) return;
      label.setAttribute('data-text', `${text}${isFollowing}`);
      clear(label);
      if (isFollowing) label.append(text);
      else
        label.append(
          `${text} · `,
          el(
            'button',
            { type: 'button', onclick: () => actions.onFollow() },
            t('rooms.pupil.page.toTeacher'),
          ),
        );
    },
    setVoice(line, { lateSeconds, brokenSeconds }) {
      bars.dataset['state'] =
        line === 'speaking' || line === 'late' ? 'on' : line === 'quiet' ? 'quiet' : 'off';
      const text =
        line === 'late'
          ? t('rooms.pupil.voice.late', { count: lateSeconds })
          : t(`rooms.pupil.voice.${line}`);
      setText(voiceText, text);
      latest.hidden = line !== 'late';
      hear.hidden = line !== 'refused' && line !== 'held';
      band.hidden = !hasBand(line);
      if (!hasBand(line)) return;
      bandPicture.className = `i i-${bandPictures[line]}`;
      setText(bandTitle, t(`rooms.pupil.band.${line}`, { count: brokenSeconds }));
      setText(bandText, t(`rooms.pupil.band.${line}.why`));
    },
    setTimeLeft: (text) => setText(timeLeft, text),
    setMeter(used, expected) {
      const values = {
        used: megabytes(used),
        expected: megabytes(Math.round(expected / 1_000_000) * 1_000_000 || expected),
      };
      setText(meterText, t('rooms.pupil.meter.text', values));
      meter.setAttribute('aria-label', t('rooms.pupil.meter.label', values));
      meterFill.style.width = `${Math.min(100, Math.round((used / Math.max(1, expected)) * 100))}%`;
    },
    setHand(isUp, place, isOff) {
      const small = isOff ? t('rooms.pupil.hand.off') : isUp ? t('rooms.pupil.hand.place', { place }) : '';
      act(hand, handText, t(isUp ? 'rooms.pupil.hand.up' : 'rooms.pupil.hand'), small, isUp, isOff);
    },
    setLost(state) {
      act(lost, lostText, t('rooms.pupil.lost'), t(`rooms.pupil.lost.${state}`), state !== 'no', false);
    },
    setStepNotice(kind, onRead) {
      notice.hidden = kind === null;
      clear(notice);
      if (kind === null) return;
      notice.dataset['kind'] = kind;
      notice.append(
        icon(kind === 'down' ? 'nowifi' : 'wifi'),
        el(
          'span',
          {},
          el('b', {}, t(`rooms.pupil.notice.${kind}`)),
          el('br'),
          t(`rooms.pupil.notice.${kind}.why`),
        ),
        el('button', { type: 'button', onclick: onRead }, t('rooms.pupil.notice.read')),
      );
    },
    setTyping(next) {
      isTyping = next;
      fit();
    },
    leaveAlone: () => setAlone(false),
    destroy() {
      if (viewport) {
        viewport.removeEventListener('resize', fit);
        viewport.removeEventListener('scroll', fit);
      }
      window.removeEventListener('resize', fit);
      element.remove();
    },
  };
}
