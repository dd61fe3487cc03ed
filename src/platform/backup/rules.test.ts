import { expect, test } from 'vitest';

import { joinPieces, runOfLog } from './kept-log.ts';
import type { Manifest, Status } from './repository.ts';
import { basesToKeep, chooseBase, isBaseDue } from './rules.ts';
import { lsnOf, parseSegmentName, placeOf, segmentName } from './wal-names.ts';

const aBase = (day: number, timeline = 1): Manifest => ({
  stamp: `202611${String(day).padStart(2, '0')}T183000Z`,
  startedAt: new Date(Date.UTC(2026, 10, day, 18, 30)).toISOString(),
  stoppedAt: new Date(Date.UTC(2026, 10, day, 18, 40)).toISOString(),
  timeline,
  startLsn: '0/2000028',
  stopLsn: '0/2000150',
  postgresVersion: '18.4',
  migrations: [],
  files: [],
});
const status = (at: string): Status => ({ at, timeline: 1, lsn: '0/5000000' });

// 18:30 UTC is 02:30 in the product's zone.
test.each([
  { newest: null, now: '2026-11-10T00:00Z', due: true, why: 'there is none yet' },
  { newest: '2026-11-09T18:35Z', now: '2026-11-10T18:29Z', due: false, why: 'the night has not come' },
  { newest: '2026-11-09T18:35Z', now: '2026-11-10T18:30Z', due: true, why: 'it is half past two' },
  {
    newest: '2026-11-09T12:00Z',
    now: '2026-11-10T10:00Z',
    due: true,
    why: 'the server was off in the night',
  },
  { newest: '2026-11-10T18:29Z', now: '2026-11-10T18:31Z', due: true, why: 'one was made just before' },
])('a base backup is due ($due): $why', ({ newest, now, due }) => {
  expect(isBaseDue(newest === null ? null : new Date(newest), new Date(now))).toBe(due);
});

test('the days to keep are kept, and the base before them', () => {
  const bases = [aBase(1), aBase(2), aBase(3), aBase(4), aBase(5)];
  const now = new Date(Date.UTC(2026, 10, 5, 20));
  expect(basesToKeep(bases, 2, now).map(({ stamp }) => stamp.slice(6, 8))).toEqual(['03', '04', '05']);
  expect(basesToKeep(bases, 90, now)).toEqual(bases);
});

test('the newest base is kept however old it is', () => {
  expect(basesToKeep([aBase(1), aBase(2)], 1, new Date(Date.UTC(2027, 0)))).toEqual([aBase(2)]);
  expect(basesToKeep([], 1, new Date(0))).toEqual([]);
});

const bases = [aBase(3), aBase(4), aBase(5)];
test.each([
  { at: null, base: 5, next: null },
  { at: '2026-11-04T18:40:00Z', base: 4, next: 5 },
  { at: '2026-11-04T18:39:59Z', base: 3, next: 4 },
  { at: '2026-11-06T00:00:00Z', base: 5, next: null },
])('$at is restored from the base of day $base', ({ at, base, next }) => {
  const chosen = chooseBase(bases, status('2026-11-06T01:00:00.000Z'), at === null ? null : new Date(at));
  expect(chosen).toEqual({ base: aBase(base), next: next === null ? null : aBase(next) });
});

test('moments outside of what is kept are refused with the nearest that is', () => {
  const kept = status('2026-11-06T01:00:00.000Z');
  expect(chooseBase([], kept, null)).toEqual({ reason: 'noBase' });
  expect(chooseBase(bases, kept, new Date('2026-11-01T00:00Z'))).toEqual({
    reason: 'beforeFirst',
    first: aBase(3).stoppedAt,
  });
  expect(chooseBase(bases, kept, new Date('2026-11-06T02:00Z'))).toEqual({
    reason: 'afterLast',
    last: kept.at,
  });
  expect(chooseBase(bases, null, new Date('2026-11-06T00:00Z'))).toEqual({
    reason: 'afterLast',
    last: aBase(5).stoppedAt,
  });
});

test('a base of a later timeline does not end the log of an earlier one', () => {
  const chosen = chooseBase([aBase(3), aBase(4, 2)], null, new Date('2026-11-04T00:00Z'));
  expect(chosen).toEqual({ base: aBase(3), next: null });
});

const mib16 = 16 * 1024 * 1024;
test.each([
  { lsn: '0/3000028', name: '000000010000000000000003', offset: 0x28 },
  { lsn: '2/FF000000', name: '0000000100000002000000FF', offset: 0 },
  { lsn: 'A/1', name: '000000010000000A00000000', offset: 1 },
])('position $lsn lies in $name', ({ lsn, name, offset }) => {
  const place = placeOf(lsn, mib16);
  expect(place.offset).toBe(offset);
  expect(segmentName(1, place.segment, mib16)).toBe(name);
  expect(parseSegmentName(name, mib16)).toEqual({ timeline: 1, segment: place.segment });
  expect(lsnOf(place, mib16)).toBe(lsn);
});

test.each([
  { names: ['00000000-00000010', '00000010-00000030'], bytes: 0x30, skips: [0, 0], why: 'pieces in order' },
  { names: ['00000010-00000030'], bytes: 0, skips: [], why: 'the beginning is missing' },
  { names: ['00000000-00000010', '00000020-00000030'], bytes: 0x10, skips: [0], why: 'there is a gap' },
  {
    names: ['00000000-00000010', '00000010-00000020', '00000000-00000018', '00000020-00000030'],
    bytes: 0x30,
    skips: [0, 8, 0],
    why: 'two writers overlap',
  },
  { names: ['00000000-00000010', 'something'], bytes: 0x10, skips: [0], why: 'foreign files are no pieces' },
])('$why: $bytes bytes', ({ names, bytes, skips }) => {
  const joined = joinPieces(names);
  expect(joined.bytes).toBe(bytes);
  expect(joined.pieces.map(({ skipBytes }) => skipBytes)).toEqual(skips);
});

test('the log runs up to the first gap, the first unfinished segment, or the last one wanted', () => {
  const kept = [1n, 2n, 3n, 5n, 6n].map((segment) => ({
    name: String(segment),
    segment,
    pieces: [],
    bytes: segment === 6n ? 10 : 100,
  }));
  const run = (from: bigint, until?: bigint) =>
    runOfLog(kept, from, 100, until).map(({ segment }) => segment);
  expect(run(1n)).toEqual([1n, 2n, 3n]);
  expect(run(2n, 2n)).toEqual([2n]);
  expect(run(4n)).toEqual([]);
  expect(run(5n)).toEqual([5n, 6n]);
});
