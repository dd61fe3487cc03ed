import { expect, test } from 'vitest';
import { TOOL_PEN, type LessonEvent } from '../../wire.ts';
import { createBoard, eventMoments } from './board.ts';
import { createTimeline } from './timeline.ts';

const start = (id: number): LessonEvent => ({
  kind: 'strokeStart',
  dtMs: 0,
  id,
  tool: TOOL_PEN,
  colour: 1,
  width: 24,
});
const points = (id: number, ...xs: number[]): LessonEvent => ({
  kind: 'strokePoints',
  dtMs: 0,
  id,
  points: xs.map((x, i) => ({ x, y: x, tMs: 20 * i })),
});
const end = (id: number): LessonEvent => ({ kind: 'strokeEnd', dtMs: 0, id });
const turn = (pageN: number): LessonEvent => ({ kind: 'page', dtMs: 0, pageN });

function boardAfter(...events: LessonEvent[]) {
  const board = createBoard();
  for (const event of events) board.apply(event);
  return board;
}
const idsOn = (board: ReturnType<typeof createBoard>, pageN: number) =>
  board.strokes(pageN).map(({ id }) => id);

test('ink stays on the page it was drawn on', () => {
  const board = boardAfter(turn(1), start(1), points(1, 10, 20), end(1), turn(2), start(2), points(2, 5));
  expect([idsOn(board, 1), idsOn(board, 2), board.pageN]).toEqual([[1], [2], 2]);
  expect(board.strokes(1)[0]!.points).toEqual([10, 10, 20, 20]);
});

test('the eraser and undo take ink away, also from a page that is not shown', () => {
  const board = boardAfter(turn(1), start(1), start(2), start(3), turn(2));
  expect(board.apply({ kind: 'erase', dtMs: 0, ids: [1, 99] })).toEqual({ kind: 'redraw', pageN: 1 });
  expect(board.apply({ kind: 'undo', dtMs: 0, id: 3 })).toEqual({ kind: 'redraw', pageN: 1 });
  expect(idsOn(board, 1)).toEqual([2]);
});

test('clearing wipes the page shown and no other', () => {
  const board = boardAfter(turn(1), start(1), turn(2), start(2), { kind: 'clear', dtMs: 0 });
  expect([idsOn(board, 1), idsOn(board, 2)]).toEqual([[1], []]);
});

test('points of a stroke whose beginning never came change nothing', () => {
  const board = boardAfter(turn(1));
  expect(board.apply(points(7, 1, 2))).toEqual({ kind: 'none' });
  expect(idsOn(board, 1)).toEqual([]);
});

test('the pointer goes when the page is turned', () => {
  const board = boardAfter(turn(1), { kind: 'pointer', dtMs: 0, at: { x: 5, y: 6 } });
  expect(board.pointer).toEqual({ x: 5, y: 6 });
  board.apply(turn(2));
  expect(board.pointer).toBeNull();
});

function played() {
  const seen: string[] = [];
  const timeline = createTimeline<string>(
    (event) => seen.push(event),
    () => seen.push('from the start'),
  );
  return { seen, timeline };
}

test('ink waits for the voice, however early it came', () => {
  const { seen, timeline } = played();
  timeline.add(1, [
    { atMs: 100, event: 'a' },
    { atMs: 900, event: 'b' },
  ]);
  timeline.release(500);
  expect(seen).toEqual(['a']);
  timeline.release(900);
  expect(seen).toEqual(['a', 'b']);
});

test('going back in a recording shows the board as it was then', () => {
  const { seen, timeline } = played();
  timeline.add(1, [
    { atMs: 100, event: 'a' },
    { atMs: 900, event: 'b' },
  ]);
  timeline.release(1000);
  seen.length = 0;
  timeline.release(300);
  expect(seen).toEqual(['from the start', 'a']);
});

test('an event that comes after its moment is put where it belongs', () => {
  const { seen, timeline } = played();
  timeline.add(2, [{ atMs: 900, event: 'b' }]);
  timeline.release(1000);
  timeline.add(1, [{ atMs: 100, event: 'a' }]);
  expect(seen).toEqual(['b', 'from the start', 'a', 'b']);
});

test('a segment that comes twice is shown once', () => {
  const { seen, timeline } = played();
  timeline.add(1, [{ atMs: 100, event: 'a' }]);
  timeline.add(1, [{ atMs: 100, event: 'a' }]);
  timeline.release(1000);
  expect(seen).toEqual(['a']);
});

test('a stroke never ends before its last point', () => {
  const { seen, timeline } = played();
  const events = [start(1), points(1, 1, 2, 3), end(1)];
  timeline.add(
    1,
    eventMoments(1000, events).map(({ atMs, event }) => ({ atMs, event: `${event.kind} ${atMs}` })),
  );
  timeline.release(1020);
  expect(seen).toEqual(['strokeStart 1000', 'strokePoints 1000', 'strokePoints 1020']);
  timeline.release(1040);
  expect(seen.slice(3)).toEqual(['strokePoints 1040', 'strokeEnd 1000']);
});
