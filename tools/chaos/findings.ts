import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../src/platform/database.ts';
import type { BuiltLesson } from '../../src/rooms/testing/a-lesson.ts';
import { decodeFeed, decodeJsonRow, type TalkRow } from '../../src/rooms/wire.ts';
import { sha256Hex } from './ledger.ts';

export interface Finding {
  readonly kind: string;
  readonly key: string;
  readonly value: string;
}

interface Where {
  readonly url: string;
  readonly lessons: readonly { lesson: BuiltLesson; logId: string }[];
  withDatabase<Result>(use: (database: Database) => Promise<Result>): Promise<Result>;
}

/**
 * Everything there is of the lessons, as their proper readers get it: the log through the feed a pupil reads,
 * attendance from the rows the boards count.
 */
export async function readEverything({ url, lessons, withDatabase }: Where): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { lesson, logId } of lessons) found.push(...(await readLog(url, lesson, logId)));
  await withDatabase(async (database) => {
    for (const { lesson } of lessons) found.push(...(await readAttendance(database, lesson)));
  });
  return found;
}

async function readLog(url: string, lesson: BuiltLesson, logId: string): Promise<Finding[]> {
  const found: Finding[] = [];
  const next = { voice: 0, events: 1, talk: 1, pages: 1 };
  const talkNumbers: number[] = [];
  for (;;) {
    const query = new URLSearchParams(
      Object.entries({ ...next, hold: 0, max: 500_000 }).map(([k, v]) => [k, String(v)]),
    );
    const answer = await fetchPatiently(`${url}/api/logs/${logId}/feed?${query}`, lesson.teacher.headers);
    const frames = decodeFeed(answer);
    if (frames.length === 0) break;
    for (const { track, n, bytes } of frames) {
      next[track] = Math.max(next[track], n + 1);
      if (track === 'voice' || track === 'events')
        found.push({ kind: track, key: `${logId} ${n}`, value: sha256Hex(bytes) });
      if (track !== 'talk') continue;
      talkNumbers.push(n);
      const row = decodeJsonRow<TalkRow>(bytes);
      if (row.kind === 'chat') found.push({ kind: 'chat', key: `${logId} ${row.id}`, value: row.text });
      if (row.kind === 'order' && row.order === 'end') found.push({ kind: 'end', key: logId, value: 'once' });
      if (row.kind === 'rollCallAnswer') {
        found.push({ kind: 'rollCallAnswer', key: `${row.id} ${row.personId}`, value: 'once' });
      }
    }
  }
  // Talk is numbered by the server: what is there must be one row of numbers without gap.
  talkNumbers.forEach((n, place) => {
    if (n !== place + 1)
      found.push({ kind: 'talkNumber', key: `${logId} ${n}`, value: `at place ${place + 1}` });
  });
  return found;
}

async function readAttendance({ db }: Database, lesson: BuiltLesson): Promise<Finding[]> {
  const beats = await db
    .selectFrom('presence')
    .select(['person_id', 'minute', 'heard_ms'])
    .where('lesson_id', '=', lesson.lessonId)
    .execute();
  const entries = await db
    .selectFrom('room_entries')
    .select('person_id')
    .where('lesson_id', '=', lesson.lessonId)
    .execute();
  return [
    ...beats.map((beat) => ({
      kind: 'heartbeat',
      key: `${lesson.lessonId} ${beat.person_id} ${beat.minute}`,
      value: String(beat.heard_ms),
    })),
    ...entries.map((entry) => ({
      kind: 'entered',
      key: `${lesson.lessonId} ${entry.person_id}`,
      value: 'once',
    })),
  ];
}

async function fetchPatiently(url: string, headers: Record<string, string>): Promise<Uint8Array> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await fetch(url, { headers }).catch(() => null);
    if (answer?.ok) return new Uint8Array(await answer.arrayBuffer());
    if (answer !== null && answer.status < 500)
      throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    await sleep(100);
  }
  throw new Error(`${url} did not answer`);
}
