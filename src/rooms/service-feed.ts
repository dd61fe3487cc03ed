import type { Actor } from '../platform/actor.ts';
import { authorize } from '../platform/authorize.ts';
import { notFound } from '../platform/errors.ts';
import { readLog } from './actions.ts';
import type { FeedReader } from './hub.ts';
import { composeAnswer, mayRead } from './live-log.ts';
import { hiddenLines } from './service-lines.ts';
import type { FeedAnswer, FeedQuery } from './live-log.ts';
import { readLogRows } from './log-rows.ts';
import { removedFromRoom, whyRefused } from './refusals.ts';
import type { Rooms } from './rooms.ts';
import type { LogRow } from './sealed-part.ts';
import { decodeJsonRow, VOICE_INIT_N } from './wire.ts';
import type { FeedFrame, TalkRow, TrackName } from './wire.ts';

export interface FeedRequest extends FeedQuery {
  readonly logId: string;
  /** Milliseconds the request may be kept waiting, 0 to 8,000. */
  readonly holdMs: number;
}

/**
 * The one blocking request of a page: everything new on all tracks, as soon as the voice asked for is there.
 *
 * Who asks is looked up for this very request, and again before voice is handed out that was waited for: whoever
 * was removed, or left the class a second ago, gets no more of it. What is given counts as a sign of the page.
 *
 * @param signal - aborted when the page has gone.
 * @throws {AppError} 403 `removed_from_room`, 404.
 */
export async function readFeed(
  rooms: Rooms,
  actor: Actor,
  personId: string,
  request: FeedRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  await authorize(rooms.ctx.db, actor, readLog, { logId: request.logId });
  let reader = await requireReader(rooms, actor, request.logId, personId);
  let answer: FeedAnswer | null = null;
  if (reader.standing.state !== 'ended') {
    rooms.hub.seen(reader, null);
    answer = await rooms.hub.wait(reader, request, request.holdMs, signal);
    // Asked again: the wait may have been long, and what is handed out now was spoken meanwhile.
    reader = await requireReader(rooms, actor, request.logId, personId);
  }
  answer ??= await readStored(rooms, reader, request);
  rooms.hub.seen(reader, answer.servedSeconds);
  return answer.body;
}

/** @throws {AppError} 403 `removed_from_room`, 404 when the log is not theirs. */
export async function requireReader(
  rooms: Rooms,
  actor: Actor,
  logId: string,
  personId: string,
): Promise<FeedReader> {
  const standing = await rooms.standings.now(logId, personId);
  if (standing !== null) return { logId, personId, standing };
  const removed = await rooms.ctx.db
    .selectFrom('room_removals as r')
    .innerJoin('lesson_logs as l', (join) =>
      join.onRef('l.school_day', '=', 'r.school_day').onRef('l.lesson_id', '=', 'r.lesson_id'),
    )
    .select('r.person_id')
    .where('l.id', '=', logId)
    .where('r.person_id', '=', personId)
    .executeTakeFirst();
  if (removed !== undefined) throw removedFromRoom();
  throw await whyRefused(rooms.ctx.db, actor, readLog, { logId }, notFound());
}

/** How many rows one read of the store takes; an answer is cut by bytes long before. */
const ROWS_AT_ONCE = 400;

/** Reads the log where it lies: recordings, and readers further back than the memory of a running lesson. */
async function readStored(
  rooms: Rooms,
  { logId, standing }: FeedReader,
  query: FeedRequest,
): Promise<FeedAnswer> {
  const read = (track: TrackName, n: number) => readLogRows(rooms.store, logId, track, n, ROWS_AT_ONCE);
  const [pages, talk, events, voice] = await Promise.all([
    read('pages', query.pages),
    read('talk', query.talk),
    read('events', query.events),
    read('voice', query.voice),
  ]);
  const init =
    query.init && query.voice > VOICE_INIT_N ? (await read('voice', VOICE_INIT_N)).slice(0, 1) : [];
  const hidden =
    standing.standing === 'pupil' && talk.length > 0 ? await hiddenLines(rooms, logId) : new Set<number>();
  const others = [
    ...pages.map((row) => frameOf('pages', row)),
    ...talk
      .filter(({ n }) => !hidden.has(n))
      .map((row) => frameOf('talk', row))
      .filter((frame) => mayRead(decodeJsonRow<TalkRow>(frame.bytes), standing)),
    ...events.map((row) => frameOf('events', row)),
  ];
  // A running lesson is given without gap; in one that has ended a gap will not be filled while somebody listens.
  const given = standing.state === 'ended' ? voice : withoutGap(voice, query.voice);
  return composeAnswer(
    others,
    [...init, ...given].map((row) => frameOf('voice', row)),
    query.maxBytes,
  );
}

function withoutGap(rows: readonly LogRow[], fromN: number): LogRow[] {
  return rows.filter((row, place) => row.n === fromN + place);
}

function frameOf(track: TrackName, { n, startMs, durationMs, bytes }: LogRow): FeedFrame {
  return { track, n, startMs, durationMs, bytes };
}
