import { t } from '../../../platform/web/t.ts';
import { TIMER_SECONDS } from '../../wire.ts';
import { countdown, TIMER_OVER_SHOWN_MS } from '../shared/countdown.ts';
import { setText } from '../shared/dom.ts';
import { decimalText } from '../shared/poll-words.ts';
import type { Dock } from './dock.ts';
import { button, h } from './element.ts';
import type { RoomClient } from './room-client.ts';
import type { RoomState } from './room-state.ts';

const setCard = 'timer-set';
const runCard = 'timer';
const minutesOffered = [1, 3, 5] as const;

export interface TimerCard {
  /** Asks how long. */
  set(): void;
  update(room: RoomState, now: Date): void;
}

/** A countdown for all: how long, how long still, and the way to stop it. */
export function createTimerCard(
  dock: Dock,
  client: Pick<RoomClient, 'startTimer' | 'stopTimer'>,
  /** Does it and says below the board what the server refuses. */
  attempt: (act: Promise<unknown>) => void,
): TimerCard {
  const left = h('p', { class: 'timer-left num', role: 'timer' });
  const words = h('p', { class: 'small quiet', role: 'status' });
  let shown: string | null = null;
  let away: string | null = null;

  const start = (minutes: number) =>
    attempt(client.startTimer(Math.round(minutes * 60)).then(() => dock.close(setCard)));

  const set = () => {
    const own = h('input', {
      type: 'text',
      attributes: {
        inputmode: 'decimal',
        maxlength: '5',
        autocomplete: 'off',
        'aria-label': t('rooms.teacher.timer.own'),
        placeholder: t('rooms.teacher.timer.own'),
      },
    });
    const problem = h('p', { class: 'small problem', role: 'status' });
    const form = h(
      'form',
      { class: 'timer-form' },
      h(
        'div',
        { class: 'chips' },
        ...minutesOffered.map((count) =>
          button(t('rooms.teacher.timer.minutes', { count }), { onClick: () => start(count) }),
        ),
      ),
      own,
      h('button', { type: 'submit', class: 'btn' }, t('rooms.teacher.timer.start')),
      problem,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const seconds = Number(decimalText(own.value) ?? Number.NaN) * 60;
      const fits = seconds >= TIMER_SECONDS.least && seconds <= TIMER_SECONDS.most;
      setText(problem, fits ? '' : t('rooms.teacher.timer.wrong'));
      if (fits) start(seconds / 60);
    });
    dock.show({
      id: setCard,
      title: t('rooms.teacher.timer.title'),
      body: [form, h('p', { class: 'small quiet' }, t('rooms.teacher.timer.hint'))],
      actions: [],
      onClose: () => undefined,
    });
    // Not the field: on a telephone it would bring up the keyboard.
    form.querySelector('button')?.focus();
  };

  return {
    set,
    update({ timer, ended }, now) {
      if (ended) dock.close(setCard);
      const leftMs = timer ? timer.untilMs - now.getTime() : 0;
      if (!timer || ended || timer.id === away || leftMs < -TIMER_OVER_SHOWN_MS) {
        if (shown !== null) dock.close(runCard);
        shown = null;
        return;
      }
      const phase = `${timer.id} ${leftMs > 0}`;
      if (shown !== phase) {
        shown = phase;
        dock.show({
          id: runCard,
          title: t('rooms.teacher.timer.title'),
          body: [left, words],
          actions:
            leftMs > 0
              ? [{ label: t('rooms.teacher.timer.stop'), act: () => attempt(client.stopTimer(timer.id)) }]
              : [],
          // Running, it goes only by being stopped: a class must not see a time that its teacher does not.
          ...(leftMs > 0 ? {} : { onClose: () => (away = timer.id) }),
        });
      }
      setText(left, countdown(leftMs));
      setText(words, t(leftMs > 0 ? 'rooms.teacher.timer.hint' : 'rooms.timer.over'));
    },
  };
}
