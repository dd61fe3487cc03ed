import { t } from '../../../platform/web/t.ts';
import { clear, el, icon, setText } from '../shared/dom.ts';
import type { ChapterLine } from './chapter-line.ts';
import { clockTime, type Watched } from './chapters.ts';

export interface ChapterRow {
  readonly startMs: number;
  readonly title: string;
  /** Small picture of the page; null for a blank board. */
  readonly picture: string | null;
}

export interface SaidRow {
  readonly name: string;
  readonly text: string;
  readonly isStaff: boolean;
}

export interface RecordingViewActions {
  onBack(): void;
  onPlay(): void;
  onBack15(): void;
  onRate(rate: number): void;
  onChapter(index: number): void;
  onEnlarge(): void;
}

export interface RecordingView {
  readonly element: HTMLElement;
  readonly pagePlace: HTMLElement;
  setChapters(rows: readonly ChapterRow[]): void;
  setWatched(watched: readonly Watched[], current: number): void;
  setSaid(rows: readonly SaidRow[]): void;
  setPlaying(isPlaying: boolean): void;
  setTime(positionMs: number, durationMs: number): void;
  setRate(rate: number): void;
  setStatus(text: string): void;
  setGoal(seenSeconds: number, neededSeconds: number, isMadeUp: boolean): void;
  /** Staff and observers have no goal. */
  hideGoal(): void;
  destroy(): void;
}

export const rates: readonly number[] = [0.75, 1, 1.25, 1.5, 2];

