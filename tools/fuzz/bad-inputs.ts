import fc from 'fast-check';
import type { Asked, Operation } from '../../src/proofs/operations.ts';

/** One wrong thing in an otherwise right request. */
export interface Edit {
  readonly where: 'path' | 'query' | 'body' | 'rawBody' | 'header';
  /** Chooses among the places there are. */
  readonly place: number;
  readonly value: unknown;
}

const deep = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** What a field must not be: other types, too large, too deep, text that no database keeps. */
const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  'x',
  '0',
  '-1',
  '9223372036854775808',
  'NaN',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfffb',
  '\u202Egnp.exe',
  '👩‍👩‍👧‍👦𠮷',
  'e\u0301'.repeat(40),
  '＝1+1',
  // Lines that a log must not take for its own (C-12).
  'a\r\n{"level":60,"time":1,"msg":"forged"}',
  '\u001b[2J\u001b]0;x\u0007\u001b[31m',
  'a\u2028b\u2029c\u0085d',
  "' OR 1=1 --",
  '"; DROP TABLE persons; --',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '0000-00-00',
  '2026-02-30',
  '9999-12-31',
  '275760-09-13',
  '0001-01-01',
  '00:00',
  '25:61',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(10_000),
  '数'.repeat(40_000),
  [],
  {},
  [[]],
  [null],
  ['x', 'x'],
  { $ne: null },
  { __proto__: { a: 1 } },
  { constructor: { prototype: {} } },
  Array.from({ length: 5_000 }, () => 0),
  deep(400),
];

/** Bodies that are no JSON, or JSON that no serialiser writes. */
const rawBodies: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '{"a":1,"a":2}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"a":1}}}',
  `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  '{"a":NaN}',
  '{"a":1e999}',
  '\uFEFF{}',
  `{"a":"${'x'.repeat(1_100_000)}"}`,
  '{"a":"\\u0000"}',
  '{"a":"\\ud800"}',
];

const pathParts: readonly string[] = [
  '%00',
  '%zz',
  '%ED%A0%80',
  '..%2f..%2fetc',
  '-1',
  '9223372036854775808',
  '%27%20OR%201%3D1--',
  '{}',
  'x'.repeat(3_000),
  '2026-02-30',
  '9999-12-31',
  '0000-01-01',
  '00000000-0000-0000-0000-000000000000',
  '%F0%A0%AE%B7',
  '%0d%0a%7B%22level%22%3A60%7D',
  '%1b%5b2J',
];

const headers: readonly (readonly [string, string])[] = [
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=utf-7'],
  ['content-type', 'multipart/form-data'],
  ['content-type', 'application/xml'],
  ['nol-appointment', 'x'],
  ['nol-appointment', '00000000-0000-0000-0000-000000000000'],
  ['idempotency-key', 'x'],
  ['idempotency-key', 'y'.repeat(5_000)],
  ['accept-language', '\u001b[31m{"level":60}'],
  ['accept-language', `${'zh;q=0.9,'.repeat(300)}`],
  ['range', 'bytes=9-1,-,x'],
  ['cookie', `nol_80=${'%'.repeat(200)}`],
  ['if-none-match', '"'.repeat(100)],
  ['x-forwarded-for', `${'1.2.3.4, '.repeat(200)}`],
];

/** One or two wrong things. Bodies are asked twice as often as the rest: there is most to get wrong. */
export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: edit('body', fc.constantFrom(...values)) },
    { weight: 1, arbitrary: edit('rawBody', fc.constantFrom(...rawBodies)) },
    { weight: 2, arbitrary: edit('path', fc.constantFrom(...pathParts)) },
    { weight: 2, arbitrary: edit('query', fc.constantFrom(...values.map(String), 'a&a=b')) },
    { weight: 1, arbitrary: edit('header', fc.constantFrom(...headers)) },
  ),
  { minLength: 1, maxLength: 2 },
);

function edit(where: Edit['where'], value: fc.Arbitrary<unknown>): fc.Arbitrary<Edit> {
  return fc.record({ where: fc.constant(where), place: fc.nat(1_000), value });
}

/** The request with the wrong things in it. */
export function spoiled(asked: Asked, { path, parameters }: Operation, wrong: readonly Edit[]): Asked {
  return wrong.reduce<Asked>((request, one) => {
    const { place, value } = one;
    if (one.where === 'header') {
      const [name, text] = value as [string, string];
      return { ...request, headers: { ...request.headers, [name]: text } };
    }
    if (one.where === 'rawBody') {
      const content = { 'content-type': 'application/json' };
      return request.payload === undefined
        ? request
        : { ...request, headers: { ...content, ...request.headers }, payload: value };
    }
    if (one.where === 'body') return { ...request, payload: spoiledBody(request.payload, place, value) };
    const [address = '', query = ''] = request.url.split('?');
    if (one.where === 'path') {
      const slots = path.split('/').flatMap((part, slot) => (part.startsWith('{') ? [slot] : []));
      if (slots.length === 0) return request;
      const parts = address.split('/');
      parts[slots[place % slots.length] ?? 0] = String(value);
      return { ...request, url: parts.join('/') + (query && `?${query}`) };
    }
    const names = [
      ...parameters.filter(({ in: where }) => where === 'query').map(({ name }) => name),
      'as',
      'x',
    ];
    const text = encodeURIComponent(String(value).toWellFormed());
    return { ...request, url: `${address}?${query && `${query}&`}${names[place % names.length]}=${text}` };
  }, asked);
}

/** Another value at one place of a JSON body, however deep; a new field where the place is none. */
function spoiledBody(body: unknown, place: number, value: unknown): unknown {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return body;
  const copy: unknown = structuredClone(body);
  const places: [Record<string, unknown>, string][] = [];
  const walk = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const key of Object.keys(inner)) {
      places.push([inner as Record<string, unknown>, key]);
      walk((inner as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  const chosen = places[place % (places.length + 1)];
  if (chosen) chosen[0][chosen[1]] = value;
  else Object.assign(copy as object, { unknown: value });
  return copy;
}
