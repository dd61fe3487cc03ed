import { t } from '../../../platform/web/t.ts';
import { isRight } from '../../poll-right.ts';
import { POLL_WRITTEN_MAX_CHARS, type PollQuestion } from '../../wire.ts';
import { el, icon, setText } from '../shared/dom.ts';
import { answerWords, decimalText, optionLetter } from '../shared/poll-words.ts';
import type { Poll } from '../shared/talk.ts';
import type { PollAnswer } from './polls.ts';

export interface PollCard {
  readonly element: HTMLElement;
  update(state: {
    /** Negative: the time is up. */
    secondsLeft: number;
    /** Answers do not count any more, late ones included. */
    isOver: boolean;
    /** What this pupil answered; null: nothing the server has. */
    given: PollAnswer | null;
    shown: Poll['shown'];
  }): void;
  setSending(): void;
  /** The line is down: it will be sent again by itself. */
  setWaiting(): void;
  setFailed(reason: string): void;
  remove(): void;
}

/** A question on a pupil's page: answer it, see that it arrived, see how the class answered. Nothing covers the page. */
export function createPollCard(
  question: PollQuestion,
  acts: { send: (answer: PollAnswer) => void; away: () => void },
): PollCard {
  const left = el('span', { class: 'num' });
  const problem = el('p', { class: 'problem', role: 'status' });
  const answers = el('div', { class: 'poll-answers' });
  const send = el('button', { class: 'btn main', type: 'submit' }, t('rooms.poll.send'));
  const away = el(
    'button',
    { class: 'sq', type: 'button', 'aria-label': t('rooms.poll.away'), hidden: true, onclick: acts.away },
    icon('down'),
  );
  const title = t('rooms.poll.title');
  const heading = el('h2', { id: 'poll-title' }, question.prompt === '' ? title : question.prompt);
  const form = el(
    'form',
    {
      novalidate: true,
      oninput: () => setText(problem, ''),
      onsubmit: (event) => {
        event.preventDefault();
        const answer = read();
        if (answer === null) return setText(problem, t(`rooms.poll.nothing.${question.kind}`));
        setText(problem, '');
        acts.send(answer);
      },
    },
    answers,
    send,
  );
  const element = el(
    'section',
    { class: 'poll', 'aria-labelledby': 'poll-title' },
    el('header', {}, icon('help'), heading, left, away),
    form,
    problem,
  );
  const read = fillAnswers(answers, question);
  let shownAs = '';
  let isSending = false;

  return {
    element,
    remove: () => element.remove(),
    setSending() {
      isSending = true;
      send.disabled = true;
      setText(send, t('rooms.poll.sending'));
    },
    setWaiting() {
      setText(problem, t('rooms.poll.waiting'));
    },
    setFailed(reason) {
      isSending = false;
      send.disabled = false;
      setText(send, t('rooms.poll.send'));
      setText(problem, reason);
    },
    update({ secondsLeft, isOver, given, shown }) {
      const state = shown ? 'shown' : given ? 'given' : isOver ? 'over' : 'open';
      setText(
        left,
        state === 'open'
          ? secondsLeft > 0
            ? t('rooms.poll.left', { count: secondsLeft })
            : t('rooms.poll.late')
          : '',
      );
      if (state === 'open' || state === shownAs) return;
      shownAs = state;
      away.hidden = false;
      form.hidden = true;
      if (shown) {
        setText(problem, '');
        element.append(resultList(question, shown, given));
        return;
      }
      if (state === 'over' && isSending) return;
      setText(
        problem,
        given ? t('rooms.poll.sent', { answer: answerWords(question, given) }) : t('rooms.poll.over'),
      );
    },
  };
}

/** Puts the ways to answer into their place. @returns what is answered now; null: nothing yet. */
function fillAnswers(place: HTMLElement, question: PollQuestion): () => PollAnswer | null {
  const { kind, options } = question;
  if (kind === 'number' || kind === 'text') {
    const input = el('input', {
      type: 'text',
      'aria-labelledby': 'poll-title',
      maxlength: kind === 'number' ? 20 : POLL_WRITTEN_MAX_CHARS,
      autocomplete: 'off',
      ...(kind === 'number' ? { inputmode: 'decimal' } : {}),
    });
    place.append(input);
    return () => {
      const written = kind === 'number' ? decimalText(input.value) : input.value.trim();
      return written === null || written === '' ? null : { chosen: null, written };
    };
  }
  const inputs = options.map((words, at) => {
    const input = el('input', {
      type: kind === 'multiple' ? 'checkbox' : 'radio',
      name: 'poll-option',
      value: at,
    });
    place.append(
      el(
        'label',
        { class: words === '' ? 'option' : 'option wide' },
        input,
        el('b', {}, optionLetter(question, at)),
        words === '' ? null : el('span', {}, words),
      ),
    );
    return input;
  });
  place.setAttribute('role', kind === 'multiple' ? 'group' : 'radiogroup');
  place.setAttribute('aria-labelledby', 'poll-title');
  return () => {
    const chosen = inputs.filter(({ checked }) => checked).map(({ value }) => Number(value));
    return chosen.length === 0 ? null : { chosen, written: null };
  };
}

/** How the class answered, as bars; the right answer and one's own are said in words, not by colour alone. */
function resultList(
  question: PollQuestion,
  { counts, right }: NonNullable<Poll['shown']>,
  given: PollAnswer | null,
): HTMLElement {
  const list = el('ul', { class: 'poll-bars' });
  const row = (label: string, words: string, count: number, isOwn: boolean, isTrue: boolean): void => {
    const fill = el('i');
    fill.style.width = `${counts.answered === 0 ? 0 : Math.round((count / counts.answered) * 100)}%`;
    list.append(
      el(
        'li',
        { class: isTrue ? 'right' : '' },
        el('b', {}, label),
        el(
          'span',
          {},
          words,
          isTrue ? el('em', {}, t('rooms.poll.right')) : null,
          isOwn ? el('em', {}, t('rooms.poll.own')) : null,
          el('span', { class: 'share' }, fill),
        ),
        el('span', { class: 'num' }, t('rooms.poll.people', { count })),
      ),
    );
  };
  question.options.forEach((words, at) =>
    row(
      optionLetter(question, at),
      words,
      counts.chosen[at] || 0,
      given !== null && given.chosen !== null && given.chosen.indexOf(at) >= 0,
      right !== null && 'options' in right && right.options.indexOf(at) >= 0,
    ),
  );
  for (const { number, count } of counts.numbers)
    row(
      number,
      '',
      count,
      given !== null && given.written !== null && Number(given.written) === Number(number),
      isRight(right, { chosen: null, written: number }) === true,
    );
  return el('div', {}, el('p', {}, t('rooms.poll.answered', { count: counts.answered })), list);
}
