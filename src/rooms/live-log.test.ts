import { describe, expect, test } from 'vitest';
import { composeAnswer, LiveLog, mayRead } from './live-log.ts';
import type { FeedQuery, Reader } from './live-log.ts';
import type { LogRow } from './sealed-part.ts';
import { decodeFeed, encodeJsonRow } from './wire.ts';
import type { TalkRow, TrackName } from './wire.ts';

const nowhere = { pool: null as never, parts: { read: async () => [] } };
const row = (n: number, bytes: Uint8Array = Uint8Array.of(n)): LogRow => ({
  n,
  startMs: Math.max(0, n - 1) * 1980,
  durationMs: n === 0 ? 0 : 1980,
  sha256: '',
  bytes,
});
const query = (over: Partial<FeedQuery> = {}): FeedQuery => ({
  voice: 0,
  events: 1,
  talk: 1,
  pages: 1,
  step: 1,
  init: false,
  maxBytes: 65536,
  ...over,
});
const pupil: Reader = { standing: 'pupil', classId: 'class-a' };
const teacher: Reader = { standing: 'teacher', classId: null };
const said = (over: Partial<TalkRow>): Uint8Array =>
  encodeJsonRow({
    at: '',
    classId: null,
    kind: 'chat',
    id: '1',
    personId: 'p',
    staff: false,
    text: 'x',
    ...over,
  } as TalkRow);
const given = (log: LiveLog, asked: FeedQuery, reader: Reader, track: TrackName) =>
  decodeFeed(log.answer(asked, reader).body)
    .filter((frame) => frame.track === track)
    .map((frame) => frame.n);

describe('a running lesson', () => {
  test('a segment that came before an earlier one waits for it, so that no word is jumped over', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('voice', row(0));
    expect(log.add('voice', row(2))).toEqual([]);
    expect(given(log, query(), pupil, 'voice')).toEqual([0]);
    expect(log.add('voice', row(1)).map(({ n }) => n)).toEqual([1, 2]);
    expect(given(log, query(), pupil, 'voice')).toEqual([0, 1, 2]);
  });

  test('a row taken in twice is given once', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('events', row(1));
    log.add('events', row(1));
    expect(given(log, query(), pupil, 'events')).toEqual([1]);
  });

  test('an order given between two requests does not wait, and is waited for again once it was got', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('talk', row(1, said({ kind: 'order', order: 'pause', personId: 't' } as Partial<TalkRow>)));
    log.add('talk', row(2, said({})));
    expect([log.hasUrgent(query({ talk: 1 })), log.hasUrgent(query({ talk: 2 }))]).toEqual([true, false]);
  });

  test('who joins late gets the beginning of the sound track too when asking for it', () => {
    const log = new LiveLog(nowhere, 'log');
    for (let n = 0; n < 6; n++) log.add('voice', row(n));
    expect(given(log, query({ voice: 4, init: true }), pupil, 'voice')).toEqual([0, 4, 5]);
    expect(given(log, query({ voice: 4 }), pupil, 'voice')).toEqual([4, 5]);
  });

  test('a number nobody sends any more is given up after a quarter of a minute', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('voice', row(0));
    log.add('voice', row(2));
    log.skipLostNumbers(1000);
    log.skipLostNumbers(15_999);
    expect(given(log, query(), pupil, 'voice')).toEqual([0]);
    log.skipLostNumbers(16_000);
    expect(given(log, query(), pupil, 'voice')).toEqual([0, 2]);
  });

  test('a page that could not be read does not hold up the next one', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('pages', row(1));
    log.add('pages', row(3));
    expect(given(log, query(), pupil, 'pages')).toEqual([1, 3]);
  });

  test('on the lightest step the answer waits for two segments', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('voice', row(0));
    log.add('voice', row(1));
    expect(log.hasVoice(query({ voice: 1, step: 1 }))).toBe(true);
    expect(log.hasVoice(query({ voice: 1, step: 2 }))).toBe(false);
  });

  test('an answer given before is not given again once something new has come', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('voice', row(0));
    const first = log.answer(query(), pupil);
    expect(log.answer(query(), pupil)).toBe(first);
    log.add('voice', row(1));
    expect(given(log, query(), pupil, 'voice')).toEqual([0, 1]);
  });

  test('a pupil gets the talk of their own class, the teacher that of all', () => {
    const log = new LiveLog(nowhere, 'log');
    log.add('talk', row(1, said({ classId: 'class-a' })));
    log.add('talk', row(2, said({ classId: 'class-b' })));
    log.add('talk', row(3, said({ kind: 'lost', pageN: 2 } as Partial<TalkRow>)));
    log.add('talk', row(4, said({ classId: null })));
    expect(given(log, query(), pupil, 'talk')).toEqual([1, 4]);
    expect(given(log, query(), teacher, 'talk')).toEqual([1, 2, 3, 4]);
  });
});

test('classmates never learn who was lost', () => {
  const lost: TalkRow = { at: '', classId: 'class-a', kind: 'lost', personId: 'p', pageN: 1 };
  expect([mayRead(lost, pupil), mayRead(lost, teacher)]).toEqual([false, true]);
});

test('an answer that is full of other things still carries one segment of voice, so that a reader moves on', () => {
  const frame = (track: TrackName, n: number, length: number) => ({
    track,
    n,
    startMs: (n - 1) * 1980,
    durationMs: 1980,
    bytes: new Uint8Array(length),
  });
  const answer = composeAnswer(
    [frame('events', 1, 900)],
    [frame('voice', 5, 400), frame('voice', 6, 400)],
    1000,
  );
  expect(decodeFeed(answer.body).map(({ track, n }) => `${track} ${n}`)).toEqual(['events 1', 'voice 5']);
  expect(answer.servedSeconds).toEqual([7, 10]);
});
