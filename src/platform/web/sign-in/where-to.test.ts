import { expect, test } from 'vitest';
import { cleanDigits, whereTo } from './where-to.ts';

test.each([
  { search: '', audience: 'learner', to: '/', why: 'a pupil lands on Today' },
  { search: '', audience: 'staff', to: '/console', why: 'a teacher lands in the console' },
  {
    search: '?then=%2Froom%2F2026-11-25%2Fabc',
    audience: 'learner',
    to: '/room/2026-11-25/abc',
    why: 'the lesson asked for',
  },
  { search: '?then=%2F%2Fevil.example.org', audience: 'learner', to: '/', why: 'another server is refused' },
  {
    search: '?then=%2F%5Cevil.example.org',
    audience: 'staff',
    to: '/console',
    why: 'another server with a backslash',
  },
  {
    search: '?then=https%3A%2F%2Fevil.example.org',
    audience: 'staff',
    to: '/console',
    why: 'a whole address is refused',
  },
  { search: '?then=%2Fsign-in', audience: 'learner', to: '/', why: 'not in a circle' },
] as const)('$why', ({ search, audience, to }) => {
  expect(whereTo(search, audience)).toBe(to);
});

test.each([
  ['1234 5678', '12345678'],
  ['１２３４－５６７８', '12345678'],
  ['12345678 9', '12345678'],
  ['abc', ''],
])('%s is read as %s', (typed, digits) => {
  expect(cleanDigits(typed)).toBe(digits);
});
