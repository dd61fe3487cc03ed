import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromMultirange, intersection, lengthOf, toMultirange, union } from './ranges.ts';
import type { Range } from './ranges.ts';

const ranges: fc.Arbitrary<Range[]> = fc.array(
  fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]): Range => [from, from + length]),
  { maxLength: 12 },
);
const covers = (ranges: readonly Range[], second: number) =>
  ranges.some(([from, to]) => second >= from && second < to);
const seconds = Array.from({ length: 90 }, (_, second) => second);

test('hearing a minute twice counts once', () => {
  expect(
    lengthOf([
      [0, 60],
      [0, 60],
      [30, 90],
    ]),
  ).toBe(90);
});

test('union, intersection and length agree with counting second by second', () => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      const both = intersection(a, b);
      expect(seconds.filter((s) => covers(union(a), s))).toEqual(seconds.filter((s) => covers(a, s)));
      expect(seconds.filter((s) => covers(both, s))).toEqual(
        seconds.filter((s) => covers(a, s) && covers(b, s)),
      );
      expect(lengthOf(both)).toBe(seconds.filter((s) => covers(a, s) && covers(b, s)).length);
    }),
  );
});

test('a multirange is read as it was written', () => {
  fc.assert(
    fc.property(ranges, (ranges) => {
      expect(fromMultirange(toMultirange(ranges))).toEqual(union(ranges));
    }),
  );
  expect(toMultirange([])).toBe('{}');
  expect(() => fromMultirange('{[1,2]}')).toThrow('not a multirange');
});
