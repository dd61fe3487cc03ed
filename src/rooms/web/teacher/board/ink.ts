import { type InkPoint, PAGE_UNITS, TOOL_MARKER, TOOL_PEN } from '../../../wire.ts';
import type { Board, Stroke } from '../../shared/board.ts';
import type { UntimedEvent } from '../capture/messages.ts';

export type ToolName = 'pen' | 'marker' | 'eraser' | 'pointer';

/** A place of the pen: page units, and `performance.now()` of when it was there. */
export interface PenPoint {
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

interface InkOptions {
  readonly board: Board;
  /** Shows an event on the teacher's own board at once. */
  readonly show: (event: UntimedEvent) => void;
  /** Writes an event into the lesson. */
  readonly write: (event: UntimedEvent, at: number) => void;
}

/** Points go out in pieces of this length: short enough for the live lesson, long enough to pack well. */
const pieceMs = 200;
/** A laser point needs no more places a second to be followed. */
const pointerMs = 80;
/** Nearer than this no eye sees a difference; page units. */
const leastStep = 5;
const penWidth = 26;
const markerWidth = 190;
const eraserRadius = 90;

type Done =
  | { readonly kind: 'drawn'; readonly pageN: number; readonly id: number }
  | { readonly kind: 'removed'; readonly pageN: number; readonly strokes: readonly Stroke[] };

/** What the tools do to the board: turns places of the pen into events, and takes them back. */
export class Ink {
  readonly #options: InkOptions;
  #nextId: number;
  #stroke: { id: number; last: PenPoint } | null = null;
  #piece: PenPoint[] = [];
  #erased: Stroke[] = [];
  #erasing = false;
  #pointerSentAt = 0;
  #pointing = false;
  readonly #done: Done[] = [];
  tool: ToolName = 'pen';
  /** Index into `INK_COLOURS`. */
  colour = 1;

  /** @param firstId - higher than any stroke id of this lesson so far. */
  constructor(firstId: number, options: InkOptions) {
    this.#options = options;
    this.#nextId = firstId;
  }

  /** @param pressure - 0..1 from a pen, null from finger and mouse, which have none. */
  down(point: PenPoint, pressure: number | null): void {
    if (this.tool === 'pointer') return this.#point(point);
    if (this.tool === 'eraser') {
      this.#erasing = true;
      return this.#erase(point);
    }
    const id = this.#nextId++;
    const marker = this.tool === 'marker';
    const width = marker ? markerWidth : penWidthOf(pressure);
    const tool = marker ? TOOL_MARKER : TOOL_PEN;
    this.#both({ kind: 'strokeStart', id, tool, colour: this.colour, width }, point.at);
    this.#stroke = { id, last: point };
    this.#done.push({ kind: 'drawn', pageN: this.#options.board.pageN, id });
    this.#grow([point]);
  }

  move(points: readonly PenPoint[]): void {
    if (this.tool === 'pointer') {
      const last = points.at(-1);
      return last && this.#point(last);
    }
    if (this.#erasing) {
      for (const point of points) this.#erase(point);
      return;
    }
    const { last } = this.#stroke ?? {};
    if (!last) return;
    const far: PenPoint[] = [];
    let from = last;
    for (const point of points) {
      if (Math.hypot(point.x - from.x, point.y - from.y) < leastStep) continue;
      far.push(point);
      from = point;
    }
    this.#grow(far);
  }

