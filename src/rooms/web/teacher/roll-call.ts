import { t } from '../../../platform/web/t.ts';
import type { Dock } from './dock.ts';
import { setText } from '../shared/dom.ts';
import { h } from './element.ts';
import { presenceGroups, type RoomState } from './room-state.ts';

const cardId = 'roll-call';
/** Answers of weak lines come late; the server takes them this long after the time is up. */
const lateMs = 15_000;

/** The running roll call below the board: how many answered, and after it who did not. */
export function createRollCallCard(dock: Dock): (room: RoomState, now: Date) => void {
  const left = h('span', { class: 'tag num' });
  const counted = h('p', { class: 'num' });
  const silent = h('p', { class: 'small' });
  let shown: string | null = null;
  let over: string | null = null;
  return (room, now) => {
    const call = room.rollCall;
    if (!call) {
      if (shown !== null) dock.close(cardId);
      shown = null;
      return;
    }
    if (call.id === over) return;
    const leftMs = Date.parse(call.until) - now.getTime();
    if (call.id !== shown) {
      shown = call.id;
      dock.show({
        id: cardId,
        title: t('rooms.teacher.roll.title'),
        body: [left, counted, silent],
        actions: [],
        onClose: () => {
          over = call.id;
        },
      });
    }
    const { weak, here } = presenceGroups(room);
    const waiting = [...here, ...weak].filter(({ personId }) => !call.answered.has(personId));
    const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
    setText(left, leftMs > 0 ? t('rooms.teacher.roll.left', { seconds }) : t('rooms.teacher.roll.over'));
    setText(
      counted,
      t('rooms.teacher.roll.counted', { answered: call.answered.size, waiting: waiting.length }),
    );
    const names = waiting.map(({ name }) => name).join('、');
    setText(silent, leftMs < -lateMs && names !== '' ? t('rooms.teacher.roll.silent', { names }) : '');
  };
}
