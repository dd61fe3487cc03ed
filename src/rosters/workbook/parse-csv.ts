import { CsvError, type Info } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { Refused, SheetBuilder, type Meter } from './sheet-builder.ts';
import type { Sheet } from './workbook.ts';

const DELIMITERS = [',', '\t', ';', '|', '，'] as const;

/** The separator that most of the first lines use the same number of times; a comma when none does. */
function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 40)
    .map((line) => line.replace(/"[^"]*"/g, ''));
  let best: string = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const n = line.split(delimiter).length - 1;
      if (n > 0) counts.set(n, (counts.get(n) ?? 0) + 1);
    }
    const score = Math.max(0, ...counts.values());
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/**
 * One sheet from a text table; a zip of tables shares one meter. Every value stays text, so leading zeros live; Excel's `="007"` is unwrapped.
 *
 * @throws {Refused} `workbook_csv_quote_not_closed` with the line, `workbook_too_large`.
 */
export function parseCsv(text: string, name: string, meter: Meter): Sheet {
  const { limits } = meter;
  // Programs that join files leave a mark before a mark, and lines that end in several ways.
  const clean = text.replace(/^\ufeff+/, '').replace(/\r\n?/g, '\n');
  let records: { record: string[]; info: Info }[];
  try {
    records = parse<{ record: string[]; info: Info }>(clean, {
      delimiter: delimiterOf(clean),
      record_delimiter: '\n',
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
      max_record_size: 200_000,
      to: limits.rowsPerSheet + 1,
    } as never);
  } catch (error) {
    const broken = ['CSV_QUOTE_NOT_CLOSED', 'CSV_MAX_RECORD_SIZE'];
    if (error instanceof CsvError && broken.includes(error.code)) {
      throw new Refused('workbook_csv_quote_not_closed', { line: Number(error['lines'] ?? 1) });
    }
    throw error;
  }
  const builder = new SheetBuilder(meter);
  const widths = new Map<number, number>();
  let nextLine = 1;
  for (const { record, info } of records) {
    const row = Math.max(nextLine, info.lines - extraLines(record));
    nextLine = row + 1;
    widths.set(row, record.length);
    record.forEach((value, i) => {
      // Writers put an apostrophe before what a spreadsheet program would take for a formula.
      const unwrapped = /^="(.*)"$/s.exec(value)?.[1] ?? value.replace(/^'(?=[=+\-@＝＋－＠\t\r])/, '');
      builder.put(row, i + 1, { text: unwrapped, raw: unwrapped, kind: 'text', formula: false });
    });
  }
  return builder.build(name, false, [], widths);
}

/** Line breaks inside the quoted cells of a record: `info.lines` counts the line it ended on. */
function extraLines(record: readonly string[]): number {
  return record.reduce((sum, value) => sum + (value.match(/\n/g)?.length ?? 0), 0);
}
