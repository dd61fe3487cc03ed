import { t } from '../../../platform/web/t.ts';
import { INK_COLOURS } from '../../wire.ts';
import type { ToolName } from './board/ink.ts';
import type { MicrophoneState } from './capture/microphone.ts';
import { icon, setText } from '../shared/dom.ts';
import { button, h, square } from './element.ts';

export interface ToolbarState {
  readonly tool: ToolName;
  readonly colour: number;
  readonly place: number;
  readonly pages: number;
  /** Pupils who do not follow the page shown. */
  readonly lost: number;
  readonly microphone: MicrophoneState | 'off' | 'muted';
  /** 0..1 */
  readonly level: number;
  readonly ended: boolean;
}

export interface Toolbar {
  readonly element: HTMLElement;
  update(state: ToolbarState): void;
}

/** Colours offered; red is left to people who are missing, white to a dark page that we do not have. */
const offeredColours = [1, 2, 3, 0] as const;
const tools: readonly { name: ToolName; picture: string; key: string }[] = [
  { name: 'pen', picture: 'pen', key: '1' },
  { name: 'marker', picture: 'marker', key: '2' },
  { name: 'eraser', picture: 'eraser', key: '3' },
  { name: 'pointer', picture: 'laser', key: '4' },
];

/** Pens, colours, undo, microphone, page turning. */
export function createToolbar(acts: {
  tool: (name: ToolName) => void;
  colour: (index: number) => void;
  undo: () => void;
  clear: () => void;
  microphone: () => void;
  photo: () => void;
  turn: (step: 1 | -1) => void;
  keys: () => void;
}): Toolbar {
  const toolKeys = tools.map(({ name, picture, key }) => {
    const one = square(t(`rooms.teacher.tool.${name}`), picture, () => acts.tool(name));
    one.setAttribute('aria-keyshortcuts', key);
    return { name, one };
  });
  const colourKeys = offeredColours.map((index) => {
    const dot = h('span', { class: 'dot' });
    dot.style.background = INK_COLOURS[index] ?? '';
    const one = h(
      'button',
      {
        type: 'button',
        class: 'sq',
        attributes: {
          'aria-label': t(`rooms.teacher.colour.${index}`),
          title: t(`rooms.teacher.colour.${index}`),
        },
        onClick: () => acts.colour(index),
      },
      dot,
    );
    return { index, one };
  });
  const undo = square(t('rooms.teacher.tool.undo'), 'undo', acts.undo);
  undo.setAttribute('aria-keyshortcuts', 'Control+Z');
  const clear = square(t('rooms.teacher.tool.clear'), 'x', acts.clear);
  const level = h('span', { class: 'level', attributes: { 'aria-hidden': 'true' } });
  const microphone = button('', { icon: 'mic', class: 'btn slim mic', onClick: acts.microphone });
  microphone.append(level);
  microphone.setAttribute('aria-keyshortcuts', 'M');
  const photo = button(t('rooms.teacher.pages.photo-short'), {
    icon: 'camera',
    class: 'btn slim photo',
    onClick: acts.photo,
  });
  const place = h('span', { class: 'num place', attributes: { 'aria-live': 'polite' } });
  const lostWords = h('span', { class: 'vh', role: 'status' });
  const lostCount = h('span');
  const lost = h(
    'span',
    { class: 'tag amber lost num', hidden: true, attributes: { 'aria-hidden': 'true' } },
    icon('help'),
    lostCount,
  );
  const back = square(t('rooms.teacher.pages.before'), 'left', () => acts.turn(-1));
  const on = square(t('rooms.teacher.pages.after'), 'right', () => acts.turn(1));
  const keys = button('?', {
    class: 'sq keys-help',
    attributes: { 'aria-label': t('rooms.teacher.keys.title'), title: t('rooms.teacher.keys.title') },
    onClick: acts.keys,
  });

  const group = (name: string, ...children: Node[]) =>
    h('div', { class: 'group', role: 'group', attributes: { 'aria-label': name } }, ...children);
  const voiceAndPhoto = group(t('rooms.teacher.mic.group'), microphone, photo);
  voiceAndPhoto.classList.add('voice-and-photo');
  const element = h(
    'div',
    { class: 'tools', role: 'toolbar', attributes: { 'aria-label': t('rooms.teacher.tool.all') } },
    group(t('rooms.teacher.tool.pens'), ...toolKeys.map(({ one }) => one)),
    group(t('rooms.teacher.colour.all'), ...colourKeys.map(({ one }) => one)),
    group(t('rooms.teacher.tool.corrections'), undo, clear),
    voiceAndPhoto,
    h('div', { class: 'group turn' }, lostWords, lost, back, place, on, keys),
  );

  return {
    element,
    update(state) {
      for (const { name, one } of toolKeys) one.setAttribute('aria-pressed', String(name === state.tool));
      for (const { index, one } of colourKeys)
        one.setAttribute('aria-pressed', String(index === state.colour));
      setText(
        place,
        state.place === 0 ? t('rooms.teacher.pages.blank-short') : `${state.place} / ${state.pages}`,
      );
      lost.hidden = state.lost === 0;
      setText(lostCount, String(state.lost));
      const words = state.lost === 0 ? '' : t('rooms.teacher.pages.lost', { count: state.lost });
      setText(lostWords, words);
      lost.title = words;
      const word = microphone.querySelector('span');
      if (word) setText(word, t(`rooms.teacher.mic.${state.microphone}`));
      microphone.dataset['state'] = state.microphone;
      microphone.setAttribute('aria-pressed', String(state.microphone === 'open'));
      microphone.disabled = state.ended || state.microphone === 'off';
      // Loudness grows with its logarithm for the ear: 0.01 is a whisper, 0.3 is plain speech.
      const share =
        state.microphone === 'open' ? Math.max(0, Math.min(1, 1 + Math.log10(state.level + 1e-3) / 2)) : 0;
      level.style.transform = `scaleX(${share.toFixed(2)})`;
      for (const one of [undo, clear, photo]) one.disabled = state.ended;
    },
  };
}
