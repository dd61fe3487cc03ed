import { expect, test } from 'vitest';
import { type LessonEvent, decodeEvents, encodeEvents } from '../../../wire.ts';
import { createBoard } from '../../shared/board.ts';
import { Ink } from './ink.ts';

/** A teacher's board, and a pupil's that hears only what is written into the lesson. */
function desk() {
  const board = createBoard();
  const written: LessonEvent[] = [];
  const ink = new Ink(1, {
    board,
    show: (event) => void board.apply({ ...event, dtMs: 0 }),
    write: (event) => void written.push({ ...event, dtMs: 0 }),
  });
  const pupil = () => {
    const other = createBoard();
    for (const event of decodeEvents(encodeEvents(written))) other.apply(event);
    return other;
  };
  const line = (y: number, fromAt = 0) => {
    ink.down({ x: 100, y, at: fromAt }, null);
    for (let step = 1; step <= 40; step++) ink.move([{ x: 100 + step * 50, y, at: fromAt + step * 16 }]);
    ink.up(fromAt + 700);
  };
  return { ink, board, written, pupil, line };
}

test('pupils get exactly the ink that the teacher sees', () => {
  const { ink, board, pupil, line } = desk();
  line(500);
  ink.tool = 'marker';
  ink.colour = 3;
  line(900, 1_000);
  expect(pupil().strokes(0)).toEqual(board.strokes(0));
  expect(board.strokes(0).map(({ points }) => points.length)).toEqual([82, 82]);
});

test('a stroke is written in pieces while it is drawn, not after it', () => {
  const { written, ink } = desk();
  ink.down({ x: 0, y: 0, at: 0 }, null);
  for (let step = 1; step <= 40; step++) ink.move([{ x: step * 50, y: 0, at: step * 16 }]);
  expect(written.filter(({ kind }) => kind === 'strokePoints').length).toBe(2);
});

test('a trembling hand does not fill the log', () => {
  const { ink, board } = desk();
  ink.down({ x: 100, y: 100, at: 0 }, null);
  for (let step = 1; step < 200; step++) ink.move([{ x: 100 + (step % 2), y: 100, at: step }]);
  ink.up(300);
  expect(board.strokes(0)[0]?.points.length).toBe(2);
});

test('the eraser takes what it touches and leaves the line beside it', () => {
  const { ink, board, pupil, line } = desk();
  line(500);
  line(1_000);
  ink.tool = 'eraser';
  ink.down({ x: 1_000, y: 520, at: 2_000 }, null);
  ink.up(2_100);
  expect(board.strokes(0).map(({ points }) => points[1])).toEqual([1_000]);
  expect(pupil().strokes(0)).toEqual(board.strokes(0));
});

test('undo takes back the last line, and draws again what was rubbed out', () => {
  const { ink, board, pupil, line } = desk();
  line(500);
  line(1_000);
  ink.undo(3_000);
  expect(board.strokes(0).map(({ points }) => points[1])).toEqual([500]);
  ink.clear(3_100);
  expect(board.strokes(0)).toEqual([]);
  ink.undo(3_200);
  expect(board.strokes(0).map(({ points }) => points[1])).toEqual([500]);
  expect(pupil().strokes(0)).toEqual(board.strokes(0));
});

test('undo never reaches a page that is not in view', () => {
  const { ink, board, line } = desk();
  line(500);
  ink.turn(2, 3_000);
  ink.undo(3_100);
  expect(board.strokes(0).length).toBe(1);
});

test('a hard-pressed pen draws wider', () => {
  const { ink, board } = desk();
  ink.down({ x: 0, y: 0, at: 0 }, 0.1);
  ink.up(1);
  ink.down({ x: 0, y: 0, at: 2 }, 0.9);
  ink.up(3);
  const [soft, hard] = board.strokes(0);
  expect(hard?.width).toBeGreaterThan((soft?.width ?? 0) * 1.5);
});

test('the laser point is followed without flooding the log', () => {
  const { ink, board, written } = desk();
  ink.tool = 'pointer';
  for (let at = 0; at < 1_000; at += 8) ink.move([{ x: at, y: at, at: at + 1_000 }]);
  expect(board.pointer).toEqual({ x: 992, y: 992 });
  expect(written.length).toBeLessThanOrEqual(13);
  ink.leave(2_000);
  expect(board.pointer).toBe(null);
});
