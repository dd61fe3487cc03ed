import { expect, test } from 'vitest';
import type { TalkRow } from '../../wire.ts';
import {
  type RoomState,
  emptyRoom,
  lostPages,
  presenceGroups,
  withPresence,
  withTalk,
} from './room-state.ts';

const at = '2026-11-25T02:20:00Z';

function roomOf(...names: string[]): RoomState {
  const people = names.map((name) => [name, { personId: name, name, staff: false, classId: 'c' }] as const);
  return { ...emptyRoom, people: new Map(people) };
}

type Said = TalkRow extends infer Row ? (Row extends TalkRow ? Omit<Row, 'at' | 'classId'> : never) : never;

function after(room: RoomState, ...rows: Said[]): RoomState {
  const whole = rows.map((row) => ({ at, classId: null, ...row }) as TalkRow);
  return whole.reduce((now, row, index) => withTalk(now, index + 1, row), room);
}

test('hands stand in the order in which they went up, and go when they go down', () => {
  const room = after(
    roomOf('甲', '乙', '丙'),
    { kind: 'hand', personId: '乙', up: true },
    { kind: 'hand', personId: '甲', up: true },
    { kind: 'hand', personId: '丙', up: true },
    { kind: 'hand', personId: '甲', up: false },
  );
  expect(room.hands.map(({ personId }) => personId)).toEqual(['乙', '丙']);
});

test('a row that comes twice, by socket and by feed, counts once', () => {
  const row: TalkRow = {
    kind: 'chat',
    id: 'a',
    personId: '甲',
    staff: false,
    text: '老师好',
    at,
    classId: 'c',
  };
  const room = withTalk(withTalk(roomOf('甲'), 5, row), 5, row);
  expect(room.chat.length).toBe(1);
});

test('"not understood" counts pupils, not presses', () => {
  const room = after(
    roomOf('甲', '乙'),
    { kind: 'lost', personId: '甲', pageN: 6 },
    { kind: 'lost', personId: '甲', pageN: 6 },
    { kind: 'lost', personId: '乙', pageN: 6 },
    { kind: 'lost', personId: '甲', pageN: 2 },
    { kind: 'lost', personId: '乙', pageN: 4 },
    { kind: 'lost', personId: '乙', pageN: 4, takenBack: true },
  );
  expect(lostPages(room)).toEqual([
    { pageN: 6, count: 2 },
    { pageN: 2, count: 1 },
  ]);
});

test('an answer to an earlier roll call does not count for this one', () => {
  const room = after(
    roomOf('甲', '乙'),
    { kind: 'rollCall', id: 'first', personId: 't', until: at },
    { kind: 'rollCall', id: 'second', personId: 't', until: at },
    { kind: 'rollCallAnswer', id: 'first', personId: '甲' },
    { kind: 'rollCallAnswer', id: 'second', personId: '乙' },
  );
  expect([...(room.rollCall?.answered ?? [])]).toEqual(['乙']);
});

test('mute all lowers all hands; the switches go back', () => {
  const muted = after(
    roomOf('甲'),
    { kind: 'hand', personId: '甲', up: true },
    {
      kind: 'order',
      personId: 't',
      order: 'muteAll',
    },
  );
  expect([muted.muted, muted.hands.length]).toEqual([true, 0]);
  const back = withTalk(muted, 9, { kind: 'order', personId: 't', order: 'unmuteAll', at, classId: null });
  expect(back.muted).toBe(false);
});

test('who never came stands first, then who is gone longest; nobody who is expected is left out', () => {
  let room = roomOf('甲', '乙', '丙', '丁', '戊');
  room = withPresence(room, '甲', { state: 'here', since: at });
  room = withPresence(room, '乙', { state: 'left', since: '2026-11-25T02:30:00Z' });
  room = withPresence(room, '丙', { state: 'left', since: '2026-11-25T02:25:00Z' });
  room = withPresence(room, '丁', { state: 'weak', since: at });
  const groups = presenceGroups(room);
  expect(groups.missing.map(({ name }) => name)).toEqual(['戊', '丙', '乙']);
  expect([groups.expected, groups.arrived, groups.weak.length, groups.here.length]).toEqual([5, 2, 1, 1]);
});

test('teachers are in the room but never missing from it', () => {
  const people = new Map(roomOf('甲').people).set('师', {
    personId: '师',
    name: '师',
    staff: true,
    classId: null,
  });
  expect(presenceGroups({ ...emptyRoom, people })).toMatchObject({ expected: 1, missing: [{ name: '甲' }] });
});

test('somebody who is not of this lesson never appears in its list', () => {
  expect(withPresence(roomOf('甲'), '客', { state: 'here', since: at }).presence.size).toBe(0);
});

test('a reported line is hidden until its teacher decides; whoever reports it then asks for nothing new', () => {
  const line = { kind: 'chat', id: 'a', personId: '甲', staff: false, text: '难听的话' } as const;
  const reported = { kind: 'reported', personId: '乙', ofN: 1 } as const;
  const hidden = (isHidden: boolean) => ({ kind: 'hidden', ofN: 1, isHidden }) as const;
  const first = after(roomOf('甲', '乙'), line, reported, hidden(true));
  expect(first.chat).toMatchObject([{ n: 1, reporters: ['乙'], isHidden: true, isDecided: false }]);
  const again = { ...reported, personId: '丙' };
  const decided = after(roomOf('甲', '乙'), line, reported, hidden(true), hidden(false), again);
  expect(decided.chat).toMatchObject([{ reporters: ['乙', '丙'], isHidden: false, isDecided: true }]);
  const ofTeacher = after(roomOf('甲', '乙'), line, hidden(true), reported);
  expect(ofTeacher.chat).toMatchObject([{ isHidden: true, isDecided: true }]);
});
