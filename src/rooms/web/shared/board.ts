import type { LessonEvent } from '../../wire.ts';

/**
 * What the board shows: the page in view, the strokes on each page, the pointer.
 *
 * Pure: the same events give the same board in a live lesson, for a late joiner and in a recording.
 */
export interface Board {
  /** Page the teacher shows; 0 is the blank board. */
  readonly pageN: number;
  readonly pointer: { x: number; y: number } | null;
  strokes(pageN: number): readonly Stroke[];
  /** Page a stroke is on, or `null` when it is not on the board (any more). */
  pageOf(strokeId: number): number | null;
  apply(event: LessonEvent): BoardChange;
  reset(): void;
}

export interface Stroke {
  readonly id: number;
  /** `TOOL_PEN` or `TOOL_MARKER`. */
  readonly tool: number;
  /** Index into `INK_COLOURS`. */
  readonly colour: number;
  /** In page units. */
  readonly width: number;
  /** x, y, x, y …: flat, because a lesson holds tens of thousands of them. */
  readonly points: number[];
  ended: boolean;
}

/** What a drawing must do after an event: nothing, more of one stroke, everything on a page, or the pointer only. */
export type BoardChange =
  | { kind: 'none' }
  | { kind: 'grow'; pageN: number; stroke: Stroke; fromPoint: number }
  | { kind: 'redraw'; pageN: number }
  | { kind: 'page'; pageN: number }
  | { kind: 'pointer' };

const nothing: BoardChange = { kind: 'none' };

/**
 * An empty board on the blank page 0.
 *
 * Events of strokes that are not known (erased before, or begun in a segment that never came) change nothing: a
 * torn log shows less ink, it never fails.
 */
export function createBoard(): Board {
  let pageN = 0;
  let pointer: { x: number; y: number } | null = null;
  let pages = new Map<number, Stroke[]>();
  let byId = new Map<number, { pageN: number; stroke: Stroke }>();

  const strokesOf = (n: number): Stroke[] => {
    let strokes = pages.get(n);
    if (!strokes) {
      strokes = [];
      pages.set(n, strokes);
    }
    return strokes;
  };

  const remove = (ids: readonly number[]): BoardChange => {
    let touched: number | null = null;
    for (const id of ids) {
      const known = byId.get(id);
      if (!known) continue;
      byId.delete(id);
      const strokes = strokesOf(known.pageN);
      strokes.splice(strokes.indexOf(known.stroke), 1);
      touched = known.pageN;
    }
    return touched === null ? nothing : { kind: 'redraw', pageN: touched };
  };

  return {
    get pageN() {
      return pageN;
    },
    get pointer() {
      return pointer;
    },
    strokes: (n) => pages.get(n) || [],
    pageOf(strokeId) {
      const known = byId.get(strokeId);
      return known ? known.pageN : null;
    },
    reset() {
      pageN = 0;
      pointer = null;
      pages = new Map();
      byId = new Map();
    },
    apply(event) {
      switch (event.kind) {
        case 'page':
          pageN = event.pageN;
          pointer = null;
          return { kind: 'page', pageN };
        case 'strokeStart': {
          if (byId.has(event.id)) return nothing;
          const { id, tool, colour, width } = event;
          const stroke: Stroke = { id, tool, colour, width, points: [], ended: false };
          strokesOf(pageN).push(stroke);
          byId.set(id, { pageN, stroke });
          return nothing;
        }
        case 'strokePoints': {
          const known = byId.get(event.id);
          if (!known || known.stroke.ended) return nothing;
          const fromPoint = known.stroke.points.length / 2;
          for (const { x, y } of event.points) known.stroke.points.push(x, y);
          return { kind: 'grow', pageN: known.pageN, stroke: known.stroke, fromPoint };
        }
        case 'strokeEnd': {
          const known = byId.get(event.id);
          if (!known || known.stroke.ended) return nothing;
          known.stroke.ended = true;
          const fromPoint = known.stroke.points.length / 2;
          return { kind: 'grow', pageN: known.pageN, stroke: known.stroke, fromPoint };
        }
        case 'erase':
          return remove(event.ids);
        case 'undo':
          return remove([event.id]);
        case 'pointer':
          pointer = event.at;
          return { kind: 'pointer' };
        case 'clear':
          for (const stroke of strokesOf(pageN)) byId.delete(stroke.id);
          pages.set(pageN, []);
          return { kind: 'redraw', pageN };
      }
    },
  };
}

/**
 * The events of one segment at their moments of lesson time, pen points one by one.
 *
 * Ink then appears as it was drawn, although it travelled in pieces of up to a second.
 *
 * @param startMs - lesson time of the segment.
 * @returns in the order written; `atMs` may step back a little between a stroke's points and the next event.
 */
export function eventMoments(
  startMs: number,
  events: readonly LessonEvent[],
): { atMs: number; event: LessonEvent }[] {
  const moments: { atMs: number; event: LessonEvent }[] = [];
  for (const event of events) {
    const atMs = startMs + event.dtMs;
    if (event.kind !== 'strokePoints') moments.push({ atMs, event });
    else {
      for (const point of event.points) {
        moments.push({ atMs: atMs + point.tMs, event: { ...event, points: [point] } });
      }
    }
  }
  return moments;
}
