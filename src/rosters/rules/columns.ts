import type { SheetRow } from '../workbook/workbook.ts';
import type { HeaderColumn, Table } from './find-table.ts';
import type { RosterField, SensitiveKind } from './headers.ts';
import type { ColumnChoice, ColumnReport } from './roster-row.ts';
import { sensitiveContent } from './sensitive.ts';

/** Content that no choice can bring in; a telephone is the one exception, mapped on purpose. */
const NEVER: readonly SensitiveKind[] = [
  'identityNumber',
  'registerNumber',
  'bankAccount',
  'address',
  'birthday',
];

export interface ColumnPlan {
  readonly reports: readonly ColumnReport[];
  /** One segment per list that stands side by side on the sheet; usually one. */
  readonly segments: readonly Partial<Record<RosterField, number>>[];
  /** Columns whose choice was refused because of what they hold. */
  readonly refused: readonly number[];
}

function* valuesOf(body: readonly SheetRow[], column: number): Generator<string> {
  for (const row of body) yield row.texts[column - 1] ?? '';
}

function count(body: readonly SheetRow[], column: number): number {
  let cells = 0;
  for (const value of valuesOf(body, column)) if (value !== '') cells += 1;
  return cells;
}

/** What a column is used for, before several columns compete for one field. */
function useOf(
  { column, meaning }: HeaderColumn,
  table: Table,
  chosen: ColumnChoice['field'] | undefined,
): { field: RosterField | null; sensitive: SensitiveKind | null; refused: boolean } {
  const content = sensitiveContent(valuesOf(table.body, column));
  if (chosen === 'drop') return { field: null, sensitive: content, refused: false };
  const byHeader = meaning?.kind === 'sensitive' ? meaning.sensitive : null;
  const never = content !== null && NEVER.includes(content);
  if (chosen) {
    const wrongPhone = content === 'phone' && chosen !== 'guardianPhone';
    if (never || wrongPhone || byHeader === 'identityNumber' || byHeader === 'registerNumber') {
      return { field: null, sensitive: content ?? byHeader, refused: true };
    }
    return { field: chosen, sensitive: null, refused: false };
  }
  const field = meaning?.kind === 'field' ? meaning.field : null;
  // Telephones and guardians are left out until the school maps the column on purpose.
  if (field === 'guardianPhone') return { field: null, sensitive: 'phone', refused: false };
  if (field === 'guardianName') return { field: null, sensitive: 'guardianDetails', refused: false };
  // A number column full of identity numbers stays, so that each row says what is wrong with it.
  if (field === 'number' || field === 'staffNumber') return { field, sensitive: null, refused: false };
  if (content !== null) return { field: null, sensitive: content, refused: false };
  return { field, sensitive: byHeader, refused: false };
}

/** First columns of lists that stand side by side (学号 姓名 | 学号 姓名). */
function segmentStarts(header: readonly HeaderColumn[]): number[] {
  const fieldAt = header.filter((h) => h.meaning?.kind === 'field');
  const named = (field: RosterField) =>
    fieldAt.filter((h) => h.meaning?.kind === 'field' && h.meaning.field === field).map((h) => h.column);
  const numbers = [...named('number'), ...named('staffNumber')].sort((a, b) => a - b);
  const names = named('name');
  if (numbers.length < 2 || names.length !== numbers.length) return [1];
  return numbers.map((column, i) => (i === 0 ? 1 : Math.min(column, names[i] ?? column)));
}

/**
 * Decides what each column is used for.
 *
 * A column is dropped when its heading or its content is sensitive. The guardian's telephone is read only when
 * `choices` maps it; the guardian's name is then read with it.
 */
export function planColumns(sheet: string, table: Table, choices: readonly ColumnChoice[]): ColumnPlan {
  const mine = choices.filter((choice) => choice.sheet === sheet);
  const phoneMapped = mine.some((choice) => choice.field === 'guardianPhone');
  const starts = segmentStarts(table.header);
  const segments: Partial<Record<RosterField, number>>[] = starts.map(() => ({}));
  const refused: number[] = [];
  const reports = table.header.map((head): ColumnReport => {
    const chosen = mine.find((choice) => choice.column === head.column)?.field;
    const use = useOf(head, table, chosen);
    const isGuardianName = head.meaning?.kind === 'field' && head.meaning.field === 'guardianName';
    const field = phoneMapped && isGuardianName && !chosen ? 'guardianName' : use.field;
    if (use.refused) refused.push(head.column);
    const report = { sheet, column: head.column, header: head.header, cells: count(table.body, head.column) };
    if (field) {
      const segment = segments[starts.findLastIndex((start) => start <= head.column)] ?? {};
      if (segment[field] === undefined) {
        segment[field] = head.column;
        const learned = head.learned ? { learned: true } : {};
        return { ...report, ...learned, use: 'field', field, sensitive: null };
      }
      const second = field === 'name' || field === 'guardianName' ? 'guardianDetails' : null;
      return { ...report, use: second ? 'dropped' : 'ignored', field: null, sensitive: second };
    }
    if (use.sensitive) return { ...report, use: 'dropped', field: null, sensitive: use.sensitive };
    return { ...report, use: 'ignored', field: null, sensitive: null };
  });
  return { reports, segments, refused };
}
