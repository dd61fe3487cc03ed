import { t } from '../../../platform/web/t.ts';
import { countdown, TIMER_OVER_SHOWN_MS } from '../shared/countdown.ts';
import { el, icon, setText } from '../shared/dom.ts';
import type { Called, TalkState, Timer } from '../shared/talk.ts';

export interface ClassNotices {
  /** @param nowMs - by the server's clock. */
  update(talk: TalkState, nowMs: number): void;
}

/** A call is about what is asked now; who comes in later than this was not meant. */
const calledShownMs = 120_000;

/**
 * What the teacher does with the class beside the page: calls this pupil, and a countdown in step with everybody.
 *
 * @param place - where both stand.
 */
export function createClassNotices(place: HTMLElement, myId: string): ClassNotices {
  let call: { id: string; element: HTMLElement } | null = null;
  let timer: { id: string; element: HTMLElement; left: HTMLElement; words: HTMLElement } | null = null;
  const key = (id: string): string => `nol-called-${id}`;

  const showCall = (called: Called | null): void => {
    if ((call ? call.id : null) === (called ? called.id : null)) return;
    if (call) call.element.remove();
    call = null;
    if (!called) return;
    const { id } = called;
    const read = (): void => {
      sessionStorage.setItem(key(id), 'read');
      showCall(null);
    };
    const element = el(
      'div',
      { class: 'step', 'data-kind': 'up', role: 'alert' },
      icon('hand'),
      el('span', {}, el('b', {}, t('rooms.called.title')), el('br'), t('rooms.called.why')),
      el('button', { type: 'button', onclick: read }, t('rooms.called.read')),
    );
    call = { id, element };
    place.insertBefore(element, place.firstChild);
    if (typeof navigator.vibrate === 'function') navigator.vibrate([120, 80, 120]);
  };

  const showTimer = (shown: Timer | null, nowMs: number): void => {
    if (timer && (!shown || shown.id !== timer.id)) {
      timer.element.remove();
      timer = null;
    }
    if (!shown) return;
    if (!timer) {
      const [left, words] = [el('b', { class: 'num', role: 'timer' }), el('span', { role: 'status' })];
      timer = {
        id: shown.id,
        left,
        words,
        element: el('div', { class: 'timer' }, icon('clock'), words, left),
      };
      place.append(timer.element);
    }
    const leftMs = shown.untilMs - nowMs;
    setText(timer.words, t(leftMs > 0 ? 'rooms.timer.left' : 'rooms.timer.over'));
    setText(timer.left, countdown(leftMs));
  };

  return {
    update({ called, timer: set, isEnded }, nowMs) {
      const isMine =
        called !== null &&
        called.personId === myId &&
        nowMs - called.atMs < calledShownMs &&
        !sessionStorage.getItem(key(called.id));
      showCall(isMine && !isEnded ? called : null);
      showTimer(set && !isEnded && nowMs < set.untilMs + TIMER_OVER_SHOWN_MS ? set : null, nowMs);
    },
  };
}
