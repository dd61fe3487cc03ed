import { normaliseText } from '../rules/text.ts';
import type { WorkbookLimits } from './limits.ts';
import type { WorkbookRefusalCode } from './refusal.ts';
import type { CellKind, CellMark, MergeRange, Sheet, SheetRow } from './workbook.ts';

/** Ends reading with a refusal; caught at the edge of the reader. */
export class Refused extends Error {
  readonly code: WorkbookRefusalCode;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(code: WorkbookRefusalCode, params: Record<string, string | number> = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

export interface RawCell {
  readonly text: string;
  readonly kind: CellKind;
  readonly raw: string;
  readonly formula: boolean;
}

/** Longest text kept of one cell; Excel allows 32,767, no name or lesson needs more than a few lines. */
const CELL_CHARACTERS = 2_000;

/** Counts what a workbook costs while it is read. */
export class Meter {
  readonly limits: WorkbookLimits;
  #cells = 0;
  #characters = 0;
  constructor(limits: WorkbookLimits) {
    this.limits = limits;
  }
  /** @throws {Refused} `workbook_too_large` when a cap is passed. */
  add(text: string): void {
    this.#cells += 1;
    this.#characters += text.length;
    if (this.#cells > this.limits.cells || this.#characters > this.limits.characters) {
      throw new Refused('workbook_too_large');
    }
  }
}

/** Gathers the cells of one sheet in any order and gives them back as rows. */
export class SheetBuilder {
  readonly #rows = new Map<number, { texts: string[]; marks: CellMark[] }>();
  readonly #meter: Meter;
  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** @param row - from 1. @param column - from 1. */
  put(row: number, column: number, cell: RawCell, merged: MergeRange | null = null): void {
    const limits = this.#meter.limits;
    if (row > limits.rowsPerSheet || column > limits.columns) throw new Refused('workbook_too_large');
    const text = normaliseText(cell.text.slice(0, CELL_CHARACTERS));
    if (text === '' && cell.kind !== 'error' && !cell.formula) return;
    this.#meter.add(text);
    const line = this.#line(row);
    while (line.texts.length < column) line.texts.push('');
    line.texts[column - 1] = text;
    if (cell.kind !== 'text' || cell.formula || merged || cell.raw !== text) {
      const raw = cell.raw.slice(0, CELL_CHARACTERS);
      line.marks.push({ column, kind: cell.kind, raw, formula: cell.formula, merged });
    }
  }

  /**
   * Fills each merged range with the text of its first cell.
   *
   * Ranges are cut at the last row and column in use: a title merged over whole columns must not make a million
   * cells. Cells under a range that hold text of their own keep it.
   */
  fillMerges(merges: readonly MergeRange[]): MergeRange[] {
    const lastRow = Math.max(0, ...this.#rows.keys());
    let lastColumn = 0;
    for (const line of this.#rows.values()) lastColumn = Math.max(lastColumn, line.texts.length);
    const cut: MergeRange[] = [];
    for (const merge of merges) {
      const rows = Math.min(merge.rows, Math.max(1, lastRow - merge.row + 1));
      const columns = Math.min(merge.columns, Math.max(1, lastColumn - merge.column + 1));
      const range = { ...merge, rows: merge.row > lastRow ? merge.rows : rows, columns };
      if (range.rows > this.#meter.limits.rowsPerSheet) continue;
      cut.push(range);
      this.#fill(range);
    }
    return cut;
  }

  #fill(range: MergeRange): void {
    const origin = this.#rows.get(range.row);
    const text = origin?.texts[range.column - 1] ?? '';
    if (!origin || text === '') return;
    const own = origin.marks.find((mark) => mark.column === range.column);
    const cell: RawCell = {
      text,
      raw: own?.raw ?? text,
      kind: own?.kind ?? 'text',
      formula: own?.formula ?? false,
    };
    for (let row = range.row; row < range.row + range.rows; row++) {
      for (let column = range.column; column < range.column + range.columns; column++) {
        const line = this.#rows.get(row);
        if (row === range.row && column === range.column) {
          const rest = origin.marks.filter((mark) => mark.column !== column);
          origin.marks.splice(0, origin.marks.length, ...rest, {
            column,
            kind: cell.kind,
            raw: cell.raw,
            formula: cell.formula,
            merged: range,
          });
        } else if ((line?.texts[column - 1] ?? '') === '') {
          this.put(row, column, cell, range);
        }
      }
    }
  }

  #line(row: number): { texts: string[]; marks: CellMark[] } {
    let line = this.#rows.get(row);
    if (!line) this.#rows.set(row, (line = { texts: [], marks: [] }));
    return line;
  }

  /** @param widths - columns of each record, for CSV; elsewhere the width is that of the cells in use. */
  build(
    name: string,
    hidden: boolean,
    merges: readonly MergeRange[],
    widths?: ReadonlyMap<number, number>,
  ): Sheet {
    const rows: SheetRow[] = [...this.#rows.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([row, line]) => ({ row, ...line, width: widths?.get(row) ?? line.texts.length }));
    return { name: normaliseText(name), hidden, rows, merges };
  }
}
