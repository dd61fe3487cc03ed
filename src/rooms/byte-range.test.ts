import { expect, test } from 'vitest';
import { byteRange } from './byte-range.ts';

test.each([
  [undefined, 'whole'],
  ['bytes=0-3999', { from: 0, to: 3999 }],
  ['bytes=4000-7999', { from: 4000, to: 7999 }],
  ['bytes=8000-20000', { from: 8000, to: 9999 }],
  ['bytes=9999-', { from: 9999, to: 9999 }],
  ['bytes=-500', { from: 9500, to: 9999 }],
  ['bytes=10000-', 'impossible'],
  ['bytes=5-4', 'impossible'],
  ['bytes=-0', 'impossible'],
  ['bytes=0-1,5-6', 'whole'],
  ['items=0-1', 'whole'],
  ['bytes=-', 'whole'],
] as const)('of 10,000 bytes, %j asks for %j', (header, expected) => {
  expect(byteRange(header, 10_000)).toEqual(expected);
});
