import { decodeText } from './decode-text.ts';
import { storedWorkbook, zippedTables, type ZippedTable } from './inflate.ts';
import type { WorkbookLimits } from './limits.ts';
import { parseCsv } from './parse-csv.ts';
import { parseMarkup, parseOle, parseStored } from './parse-sheets.ts';
import type { WorkbookRefusal } from './refusal.ts';
import { Meter, Refused } from './sheet-builder.ts';
import type { Workbook } from './workbook.ts';

export interface ParseRequest {
  readonly bytes: Uint8Array;
  readonly kind: 'xlsx' | 'ods' | 'tables' | 'ole' | 'text';
  readonly limits: WorkbookLimits;
}

export type WorkbookRead =
  | { readonly ok: true; readonly workbook: Workbook }
  | { readonly ok: false; readonly refusal: WorkbookRefusal };

async function parseWorkbook({ bytes, kind, limits }: ParseRequest): Promise<Workbook> {
  if (kind === 'xlsx' || kind === 'ods') {
    const stored = await storedWorkbook(bytes);
    return { format: kind, encoding: null, sheets: parseStored(stored, limits) };
  }
  if (kind === 'tables') return parseTables(await zippedTables(bytes), limits);
  if (kind === 'ole') return { format: 'xls', encoding: null, sheets: parseOle(bytes, limits) };
  const decoded = decodeText(bytes);
  if (!decoded) throw new Refused('workbook_not_a_spreadsheet');
  const { text, encoding } = decoded;
  if (text.trim() === '') throw new Refused('workbook_no_rows');
  const start = text.slice(0, 2000).replace(/^\ufeff?\s*/, '');
  if (!start.startsWith('<'))
    return { format: 'csv', encoding, sheets: [parseCsv(text, 'CSV', new Meter(limits))] };
  const isXml = /<(\w+:)?Workbook[\s>]/.test(start);
  if (!isXml && !/<table[\s>]/i.test(text)) throw new Refused('workbook_not_a_spreadsheet');
  return { format: isXml ? 'xml' : 'html', encoding, sheets: parseMarkup(text, limits) };
}

/** Names of a list that a sentence repeats. */
const NAMED = 6;

/**
 * Two folders that hold the same table hold two sets: read as one they would mix two schools, or two years.
 *
 * @throws {Refused} `workbook_several_sets` with the folders and the tables.
 */
function refuseSeveralSets(files: readonly ZippedTable[]): void {
  const byTable = Map.groupBy(files, ({ name }) => name.toLowerCase());
  const repeated = [...byTable.values()].filter((same) => new Set(same.map(({ folder }) => folder)).size > 1);
  if (repeated.length === 0) return;
  const list = (names: readonly string[]) => {
    const all = [...new Set(names)];
    return `${all.slice(0, NAMED).join('、')}${all.length > NAMED ? ' …' : ''}`;
  };
  throw new Refused('workbook_several_sets', {
    folders: list(repeated.flatMap((same) => same.map(({ folder }) => `${folder}/`.slice(0, 80)))),
    tables: list(repeated.map(([first]) => first?.name.slice(0, 40) ?? '')),
  });
}

/** A zip of text tables is a workbook with one sheet a table. */
function parseTables(files: readonly ZippedTable[], limits: WorkbookLimits): Workbook {
  refuseSeveralSets(files);
  const meter = new Meter(limits);
  let encoding: string | null = null;
  const sheets = files.map(({ name, content }) => {
    if (content.length === 0) return parseCsv('', name, meter);
    const decoded = decodeText(content);
    if (!decoded) throw new Refused('workbook_not_a_spreadsheet');
    if (encoding === null || decoded.encoding !== 'utf-8') encoding = decoded.encoding;
    return parseCsv(decoded.text, name, meter);
  });
  return { format: 'tables', encoding, sheets };
}

/** Reads a workbook whose kind is known; runs inside the parser process. */
export async function parse(request: ParseRequest): Promise<WorkbookRead> {
  try {
    const workbook = await parseWorkbook(request);
    if (workbook.sheets.every((sheet) => sheet.rows.length === 0)) throw new Refused('workbook_no_rows');
    return { ok: true, workbook };
  } catch (error) {
    if (error instanceof Refused) {
      return { ok: false, refusal: { code: error.code, params: error.params } };
    }
    // Whatever else the parsers throw comes from a file that is not what its first bytes promise.
    return { ok: false, refusal: { code: 'workbook_damaged', params: {} } };
  }
}
