import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeEvents,
  decodeFeed,
  decodeJsonRow,
  encodeEvents,
  encodeFeed,
  encodeJsonRow,
  TRACK_NAMES,
  VOICE_SEGMENT_MS,
  WireError,
} from './wire.ts';
import type { FeedFrame, InkPoint, LessonEvent, TalkRow } from './wire.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const coordinate = fc.integer({ min: -20_000, max: 60_000 });
const dtMs = fc.integer({ min: 0, max: 1_000_000 });
const point: fc.Arbitrary<InkPoint> = fc.record({
  x: coordinate,
  y: coordinate,
  tMs: fc.integer({ min: 0, max: 5000 }),
});

const lessonEvent: fc.Arbitrary<LessonEvent> = fc.oneof(
  fc.record({ kind: fc.constant('page' as const), dtMs, pageN: u32 }),
  fc.record({
    kind: fc.constant('strokeStart' as const),
    dtMs,
    id: u32,
    tool: fc.nat(255),
    colour: fc.nat(255),
    width: u32,
  }),
  fc.record({
    kind: fc.constant('strokePoints' as const),
    dtMs,
    id: u32,
    points: fc.array(point, { maxLength: 80 }),
  }),
  fc.record({ kind: fc.constant('strokeEnd' as const), dtMs, id: u32 }),
  fc.record({ kind: fc.constant('erase' as const), dtMs, ids: fc.array(u32, { maxLength: 20 }) }),
  fc.record({ kind: fc.constant('undo' as const), dtMs, id: u32 }),
  fc.record({
    kind: fc.constant('pointer' as const),
    dtMs,
    at: fc.option(fc.record({ x: coordinate, y: coordinate })),
  }),
  fc.record({ kind: fc.constant('clear' as const), dtMs }),
);

const frame: fc.Arbitrary<FeedFrame> = fc.record({
  track: fc.constantFrom(...TRACK_NAMES),
  n: u32,
  startMs: u32,
  durationMs: u32,
  bytes: fc.uint8Array({ maxLength: 300 }),
});

/** Name of the error thrown, or undefined when nothing was. */
function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

test('a voice segment lasts 1.98 seconds', () => {
  expect(VOICE_SEGMENT_MS).toBe(1980);
});

describe('feed', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        expect(decodeFeed(encodeFeed(frames))).toEqual(frames);
      }),
    );
  });

  test('an answer in the middle of a larger buffer is read from its own beginning', () => {
    const feed = encodeFeed([
      { track: 'talk', n: 7, startMs: 1, durationMs: 2, bytes: Uint8Array.of(1, 2, 3) },
    ]);
    const larger = new Uint8Array(feed.length + 20);
    larger.set(feed, 11);
    expect(decodeFeed(larger.subarray(11, 11 + feed.length))[0]).toMatchObject({ track: 'talk', n: 7 });
  });

  test('an answer cut short anywhere is refused whole, never half used', () => {
    const feed = encodeFeed([
      { track: 'voice', n: 1, startMs: 0, durationMs: 1980, bytes: new Uint8Array(40).fill(9) },
    ]);
    for (let length = 2; length < feed.length; length++) {
      expect(() => decodeFeed(feed.subarray(0, length)), `cut after ${length} bytes`).toThrow(WireError);
    }
    expect(() => decodeFeed(new Uint8Array(0))).toThrow('version byte');
  });

  test('another version is refused by name', () => {
    expect(() => decodeFeed(Uint8Array.of(9))).toThrow('version 9');
  });

  test('a track of a newer server is left out, the rest is read', () => {
    const feed = encodeFeed([
      { track: 'voice', n: 1, startMs: 0, durationMs: 1, bytes: Uint8Array.of(5) },
      { track: 'pages', n: 2, startMs: 0, durationMs: 0, bytes: Uint8Array.of(6) },
    ]);
    feed[1] = 77;
    expect(decodeFeed(feed).map((frame) => frame.track)).toEqual(['pages']);
  });

  test('a number that does not fit is refused when writing', () => {
    const bytes = new Uint8Array(0);
    expect(() => encodeFeed([{ track: 'voice', n: -1, startMs: 0, durationMs: 0, bytes }])).toThrow(
      WireError,
    );
    expect(() => encodeFeed([{ track: 'voice', n: 1, startMs: 1.5, durationMs: 0, bytes }])).toThrow(
      WireError,
    );
  });
});

describe('events', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.array(lessonEvent, { maxLength: 30 }), (events) => {
        expect(decodeEvents(encodeEvents(events))).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  test('any bytes at all are either events or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        bytes[0] = 1;
        expect(refusalOf(() => decodeEvents(bytes))).toBeOneOf([undefined, 'WireError']);
      }),
      { numRuns: 2000 },
    );
  });

  test('a pen moving evenly costs three bytes a point', () => {
    const points = Array.from({ length: 60 }, (_, i) => ({
      x: 1000 + i * 40,
      y: 4000 + i * 25,
      tMs: i * 16,
    }));
    const bytes = encodeEvents([{ kind: 'strokePoints', dtMs: 0, id: 1, points }]);
    expect(bytes.length).toBeLessThan(3 * 60 + 20);
  });

  test('a kind of event from a newer teacher page is skipped', () => {
    const known = encodeEvents([{ kind: 'page', dtMs: 5, pageN: 3 }]);
    const unknown = Uint8Array.of(1, 200, 4, 2, 99, 99);
    const both = new Uint8Array([...unknown, ...known.subarray(1)]);
    expect(decodeEvents(both)).toEqual([{ kind: 'page', dtMs: 5, pageN: 3 }]);
  });

  test('a forged list length allocates nothing and is refused', () => {
    const forged = Uint8Array.of(1, 5, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect(() => decodeEvents(forged)).toThrow('does not fit');
  });
});

describe('rows', () => {
  test('a chat row with rare characters is read back', () => {
    const row: TalkRow = {
      at: '2026-11-23T00:00:00.000Z',
      classId: null,
      kind: 'chat',
      id: 'a',
      personId: 'p',
      staff: false,
      text: '𬱖 䶮 镕 = “好”',
    };
    expect(decodeJsonRow(encodeJsonRow(row))).toEqual(row);
  });

  test.each(['', '[1]', '3', '{"at":'])('%j is refused as a row', (text) => {
    expect(() => decodeJsonRow(new TextEncoder().encode(text))).toThrow(WireError);
  });
});
