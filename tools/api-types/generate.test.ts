import { expect, test } from 'vitest';
import { generateTypes, typeOf, type Schema } from './generate.ts';

test.each<[Schema, string]>([
  [{ type: 'string', format: 'uuid' } as Schema, 'string'],
  [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, '(number) | (null)'],
  [{ anyOf: [{ const: 'live' }, { const: 'tv' }] }, '("live") | ("tv")'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [
    { type: 'array', items: { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] } },
    '({ a: boolean })[]',
  ],
  [{ type: 'object', properties: { 'a-b': { enum: [1, 2] } } }, '{ "a-b"?: 1 | 2 }'],
  [{ type: 'object', patternProperties: { '^.*$': { type: 'number' } } }, 'Record<string, number>'],
  [{ $ref: '#/components/schemas/Problem' }, 'Schemas["Problem"]'],
  [{}, 'unknown'],
])('%j becomes %s', (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

test('a schema nobody thought of stops the generator instead of becoming anything', () => {
  expect(() => typeOf({ type: 'decimal' })).toThrow('decimal');
});

test('a path carries what it needs and what it answers', () => {
  const types = generateTypes({
    paths: {
      '/api/classes/{classId}/week': {
        get: {
          parameters: [
            { name: 'classId', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'day', in: 'query', schema: { type: 'string' } },
          ],
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
                },
              },
            },
            404: { content: { 'application/problem+json': { schema: {} } } },
          },
        },
      },
      '/api/sign-out': { post: { responses: { 204: {} } } },
    },
  });
  expect(types).toContain(
    '"/api/classes/{classId}/week": { request: { path: { classId: string }; query?: { day?: string } }; answer: { n: number } };',
  );
  expect(types).toContain('"/api/sign-out": { request: {  }; answer: undefined };');
});
