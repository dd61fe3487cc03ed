import { ApiProblem } from '../../../platform/web/api-problem.ts';
import { t } from '../../../platform/web/t.ts';
import { isRight } from '../../poll-right.ts';
import { POLL_LATE_SECONDS, type PollQuestion } from '../../wire.ts';
import { setText } from '../shared/dom.ts';
import { answerWords, optionLetter } from '../shared/poll-words.ts';
import type { Poll } from '../shared/talk.ts';
import type { Dock, DockCard } from './dock.ts';
import { h } from './element.ts';
import { createPollForm } from './poll-form.ts';
import type { PollResults, RoomClient } from './room-client.ts';
import { presenceGroups, type RoomState } from './room-state.ts';

const askCard = 'poll-ask';
const resultCard = 'poll';
const readEveryMs = 2_000;

export interface PollCards {
  /** Opens the form for a new question. */
  ask(): void;
  update(room: RoomState, now: Date): void;
}

/** Asking the class, and who answers what while they do: only the teacher sees names, the class counts and only later. */
export function createPollCards(
  dock: Dock,
  deps: {
    client: Pick<RoomClient, 'startPoll' | 'readPoll' | 'closePoll' | 'showPoll'>;
    /** Page on the board; 0 is the blank one. */
    pageN: () => number;
    /** Does it and says below the board what the server refuses. */
    attempt: (act: Promise<unknown>) => void;
  },
): PollCards {
  const { client, attempt } = deps;
  const left = h('span', { class: 'tag num' });
  const counted = h('p', { class: 'num' });
  const bars = h('ul', { class: 'poll-bars' });
  const who = h('div', { class: 'poll-who' });
  let shown: { id: string; phase: string } | null = null;
  let away: string | null = null;
  let results: PollResults | null = null;
  let readAt = 0;
  /** What the last reading was of: once everything is over, one more reading is the last. */
  let readPhase = '';

  const read = async (poll: Poll, phase: string): Promise<void> => {
    try {
      const got = await client.readPoll(poll.id);
      if (shown?.id === poll.id) results = got;
      readPhase = phase;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error; // the save line tells of the network; read again soon
    }
  };

  const ask = (before: PollQuestion | null) => {
    const form = createPollForm(before);
    dock.show({
      id: askCard,
      title: t('rooms.teacher.poll.title'),
      body: [form.element],
      actions: [
        {
          label: t('rooms.teacher.poll.start'),
          kind: 'main',
          act: () => {
            const poll = form.read(deps.pageN());
            if (poll === null) return;
            attempt(client.startPoll(poll).then(() => dock.close(askCard)));
          },
        },
      ],
      onClose: () => undefined,
      focus: true,
    });
  };

  const show = (poll: Poll, phase: string) => {
    if (shown?.id !== poll.id) {
      results = null;
      readAt = 0;
    }
    shown = { id: poll.id, phase };
    const actions: DockCard['actions'] = [
      ...(phase === 'open'
        ? [{ label: t('rooms.teacher.poll.close'), act: () => attempt(client.closePoll(poll.id)) }]
        : []),
      ...(poll.shown === null
        ? [
            {
              label: t('rooms.teacher.poll.show'),
              kind: 'main' as const,
              act: () => attempt(client.showPoll(poll.id)),
            },
          ]
        : []),
      ...(phase === 'open' ? [] : [{ label: t('rooms.teacher.poll.again'), act: () => ask(poll.question) }]),
    ];
    dock.show({
      id: resultCard,
      title: poll.question.prompt === '' ? t(`rooms.poll.kind.${poll.question.kind}`) : poll.question.prompt,
      body: [left, counted, bars, who],
      actions,
      onClose: () => {
        away = poll.id;
      },
    });
  };

  return {
    ask: () => ask(null),
    update(room, now) {
      const { poll } = room;
      if (!poll || poll.id === away || room.ended) {
        if (shown !== null) dock.close(resultCard);
        shown = null;
        return;
      }
      const leftMs = poll.untilMs - now.getTime();
      const isLate = leftMs <= 0 && leftMs > -POLL_LATE_SECONDS * 1_000;
      const phase = `${leftMs > 0 ? 'open' : isLate ? 'late' : 'over'}${poll.shown ? ' shown' : ''}`;
      const step = leftMs > 0 ? 'open' : 'closed';
      if (shown?.id !== poll.id || shown.phase !== `${step}${poll.shown ? ' shown' : ''}`)
        show(poll, `${step}${poll.shown ? ' shown' : ''}`);
      if (now.getTime() - readAt > readEveryMs && (leftMs > 0 || isLate || readPhase !== phase)) {
        readAt = now.getTime();
        void read(poll, phase);
      }
      setText(
        left,
        poll.shown
          ? t('rooms.teacher.poll.is-shown')
          : leftMs > 0
            ? t('rooms.teacher.roll.left', { seconds: Math.ceil(leftMs / 1_000) })
            : isLate
              ? t('rooms.teacher.poll.late')
              : t('rooms.teacher.roll.over'),
      );
      fill(room, poll);
    },
  };

  function fill(room: RoomState, poll: Poll): void {
    const { weak, here, expected, arrived } = presenceGroups(room);
    const answers = results?.answers ?? [];
    const answered = new Set(answers.map(({ personId }) => personId));
    const silent = [...here, ...weak].filter(({ personId }) => !answered.has(personId));
    setText(counted, t('rooms.teacher.poll.counted', { expected, arrived, answered: answered.size }));
    const groups = groupsOf(poll.question, results);
    whenChanged(bars, groups, () =>
      groups.map(({ label, words, people, right }) =>
        h(
          'li',
          { class: right === true ? 'right' : '' },
          h('b', {}, label),
          h(
            'span',
            {},
            words,
            right === true && h('em', {}, t('rooms.poll.right')),
            h('span', { class: 'dots', attributes: { 'aria-hidden': 'true' } }, ...people.map(() => h('i'))),
          ),
          h('span', { class: 'num' }, t('rooms.poll.people', { count: people.length })),
        ),
      ),
    );
    const nameOf = (id: string) => room.people.get(id)?.name ?? '';
    const lines = [
      ...groups
        .filter(({ people, right }) => people.length > 0 && right !== true)
        .map(({ label, people }) => [label, people.map(nameOf)] as const),
      [t('rooms.teacher.poll.silent'), silent.map(({ name }) => name)] as const,
    ];
    whenChanged(who, lines, () =>
      lines
        .filter(([, names]) => names.length > 0)
        .map(([label, names]) =>
          h('p', { class: 'small' }, h('b', {}, `${label} `), names.join(t('rooms.poll.between'))),
        ),
    );
  }
}

