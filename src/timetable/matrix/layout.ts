import { classInTitle, parseClassName, type ClassName } from '../../rosters/rules/class-name.ts';
import { cellOf, type MergeRange, type Sheet, type SheetRow } from '../../rosters/workbook/workbook.ts';
import { isDetail } from './cell.ts';
import { parseDayPart, parsePeriods, parseWeekday, type PeriodRange } from './labels.ts';

/** What the headings of a row or of a column say about its cells. */
export interface Heading {
  readonly weekday?: number;
  readonly periods?: PeriodRange;
  readonly className?: ClassName;
}

export interface HeadedColumn extends Heading {
  readonly column: number;
}

/** Rows that share one heading (a merged label over a course row and a teacher row is one band). */
export interface Band extends Heading {
  readonly rows: readonly SheetRow[];
  /** Text of the label when it names nothing we know (早读, 午休). */
  readonly label: string;
}

/** One timetable inside a sheet: headed columns and the bands of rows below them. */
export interface Block {
  /** Class of the whole block, when neither rows nor columns name classes. */
  readonly className: ClassName | null;
  readonly headerRow: number;
  readonly columns: readonly HeadedColumn[];
  readonly bands: readonly Band[];
}

type Axis = 'weekday' | 'period' | 'class';

function classOf(text: string): ClassName | null {
  const found = parseClassName(text);
  return found?.classNo ? found : null;
}

function headingOf(text: string, axis: Axis, bare: boolean): Heading | null {
  if (text === '' || text.length > 30) return null;
  if (axis === 'weekday') {
    const weekday = parseWeekday(text, { bare });
    return weekday === null ? null : { weekday };
  }
  if (axis === 'period') {
    const periods = parsePeriods(text);
    return periods === null ? null : { periods };
  }
  const className = classOf(text);
  return className === null ? null : { className };
}

function headed(row: SheetRow, axis: Axis, bare = false): HeadedColumn[] {
  return row.texts.flatMap((text, i) => {
    const heading = headingOf(text, axis, bare);
    return heading ? [{ column: i + 1, ...heading }] : [];
  });
}

function distinct<T>(values: readonly T[]): number {
  return new Set(values).size;
}

/** A row of bare `1 2 3 4 5` (or 一 … 五): weekdays when they count up from Monday. */
function bareWeekdays(row: SheetRow): HeadedColumn[] {
  const found = headed(row, 'weekday', true);
  const inOrder = found.every((heading, i) => heading.weekday === i + 1);
  const others = row.texts.filter((text, i) => text !== '' && !found.some((f) => f.column === i + 1)).length;
  return inOrder && found.length >= 5 && others <= 1 ? found : [];
}

interface Header {
  readonly index: number;
  readonly axis: Axis;
  readonly columns: HeadedColumn[];
}

function headerAt(rows: readonly SheetRow[], index: number): Header | null {
  const row = rows[index];
  if (!row) return null;
  const weekdays = headed(row, 'weekday');
  if (distinct(weekdays.map((w) => w.weekday)) >= 2) return { index, axis: 'weekday', columns: weekdays };
  const classes = headed(row, 'class').filter((c) => c.column > 1);
  if (distinct(classes.map((c) => c.className?.key)) >= 2) return { index, axis: 'class', columns: classes };
  return null;
}

/** Weekdays that only numbers name, and tables whose days run downwards with the periods across. */
function lessCertainHeader(rows: readonly SheetRow[]): Header | null {
  for (const [index, row] of rows.entries()) {
    const weekdays = bareWeekdays(row);
    if (weekdays.length > 0) return { index, axis: 'weekday', columns: weekdays };
    const periods = headed(row, 'period').filter((p) => p.column > 1);
    const daysBelow = rows
      .slice(index + 1, index + 8)
      .filter((r) => r.texts.slice(0, 2).some((t) => parseWeekday(t)));
    if (distinct(periods.map((p) => p.periods?.from)) >= 3 && daysBelow.length >= 2) {
      return { index, axis: 'period', columns: periods };
    }
  }
  return null;
}

