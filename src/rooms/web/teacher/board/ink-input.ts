import { PAGE_UNITS } from '../../../wire.ts';
import type { PageView } from '../../shared/page-view.ts';
import { type Ink, type PenPoint, ontoPage } from './ink.ts';

/** After a pen was near, fingers and palms do not draw for this long. */
const palmMs = 1_500;

/** Leads pen, finger and mouse on the page to the ink. */
export function listenToPen(view: PageView, ink: Ink): void {
  const { element } = view;
  let drawing: number | null = null;
  let penNearAt = -Infinity;

  const place = (event: PointerEvent): PenPoint => {
    const { x, y } = view.toPageUnits(event.clientX, event.clientY);
    // Tall pages reach further down than they are wide; four widths is more than any paper.
    return { x: ontoPage(x, PAGE_UNITS), y: ontoPage(y, PAGE_UNITS * 4), at: event.timeStamp };
  };

  const mayDraw = (event: PointerEvent): boolean => {
    if (event.pointerType === 'pen') penNearAt = event.timeStamp;
    const palm = event.pointerType === 'touch' && event.timeStamp - penNearAt < palmMs;
    return event.isPrimary && event.button === 0 && !palm;
  };

  element.addEventListener('pointerdown', (event) => {
    if (drawing !== null || !mayDraw(event)) return;
    event.preventDefault();
    drawing = event.pointerId;
    element.setPointerCapture(event.pointerId);
    ink.down(place(event), event.pointerType === 'pen' ? event.pressure : null);
  });

  element.addEventListener('pointermove', (event) => {
    const hoverPointer = drawing === null && ink.tool === 'pointer' && event.pointerType !== 'touch';
    if (event.pointerId !== drawing && !hoverPointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    ink.move((all.length > 0 ? all : [event]).map(place));
  });

  const stop = (event: PointerEvent): void => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    ink.up(event.timeStamp);
    if (event.pointerType === 'touch') ink.leave(event.timeStamp);
  };
  element.addEventListener('pointerup', stop);
  element.addEventListener('pointercancel', stop);
  element.addEventListener('pointerleave', (event) => {
    if (drawing === null) ink.leave(event.timeStamp);
  });
}
