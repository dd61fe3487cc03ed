import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { AppError, notFound } from '../platform/errors.ts';
import { readLog } from './actions.ts';
import { readLogRows } from './log-rows.ts';
import { voicePlaylist } from './playlist.ts';
import type { Rooms } from './rooms.ts';
import { requireReader } from './service-feed.ts';
import { VOICE_INIT_N } from './wire.ts';

/**
 * Part of the address of sealed voice that only who may hear the lesson was told: 128 bits, another one from the
 * moment somebody is removed. A cache between us and the class may hold the bytes, not hand them to the removed.
 */
async function epochKey(rooms: Rooms, logId: string): Promise<string> {
  const log = await rooms.ctx.db
    .selectFrom('lesson_logs')
    .select(['epoch_no', 'epoch_secret'])
    .where('id', '=', logId)
    .executeTakeFirst();
  if (log === undefined) throw notFound();
  return createHmac('sha256', log.epoch_secret).update(`${logId} ${log.epoch_no}`).digest('hex').slice(0, 32);
}

/**
 * The voice of an ended lesson as an HLS playlist, made from the same index as the feed.
 *
 * @throws {AppError} 409 `lesson_running`; 403, 404.
 */
export async function readPlaylist(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  logId: string,
): Promise<string> {
  await authorize(rooms.ctx.db, actor, readLog, { logId });
  const { standing } = await requireReader(rooms, actor, logId, personId);
  if (standing.state !== 'ended') {
    throw new AppError(409, 'lesson_running', 'The lesson is running; its playlist is made at the end.');
  }
  const [key, rows] = await Promise.all([
    epochKey(rooms, logId),
    readLogRows(rooms.store, logId, 'voice', VOICE_INIT_N + 1, 100_000),
  ]);
  return voicePlaylist(rows, (n) => `sealed/${key}/voice/${n}`);
}

/**
 * One voice segment under the address the playlist gave. What is given counts as given out, as by the feed.
 *
 * @throws {AppError} 404 when the key is an old one or the segment is not there; 403.
 */
export async function readSealedVoice(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  { logId, key, n }: { logId: string; key: string; n: number },
): Promise<Buffer> {
  await authorize(rooms.ctx.db, actor, readLog, { logId });
  const reader = await requireReader(rooms, actor, logId, personId);
  const wanted = Buffer.from(await epochKey(rooms, logId));
  const given = Buffer.from(key);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw notFound();
  const [row] = (await readLogRows(rooms.store, logId, 'voice', n, 1)).filter((found) => found.n === n);
  if (row === undefined) throw notFound();
  if (n > VOICE_INIT_N) {
    rooms.hub.seen(reader, [
      Math.floor(row.startMs / 1000),
      Math.ceil((row.startMs + row.durationMs) / 1000),
    ]);
  }
  return Buffer.from(row.bytes);
}
