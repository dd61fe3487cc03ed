import { expect, test } from 'vitest';
import type { TalkRow } from '../../wire.ts';
import { createTalk } from './talk.ts';

const open = { isPaused: false, isMuted: false, isEnded: false };
const common = { at: '2026-11-25T10:20:00+08:00', classId: null };
const chat = (text: string): TalkRow => ({
  ...common,
  kind: 'chat',
  id: text,
  personId: 'a',
  staff: false,
  text,
});
const hand = (personId: string, up: boolean): TalkRow => ({ ...common, kind: 'hand', personId, up });
const order = (name: 'pause' | 'resume' | 'muteAll' | 'unmuteAll' | 'end'): TalkRow => ({
  ...common,
  kind: 'order',
  personId: 't',
  order: name,
});

function talkAfter(...rows: TalkRow[]) {
  const talk = createTalk(open);
  rows.forEach((row, i) => talk.add({ n: i + 1, startMs: i * 1000, row }));
  return talk;
}

test('a message that comes by socket and by feed stands once', () => {
  const talk = createTalk(open);
  const entry = { n: 1, startMs: 0, row: chat('你好') };
  expect([talk.add(entry), talk.add(entry)]).toEqual([true, false]);
  expect(talk.state.chat).toHaveLength(1);
});

test('messages stand in the order the server took them in, however they came', () => {
  const talk = createTalk(open);
  talk.add({ n: 2, startMs: 2, row: chat('二') });
  talk.add({ n: 1, startMs: 1, row: chat('一') });
  expect(talk.state.chat.map(({ row }) => row.text)).toEqual(['一', '二']);
});

test('hands queue by who was first and raising again goes to the end', () => {
  const { state } = talkAfter(hand('a', true), hand('b', true), hand('a', false), hand('a', true));
  expect(state.hands).toEqual(['b', 'a']);
});

test('the order keys act until they are taken back', () => {
  expect(talkAfter(order('pause'), order('muteAll')).state).toMatchObject({ isPaused: true, isMuted: true });
  const { state } = talkAfter(
    order('pause'),
    order('muteAll'),
    order('resume'),
    order('unmuteAll'),
    order('end'),
  );
  expect(state).toMatchObject({ isPaused: false, isMuted: false, isEnded: true });
});

test('a roll call runs until the instant the server said', () => {
  const until = '2026-11-25T10:21:00+08:00';
  const { state } = talkAfter({ ...common, kind: 'rollCall', id: 'r', personId: 't', until });
  expect(state.rollCall).toEqual({ id: 'r', untilMs: Date.parse(until) });
});

test('only the end of the running countdown takes it away; the call made last stands', () => {
  const until = '2026-11-25T10:23:00+08:00';
  const timer = (id: string): TalkRow => ({ ...common, kind: 'timer', id, personId: 't', until });
  const stopped = (id: string): TalkRow => ({ ...common, kind: 'timerStopped', id, personId: 't' });
  const called = (id: string, personId: string): TalkRow => ({ ...common, kind: 'called', id, personId });
  const rows = [timer('x'), called('c', 'a'), timer('y'), stopped('x'), called('d', 'b')];
  expect(talkAfter(...rows).state).toMatchObject({
    timer: { id: 'y', untilMs: Date.parse(until) },
    called: { id: 'd', personId: 'b', atMs: Date.parse(common.at) },
  });
  expect(talkAfter(...rows, stopped('y')).state.timer).toBeNull();
});
