import { useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import type { Slot } from '../../contract.ts';
import { besides, type Direction, type Place } from './model.ts';

const ARROWS: Record<string, Direction> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

export interface GridCell {
  readonly row: number;
  readonly column: number;
  readonly place: Place;
  /** Class of the row in the school's view. */
  readonly classId: string | null;
  readonly slot: Slot | null;
}

export interface GridEvents {
  /** A cell has the focus; says what is there, and with a lifted lesson what would come of dropping it. */
  readonly onVisit: (cell: GridCell) => void;
  readonly onLift: (slot: Slot) => void;
  readonly onDrop: (cell: GridCell) => void;
  readonly onCancel: () => void;
  readonly onOpen: (cell: GridCell) => void;
}

/**
 * Keyboard and mouse of a planner grid: arrows move, Space lifts and drops, Enter opens, Escape lets go; or dragging.
 *
 * One cell of the grid is in the tab order (roving), so that Tab leaves the grid with one press.
 */
export function useGrid(
  size: { rows: number; columns: number },
  lifted: Slot | null,
  { onVisit, onLift, onDrop, onCancel, onOpen }: GridEvents,
) {
  const [at, setAt] = useState({ row: 0, column: 0 });
  const cells = useRef(new Map<string, HTMLElement>());
  const keyOf = (row: number, column: number): string => `${row} ${column}`;

  return (cell: GridCell) => ({
    tabIndex: at.row === cell.row && at.column === cell.column ? 0 : -1,
    draggable: cell.slot !== null,
    ref: (element: HTMLElement | null) => {
      if (element) cells.current.set(keyOf(cell.row, cell.column), element);
      else cells.current.delete(keyOf(cell.row, cell.column));
    },
    onFocus: () => {
      setAt({ row: cell.row, column: cell.column });
      onVisit(cell);
    },
    onClick: () => (lifted ? onDrop(cell) : onOpen(cell)),
    onKeyDown: (event: KeyboardEvent) => {
      const direction = ARROWS[event.key];
      if (direction) {
        const next = besides(cell, direction, size);
        cells.current.get(keyOf(next.row, next.column))?.focus();
      } else if (event.key === ' ') {
        if (lifted) onDrop(cell);
        else if (cell.slot) onLift(cell.slot);
      } else if (event.key === 'Enter') onOpen(cell);
      else if (event.key === 'Escape' && lifted) onCancel();
      else return;
      event.preventDefault();
    },
    onDragStart: (event: DragEvent) => {
      if (!cell.slot) return;
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', cell.slot.itemId);
      onLift(cell.slot);
    },
    onDragOver: (event: DragEvent) => {
      if (lifted) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      onDrop(cell);
    },
    onDragEnd: () => onCancel(),
  });
}
