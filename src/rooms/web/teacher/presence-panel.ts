import { timeOfDay } from '../../../platform/i18n/format.ts';
import { t } from '../../../platform/web/t.ts';
import { setText } from '../shared/dom.ts';
import { contactWord } from './contact-card.ts';
import { button, h, keyedList } from './element.ts';
import type { ContactNote } from './room-client.ts';
import {
  type PresenceGroups,
  type PresenceOf,
  type RoomPerson,
  type RoomState,
  presenceGroups,
} from './room-state.ts';
import { groupHead, type GroupHead } from './top-bar.ts';

export interface PresencePanel {
  readonly element: HTMLElement;
  /** @param given.noted - what was last noted of calls, visits and sheets, by person. */
  update(
    room: RoomState,
    now: Date,
    given: {
      noted: ReadonlyMap<string, ContactNote>;
      /** The bell has not rung: who is not there is not missing yet. */
      isEarly: boolean;
    },
  ): void;
}

type Row = RoomPerson & PresenceOf;

/** Who is there: the missing first and since when, weak lines, hands, then everybody else. */
export function createPresencePanel(options: {
  timeZone: string;
  rollCall: () => void;
  /** Asks the class a question. */
  ask: () => void;
  /** Calls one of those who are there, by lot. */
  callOne: () => void;
  /** Sets a countdown for all. */
  timer: () => void;
  /** Opens what is known of a missing pupil and whom to call, outside the room. */
  contact: (person: RoomPerson) => void;
  /** What can be done about a pupil who is there. */
  choose: (person: RoomPerson) => void;
}): PresencePanel {
  let notes: ReadonlyMap<string, ContactNote> = new Map();
  const heading = h('h2', { class: 'num' });
  const spoken = h('p', { class: 'vh', role: 'status' });
  const call = button(t('rooms.teacher.roll.start'), { class: 'btn slim', onClick: options.rollCall });
  const ask = button(t('rooms.teacher.poll.ask'), { class: 'btn slim', onClick: options.ask });
  ask.setAttribute('aria-keyshortcuts', 'Q');
  const callOne = button(t('rooms.teacher.call.one'), { class: 'btn slim', onClick: options.callOne });
  const timer = button(t('rooms.teacher.timer.title'), { class: 'btn slim', onClick: options.timer });
  const missing = groupHead('red', 'warn', t('rooms.teacher.presence.missing'));
  const weak = groupHead('amber', 'nowifi', t('rooms.teacher.presence.weak'));
  const hands = groupHead('', 'hand', t('rooms.teacher.presence.hands'));
  const here = groupHead('green', 'check', t('rooms.teacher.presence.here'));
  const missingList = h('ul', { class: 'gone' });
  const weakList = h('ul', { class: 'who' });
  const handList = h('ol', { class: 'who' });
  const hereList = h('ul', { class: 'names' });
  const nobody = h('p', { class: 'quiet pad' }, t('rooms.teacher.presence.nobody'));

  const showMissing = keyedList<Row, HTMLElement>(missingList, {
    key: ({ personId }) => personId,
    make: (person) =>
      h(
        'li',
        {},
        h('b', {}, person.name),
        h('small'),
        button(t('rooms.teacher.presence.contact'), {
          class: 'btn slim',
          attributes: { 'aria-label': t('rooms.teacher.presence.contact-name', { name: person.name }) },
          onClick: () => options.contact(person),
        }),
      ),
    update: (row, person) => {
      const line = row.querySelector('small');
      const since = sinceLine(person, options.timeZone);
      const note = notes.get(person.personId);
      if (line) setText(line, note ? `${since} · ${contactWord(note)}` : since);
    },
  });
  const showWeak = keyedList<Row, HTMLElement>(weakList, {
    key: ({ personId }) => personId,
    make: (person) => h('li', {}, person.name, h('small', {}, t('rooms.teacher.presence.weak-line'))),
    update: () => undefined,
  });
  const showHere = keyedList<Row, HTMLElement>(hereList, {
    key: ({ personId }) => personId,
    make: (person) =>
      h(
        'li',
        {},
        h('button', { type: 'button', class: 'name', onClick: () => options.choose(person) }, person.name),
      ),
    update: () => undefined,
  });
  const showHands = keyedList<{ personId: string; name: string; ago: string }, HTMLElement>(handList, {
    key: ({ personId }) => personId,
    make: ({ name }) => h('li', {}, h('b', { class: 'num' }), h('span', {}, name), h('small')),
    update: (row, { ago }, index) => {
      const [number, line] = [row.querySelector('b'), row.querySelector('small')];
      if (number) setText(number, String(index + 1));
      if (line) setText(line, ago);
    },
  });

  const element = h(
    'section',
    { class: 'class', attributes: { 'aria-label': t('rooms.teacher.presence.title') } },
    h('header', {}, heading, h('div', { class: 'class-acts' }, ask, call, callOne, timer)),
    spoken,
    h(
      'div',
      { class: 'scroll' },
      nobody,
      missing.element,
      missingList,
      weak.element,
      weakList,
      hands.element,
      handList,
      here.element,
      hereList,
    ),
  );

  return {
    element,
    update(room, now, { noted, isEarly }) {
      notes = noted;
      missing.element.className = isEarly ? '' : 'red';
      missingList.className = isEarly ? 'gone not-yet' : 'gone';
      setText(missing.text, t(isEarly ? 'rooms.teacher.presence.notYet' : 'rooms.teacher.presence.missing'));
      const groups = presenceGroups(room);
      setText(
        heading,
        t('rooms.teacher.presence.count', { here: groups.arrived, expected: groups.expected }),
      );
      setText(spoken, spokenLine(room, groups));
      nobody.hidden = groups.expected > 0;
      const waving = room.hands.map(({ personId, at }) => ({
        personId,
        name: room.people.get(personId)?.name ?? '',
        ago: agoLine(at, now),
      }));
      showGroup(missing, missingList, groups.missing.length, () => showMissing(groups.missing));
      showGroup(weak, weakList, groups.weak.length, () => showWeak(groups.weak));
      showGroup(hands, handList, waving.length, () => showHands(waving));
      showGroup(here, hereList, groups.here.length, () => showHere(groups.here));
      call.disabled = room.ended || room.rollCall !== null;
      callOne.disabled = room.ended || groups.arrived === 0;
      for (const one of [ask, timer]) one.disabled = room.ended;
    },
  };
}

