import { t } from '../../../platform/web/t.ts';
import {
  POLL_KINDS,
  POLL_OPTION_MAX_CHARS,
  POLL_OPTIONS,
  POLL_PROMPT_MAX_CHARS,
  type PollKind,
  type PollQuestion,
  type PollRight,
} from '../../wire.ts';
import { decimalText, optionLetter } from '../shared/poll-words.ts';
import { h } from './element.ts';
import type { PollToAsk } from './room-client.ts';

const secondsOffered = [30, 60, 120, 180, 300] as const;
const firstOptions = 4;

export interface PollForm {
  readonly element: HTMLElement;
  /** What would be asked now; null when it cannot be: the line below the form says why. */
  read(pageN: number): PollToAsk | null;
}

/**
 * What kind of answer is asked for, and which one is right. Nothing has to be typed: the question stands on the page
 * or is spoken, and A, B, C, D are there at once.
 *
 * @param before - the question to ask once more.
 */
export function createPollForm(before: PollQuestion | null): PollForm {
  let kind: PollKind = before?.kind ?? 'single';
  let count = before && before.options.length > 2 ? before.options.length : firstOptions;
  const problem = h('p', { class: 'small problem', role: 'status' });
  const prompt = h('input', {
    type: 'text',
    attributes: {
      maxlength: String(POLL_PROMPT_MAX_CHARS),
      placeholder: t('rooms.teacher.poll.prompt'),
      'aria-label': t('rooms.teacher.poll.prompt'),
      autocomplete: 'off',
    },
  });
  prompt.value = before?.prompt ?? '';
  const seconds = h(
    'select',
    { attributes: { 'aria-label': t('rooms.teacher.poll.time') } },
    ...secondsOffered.map((n) => {
      const option = h(
        'option',
        { attributes: { value: String(n) } },
        t('rooms.teacher.poll.seconds', { n }),
      );
      option.selected = n === 60;
      return option;
    }),
  );
  const rows = h('div', { class: 'poll-options' });
  const words: HTMLInputElement[] = [];
  let rights: HTMLInputElement[] = [];
  let number: HTMLInputElement | null = null;

  const kinds = POLL_KINDS.map((one) => {
    const input = h('input', { type: 'radio', attributes: { name: 'poll-kind', value: one } });
    input.checked = one === kind;
    input.addEventListener('change', () => {
      kind = one;
      showRows();
    });
    return h('label', { class: 'chip' }, input, h('span', {}, t(`rooms.poll.kind.${one}`)));
  });

  const optionRow = (place: number): HTMLElement => {
    const letter = optionLetter(question([]), place);
    const right = h('input', {
      type: kind === 'multiple' ? 'checkbox' : 'radio',
      attributes: { name: 'poll-right', 'aria-label': t('rooms.teacher.poll.right-of', { letter }) },
    });
    rights[place] = right;
    words[place] ??= wordsInput(before?.options[place] ?? '');
    words[place].setAttribute('aria-label', t('rooms.teacher.poll.words-of', { letter }));
    return h(
      'div',
      { class: 'poll-option' },
      h('b', {}, letter),
      kind === 'trueFalse' ? null : words[place],
      h('label', { class: 'small' }, right, t('rooms.teacher.poll.right')),
    );
  };

  function showRows(): void {
    rights = [];
    number = null;
    if (kind === 'text')
      return rows.replaceChildren(h('p', { class: 'small quiet' }, t('rooms.teacher.poll.text')));
    if (kind === 'number') {
      number = h('input', {
        type: 'text',
        attributes: {
          inputmode: 'decimal',
          maxlength: '20',
          placeholder: t('rooms.teacher.poll.number'),
          'aria-label': t('rooms.teacher.poll.number'),
        },
      });
      return rows.replaceChildren(number);
    }
    const places = kind === 'trueFalse' ? 2 : count;
    rows.replaceChildren(...Array.from({ length: places }, (_, place) => optionRow(place)));
    if (kind !== 'trueFalse') rows.append(moreOrFewer());
  }

  const moreOrFewer = (): HTMLElement => {
    const step = (by: 1 | -1, label: string, isOff: boolean) => {
      const one = h('button', { type: 'button', class: 'btn slim', disabled: isOff }, label);
      one.addEventListener('click', () => {
        count += by;
        showRows();
      });
      return one;
    };
    return h(
      'div',
      { class: 'choices' },
      step(1, t('rooms.teacher.poll.more'), count >= POLL_OPTIONS.most),
      step(-1, t('rooms.teacher.poll.fewer'), count <= POLL_OPTIONS.least),
    );
  };

  const question = (options: string[], pageN = 0): PollQuestion => ({
    kind,
    prompt: prompt.value.trim(),
    options,
    pageN,
  });

  const right = (): PollRight => {
    if (number !== null) {
      const text = decimalText(number.value);
      return text === null ? null : { number: text };
    }
    const options = rights.flatMap(({ checked }, place) => (checked ? [place] : []));
    return options.length === 0 ? null : { options };
  };

  showRows();
  const element = h(
    'div',
    { class: 'poll-form' },
    h(
      'div',
      { class: 'choices', role: 'radiogroup', attributes: { 'aria-label': t('rooms.teacher.poll.kind') } },
      ...kinds,
    ),
    h('div', { class: 'poll-line' }, prompt, seconds),
    rows,
    problem,
  );
  return {
    element,
    read(pageN) {
      if (number !== null && number.value.trim() !== '' && decimalText(number.value) === null) {
        problem.textContent = t('rooms.poll.nothing.number');
        number.focus();
        return null;
      }
      const places = kind === 'trueFalse' ? 2 : kind === 'single' || kind === 'multiple' ? count : 0;
      const options = Array.from({ length: places }, (_, place) =>
        kind === 'trueFalse' ? '' : (words[place]?.value.trim() ?? ''),
      );
      return { question: question(options, pageN), right: right(), seconds: Number(seconds.value) };
    },
  };
}

function wordsInput(value: string): HTMLInputElement {
  const input = h('input', {
    type: 'text',
    attributes: {
      maxlength: String(POLL_OPTION_MAX_CHARS),
      placeholder: t('rooms.teacher.poll.words'),
      autocomplete: 'off',
    },
  });
  input.value = value;
  return input;
}
