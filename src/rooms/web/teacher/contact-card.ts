import { t } from '../../../platform/web/t.ts';
import type { Dock } from './dock.ts';
import { setText } from '../shared/dom.ts';
import { button, h } from './element.ts';
import type { ContactNote, RoomClient } from './room-client.ts';
import type { RoomPerson } from './room-state.ts';

/** What can come of it, each one tap; the order is that of how often it happens. */
const offered: readonly (ContactNote & { name: 'no-answer' | 'taught' | 'unreachable' | 'paper' })[] = [
  { name: 'no-answer', way: 'phone', outcome: 'noAnswer' },
  { name: 'taught', way: 'phone', outcome: 'taught' },
  { name: 'unreachable', way: 'phone', outcome: 'unreachable' },
  { name: 'paper', way: 'paper', outcome: 'given' },
];

/**
 * Notes how a missing pupil was reached, for whoever looks after them next. No telephone number stands on a screen
 * that a class may see: the number is on the class board of the console.
 *
 * @param onNoted - the server has written it.
 */
export function askContact(
  dock: Dock,
  client: RoomClient,
  person: RoomPerson,
  onNoted: (text: string) => void,
): void {
  const id = `contact-${person.personId}`;
  const wrong = h('p', { class: 'small red', role: 'alert' });
  const note = (one: (typeof offered)[number]) => {
    client
      .contact(person.personId, { way: one.way, outcome: one.outcome })
      .then(() => {
        onNoted(t(`rooms.teacher.contact.noted.${one.name}`));
        dock.close(id);
      })
      .catch((error: unknown) => setText(wrong, error instanceof Error ? error.message : String(error)));
  };
  dock.show({
    id,
    title: t('rooms.teacher.contact.title', { name: person.name }),
    body: [
      h(
        'div',
        { class: 'choices' },
        ...offered.map((one) =>
          button(t(`rooms.teacher.contact.${one.name}`), { class: 'btn soft', onClick: () => note(one) }),
        ),
      ),
      h('p', { class: 'small quiet' }, t('rooms.teacher.contact.hint')),
      wrong,
    ],
    actions: [],
    onClose: () => undefined,
    focus: true,
  });
}