function showGroup(
  head: Pick<GroupHead, 'element' | 'count'>,
  list: HTMLElement,
  count: number,
  show: () => void,
): void {
  setText(head.count, t('rooms.teacher.presence.people', { count }));
  head.element.hidden = count === 0;
  list.hidden = count === 0;
  show();
}

/** A missing pupil's line: what is known, with its time. */
function sinceLine({ state, since }: PresenceOf, timeZone: string): string {
  if (state === 'missing' || since === null) return t('rooms.teacher.presence.never');
  return t('rooms.teacher.presence.gone-since', { time: timeOfDay(since, timeZone) });
}

function agoLine(at: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(at)) / 60_000);
  return minutes < 1 ? t('rooms.teacher.ago.now') : t('rooms.teacher.ago.minutes', { minutes });
}

/** Screen readers hear only who is missing and whose hand is up, not every coming. */
function spokenLine(room: RoomState, { missing }: PresenceGroups): string {
  const gone = missing.filter(({ state }) => state === 'left').map(({ name }) => name);
  const waving = room.hands.map(({ personId }) => room.people.get(personId)?.name ?? '');
  const parts = [
    gone.length > 0 ? t('rooms.teacher.presence.said-gone', { names: gone.join('、') }) : '',
    waving.length > 0 ? t('rooms.teacher.presence.said-hands', { names: waving.join('、') }) : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