  up(at: number): void {
    if (this.#erased.length > 0) {
      this.#done.push({ kind: 'removed', pageN: this.#options.board.pageN, strokes: this.#erased });
    }
    this.#erased = [];
    this.#erasing = false;
    if (!this.#stroke) return;
    this.#sendPiece();
    this.#both({ kind: 'strokeEnd', id: this.#stroke.id }, at);
    this.#stroke = null;
  }

  /** The pointer has left the page, or another tool was taken. */
  leave(at: number): void {
    if (!this.#pointing) return;
    this.#pointing = false;
    this.#both({ kind: 'pointer', at: null }, at);
  }

  turn(pageN: number, at: number): void {
    this.up(at);
    this.leave(at);
    this.#both({ kind: 'page', pageN }, at);
  }

  clear(at: number): void {
    const { board } = this.#options;
    const strokes = [...board.strokes(board.pageN)];
    if (strokes.length === 0) return;
    this.#done.push({ kind: 'removed', pageN: board.pageN, strokes });
    this.#both({ kind: 'clear' }, at);
  }

  /** Takes back what was last done on the page in view; what was rubbed out is drawn again. */
  undo(at: number): void {
    const { board } = this.#options;
    const here = this.#done.filter(
      (one) => one.pageN === board.pageN && (one.kind === 'removed' || board.pageOf(one.id) !== null),
    );
    const last = here.at(-1);
    if (!last) return;
    this.#done.splice(this.#done.indexOf(last), 1);
    if (last.kind === 'drawn') this.#both({ kind: 'undo', id: last.id }, at);
    else for (const stroke of last.strokes) this.#again(stroke, at);
  }

  #again(stroke: Stroke, at: number): void {
    const id = this.#nextId++;
    const { tool, colour, width } = stroke;
    const points: InkPoint[] = [];
    for (let i = 0; i + 1 < stroke.points.length; i += 2) {
      points.push({ x: stroke.points[i] ?? 0, y: stroke.points[i + 1] ?? 0, tMs: 0 });
    }
    this.#both({ kind: 'strokeStart', id, tool, colour, width }, at);
    this.#both({ kind: 'strokePoints', id, points }, at);
    this.#both({ kind: 'strokeEnd', id }, at);
    this.#done.push({ kind: 'drawn', pageN: this.#options.board.pageN, id });
  }

  #grow(points: readonly PenPoint[]): void {
    const last = points.at(-1);
    if (!this.#stroke || !last) return;
    this.#stroke.last = last;
    const inked = points.map(({ x, y }) => ({ x, y, tMs: 0 }));
    this.#options.show({ kind: 'strokePoints', id: this.#stroke.id, points: inked });
    this.#piece.push(...points);
    if (last.at - (this.#piece[0]?.at ?? last.at) >= pieceMs) this.#sendPiece();
  }

  #sendPiece(): void {
    const [first] = this.#piece;
    if (!first || !this.#stroke) return;
    const points = this.#piece.map(({ x, y, at }) => ({ x, y, tMs: Math.max(0, Math.round(at - first.at)) }));
    this.#options.write({ kind: 'strokePoints', id: this.#stroke.id, points }, first.at);
    this.#piece = [];
  }

  #erase(point: PenPoint): void {
    const { board } = this.#options;
    const hit = board.strokes(board.pageN).filter((stroke) => touches(stroke, point));
    if (hit.length === 0) return;
    this.#erased.push(...hit);
    this.#both({ kind: 'erase', ids: hit.map(({ id }) => id) }, point.at);
  }

  #point(point: PenPoint): void {
    const event = { kind: 'pointer', at: { x: point.x, y: point.y } } as const;
    this.#pointing = true;
    this.#options.show(event);
    if (point.at - this.#pointerSentAt < pointerMs) return;
    this.#pointerSentAt = point.at;
    this.#options.write(event, point.at);
  }

  #both(event: UntimedEvent, at: number): void {
    this.#options.show(event);
    this.#options.write(event, at);
  }
}

/** A pen pressed hard draws up to twice as wide. */
function penWidthOf(pressure: number | null): number {
  return Math.round(pressure === null ? penWidth : penWidth * (0.65 + pressure * 0.9));
}

function touches(stroke: Stroke, point: { x: number; y: number }): boolean {
  const reach = eraserRadius + stroke.width / 2;
  const { points } = stroke;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const from = { x: points[Math.max(0, i - 2)] ?? 0, y: points[Math.max(1, i - 1)] ?? 0 };
    const to = { x: points[i] ?? 0, y: points[i + 1] ?? 0 };
    if (distance(point, from, to) <= reach) return true;
  }
  return false;
}

function distance(
  p: { x: number; y: number },
  a: { x: number; y: number },
  b: { x: number; y: number },
): number {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length === 0) return Math.hypot(p.x - a.x, p.y - a.y);
  const along = Math.max(
    0,
    Math.min(1, ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / length ** 2),
  );
  return Math.hypot(p.x - a.x - along * (b.x - a.x), p.y - a.y - along * (b.y - a.y));
}

/** Keeps a place on the paper; a pen may slide a little over its edge. */
export function ontoPage(value: number, most: number): number {
  return Math.round(Math.max(-PAGE_UNITS / 50, Math.min(most + PAGE_UNITS / 50, value)));
}
