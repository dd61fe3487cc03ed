import type { Sheet, SheetRow, Workbook } from '../workbook/workbook.ts';
import { classInTitle, parseClassName, parseYearGroup, type ClassName } from './class-name.ts';
import { planColumns } from './columns.ts';
import { checkAcrossRows } from './cross-rows.ts';
import { findTable, isNote, likelyHeader, repeatsHeader, type Table } from './find-table.ts';
import type { LearnedHeadings, RosterField } from './headers.ts';
import { readRow, type ReadRow } from './read-row.ts';
import type { ColumnChoice, ColumnReport, RosterProblem, RosterRead } from './roster-row.ts';
import { sensitiveContent } from './sensitive.ts';

/** A row between the people that names the class of those below it: `三（2）班` alone, merged over the width. */
function sectionOf(row: SheetRow): { class: ClassName | null; yearGroup: string | null } | null {
  const text = row.texts.find((value) => value !== '');
  if (text === undefined || text.length > 40) return null;
  if (!row.texts.every((value) => value === '' || value === text)) return null;
  const named = parseClassName(text);
  const className = named?.classNo ? named : classInTitle(text);
  if (className) return { class: className, yearGroup: className.yearGroup };
  const yearGroup = parseYearGroup(text);
  return yearGroup && !/^\d+$/.test(text) ? { class: null, yearGroup } : null;
}

/** Cells with text beyond the last column of the header. */
function cellsBeyond(row: SheetRow, table: Table): boolean {
  const last = Math.max(...table.header.map((h) => h.column));
  return row.texts.slice(last).some((text) => text !== '');
}

function raggedProblem(sheet: string, row: SheetRow, table: Table, isText: boolean): RosterProblem | null {
  const last = Math.max(...table.header.map((h) => h.column));
  const place = { sheet, row: row.row, column: null, suggestion: null };
  if (cellsBeyond(row, table)) {
    const params = { cells: row.texts.length, columns: last };
    // In a text table one comma too many has shifted every value after it.
    return isText
      ? { code: 'roster_ragged_row', severity: 'must', params, ...place }
      : { code: 'roster_extra_cells', severity: 'look', params, ...place };
  }
  const needed = Math.max(0, ...table.header.filter((h) => h.meaning?.kind === 'field').map((h) => h.column));
  if (isText && row.width < needed) {
    return {
      code: 'roster_ragged_row',
      severity: 'must',
      params: { cells: row.width, columns: last },
      ...place,
    };
  }
  return null;
}

interface SheetRead {
  readonly reads: ReadRow[];
  readonly problems: RosterProblem[];
  readonly columns: readonly ColumnReport[];
  readonly table: Table | null;
}

/** Columns of a sheet without a known heading: the importer may say what they are. */
function unreadColumns(sheet: Sheet): ColumnReport[] {
  const likely = likelyHeader(sheet);
  if (!likely) return [];
  return likely.headerRow.texts.flatMap((text, i): ColumnReport[] => {
    if (text === '') return [];
    const column = i + 1;
    const values = likely.body.map((row) => row.texts[i] ?? '').filter((value) => value !== '');
    const sensitive = sensitiveContent(values);
    const report = {
      sheet: sheet.name,
      column,
      header: text.slice(0, 60),
      field: null,
      cells: values.length,
    };
    return [
      sensitive ? { ...report, use: 'dropped', sensitive } : { ...report, use: 'ignored', sensitive: null },
    ];
  });
}

function hasPerson(row: SheetRow, columns: Partial<Record<RosterField, number>>): boolean {
  const person = [columns.number, columns.staffNumber, columns.name];
  return person.some((column) => column !== undefined && (row.texts[column - 1] ?? '') !== '');
}

