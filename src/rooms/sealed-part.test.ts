import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSealedPart, encodeSealedPart } from './sealed-part.ts';
import type { LogRow } from './sealed-part.ts';
import { TRACK_NAMES } from './wire.ts';

const rows: fc.Arbitrary<LogRow[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(1e6), fc.uint8Array({ maxLength: 200 })), {
    maxLength: 40,
  })
  .map((made) => {
    let n = -1;
    return made.map(([gap, startMs, bytes]) => {
      n += gap;
      return {
        n,
        startMs,
        durationMs: 1980,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes,
      };
    });
  });

test('what is sealed is read back byte for byte, gaps in the numbers included', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...TRACK_NAMES), (rows, track) => {
      const object = encodeSealedPart('0192-log', track, rows);
      const read = decodeSealedPart(object);
      expect(read.index.track).toBe(track);
      expect(read.rows.map((row) => ({ ...row, bytes: [...row.bytes] }))).toEqual(
        rows.map((row) => ({ ...row, bytes: [...row.bytes] })),
      );
    }),
  );
});

test('an object cut short anywhere is refused', () => {
  const object = encodeSealedPart('a', 'voice', [
    { n: 0, startMs: 0, durationMs: 0, sha256: '', bytes: Buffer.from('init') },
    { n: 1, startMs: 0, durationMs: 1980, sha256: '', bytes: Buffer.from('segment') },
  ]);
  for (let length = 0; length < object.length; length++) {
    expect(() => decodeSealedPart(object.subarray(0, length)), `cut after ${length} bytes`).toThrow(
      /missing|cut short/,
    );
  }
});

test('rows out of order are not sealed', () => {
  const row = { startMs: 0, durationMs: 0, sha256: '', bytes: Buffer.alloc(1) };
  expect(() =>
    encodeSealedPart('a', 'events', [
      { ...row, n: 2 },
      { ...row, n: 2 },
    ]),
  ).toThrow(RangeError);
});
