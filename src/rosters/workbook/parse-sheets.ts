import { CFB, read, set_cptable, SSF, type CellObject, type WorkBook, type WorkSheet } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { withEndTags } from './end-tags.ts';
import type { WorkbookLimits } from './limits.ts';
import { Meter, Refused, SheetBuilder, type RawCell } from './sheet-builder.ts';
import type { Sheet } from './workbook.ts';

interface RangeOfCells {
  s: { r: number; c: number };
  e: { r: number; c: number };
}

function options(limits: WorkbookLimits) {
  return {
    dense: true,
    cellNF: true,
    cellHTML: false,
    cellStyles: false,
    bookVBA: false,
    sheetRows: limits.rowsPerSheet + 1,
  } as const;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

function numberCell(cell: CellObject, formula: boolean): RawCell {
  const value = Number(cell.v);
  const shown = typeof cell.w === 'string' ? cell.w.trim() : '';
  if (typeof cell.z === 'string' && SSF.is_date(cell.z)) {
    const date = SSF.parse_date_code(value) as { y: number; m: number; d: number } | null;
    const raw = date ? `${String(date.y).padStart(4, '0')}-${pad(date.m)}-${pad(date.d)}` : String(value);
    return { text: shown || raw, kind: 'date', raw, formula };
  }
  const exact = Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(0) : String(value);
  // What the cell shows wins when it is the same number: a format `000` keeps 007, `0.00` keeps class 3.10.
  const text = /^\d+(\.\d+)?$/.test(shown) && Number(shown) === value ? shown : exact;
  return { text, kind: 'number', raw: exact, formula };
}

function rawCell(cell: CellObject): RawCell {
  const formula = typeof cell.f === 'string' || typeof cell.F === 'string';
  switch (cell.t) {
    case 'n':
      return numberCell(cell, formula);
    case 'd': {
      const day = cell.v instanceof Date ? cell.v.toISOString().slice(0, 10) : String(cell.v ?? '');
      return { text: cell.w ?? day, kind: 'date', raw: day, formula };
    }
    case 'b':
      return { text: cell.v === true ? 'TRUE' : 'FALSE', kind: 'boolean', raw: String(cell.v), formula };
    case 'e':
      return { text: '', kind: 'error', raw: cell.w ?? '#ERR', formula };
    case 's':
    case 'z': {
      const text = cell.v === undefined ? '' : String(cell.v);
      return { text, kind: 'text', raw: text, formula };
    }
  }
}

function toSheet(name: string, hidden: boolean, sheet: WorkSheet, meter: Meter): Sheet {
  const builder = new SheetBuilder(meter);
  // Parts of a used range that begins below row 1 are still addressed absolutely in dense mode.
  const data = (sheet['!data'] ?? []) as (CellObject | undefined)[][];
  data.forEach((line, r) => {
    line?.forEach((cell, c) => {
      if (cell) builder.put(r + 1, c + 1, rawCell(cell));
    });
  });
  const merges = ((sheet['!merges'] ?? []) as RangeOfCells[]).map(({ s, e }) => ({
    row: s.r + 1,
    column: s.c + 1,
    rows: e.r - s.r + 1,
    columns: e.c - s.c + 1,
  }));
  return builder.build(name, hidden, builder.fillMerges(merges));
}

function toSheets(book: WorkBook, limits: WorkbookLimits): Sheet[] {
  if (book.SheetNames.length > limits.sheets) throw new Refused('workbook_too_large');
  const meter = new Meter(limits);
  const sheets: Sheet[] = [];
  book.SheetNames.forEach((name, i) => {
    const sheet = book.Sheets[name];
    const hidden = (book.Workbook?.Sheets?.[i]?.Hidden ?? 0) !== 0;
    // Chart sheets have no cells.
    if (sheet && sheet['!type'] !== 'chart') {
      sheets.push(toSheet(name, hidden, sheet, meter));
    }
  });
  return sheets;
}

/** Sheets of a zipped workbook (xlsx, xlsm, xlsb, ods) whose parts are stored uncompressed. */
export function parseStored(bytes: Uint8Array, limits: WorkbookLimits): Sheet[] {
  return toSheets(read(bytes, { type: 'array', ...options(limits) }), limits);
}

/**
 * Sheets of an old binary workbook (.xls of Excel 5 to 2003, .et).
 *
 * @throws {Refused} `workbook_password_protected`, `workbook_not_a_spreadsheet`.
 */
export function parseOle(bytes: Uint8Array, limits: WorkbookLimits): Sheet[] {
  const container = CFB.read(Buffer.from(bytes), { type: 'buffer' }) as { FullPaths: string[] };
  const streams = container.FullPaths.map((path) => path.split('/').pop()?.toLowerCase());
  if (streams.includes('encryptedpackage')) throw new Refused('workbook_password_protected');
  if (streams.includes('worddocument')) throw new Refused('workbook_is_word');
  if (streams.includes('powerpoint document')) throw new Refused('workbook_is_slides');
  if (!streams.includes('workbook') && !streams.includes('book')) {
    throw new Refused('workbook_not_a_spreadsheet');
  }
  set_cptable(codePages);
  try {
    return toSheets(read(bytes, { type: 'array', codepage: 936, ...options(limits) }), limits);
  } catch (error) {
    if (error instanceof Error && /password/i.test(error.message)) {
      throw new Refused('workbook_password_protected');
    }
    throw error;
  }
}

/** Sheets of a page of tables or of an XML spreadsheet of 2003, already decoded; values stay text. */
export function parseMarkup(text: string, limits: WorkbookLimits): Sheet[] {
  return toSheets(read(withEndTags(text), { type: 'string', raw: true, ...options(limits) }), limits);
}
