import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unstorableTextIn } from './storable-text.ts';

test('NUL and half a pair are found wherever they stand, as values and as names', () => {
  expect(unstorableTextIn({ a: ['x', { b: 'y\u0000' }] })).toBe('/a/1/b');
  expect(unstorableTextIn({ a: '\ud83d' })).toBe('/a');
  expect(unstorableTextIn({ 'a\u0000': 1 })).toBe('');
});

test('whatever is well formed passes: names of rare characters, emoji, bytes', () => {
  expect(unstorableTextIn({ name: '韦𬱖', icon: '👩‍👩‍👧‍👦', none: null, bytes: Buffer.from([0, 0]) })).toBeNull();
  fc.assert(
    fc.property(fc.json({ stringUnit: 'grapheme' }), (json) => {
      const text = json.replaceAll('\\u0000', '');
      expect(unstorableTextIn(JSON.parse(text))).toBeNull();
    }),
  );
});

test('depth is no trouble', () => {
  let deep: unknown = 'x\u0000';
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect(unstorableTextIn(deep)).toMatch(/^(\/0){100}/);
});
