import { expect, test } from 'vitest';
import { defaultRules } from './attendance.ts';
import { canWithdraw, contactMeans, dueAfterClose, dueForHelp, effectOf } from './follow-up.ts';

const at = (clock: string, day = '18') => new Date(`2026-11-${day}T${clock}:00+08:00`);
const now = at('19:00');
const given = { now, dueAt: at('10:00', '19'), rules: defaultRules };

test('a day that closes at 18:00 asks for a result by ten the next morning', () => {
  expect(dueAfterClose(at('18:00'), defaultRules)).toEqual(at('10:00', '19'));
});

test.each([
  { why: 'in the morning within two hours', now: at('10:25'), due: at('12:25') },
  { why: 'late in the afternoon by the close', now: at('17:00'), due: at('18:00') },
  { why: 'minutes before the close still half an hour', now: at('17:50'), due: at('18:20') },
  { why: 'after the close with the next morning', now: at('20:00'), due: at('10:00', '19') },
])('who cannot attend is helped $why', ({ now: told, due }) => {
  expect(dueForHelp(told, at('18:00'), defaultRules)).toEqual(due);
});

test('a lesson taught by telephone reaches and closes', () => {
  expect(effectOf('phone', 'taught', given)).toMatchObject({
    fact: { way: 'phone', outcome: 'taught' },
    closes: true,
  });
});

test('a promise to catch up stays open until it is kept', () => {
  expect(effectOf('phone', 'willMakeUp', given)).toEqual({
    fact: null,
    closes: false,
    dueAt: at('11:00', '19'),
    escalates: false,
  });
});

test('nobody answered: it stays open and is never due earlier than before', () => {
  expect(effectOf('phone', 'noAnswer', given)).toMatchObject({ closes: false, dueAt: given.dueAt });
  expect(effectOf('phone', 'noAnswer', { ...given, dueAt: at('12:00') })?.dueAt).toEqual(at('21:00'));
});

test('worry about a child is due at once', () => {
  expect(effectOf('visit', 'worried', given)).toMatchObject({ escalates: true, dueAt: now, closes: false });
});

test('a message alone teaches nobody and hands over no paper', () => {
  expect(effectOf('message', 'taught', given)).toBeNull();
  expect(effectOf('message', 'given', given)).toBeNull();
  expect(contactMeans.every((means) => effectOf(means, 'excused', given)?.fact?.way === 'excused')).toBe(
    true,
  );
});

test('taken back only once and only before somebody acted', () => {
  expect(canWithdraw({ withdrawnAt: null }, 0)).toBe(true);
  expect(canWithdraw({ withdrawnAt: now }, 0)).toBe(false);
  expect(canWithdraw({ withdrawnAt: null }, 1)).toBe(false);
});
