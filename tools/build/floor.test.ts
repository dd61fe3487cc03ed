import { expect, test } from 'vitest';
import { aboveFloor, stylesAboveFloor } from './floor.ts';
import { usedKeys } from './words.ts';

test.each([
  ['a?.b', 'optional chaining'],
  ['a ?? b', '??'],
  ['a ||= b', 'logical assignment'],
  ['class A { x = 1 }', 'class field'],
  ['let x = 1_000', 'numeric separator or bigint'],
  ['let x = 10n', 'numeric separator or bigint'],
  ['/(?<=a)b/.test(c)', 'regular expression with look-behind or newer flag'],
  ['crypto.randomUUID()', 'randomUUID()'],
  ['structuredClone(a)', 'structuredClone()'],
  ['s.replaceAll("a", "b")', 'replaceAll()'],
])('%s is refused in a bundle for old phones', (code, found) => {
  expect(aboveFloor('a.js', code)).toContain(found);
});

test.each([
  'let { a, ...b } = c; async () => { for await (const d of e) f(d) }',
  'g(a ? b : c, `x${d}`, 2 ** 3)',
  'function at(e) { return e } at(1)',
])('%s runs on old phones', (code) => {
  expect(aboveFloor('a.js', code)).toEqual([]);
});

test('gap in a flex row is refused, in a grid it is fine', () => {
  expect(stylesAboveFloor('.a{display:flex;gap:8px}.b{display:grid;gap:8px}.c{inset:0}')).toEqual([
    'gap in flex: .a',
    'inset: .c',
  ]);
});

test('a bundle gets the texts it asks for, by name or by beginning, and no others', () => {
  const known = ['rooms.mode.live', 'rooms.mode.tv', 'timetable.week.title', 'people.name'];
  expect(usedKeys('t(`timetable.week.title`),t(`rooms.mode.${m}`)', known)).toEqual(known.slice(0, 3));
  expect(usedKeys('t("people.name"), t("rooms.mode."+m)', known)).toEqual([
    'rooms.mode.live',
    'rooms.mode.tv',
    'people.name',
  ]);
});
