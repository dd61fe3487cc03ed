import { t } from '../../../platform/web/t.ts';
import { icon, setText } from '../shared/dom.ts';
import { button, h, square } from './element.ts';
import type { LessonCard } from './room-client.ts';
import type { SaveLine } from './save-line.ts';

export interface TopBarState {
  readonly paused: boolean;
  readonly muted: boolean;
  readonly ended: boolean;
  readonly begun: boolean;
  readonly save: SaveLine;
  /** Lesson time as `14:32`. */
  readonly elapsed: string;
  /** Minutes to the planned end; negative when the lesson runs over it. */
  readonly leftMinutes: number;
  readonly endsAtClock: string;
  /** Share of the planned time that is over, 0..1. */
  readonly share: number;
}

export interface TopBar {
  readonly element: HTMLElement;
  update(state: TopBarState): void;
}

/** Title, whether all is saved, the clock, and the three order keys. */
export function createTopBar(
  lesson: LessonCard,
  acts: { leave: () => void; pause: () => void; mute: () => void; end: () => void },
): TopBar {
  const title = `${lesson.courseTitle} · ${lesson.classNames.join('、')}`;
  const saveTitle = h('b');
  const saveDetail = h('span');
  const save = h(
    'p',
    { class: 'save', role: 'status' },
    h('span', { class: 'dot', attributes: { 'aria-hidden': 'true' } }),
    h('span', {}, saveTitle, saveDetail),
  );
  const elapsed = h('b');
  const left = h('span');
  const done = h('span');
  const bar = h('span', { class: 'time-bar', attributes: { 'aria-hidden': 'true' } }, done);
  const pause = orderKey(t('rooms.teacher.order.pause'), 'pause', 'Alt+P', acts.pause);
  const mute = orderKey(t('rooms.teacher.order.mute'), 'mute', 'Alt+M', acts.mute);
  const end = orderKey(t('rooms.teacher.order.end'), 'stop', 'Alt+E', acts.end);
  end.classList.add('end');
  const keys = h('div', {
    class: 'keys',
    role: 'group',
    attributes: { 'aria-label': t('rooms.teacher.order.all') },
  });
  keys.append(pause, mute, end);

  const element = h(
    'header',
    { class: 'top-bar' },
    square(t('rooms.teacher.leave'), 'left', acts.leave),
    h('div', { class: 'lesson' }, h('h1', {}, title), h('p', { class: 'quiet' }, lesson.topic ?? '')),
    save,
    h('div', { class: 'lesson-clock num' }, elapsed, left, bar),
    keys,
  );

  return {
    element,
    update(state) {
      save.dataset['tone'] = state.save.tone;
      setText(saveTitle, t(state.save.title.key, state.save.title.params));
      setText(saveDetail, state.save.detail ? t(state.save.detail.key, state.save.detail.params) : '');
      setText(elapsed, state.begun ? t('rooms.teacher.clock.taught', { time: state.elapsed }) : '');
      setText(left, clockLine(state));
      done.style.width = `${Math.round(state.share * 100)}%`;
      label(
        pause,
        t(state.paused ? 'rooms.teacher.order.resume' : 'rooms.teacher.order.pause'),
        state.paused,
      );
      label(mute, t(state.muted ? 'rooms.teacher.order.unmute' : 'rooms.teacher.order.mute'), state.muted);
      for (const key of [pause, mute, end]) key.disabled = state.ended || !state.begun;
    },
  };
}

function orderKey(text: string, name: string, keys: string, onClick: () => void): HTMLButtonElement {
  return button(text, { icon: name, onClick, attributes: { 'aria-keyshortcuts': keys, title: keys } });
}

function label(key: HTMLButtonElement, text: string, pressed: boolean): void {
  const word = key.querySelector('span');
  if (word) setText(word, text);
  key.setAttribute('aria-pressed', String(pressed));
}

function clockLine({ leftMinutes, endsAtClock, ended }: TopBarState): string {
  if (ended) return t('rooms.teacher.clock.ended');
  const params = { minutes: Math.abs(leftMinutes), time: endsAtClock };
  return leftMinutes >= 0 ? t('rooms.teacher.clock.left', params) : t('rooms.teacher.clock.over', params);
}

/** The head of a panel that has a picture, a word and a number of people. */
export function groupHead(tone: string, name: string, words: string): GroupHead {
  const count = h('span', { class: 'num count' });
  const text = h('span', {}, words);
  return { element: h('h3', { class: tone }, icon(name), text, count), text, count };
}

export interface GroupHead {
  readonly element: HTMLElement;
  readonly text: HTMLElement;
  readonly count: HTMLElement;
}
