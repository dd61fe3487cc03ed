import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { normaliseText } from '../../rosters/rules/text.ts';
import { decodeText } from '../../rosters/workbook/decode-text.ts';
import { WORKBOOK_LIMITS } from '../../rosters/workbook/limits.ts';
import type { Sheet } from '../../rosters/workbook/workbook.ts';
import { termColumns, type TermColumns } from './headers.ts';

/** A term list found in a file: one meeting a row below known headings. */
export interface TermTable {
  readonly sheet: string | null;
  readonly columns: TermColumns;
  readonly rows: readonly { readonly row: number; readonly texts: readonly string[] }[];
}

/** Headings stand below a title, not further down than this. */
const SEARCH_ROWS = 12;

/** Term lists among the sheets of a workbook; empty when it is of another kind, such as a class timetable. */
export function tablesOfSheets(sheets: readonly Sheet[]): TermTable[] {
  return sheets
    .filter(({ hidden }) => !hidden)
    .flatMap((sheet) => {
      for (const [index, row] of sheet.rows.slice(0, SEARCH_ROWS).entries()) {
        const columns = termColumns(row.texts);
        if (columns) return [{ sheet: sheet.name, columns, rows: sheet.rows.slice(index + 1) }];
      }
      return [];
    });
}

export type JsonRead =
  | { readonly ok: true; readonly tables: readonly TermTable[] }
  /** It is JSON, and damaged or without a list of meetings. */
  | { readonly ok: false; readonly problem: Pick<WorkbookProblem, 'code' | 'params'> };

/** Whether the first sign of the file opens JSON. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  const start = new TextDecoder('latin1')
    .decode(bytes.subarray(0, 64))
    .replace(/^(\u00ef\u00bb\u00bf)?\s*/, '');
  return start.startsWith('[') || start.startsWith('{');
}

/**
 * Reads a list of meetings out of JSON: an array of objects, or an object that holds one. Rows are counted from 1 in the
 * list, columns in the order of the keys.
 */
export function tablesOfJson(bytes: Uint8Array): JsonRead {
  if (bytes.length > WORKBOOK_LIMITS.fileBytes)
    return { ok: false, problem: { code: 'workbook_too_large', params: {} } };
  const text = decodeText(bytes)?.text.replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch (error) {
    // A file nested thousands deep is as unreadable as one cut off.
    if (error instanceof SyntaxError || error instanceof RangeError)
      return { ok: false, problem: { code: 'term_json_damaged', params: {} } };
    throw error;
  }
  const list = [value, ...(isObject(value) ? Object.values(value) : [])].find(
    (part): part is unknown[] => Array.isArray(part) && part.length > 0,
  );
  const keys = [...new Set((list ?? []).flatMap((row) => (isObject(row) ? Object.keys(row) : [])))];
  const columns = keys.length > 200 ? null : termColumns(keys);
  if (!list || !columns) return { ok: false, problem: { code: 'term_json_no_meetings', params: {} } };
  const rows = list.map((row, index) => ({
    row: index + 1,
    texts: keys.map((key) => textOf(isObject(row) ? row[key] : null)),
  }));
  return { ok: true, tables: [{ sheet: null, columns, rows }] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(',');
  return typeof value === 'string' || typeof value === 'number'
    ? normaliseText(String(value)).slice(0, 500)
    : '';
}