/** Periods in the row under a weekday header: a table of classes by weekday and period. */
function withSecondRow(
  header: Header,
  rows: readonly SheetRow[],
): { columns: HeadedColumn[]; bodyFrom: number } {
  const below = rows[header.index + 1];
  if (!below || header.axis === 'class') return { columns: header.columns, bodyFrom: header.index + 1 };
  const second: Axis = header.axis === 'weekday' ? 'period' : 'weekday';
  const columns = header.columns.map((column) => ({
    ...column,
    ...headingOf(below.texts[column.column - 1] ?? '', second, false),
  }));
  const matched = columns.filter((c) => c.periods && c.weekday).length;
  const repeats = header.columns.length > distinct(header.columns.map((c) => c.weekday));
  if (repeats && matched >= columns.length / 2) return { columns, bodyFrom: header.index + 2 };
  return { columns: header.columns, bodyFrom: header.index + 1 };
}

function mergeAt(row: SheetRow, column: number): MergeRange | null {
  return cellOf(row, column).merged;
}

/** Heading of a body row out of its label columns; the rightmost label that says something wins. */
function rowHeading(
  row: SheetRow,
  labelColumns: number,
  wanted: ReadonlySet<Axis>,
  details: ReadonlySet<number>,
): Heading & { key: string; label: string } {
  let heading: Heading = {};
  let key = '';
  let label = '';
  for (let column = labelColumns; column >= 1; column--) {
    const text = row.texts[column - 1] ?? '';
    if (text === '') continue;
    label ||= text;
    const merged = mergeAt(row, column);
    for (const axis of ['weekday', 'period', 'class'] as const) {
      const name = axis === 'period' ? 'periods' : axis === 'class' ? 'className' : 'weekday';
      if (!wanted.has(axis) || heading[name] !== undefined) continue;
      const found = headingOf(text, axis, false);
      if (!found) continue;
      heading = { ...heading, ...splitMergedPeriods(found, merged, row.row, details) };
      key += `${axis}@${merged ? `${merged.row}:${merged.column}` : `${row.row}:${column}`}/${found.periods ? JSON.stringify(heading.periods) : ''} `;
      break;
    }
  }
  return { ...heading, key, label };
}

/** 第一大节 merged over two rows: the first row is period 1, the second period 2, unless one only names teachers. */
function splitMergedPeriods(
  heading: Heading,
  merged: MergeRange | null,
  row: number,
  details: ReadonlySet<number>,
): Heading {
  const { periods } = heading;
  if (!periods || !merged || merged.rows < 2) return heading;
  if (merged.rows !== periods.to - periods.from + 1) return heading;
  for (let r = merged.row; r < merged.row + merged.rows; r++) if (details.has(r)) return heading;
  const period = periods.from + (row - merged.row);
  return { periods: { from: period, to: period } };
}

/** Afternoon rows that count from 1 again go on after the morning's last period. */
function renumber(bands: readonly Band[], dayParts: readonly (string | null)[]): Band[] {
  let shift = 0;
  let last = 0;
  let part: string | null = null;
  let weekday: number | undefined;
  return bands.map((band, i) => {
    if (band.weekday !== weekday) [shift, last, part, weekday] = [0, 0, null, band.weekday];
    const now = dayParts[i] ?? part;
    if (band.periods && now !== part && part !== null && band.periods.from + shift <= last) shift = last;
    part = now;
    if (!band.periods) return band;
    const periods = { from: band.periods.from + shift, to: band.periods.to + shift };
    last = Math.max(last, periods.to);
    return { ...band, periods };
  });
}

/** A row that only holds the teachers or rooms of the courses above it. */
function isDetailRow(row: SheetRow, columns: readonly HeadedColumn[]): boolean {
  const filled = columns.map(({ column }) => row.texts[column - 1] ?? '').filter((text) => text !== '');
  return filled.length > 0 && filled.every(isDetail);
}