export function createRecordingView(
  title: string,
  subtitle: string,
  line: ChapterLine,
  actions: RecordingViewActions,
): RecordingView {
  const pagePlace = el('main', { class: 'page' });
  const caption = el('p', { class: 'cap', hidden: true }, t('rooms.recording.noCaptions'));
  const timeNow = el('span', { class: 'num' });
  const timeAll = el('span', { class: 'num' });
  const status = el('span', { class: 'status', role: 'status' });
  const play = el('button', { class: 'sq play', type: 'button', onclick: () => actions.onPlay() });
  const rate = el('button', { class: 'sq rate', type: 'button', onclick: nextRate });
  const rateGroup = el(
    'div',
    { class: 'sp num', role: 'radiogroup', 'aria-label': t('rooms.recording.speed') },
    ...rates.map((value) =>
      el(
        'label',
        { 'data-rate': value },
        el('input', { type: 'radio', name: 'rate', value, onchange: () => actions.onRate(value) }),
        el('span', {}, value === 1 ? t('rooms.recording.rate', { rate: 1 }) : String(value)),
      ),
    ),
  );
  const captions = el(
    'button',
    {
      class: 'sq',
      type: 'button',
      'aria-pressed': 'false',
      'aria-label': t('rooms.recording.captions'),
      onclick: toggleCaptions,
    },
    icon('cc'),
  );
  const back15 = el(
    'button',
    {
      class: 'sq',
      type: 'button',
      'aria-label': t('rooms.recording.back15'),
      onclick: () => actions.onBack15(),
    },
    icon('back'),
  );
  const full = el(
    'button',
    { class: 'sq', type: 'button', 'aria-label': t('rooms.recording.enlarge'), onclick: enlarge },
    icon('full'),
  );

  const goalTitle = el('b');
  const goalSeen = el('span', { class: 'muted small num' });
  const goalFill = el('span');
  const goalBar = el('span', { class: 'bar', role: 'meter', 'aria-valuemin': 0 }, goalFill);
  const goal = el(
    'div',
    { class: 'goal' },
    el('div', {}, goalTitle, goalSeen),
    goalBar,
    el('p', { class: 'muted small wide' }, t('rooms.recording.goalHint')),
  );
  const chapters = el('ol', { class: 'chs', role: 'tabpanel' });
  const said = el('div', { class: 'said', role: 'tabpanel', hidden: true, tabindex: 0 });
  const chapterTab = el(
    'button',
    { type: 'button', role: 'tab', 'aria-selected': 'true', onclick: () => choose(true) },
    t('rooms.recording.chapters'),
  );
  const saidTab = el(
    'button',
    { type: 'button', role: 'tab', 'aria-selected': 'false', onclick: () => choose(false) },
    t('rooms.recording.talk', { count: 0 }),
  );

  const element = el(
    'div',
    { class: 'rec' },
    el(
      'header',
      { class: 'rhead' },
      el(
        'button',
        {
          class: 'sq',
          type: 'button',
          'aria-label': t('rooms.recording.back'),
          onclick: () => actions.onBack(),
        },
        icon('left'),
      ),
      el('div', {}, el('h1', {}, title), el('p', { class: 'muted small' }, subtitle)),
    ),
    pagePlace,
    caption,
    el(
      'div',
      { class: 'keys' },
      line.element,
      el('div', { class: 'tt' }, el('span', {}, timeNow, ' / ', timeAll), status),
      el('div', { class: 'ctl' }, rate, back15, play, rateGroup, captions, full),
    ),
    el(
      'section',
      { class: 'low', 'aria-label': t('rooms.recording.chapters') },
      goal,
      el('div', { class: 'seg', role: 'tablist' }, chapterTab, saidTab),
      chapters,
      said,
    ),
  );
  let currentRate = 1;
  let rows: { button: HTMLElement; state: HTMLElement }[] = [];

  function nextRate(): void {
    const at = rates.indexOf(currentRate);
    actions.onRate(rates[(at + 1) % rates.length]!);
  }

  function toggleCaptions(): void {
    caption.hidden = !caption.hidden;
    captions.setAttribute('aria-pressed', String(!caption.hidden));
  }

  function enlarge(): void {
    element.classList.toggle('alone');
    full.setAttribute('aria-pressed', String(element.classList.contains('alone')));
    actions.onEnlarge();
  }

  function choose(isChapters: boolean): void {
    chapters.hidden = !isChapters;
    said.hidden = isChapters;
    chapterTab.setAttribute('aria-selected', String(isChapters));
    saidTab.setAttribute('aria-selected', String(!isChapters));
  }

  const fit = (): void => {
    pagePlace.style.height = `${Math.round(Math.min(pagePlace.clientWidth * 0.75, window.innerHeight * 0.42))}px`;
  };
  window.addEventListener('resize', fit);
  requestAnimationFrame(fit);

  return {
    element,
    pagePlace,
    setChapters(next) {
      clear(chapters);
      rows = next.map(({ startMs, title: name, picture }, i) => {
        const state = el('span', { class: 'st' });
        const button = el(
          'button',
          { type: 'button', onclick: () => actions.onChapter(i) },
          picture === null
            ? el('span', { class: 'noimg' })
            : el('img', { src: picture, alt: '', loading: 'lazy' }),
          el('span', { class: 'num' }, clockTime(startMs)),
          el('b', {}, name),
          state,
        );
        chapters.append(el('li', {}, button));
        return { button, state };
      });
    },
    setWatched(watched, current) {
      rows.forEach(({ button, state }, i) => {
        const is = watched[i] || 'notWatched';
        const isNow = i === current;
        state.className = `st ${is}`;
        setText(state, isNow ? t('rooms.recording.now') : t(`rooms.recording.${is}`));
        if (isNow) button.setAttribute('aria-current', 'true');
        else button.removeAttribute('aria-current');
      });
    },
    setSaid(next) {
      setText(saidTab, t('rooms.recording.talk', { count: next.length }));
      clear(said);
      if (next.length === 0) said.append(el('p', { class: 'muted' }, t('rooms.recording.noTalk')));
      for (const { name, text, isStaff } of next) {
        said.append(el('p', { class: isStaff ? 'msg teacher' : 'msg' }, el('b', {}, name), text));
      }
    },
    setPlaying(isPlaying) {
      const label = t(isPlaying ? 'rooms.recording.pause' : 'rooms.recording.play');
      if (play.getAttribute('aria-label') === label) return;
      play.setAttribute('aria-label', label);
      clear(play);
      play.append(icon(isPlaying ? 'pause' : 'play'));
    },
    setTime(positionMs, durationMs) {
      setText(timeNow, clockTime(positionMs));
      setText(timeAll, clockTime(durationMs));
    },
    setRate(next) {
      currentRate = next;
      setText(rate, t('rooms.recording.rate', { rate: next }));
      rate.setAttribute('aria-label', t('rooms.recording.speedNow', { rate: next }));
      for (const label of Array.from(rateGroup.children)) {
        const isOn = label.getAttribute('data-rate') === String(next);
        label.classList.toggle('on', isOn);
        (label.firstElementChild as HTMLInputElement).checked = isOn;
      }
    },
    setStatus: (text) => setText(status, text),
    setGoal(seenSeconds, neededSeconds, isMadeUp) {
      const seen = Math.floor(seenSeconds / 60);
      const needed = Math.ceil(neededSeconds / 60);
      const toGo = Math.max(1, Math.ceil((neededSeconds - seenSeconds) / 60));
      goal.classList.toggle('done', isMadeUp);
      setText(
        goalTitle,
        isMadeUp ? t('rooms.recording.goalDone') : t('rooms.recording.goal', { count: toGo }),
      );
      setText(goalSeen, t('rooms.recording.seen', { count: seen }));
      goalFill.style.width = `${Math.min(100, (seenSeconds / Math.max(1, neededSeconds)) * 100)}%`;
      goalBar.setAttribute('aria-label', t('rooms.recording.goalLabel', { seen, needed }));
      goalBar.setAttribute('aria-valuemax', String(needed));
      goalBar.setAttribute('aria-valuenow', String(Math.min(seen, needed)));
    },
    hideGoal() {
      goal.hidden = true;
    },
    destroy() {
      window.removeEventListener('resize', fit);
      element.remove();
    },
  };
}
