import {
  type LessonEvent,
  type PageRow,
  type TalkRow,
  decodeEvents,
  decodeFeed,
  decodeJsonRow,
} from '../../wire.ts';
import type { HeldByServer } from './capture/messages.ts';
import { pageHeaders } from './page-headers.ts';

export interface ReadLog {
  readonly events: readonly LessonEvent[];
  readonly pages: readonly { readonly n: number; readonly row: PageRow }[];
  readonly talk: readonly { readonly n: number; readonly row: TalkRow }[];
}

/** The feed gave no usable answer; asking again later is all one can do. */
export class FeedFailure extends Error {
  override name = 'FeedFailure';
}

const mostBytes = 512_000;

/**
 * Pages, ink and talk of the lesson so far, for a teacher's page that comes back; no voice.
 *
 * @param fromTalk - first talk row wanted; pages and events are read from their beginning when it is 1.
 * @throws {FeedFailure} when the server cannot be reached: the caller tries again.
 */
export async function readLog(logId: string, held: HeldByServer, fromTalk = 1): Promise<ReadLog> {
  const whole = fromTalk === 1;
  const next = {
    voice: (held.lastVoice ?? 0) + 1,
    events: whole ? 1 : (held.lastEvents ?? 0) + 1,
    pages: whole ? 1 : (held.lastPage ?? 0) + 1,
    talk: fromTalk,
  };
  const events: LessonEvent[] = [];
  const pages: { n: number; row: PageRow }[] = [];
  const talk: { n: number; row: TalkRow }[] = [];
  for (;;) {
    const { voice, ...others } = next;
    const wanted = new URLSearchParams({
      voice: String(voice),
      step: '1',
      hold: '0',
      max: String(mostBytes),
    });
    for (const [track, n] of Object.entries(others)) wanted.set(track, String(n));
    const frames = decodeFeed(await askFeed(`/api/logs/${logId}/feed?${wanted}`));
    for (const { track, n, bytes } of frames) {
      next[track] = Math.max(next[track], n + 1);
      if (track === 'events') events.push(...decodeEvents(bytes));
      if (track === 'pages') pages.push({ n, row: decodeJsonRow<PageRow>(bytes) });
      if (track === 'talk') talk.push({ n, row: decodeJsonRow<TalkRow>(bytes) });
    }
    if (frames.every(({ track }) => track === 'voice')) return { events, pages, talk };
  }
}

async function askFeed(address: string): Promise<Uint8Array> {
  try {
    const options = { credentials: 'same-origin', cache: 'no-store', headers: pageHeaders() } as const;
    const response = await fetch(address, options);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new FeedFailure(`feed answered ${response.status}`);
  } catch (cause) {
    if (cause instanceof FeedFailure) throw cause;
    throw new FeedFailure('feed did not answer', { cause });
  }
}
