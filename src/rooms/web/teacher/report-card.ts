import { t } from '../../../platform/web/t.ts';
import type { Dock } from './dock.ts';
import { h } from './element.ts';
import type { RoomState } from './room-state.ts';

const cardId = 'reported';

/**
 * A reported line comes before its teacher's eyes, wherever they look: what was written, by whom, who reported it.
 *
 * @param hide - hides the line of this number, or shows it again.
 */
export function createReportCard(
  dock: Dock,
  hide: (n: number, isHidden: boolean) => void,
): (room: RoomState) => void {
  const seen = new Set<number>();
  let shown = '';
  return (room) => {
    const line = room.chat.find(
      ({ n, reporters, isDecided }) => reporters.length > 0 && !isDecided && !seen.has(n),
    );
    const shows = line && !room.ended ? `${line.n} ${line.reporters.length}` : '';
    if (shows === shown) return;
    shown = shows;
    if (!line || shows === '') return dock.close(cardId);
    const nameOf = (personId: string): string => room.people.get(personId)?.name ?? '';
    const settle = (isHidden: boolean) => () => {
      seen.add(line.n);
      dock.close(cardId);
      shown = '';
      hide(line.n, isHidden);
    };
    dock.show({
      id: cardId,
      title: t('rooms.teacher.report.title'),
      tone: 'soon',
      body: [
        h('p', {}, h('b', {}, nameOf(line.personId)), ` ${line.text}`),
        h(
          'p',
          { class: 'small' },
          t('rooms.teacher.report.by', { names: line.reporters.map(nameOf).join(t('rooms.poll.between')) }),
        ),
      ],
      actions: [
        { label: t('rooms.teacher.report.keep'), kind: 'main', act: settle(true) },
        { label: t('rooms.teacher.line.show'), act: settle(false) },
      ],
    });
  };
}
