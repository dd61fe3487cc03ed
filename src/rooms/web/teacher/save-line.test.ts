import { expect, test } from 'vitest';
import type { CaptureStatus } from './capture/messages.ts';
import { saveLine } from './save-line.ts';

const fine: CaptureStatus = {
  state: 'fine',
  code: null,
  unsent: 1,
  unsentMs: 1_980,
  lessonMs: 64_000,
  heldMs: 61_380,
  level: 0.1,
  durable: true,
  pagesUnsent: 0,
};
const clock = (ms: number) => `${Math.floor(ms / 1_000)} s`;
const line = (status: Partial<CaptureStatus>, begun = true) => saveLine({ ...fine, ...status }, begun, clock);

test('"saved" names the moment up to which the server has said that it holds the voice', () => {
  expect(line({})).toEqual({
    tone: 'fine',
    title: { key: 'rooms.teacher.save.fine' },
    detail: { key: 'rooms.teacher.save.until', params: { clock: '61 s' } },
  });
});

test.each([
  { status: { state: 'retrying' }, tone: 'soon', title: 'unsent', why: 'the line is down' },
  { status: { unsentMs: 7_920 }, tone: 'soon', title: 'unsent', why: 'the line is too slow' },
  { status: { state: 'signIn' }, tone: 'soon', title: 'sign-in', why: 'the session is over' },
  {
    status: { state: 'retrying', durable: false },
    tone: 'bad',
    title: 'unsent',
    why: 'a reload would lose words',
  },
  { status: { state: 'otherWriter' }, tone: 'bad', title: 'other-writer', why: 'another device teaches' },
  { status: { state: 'refused' }, tone: 'bad', title: 'refused', why: 'the server takes no more' },
] as const)('never "saved" when $why', ({ status, tone, title }) => {
  expect(line(status)).toMatchObject({ tone, title: { key: `rooms.teacher.save.${title}` } });
});

test('before the lesson it says that nothing is recorded', () => {
  expect(line({ unsent: 0, unsentMs: 0 }, false)).toMatchObject({
    tone: 'idle',
    title: { key: 'rooms.teacher.save.not-begun' },
  });
});

test('pages on their way are said, the voice is safe all the same', () => {
  expect(line({ pagesUnsent: 3 })).toMatchObject({
    tone: 'fine',
    detail: { key: 'rooms.teacher.save.pages', params: { count: 3 } },
  });
});