interface AnswerGroup {
  readonly label: string;
  readonly words: string;
  readonly people: readonly string[];
  readonly right: boolean | null;
}

/** Answers of one kind together: options in their order, numbers by how many gave them, each text by itself. */
export function groupsOf(question: PollQuestion, results: PollResults | null): AnswerGroup[] {
  const answers = results?.answers ?? [];
  const right = results?.right ?? null;
  if (question.options.length > 0)
    return question.options.map((words, place) => ({
      label: optionLetter(question, place),
      words,
      people: answers.filter(({ chosen }) => chosen?.includes(place)).map(({ personId }) => personId),
      right: right === null ? null : 'options' in right && right.options.includes(place),
    }));
  const key = ({ written }: (typeof answers)[number]) =>
    question.kind === 'number' ? String(Number(written)) : (written ?? '');
  return [...Map.groupBy(answers, key).values()]
    .map((same) => ({
      label: question.kind === 'number' ? answerWords(question, same[0]!) : '',
      words: question.kind === 'number' ? '' : answerWords(question, same[0]!),
      people: same.map(({ personId }) => personId),
      right: isRight(right, same[0]!),
    }))
    .sort((a, b) => b.people.length - a.people.length);
}

/** Makes the children anew only when what they show has changed, so that a reader's place is not disturbed. */
function whenChanged(place: HTMLElement, shows: unknown, make: () => Node[]): void {
  const text = JSON.stringify(shows);
  if (place.dataset['shows'] === text) return;
  place.dataset['shows'] = text;
  place.replaceChildren(...make());
}
