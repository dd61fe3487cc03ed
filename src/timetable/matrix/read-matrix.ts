import { classInTitle, type ClassName } from '../../rosters/rules/class-name.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { cellOf, type Sheet, type SheetRow } from '../../rosters/workbook/workbook.ts';
import { readCell } from './cell.ts';
import type { PeriodRange } from './labels.ts';
import { findBlocks, type Band, type Block, type HeadedColumn } from './layout.ts';

/** One lesson a week, as a class-matrix workbook says it. */
export interface MatrixRow {
  /** `三（2）班`, `计算机21-3`; `''` when the workbook names no class. */
  readonly className: string;
  /** Equal for every spelling of the class, see `parseClassName`; `''` without a class. */
  readonly classKey: string;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  /** First and last period, 1 to 20; equal for a single lesson. */
  readonly periodFrom: number;
  readonly periodTo: number;
  readonly courseName: string;
  /** As written; several joined by `、`. 老师 after a full name is dropped. */
  readonly teacherName?: string;
  readonly roomName?: string;
  /** Weeks of the term, ascending; `null`: every week. */
  readonly weeks: number[] | null;
  readonly platform?: string;
  readonly signInPlatform?: string;
  /** The cell's whole text, and where it stands (row and column from 1). */
  readonly cellText: string;
  readonly sheet: string;
  readonly row: number;
  readonly column: number;
}

/** A cell that a person must read: its place and why. */
export interface UnreadCell {
  readonly className: string;
  readonly weekday: number | null;
  readonly periodFrom: number | null;
  readonly periodTo: number | null;
  readonly cellText: string;
  readonly reason: 'no_course' | 'no_period' | 'no_weekday';
  readonly sheet: string;
  readonly row: number;
  readonly column: number;
}

export type MatrixProblemCode =
  | 'matrix_not_found'
  | 'matrix_class_missing'
  | 'matrix_cell_unread'
  | 'matrix_cell_doubt'
  | 'matrix_cell_formula'
  | 'matrix_cell_error';

export interface MatrixRead {
  readonly rows: readonly MatrixRow[];
  readonly unread: readonly UnreadCell[];
  readonly problems: readonly WorkbookProblem<MatrixProblemCode>[];
}

interface Piece {
  readonly text: string;
  readonly row: number;
  readonly column: number;
  readonly band: Band;
  readonly columnHeading: HeadedColumn;
  readonly periods: PeriodRange | null;
}

class Reader {
  readonly rows: MatrixRow[] = [];
  readonly unread: UnreadCell[] = [];
  readonly problems: WorkbookProblem<MatrixProblemCode>[] = [];
  readonly sheet: string;
  constructor(sheet: string) {
    this.sheet = sheet;
  }

  problem(
    code: MatrixProblemCode,
    severity: 'must' | 'look',
    at: { row: number | null; column: number | null },
    params: Record<string, string | number> = {},
  ): void {
    this.problems.push({ code, severity, sheet: this.sheet, ...at, params, suggestion: null });
  }

  take(piece: Piece, className: ClassName | null): void {
    const { text, row, column, band, columnHeading, periods } = piece;
    const at = { sheet: this.sheet, row, column, cellText: text };
    const weekday = band.weekday ?? columnHeading.weekday ?? null;
    const { lessons, doubt } = readCell(text);
    const name = className?.name ?? '';
    if (lessons.length === 0 && doubt === null) return;
    const range = lessons[0]?.periods && !periods ? lessons[0].periods : periods;
    const reason =
      lessons.length === 0
        ? 'no_course'
        : weekday === null
          ? 'no_weekday'
          : range === null
            ? 'no_period'
            : null;
    if (reason !== null || weekday === null || range === null) {
      const place = {
        className: name,
        weekday,
        periodFrom: range?.from ?? null,
        periodTo: range?.to ?? null,
      };
      this.unread.push({ ...place, reason: reason ?? 'no_course', ...at });
      this.problem('matrix_cell_unread', 'look', { row, column }, { text: text.slice(0, 40) });
      return;
    }
    if (doubt) this.problem('matrix_cell_doubt', 'look', { row, column }, { text: text.slice(0, 40) });
    for (const { periods: own, ...lesson } of lessons) {
      // Periods in the cell win only inside the row's own half day; a cell may repeat the wider 大节.
      const place =
        own && own.from >= range.from && own.to <= Math.max(range.to, range.from + 3) ? own : range;
      this.rows.push({
        className: name,
        classKey: className?.key ?? '',
        weekday,
        periodFrom: place.from,
        periodTo: place.to,
        ...lesson,
        ...at,
      });
    }
  }
}

function coveredPeriods(
  block: Block,
  bandIndex: number,
  column: HeadedColumn,
  row: SheetRow,
): PeriodRange | null {
  const band = block.bands[bandIndex];
  const first = band?.periods ?? column.periods ?? null;
  const merged = cellOf(row, column.column).merged;
  if (!first || !merged) return first;
  let to = first.to;
  if (band?.periods) {
    for (const next of block.bands.slice(bandIndex + 1)) {
      const under = next.rows.some((r) => r.row < merged.row + merged.rows);
      if (under && next.periods && next.weekday === band.weekday) to = Math.max(to, next.periods.to);
    }
  } else {
    for (const next of block.columns) {
      const under = next.column > column.column && next.column < merged.column + merged.columns;
      if (under && next.periods && next.weekday === column.weekday) to = Math.max(to, next.periods.to);
    }
  }
  return { from: first.from, to };
}

