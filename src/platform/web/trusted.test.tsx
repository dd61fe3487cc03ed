import { expect, test } from 'vitest';
import { ownWorkerOnly, plainTextOnly } from './trusted.ts';

test('text that could be markup is refused, plain text passes', () => {
  expect(plainTextOnly('')).toBe('');
  expect(plainTextOnly('3 > 2 && “ok”')).toBe('3 > 2 && “ok”');
  expect(() => plainTextOnly('<img src=x onerror=alert(1)>')).toThrow(TypeError);
});

test.each(['/sw.js', '/assets/teaching/capture.worker.Ab_c-1.js', `${location.origin}/assets/teaching/w.js`])(
  'a worker may start from %s',
  (url) => {
    expect(ownWorkerOnly(url)).toMatch(/^\//);
  },
);

test.each([
  'https://elsewhere.example.org/assets/teaching/w.js',
  '//elsewhere.example.org/w.js',
  '/api/files/1.js',
  '/assets/../api/files/1.js',
  'data:text/javascript,1',
  'blob:http://localhost/1',
])('a worker may not start from %s', (url) => {
  expect(() => ownWorkerOnly(url)).toThrow(TypeError);
});
