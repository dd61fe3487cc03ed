/** Where a cell's text really stands when it lies under a merged range: the range's first cell and its size. */
export interface MergeRange {
  /** First row, from 1, as the spreadsheet program shows it. */
  readonly row: number;
  /** First column, from 1 (A = 1). */
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export type CellKind = 'text' | 'number' | 'date' | 'boolean' | 'error';

/** What is unusual about one cell; plain text cells have no mark. */
export interface CellMark {
  /** From 1 (A = 1). */
  readonly column: number;
  readonly kind: CellKind;
  /** The stored value before normalising; for a date `YYYY-MM-DD`; for an error its sign, such as `#N/A`. */
  readonly raw: string;
  /** The cell holds a formula; its text is the result stored in the file, which may be stale. */
  readonly formula: boolean;
  readonly merged: MergeRange | null;
}

/** One row that has at least one cell with text. */
export interface SheetRow {
  /** Row number as the spreadsheet program shows it, from 1; in CSV the line the record starts on. */
  readonly row: number;
  /** Normalised text per column, index 0 = column A; `''` when empty. A merged range fills all its cells. */
  readonly texts: readonly string[];
  readonly marks: readonly CellMark[];
  /** Columns the record really has (CSV only; lets the reader see ragged rows). */
  readonly width: number;
}

export interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly rows: readonly SheetRow[];
  readonly merges: readonly MergeRange[];
}

export type WorkbookFormat = 'xlsx' | 'xls' | 'ods' | 'html' | 'xml' | 'csv' | 'tables';

export interface Workbook {
  readonly format: WorkbookFormat;
  /** Encoding found in a text format (`utf-8`, `utf-16le`, `utf-16be`, `gb18030`); `null` for binary ones. */
  readonly encoding: string | null;
  readonly sheets: readonly Sheet[];
}

/** Everything known of one cell. */
export interface Cell extends CellMark {
  readonly row: number;
  readonly text: string;
}

/**
 * One cell with its mark.
 *
 * @param column - from 1 (A = 1).
 */
export function cellOf(row: SheetRow, column: number): Cell {
  const text = row.texts[column - 1] ?? '';
  const mark = row.marks.find((m) => m.column === column);
  if (mark) return { ...mark, row: row.row, text };
  return { row: row.row, column, text, raw: text, kind: 'text', formula: false, merged: null };
}

/** Column letters of a column number (1 → `A`, 28 → `AB`). */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
