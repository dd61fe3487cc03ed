import { t } from '../../../platform/web/t.ts';
import { setText } from '../shared/dom.ts';
import { h, keyedList } from './element.ts';
import type { ChatLine, RoomState } from './room-state.ts';

/**
 * The class's chat, line by line, with what its teacher may do about a line of a pupil: one click opens it, the second
 * hides the line from the class or shows it again.
 *
 * @param hide - does it; the line changes with the row that comes back.
 */
export function createChatLines(
  place: HTMLElement,
  hide: (n: number, isHidden: boolean) => void,
): (room: RoomState, own: string) => void {
  let room: RoomState | null = null;
  let own = '';
  const nameOf = (personId: string): string =>
    personId === own
      ? t('rooms.teacher.talk.me')
      : (room?.people.get(personId)?.name ?? t('rooms.teacher.talk.staff'));

  const make = ({ n, personId, staff, text }: ChatLine): HTMLElement => {
    const tag = staff ? h('span', { class: 'tag' }, t('rooms.teacher.talk.teacher')) : null;
    const name = h('b', {}, nameOf(personId), tag ? ' ' : null, tag);
    if (staff) return h('p', { class: 'msg t' }, name, text);
    const act = h('button', {
      type: 'button',
      class: 'btn slim',
      hidden: true,
      onClick: () => {
        act.hidden = true;
        more.setAttribute('aria-expanded', 'false');
        hide(n, act.dataset['does'] === 'hide');
      },
    });
    const more = h(
      'button',
      {
        type: 'button',
        class: 'line-more',
        attributes: { 'aria-label': t('rooms.teacher.line.more'), 'aria-expanded': 'false' },
        onClick: () => {
          act.hidden = !act.hidden;
          more.setAttribute('aria-expanded', String(!act.hidden));
          if (!act.hidden) act.focus();
        },
      },
      '⋯',
    );
    const marks = h('span', { class: 'marks' });
    return h('p', { class: 'msg' }, name, h('span', { class: 'words' }, text), marks, more, act);
  };

  const update = (row: HTMLElement, { isHidden, toStaff, reporters, staff }: ChatLine): void => {
    if (staff) return;
    row.classList.toggle('put-away', isHidden);
    const act = row.querySelector<HTMLElement>('.btn');
    if (act) {
      act.dataset['does'] = isHidden ? 'show' : 'hide';
      setText(act, t(isHidden ? 'rooms.teacher.line.show' : 'rooms.teacher.line.hide'));
    }
    const words = [
      toStaff ? t('rooms.teacher.line.to-staff') : '',
      reporters.length > 0 ? t('rooms.teacher.line.reported', { count: reporters.length }) : '',
      isHidden ? t('rooms.teacher.line.hidden') : '',
    ].filter((word) => word !== '');
    const marks = row.querySelector<HTMLElement>('.marks');
    if (!marks || marks.dataset['words'] === words.join()) return;
    marks.dataset['words'] = words.join();
    marks.replaceChildren(
      ...words.map((word) => h('span', { class: reporters.length > 0 ? 'tag amber' : 'tag' }, word)),
    );
  };

  const show = keyedList<ChatLine, HTMLElement>(place, { key: ({ n }) => String(n), make, update });
  return (next, ownPersonId) => {
    room = next;
    own = ownPersonId;
    show(next.chat);
  };
}
