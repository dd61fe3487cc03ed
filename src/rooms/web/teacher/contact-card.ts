import { t } from '../../../platform/web/t.ts';
import type { Dock } from './dock.ts';
import { icon, setText } from '../shared/dom.ts';
import { button, h } from './element.ts';
import type { ContactNote, RoomClient } from './room-client.ts';

/** What can come of each way, each one tap; the order is that of how often it happens. */
const offered: readonly {
  readonly way: ContactNote['way'];
  readonly icon: string;
  readonly outcomes: readonly ContactNote['outcome'][];
}[] = [
  { way: 'phone', icon: 'phone', outcomes: ['noAnswer', 'taught', 'unreachable'] },
  { way: 'visit', icon: 'house', outcomes: ['taught', 'noAnswer'] },
  { way: 'paper', icon: 'paper', outcomes: ['given', 'returned'] },
];

/** A note in a few words: how, and what came of it. */
export function contactWord({ way, outcome }: ContactNote): string {
  return t('rooms.teacher.contact.noted', {
    way: t(`rooms.teacher.contact.way.${way}`),
    outcome: t(`rooms.teacher.contact.outcome.${outcome}`),
  });
}

/**
 * Notes how a pupil was reached without the room, for whoever looks after them next: two taps, the pupil's and this
 * one. Another outcome takes the place of an earlier one of the same way. No telephone number stands on a screen that
 * a class may see: the number is on the class board of the console.
 *
 * @param onNoted - the server has written it.
 */
export function askContact(
  dock: Dock,
  client: Pick<RoomClient, 'contact'>,
  person: { readonly personId: string; readonly name: string },
  onNoted: (note: ContactNote) => void,
): void {
  const id = 'contact';
  const wrong = h('p', { class: 'small red', role: 'alert' });
  const note = (one: ContactNote) => {
    client
      .contact(person.personId, one)
      .then(() => {
        onNoted(one);
        dock.close(id);
      })
      .catch((error: unknown) => setText(wrong, error instanceof Error ? error.message : String(error)));
  };
  const ways = offered.map(({ way, icon: picture, outcomes }) =>
    h(
      'div',
      {
        class: 'choices',
        role: 'group',
        attributes: { 'aria-label': t(`rooms.teacher.contact.way.${way}`) },
      },
      h('span', { class: 'choices-head' }, icon(picture), t(`rooms.teacher.contact.way.${way}`)),
      ...outcomes.map((outcome) =>
        button(t(`rooms.teacher.contact.outcome.${outcome}`), {
          class: 'btn soft',
          onClick: () => note({ way, outcome }),
        }),
      ),
    ),
  );
  dock.show({
    id,
    title: t('rooms.teacher.contact.title', { name: person.name }),
    body: [...ways, h('p', { class: 'small quiet' }, t('rooms.teacher.contact.hint')), wrong],
    actions: [],
    onClose: () => undefined,
    focus: true,
  });
}
