import { authorize } from '../platform/authorize.ts';
import { takePart } from './actions.ts';
import { insertTalkRow, isSaidFirst, isTakenBack } from './queries-talk.ts';
import type { Rooms } from './rooms.ts';
import { inLockedRoom, type InRoom } from './service-talk.ts';

/**
 * Says "I did not understand this page", or takes it back; only the staff gets to know who. Says how it stands, so
 * that the same again changes nothing, however often a weak line sends it. Never switched off.
 *
 * @param pageN - number of the page; 0: the blank one.
 * @throws {AppError} 403 `removed_from_room`; 404.
 */
export async function tellLost(
  rooms: Rooms,
  who: InRoom,
  { pageN, takenBack = false }: { pageN: number; takenBack?: boolean | undefined },
): Promise<void> {
  await authorize(rooms.ctx.db, who.actor, takePart, who.key);
  await inLockedRoom(rooms, who, takePart, async (trx, room) => {
    const key = `lost:${who.personId}:${pageN}`;
    const changed = takenBack ? await isTakenBack(trx, room, key) : await isSaidFirst(trx, room, key);
    if (!changed) return [];
    const said = { kind: 'lost', classId: room.classId, personId: who.personId, pageN } as const;
    return [await insertTalkRow(trx, room, takenBack ? { ...said, takenBack } : said)];
  });
}