function bandsOf(rows: readonly SheetRow[], columns: readonly HeadedColumn[]): Band[] {
  const labelColumns = Math.min(...columns.map((c) => c.column)) - 1;
  const wanted = new Set<Axis>(['weekday', 'period', 'class']);
  if (columns.some((c) => c.weekday)) wanted.delete('weekday');
  if (columns.some((c) => c.periods)) wanted.delete('period');
  if (columns.some((c) => c.className) || !columns.some((c) => c.periods)) wanted.delete('class');
  const bands: (Band & { key: string })[] = [];
  const dayParts: (string | null)[] = [];
  const details = new Set(rows.filter((row) => isDetailRow(row, columns)).map((row) => row.row));
  for (const row of rows) {
    const heading = rowHeading(row, labelColumns, wanted, details);
    const previous = bands.at(-1);
    const goesOn = heading.key === '' ? details.has(row.row) : previous?.key === heading.key;
    if (previous && goesOn) {
      bands[bands.length - 1] = { ...previous, rows: [...previous.rows, row] };
      continue;
    }
    bands.push({ ...heading, rows: [row] });
    const part = row.texts
      .slice(0, labelColumns)
      .map(parseDayPart)
      .find((p) => p !== null);
    dayParts.push(part ?? null);
  }
  return renumber(bands, dayParts);
}

/** Class named in the rows above a block's header (title, `班级：三（2）班`) or in the name of the sheet. */
function classAbove(rows: readonly SheetRow[], sheetName: string): ClassName | null {
  for (const row of [...rows].reverse()) {
    for (const text of new Set(row.texts)) {
      const labelled = /班\s*级\s*[::：]\s*(\S{2,20})/.exec(text)?.[1];
      const found = labelled ? parseClassName(labelled) : (classInTitle(text) ?? classOf(text));
      if (found) return found;
    }
  }
  if (/^(sheet|工作表|表)?\s*\d*$|^csv$|课程?表|总表/i.test(sheetName)) return classInTitle(sheetName);
  return parseClassName(sheetName) ?? classInTitle(sheetName);
}

/**
 * Finds the timetables of a sheet: days across and periods down (one class a block, also several blocks below each
 * other), classes down and days with periods across, days and periods down and classes across, or days down and
 * periods across.
 */
export function findBlocks(sheet: Sheet): Block[] {
  const { rows } = sheet;
  const headers: Header[] = [];
  for (let index = 0; index < rows.length; index++) {
    const header = headerAt(rows, index);
    if (header) headers.push(header);
  }
  if (headers.length === 0) {
    const header = lessCertainHeader(rows);
    if (header) headers.push(header);
  }
  return headers.map((header, i) => {
    const { columns, bodyFrom } = withSecondRow(header, rows);
    const next = headers[i + 1];
    const labelColumns = Math.min(...columns.map((c) => c.column)) - 1;
    const isBody = (row: SheetRow) => !isTitle(row, columns, labelColumns);
    // Title rows of the next block have no label of their own and fill no headed column apart from a merge.
    const end = next ? next.index : rows.length;
    const bodyTo = next ? bodyFrom + rows.slice(bodyFrom, end).findLastIndex(isBody) + 1 : end;
    const before = headers[i - 1];
    const above = rows.slice(before ? before.index + 1 : 0, header.index);
    const titles = before ? above.slice(above.findLastIndex(isBody) + 1) : above;
    const named = columns.some((c) => c.className);
    return {
      className: named ? null : classAbove(titles, sheet.name),
      headerRow: rows[header.index]?.row ?? 1,
      columns,
      bands: bandsOf(rows.slice(bodyFrom, bodyTo), columns),
    };
  });
}

function isTitle(row: SheetRow, columns: readonly HeadedColumn[], labelColumns: number): boolean {
  if (row.texts.slice(0, labelColumns).some((text) => parsePeriods(text) !== null)) return false;
  const filled = new Set(
    columns.map(({ column }) => {
      const merged = mergeAt(row, column);
      const text = row.texts[column - 1] ?? '';
      return text === '' ? '' : merged ? `m${merged.row}:${merged.column}` : `${column}`;
    }),
  );
  filled.delete('');
  return filled.size <= 1;
}
