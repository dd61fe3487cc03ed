import { expect, test } from 'vitest';
import { aTodayLesson as aLesson } from './a-today.ts';
import { lessonDoor, lessonNow, minutesBetween, partOfDay } from './today-lessons.ts';

test('the running lesson comes before the open one, and that before the next', () => {
  const ended = aLesson({ state: 'ended', period: 1 });
  const running = aLesson({ state: 'running', period: 2 });
  const open = aLesson({ state: 'open', period: 3 });
  const next = aLesson({ state: 'before', period: 4 });
  expect(lessonNow([ended, next, open, running])?.period).toBe(2);
  expect(lessonNow([ended, next, open])?.period).toBe(3);
  expect(lessonNow([ended, next])?.period).toBe(4);
});

test('a cancelled lesson and a finished day leave nothing to enter', () => {
  expect(lessonNow([aLesson({ state: 'cancelled' }), aLesson({ state: 'ended' })])).toBeNull();
});

test.each([
  { change: { mode: 'live', state: 'open' }, kind: 'room' },
  { change: { mode: 'live', state: 'before' }, kind: 'wait' },
  { change: { mode: 'live', state: 'ended' }, kind: 'room' },
  {
    change: { mode: 'external', state: 'running', link: 'https://meeting.example.org/1' },
    kind: 'elsewhere',
  },
  { change: { mode: 'external', state: 'running', link: null }, kind: 'wait' },
  { change: { mode: 'tv', state: 'running' }, kind: 'none' },
  { change: { mode: 'paper', state: 'running' }, kind: 'none' },
] as const)('a lesson that is $change.mode and $change.state has the door $kind', ({ change, kind }) => {
  expect(lessonDoor(aLesson(change), null).kind).toBe(kind);
});

test('minutes are whole and never negative', () => {
  expect(minutesBetween('2026-11-25T10:20:00+08:00', '2026-11-25T02:24:59Z')).toBe(4);
  expect(minutesBetween('2026-11-25T10:20:00+08:00', '2026-11-25T10:19:00+08:00')).toBe(0);
});

test.each([
  [7, 'morning'],
  [12, 'noon'],
  [15, 'afternoon'],
  [20, 'evening'],
  [1, 'evening'],
] as const)('at %i o’clock it is %s', (hour, part) => {
  expect(partOfDay(hour)).toBe(part);
});

test('a lesson held elsewhere goes by our page, where the roll is called', () => {
  const lesson = aLesson({ mode: 'external', state: 'running', link: 'https://meeting.example.org/1' });
  expect(lessonDoor(lesson, 'child-1')).toEqual({
    kind: 'elsewhere',
    href: '/room/2026-11-25/01980000-0000-7000-8000-000000000001?for=child-1',
  });
});

test('a child on a parent’s telephone is named in the address of the room', () => {
  const door = lessonDoor(aLesson({ state: 'running' }), 'child-1');
  expect(door).toEqual({
    kind: 'room',
    href: '/room/2026-11-25/01980000-0000-7000-8000-000000000001?for=child-1',
  });
});
