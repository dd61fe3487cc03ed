import { t } from '../../../platform/web/t.ts';
import { setText } from '../shared/dom.ts';
import type { Dock } from './dock.ts';
import { h } from './element.ts';
import type { RoomClient } from './room-client.ts';
import { presenceGroups, type RoomState } from './room-state.ts';

const cardId = 'call';

export interface CallCard {
  /** Draws one of those who are there and shows the name. */
  callOne(): void;
  update(room: RoomState): void;
}

/** Calling a pupil by lot: the server draws, so that everybody present has a turn before anybody has two. */
export function createCallCard(
  dock: Dock,
  client: Pick<RoomClient, 'callPupil'>,
  /** Does it and says below the board what the server refuses. */
  attempt: (act: Promise<unknown>) => void,
): CallCard {
  const name = h('p', { class: 'called-name', role: 'status' });
  const told = h('p', { class: 'small quiet' }, t('rooms.teacher.call.told'));
  const rest = h('p', { class: 'small quiet num' });
  let called: string | null = null;
  let isDrawing = false;

  const draw = async (): Promise<void> => {
    if (isDrawing) return;
    isDrawing = true;
    try {
      called = await client.callPupil();
    } finally {
      isDrawing = false;
    }
    if (dock.has(cardId)) return;
    dock.show({
      id: cardId,
      title: t('rooms.teacher.call.title'),
      body: [name, told, rest],
      actions: [{ label: t('rooms.teacher.call.again'), kind: 'main', act: callOne }],
      onClose: () => undefined,
      focus: true,
    });
  };
  const callOne = (): void => attempt(draw());

  return {
    callOne,
    update(room) {
      if (room.ended) dock.close(cardId);
      if (called === null) return;
      const { here, weak } = presenceGroups(room);
      const waiting = [...here, ...weak].filter(({ personId }) => !room.called.has(personId)).length;
      setText(name, room.people.get(called)?.name ?? '');
      setText(
        rest,
        waiting > 0 ? t('rooms.teacher.call.rest', { count: waiting }) : t('rooms.teacher.call.round'),
      );
    },
  };
}
