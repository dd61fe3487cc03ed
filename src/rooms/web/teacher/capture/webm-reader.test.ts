import { expect, test } from 'vitest';
import { WebmReader } from './webm-reader.ts';

const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const block = (relativeMs: number, ...data: number[]) => [
  0xa3,
  0x80 | (4 + data.length),
  0x81,
  (relativeMs >> 8) & 0xff,
  relativeMs & 0xff,
  0x80,
  ...data,
];

/** Header, segment and two clusters of unknown length, as MediaRecorder writes them. */
const recording = Uint8Array.from([
  0x1a,
  0x45,
  0xdf,
  0xa3,
  0x82,
  9,
  9,
  0x18,
  0x53,
  0x80,
  0x67,
  ...unknownSize,
  0x16,
  0x54,
  0xae,
  0x6b,
  0x83,
  1,
  2,
  3,
  0x1f,
  0x43,
  0xb6,
  0x75,
  ...unknownSize,
  0xe7,
  0x81,
  0,
  ...block(0, 10, 11),
  ...block(60, 20),
  0x1f,
  0x43,
  0xb6,
  0x75,
  ...unknownSize,
  0xe7,
  0x82,
  0x03,
  0xe8,
  ...block(20, 30, 31, 32),
]);

test.each([1, 2, 7, 1_000])(
  'packets come out whole when the recording comes in pieces of %i bytes',
  (size) => {
    const packets: [number, number[]][] = [];
    const reader = new WebmReader(({ atMs, data }) => void packets.push([atMs, [...data]]));
    for (let at = 0; at < recording.length; at += size) reader.push(recording.subarray(at, at + size));
    expect(packets).toEqual([
      [0, [10, 11]],
      [60, [20]],
      [1_020, [30, 31, 32]],
    ]);
  },
);

test('something that is no recording is refused, not read as silence', () => {
  const reader = new WebmReader(() => undefined);
  expect(() => reader.push(Uint8Array.from([0x00, 0x01, 0x02]))).toThrow('not WebM');
});