function readSheet(
  sheet: Sheet,
  isText: boolean,
  choices: readonly ColumnChoice[],
  learned: LearnedHeadings,
  onRow: () => void,
): SheetRead {
  const mine = choices.filter((choice) => choice.sheet === sheet.name);
  const chosen = new Map(mine.map(({ column, field }) => [column, field]));
  const table = findTable(sheet, { learned, chosen });
  if (!table) return { reads: [], problems: [], columns: unreadColumns(sheet), table };
  const plan = planColumns(sheet.name, table, choices);
  const problems: RosterProblem[] = [];
  const place = { sheet: sheet.name, row: table.headerRow, suggestion: null };
  for (const column of plan.refused) {
    problems.push({ code: 'roster_choice_refused', severity: 'must', column, params: {}, ...place });
  }
  for (const report of plan.reports) {
    if (report.use !== 'dropped' || report.cells === 0) continue;
    const params = { header: report.header, cells: report.cells };
    problems.push({
      code: 'roster_sensitive_dropped',
      severity: 'look',
      column: report.column,
      params,
      ...place,
    });
  }
  const [main = {}] = plan.segments;
  if (main.number === undefined && main.staffNumber === undefined) {
    problems.push({ code: 'roster_no_number_column', severity: 'must', column: null, params: {}, ...place });
  }
  const reads: ReadRow[] = [];
  let section = { class: table.titleClass, yearGroup: table.titleYearGroup };
  for (const row of table.body) {
    onRow();
    if (row.texts.every((text) => text === '') && row.marks.every((mark) => mark.kind !== 'error')) continue;
    if (repeatsHeader(row, table.header)) continue;
    const named = sectionOf(row);
    if (named) {
      section = named;
      continue;
    }
    if (isNote(row)) continue;
    const ragged = raggedProblem(sheet.name, row, table, isText);
    if (ragged) problems.push(ragged);
    for (const columns of plan.segments) {
      // A row that holds nothing but remarks names nobody; an empty second list on the right is no row at all.
      if (!hasPerson(row, columns)) {
        const filled = row.texts.filter((text) => text !== '').length;
        if (columns !== main || filled < Math.min(3, table.header.length)) continue;
      }
      reads.push(
        readRow(row, {
          sheet: sheet.name,
          kind: table.kind,
          columns,
          sectionClass: section.class,
          sectionYearGroup: section.yearGroup,
        }),
      );
    }
  }
  return { reads, problems, columns: plan.reports, table };
}

/**
 * Reads the people of a roster workbook: every sheet with a table, below its title rows, whatever the columns are
 * called and however the numbers were stored.
 *
 * Sensitive columns are recognised by heading and by content, counted and left out; their values appear nowhere in
 * the result. Rows that need correcting first are kept and marked `blocked`.
 *
 * @param workbook - as `readWorkbook` gives it.
 * @param options.choices - columns that the importer mapped or dropped by hand.
 * @param options.learned - headings that the school read by hand before.
 * @param options.knownNumbers - numbers of the school's present roster; they decide where leading zeros were lost.
 * @param options.onRow - called for each row below a heading, for somebody who waits.
 * @returns rows in the order of the file with all problems. Never throws for bad input.
 */
export function readRoster(
  workbook: Pick<Workbook, 'sheets' | 'format'>,
  {
    choices = [],
    learned = {},
    knownNumbers = new Set(),
    onRow = () => {},
  }: {
    choices?: readonly ColumnChoice[];
    learned?: LearnedHeadings;
    knownNumbers?: ReadonlySet<string>;
    onRow?: () => void;
  } = {},
): RosterRead {
  const isText = workbook.format === 'csv' || workbook.format === 'tables';
  const visible = workbook.sheets.filter((sheet) => !sheet.hidden && sheet.rows.length > 0);
  const sheets = visible.map((sheet) => ({ sheet, ...readSheet(sheet, isText, choices, learned, onRow) }));
  const problems = sheets.flatMap((s) => s.problems);
  const withTable = sheets.filter((s) => s.table !== null);
  for (const { sheet, table } of sheets) {
    if (table) continue;
    // A sheet of instructions beside a good table is normal; no table at all must be said.
    const severity = withTable.length === 0 ? 'must' : 'look';
    const place = { sheet: sheet.name, row: null, column: null, suggestion: null };
    problems.push({ code: 'roster_header_not_found', severity, params: {}, ...place });
  }
  const reads = sheets.flatMap((s) => s.reads);
  const checked = checkAcrossRows(reads, knownNumbers);
  return {
    rows: checked.rows,
    problems: [...problems, ...checked.problems],
    columns: sheets.flatMap((s) => s.columns),
    read: reads.length,
    merged: checked.merged,
    sheets: withTable.map(({ sheet, table, reads }) => ({
      name: sheet.name,
      kind: table?.kind ?? 'pupil',
      rows: reads.length,
      headerRow: table?.headerRow ?? 1,
    })),
  };
}
