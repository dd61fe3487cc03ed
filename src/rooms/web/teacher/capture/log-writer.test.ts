import { expect, test } from 'vitest';
import { decodeEvents } from '../../../wire.ts';
import { LogWriter, resumePoint } from './log-writer.ts';
import type { KeptSegment, LogState, SegmentStore } from './segment-store.ts';

const nothingHeld = { lastVoice: null, lastEvents: null, lastPage: null, durationMs: 0 };
const packet = { atUs: 19_800_000, durationUs: 60_000, data: new Uint8Array(3) };

const local: LogState = {
  logId: 'log',
  nextVoice: 11,
  nextEvents: 4,
  nextPage: 3,
  voiceEndMs: 19_800,
  initKept: true,
  openPackets: [packet],
  openEvents: [],
  savedAt: 1,
};

function storeInto(segments: KeptSegment[]): SegmentStore {
  return {
    durable: true,
    load: async () => ({ state: null, segments: [], pages: [] }),
    keep: async (_state, more) => void segments.push(...more),
    forget: async () => undefined,
    keepPage: async () => undefined,
    forgetPage: async () => undefined,
    purge: async () => undefined,
  };
}

test('a new lesson starts at its beginning', () => {
  expect(resumePoint('log', null, nothingHeld)).toMatchObject({
    nextVoice: 1,
    nextEvents: 1,
    nextPage: 1,
    voiceEndMs: 0,
    initKept: false,
  });
});

test('after a reload it goes on with what this device kept, though the server has less', () => {
  const held = { lastVoice: 5, lastEvents: 2, lastPage: 1, durationMs: 9_900 };
  expect(resumePoint('log', local, held)).toMatchObject({
    nextVoice: 11,
    nextEvents: 4,
    nextPage: 3,
    voiceEndMs: 19_800,
    openPackets: [packet],
  });
});

test('when another device has taught on, it goes on behind that and adds nothing that overlaps', () => {
  const held = { lastVoice: 40, lastEvents: 9, lastPage: 8, durationMs: 79_200 };
  expect(resumePoint('log', local, held)).toMatchObject({
    nextVoice: 41,
    nextEvents: 10,
    nextPage: 9,
    voiceEndMs: 79_200,
    openPackets: [],
  });
});

test('events of a second become one numbered segment with times that never run back', async () => {
  const segments: KeptSegment[] = [];
  const writer = new LogWriter(storeInto(segments), resumePoint('log', null, nothingHeld), () => undefined);
  writer.event({ atMs: 500, event: { kind: 'page', pageN: 2, dtMs: 0 } });
  writer.event({ atMs: 480, event: { kind: 'clear', dtMs: 0 } });
  writer.event({ atMs: 730, event: { kind: 'undo', id: 4, dtMs: 0 } });
  writer.cutEvents();
  writer.cutEvents();
  await writer.settled();
  expect(segments).toMatchObject([{ track: 'events', n: 1, startMs: 500, durationMs: 230 }]);
  expect(decodeEvents(segments[0]?.bytes ?? new Uint8Array()).map(({ dtMs }) => dtMs)).toEqual([0, 0, 230]);
});

test('only the first life of a lesson writes an init segment', async () => {
  const segments: KeptSegment[] = [];
  const fresh = new LogWriter(storeInto(segments), resumePoint('log', null, nothingHeld), () => undefined);
  fresh.init(new Uint8Array(5));
  await fresh.settled();
  const again = new LogWriter(storeInto(segments), local, () => undefined);
  again.init(new Uint8Array(6));
  await again.settled();
  expect(segments).toMatchObject([{ track: 'voice', n: 0 }]);
});
