import './page-view.css';
import { INK_COLOURS, PAGE_UNITS, TOOL_MARKER } from '../../wire.ts';
import type { Board, BoardChange, Stroke } from './board.ts';

/** The picture of one page and its measures; `src` is null while nothing of it has come yet. */
export interface PagePicture {
  /** Page number; 0 is the blank board. */
  pageN: number;
  src: string | null;
  /** Pixels of the picture; only their ratio counts. */
  width: number;
  height: number;
  /** What a screen reader says for the page. */
  alt: string;
}

export interface PageView {
  readonly element: HTMLElement;
  /** Shows a page of the board: its picture, and all its ink. */
  show(picture: PagePicture, board: Board): void;
  /** Draws what one event changed; cheap for a growing stroke. */
  draw(board: Board, change: BoardChange): void;
  /** Draws everything of the page again, after a jump in time. */
  redraw(board: Board): void;
  /** 1 fits the page into its place; 2 is twice that, with scrolling. */
  zoom(factor: 1 | 2): void;
  /** Page units under a point of the screen; may lie outside 0..8192 when the point lies beside the page. */
  toPageUnits(clientX: number, clientY: number): { x: number; y: number };
  destroy(): void;
}

/** A phone keeps two canvases of a page; more pixels than this costs memory and shows nothing. */
const mostCanvasPixels = 4_000_000;

/**
 * Page picture with ink above it, sharp on screens of any density.
 *
 * The marker has a canvas of its own with one opacity for all of it, so that a stroke crossing itself does not
 * darken, and so that each stroke can be drawn piece by piece as it comes.
 *
 * The picture is fitted into the place the element is given; the caller sizes the element.
 */
export function createPageView(): PageView {
  const element = document.createElement('div');
  element.className = 'page-view';
  const frame = document.createElement('div');
  frame.className = 'page-frame';
  const image = document.createElement('img');
  image.hidden = true;
  image.draggable = false;
  const marker = document.createElement('canvas');
  marker.className = 'page-marker';
  const pen = document.createElement('canvas');
  pen.className = 'page-pen';
  const pointer = document.createElement('div');
  pointer.className = 'page-pointer';
  pointer.hidden = true;
  frame.append(image, marker, pen, pointer);
  element.append(frame);

  let picture: PagePicture = { pageN: 0, src: null, width: 4, height: 3, alt: '' };
  let shown: Board | null = null;
  let zoomFactor: 1 | 2 = 1;
  let frameWidth = 0;
  let frameHeight = 0;

  const contextOf = (canvas: HTMLCanvasElement): CanvasRenderingContext2D => {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser gives no 2d canvas');
    return context;
  };

  const fit = (): void => {
    const box = element.getBoundingClientRect();
    const scale = Math.min(box.width / picture.width, box.height / picture.height) * zoomFactor;
    if (!Number.isFinite(scale) || scale <= 0) return;
    frameWidth = Math.round(picture.width * scale);
    frameHeight = Math.round(picture.height * scale);
    frame.style.width = `${frameWidth}px`;
    frame.style.height = `${frameHeight}px`;
    frame.style.left = `${Math.max(0, Math.round((box.width - frameWidth) / 2))}px`;
    frame.style.top = `${Math.max(0, Math.round((box.height - frameHeight) / 2))}px`;
    const ratio = Math.min(
      window.devicePixelRatio || 1,
      Math.sqrt(mostCanvasPixels / Math.max(1, frameWidth * frameHeight)),
    );
    for (const canvas of [marker, pen]) {
      canvas.width = Math.max(1, Math.round(frameWidth * ratio));
      canvas.height = Math.max(1, Math.round(frameHeight * ratio));
    }
    if (shown) drawAll(shown);
  };

  const drawStroke = (stroke: Stroke, fromPoint: number): void => {
    const canvas = stroke.tool === TOOL_MARKER ? marker : pen;
    const context = contextOf(canvas);
    const scale = canvas.width / PAGE_UNITS;
    const { points } = stroke;
    const count = points.length / 2;
    if (count === 0) return;
    const x = (i: number) => points[2 * i]! * scale;
    const y = (i: number) => points[2 * i + 1]! * scale;
    context.strokeStyle = INK_COLOURS[stroke.colour] || INK_COLOURS[0];
    context.lineWidth = Math.max(1, stroke.width * scale);
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    if (count === 1) {
      context.moveTo(x(0), y(0));
      context.lineTo(x(0) + 0.01, y(0));
    } else {
      // Curves run from the middle of one chord to the middle of the next, so a new point never moves old ink.
      const first = Math.max(1, fromPoint);
      if (first === 1) context.moveTo(x(0), y(0));
      else context.moveTo((x(first - 2) + x(first - 1)) / 2, (y(first - 2) + y(first - 1)) / 2);
      for (let i = first; i < count; i += 1) {
        context.quadraticCurveTo(x(i - 1), y(i - 1), (x(i - 1) + x(i)) / 2, (y(i - 1) + y(i)) / 2);
      }
      if (stroke.ended) {
        if (first >= count)
          context.moveTo((x(count - 2) + x(count - 1)) / 2, (y(count - 2) + y(count - 1)) / 2);
        context.lineTo(x(count - 1), y(count - 1));
      }
    }
    context.stroke();
  };

  const drawPointer = (board: Board): void => {
    const at = board.pageN === picture.pageN ? board.pointer : null;
    pointer.hidden = !at;
    if (!at) return;
    const scale = frameWidth / PAGE_UNITS;
    pointer.style.transform = `translate(${Math.round(at.x * scale)}px, ${Math.round(at.y * scale)}px)`;
  };

  const drawAll = (board: Board): void => {
    for (const canvas of [marker, pen]) contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
    for (const stroke of board.strokes(picture.pageN)) drawStroke(stroke, 0);
    drawPointer(board);
  };

  // Safari 13.0 has no ResizeObserver; there the window's own event is enough, the room only changes with it.
  const observer = typeof ResizeObserver === 'function' ? new ResizeObserver(fit) : null;
  if (observer) observer.observe(element);
  else window.addEventListener('resize', fit);

  return {
    element,
    show(next, board) {
      const sameShape = next.width === picture.width && next.height === picture.height;
      picture = next;
      shown = board;
      image.alt = next.alt;
      image.hidden = next.src === null;
      if (next.src !== null && image.getAttribute('src') !== next.src) image.src = next.src;
      if (sameShape && frameWidth > 0) drawAll(board);
      else fit();
    },
    draw(board, change) {
      shown = board;
      if (change.kind === 'pointer') drawPointer(board);
      else if (change.kind === 'redraw' && change.pageN === picture.pageN) drawAll(board);
      else if (change.kind === 'grow' && change.pageN === picture.pageN)
        drawStroke(change.stroke, change.fromPoint);
    },
    redraw(board) {
      shown = board;
      drawAll(board);
    },
    zoom(factor) {
      zoomFactor = factor;
      element.dataset['zoom'] = String(factor);
      fit();
    },
    toPageUnits(clientX, clientY) {
      const box = frame.getBoundingClientRect();
      const scale = PAGE_UNITS / Math.max(1, box.width);
      return { x: Math.round((clientX - box.left) * scale), y: Math.round((clientY - box.top) * scale) };
    },
    destroy() {
      if (observer) observer.disconnect();
      else window.removeEventListener('resize', fit);
      element.remove();
    },
  };
}
