import { expect, test } from 'vitest';
import { serializerCompiler, validatorCompiler } from './http-schemas.ts';

const person = {
  type: 'object',
  properties: { age: { type: 'integer' } },
  required: ['age'],
  additionalProperties: false,
};
const compiled = (now: boolean, httpPart: string) =>
  validatorCompiler(now)({ schema: person, httpPart, method: 'POST', url: '/' }) as {
    (data: unknown): boolean;
    errors?: { instancePath: string }[] | null;
  };

test.each([
  { now: true, why: 'compiled at the start' },
  { now: false, why: 'compiled when it is first used' },
])('a validator $why judges the same', ({ now }) => {
  const body = compiled(now, 'body');
  expect(body({ age: '7' })).toBe(false);
  expect(body.errors?.[0]?.instancePath).toBe('/age');
  expect(body({ age: 7 })).toBe(true);
  expect(body.errors).toBeNull();
  expect(body({ age: 7, extra: 1 })).toBe(false);
  // An address carries only text.
  expect(compiled(now, 'querystring')({ age: '7' })).toBe(true);
});

test.each([true, false])('what an answer schema does not name does not leave (compiled now: %s)', (now) => {
  const write = serializerCompiler(now)({ schema: person, method: 'GET', url: '/', httpStatus: '200' });
  expect(write({ age: 7, name: '不出门' })).toBe('{"age":7}');
});

test('a faulty schema stops the start where everything is compiled at once', () => {
  const faulty = { schema: { type: 'nonsense' }, httpPart: 'body', method: 'POST', url: '/' };
  expect(() => validatorCompiler(true)(faulty)).toThrow('type');
  expect(() => validatorCompiler(false)(faulty)).not.toThrow();
});