/** The merged cell was already read where it begins: in the band above, or in the column to the left of its day. */
function alreadyRead(block: Block, bandIndex: number, column: HeadedColumn, row: SheetRow): boolean {
  const merged = cellOf(row, column.column).merged;
  if (!merged) return false;
  const band = block.bands[bandIndex];
  if (band?.periods) {
    return block.bands
      .slice(0, bandIndex)
      .some((b) => b.periods && b.weekday === band.weekday && b.rows.some((r) => r.row >= merged.row));
  }
  return block.columns.some(
    (c) => c.periods && c.weekday === column.weekday && c.column >= merged.column && c.column < column.column,
  );
}

/** Columns under one heading (a day split into 课程 and 教师) are one. */
function columnGroups(columns: readonly HeadedColumn[]): HeadedColumn[][] {
  const groups = new Map<string, HeadedColumn[]>();
  for (const column of columns) {
    const key = JSON.stringify([column.weekday, column.periods, column.className?.key]);
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return [...groups.values()];
}

function readBlock(block: Block, reader: Reader, fallback: ClassName | null): void {
  const groups = columnGroups(block.columns);
  block.bands.forEach((band, bandIndex) => {
    for (const group of groups) {
      const [first] = group;
      if (!first) continue;
      const texts: string[] = [];
      const seen = new Set<string>();
      let place: { row: SheetRow; column: HeadedColumn } | null = null;
      for (const row of band.rows) {
        for (const column of group) {
          const cell = cellOf(row, column.column);
          const origin = cell.merged
            ? `${cell.merged.row}:${cell.merged.column}`
            : `${cell.row}:${cell.column}`;
          if (cell.kind === 'error')
            reader.problem('matrix_cell_error', 'look', { row: row.row, column: column.column });
          if (cell.formula)
            reader.problem('matrix_cell_formula', 'look', { row: row.row, column: column.column });
          if (cell.text === '' || seen.has(origin) || alreadyRead(block, bandIndex, column, row)) continue;
          seen.add(origin);
          texts.push(cell.text);
          place ??= { row, column };
        }
      }
      // A break over the whole width (午休, 大课间) has no period and belongs to nobody.
      const merged = place && cellOf(place.row, place.column.column).merged;
      const banner = !band.periods && !first.periods && (merged?.columns ?? 1) > 1;
      const isLabelRow = !band.periods && !first.periods && texts.length > 0 && band.label === texts[0];
      if (!place || banner || isLabelRow) continue;
      reader.take(
        {
          text: texts.join('\n'),
          row: place.row.row,
          column: place.column.column,
          band,
          columnHeading: place.column,
          periods: coveredPeriods(block, bandIndex, place.column, place.row),
        },
        band.className ?? first.className ?? block.className ?? fallback,
      );
    }
  });
}

/**
 * Reads class-matrix timetables (课程表) out of a workbook in the shapes schools make.
 *
 * Rows are periods (or 大节) and columns weekdays, one class a sheet or several blocks in one; or classes by weekday
 * and period, either way round. Merged cells are double periods. Hidden sheets are left out.
 *
 * @param sheets - sheets of a workbook as `readWorkbook` gives them.
 * @param options.fileName - names the class when neither title nor sheet does.
 * @returns the lessons, the cells that a person must read, and what to look at. Never throws for bad input.
 */
export function readMatrix(
  sheets: readonly Sheet[],
  { fileName = '' }: { fileName?: string } = {},
): MatrixRead {
  const readers = sheets
    .filter((sheet) => !sheet.hidden && sheet.rows.length > 0)
    .map((sheet) => {
      const reader = new Reader(sheet.name);
      const blocks = findBlocks(sheet);
      const fallback = sheets.length === 1 ? classInTitle(fileName.replace(/\.\w+$/, '')) : null;
      for (const block of blocks) {
        const before = reader.rows.length;
        readBlock(block, reader, fallback);
        if (reader.rows.slice(before).some((row) => row.classKey === '')) {
          reader.problem('matrix_class_missing', 'must', { row: block.headerRow, column: null });
        }
      }
      if (blocks.length === 0) reader.problem('matrix_not_found', 'look', { row: null, column: null });
      return reader;
    });
  const rows = readers.flatMap((reader) => reader.rows);
  const problems = readers.flatMap((reader) => reader.problems);
  // Other sheets (notes, a teacher list) are nothing to worry about once one timetable is found.
  return {
    rows,
    unread: readers.flatMap((reader) => reader.unread),
    problems: problems.map((p) =>
      p.code === 'matrix_not_found' && rows.length === 0 ? { ...p, severity: 'must' as const } : p,
    ),
  };
}
