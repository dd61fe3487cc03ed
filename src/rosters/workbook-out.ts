import writeXlsxFile, { type CellObject, type Sheet } from 'write-excel-file/node';
import { say } from '../platform/i18n/server-words.ts';
import type { Locale } from '../platform/i18n/words.ts';
import { problemSentence } from './problem-sentence.ts';
import type { ColumnReport } from './rules/roster-row.ts';

/** A row of the uploaded file as it is given back. */
export interface ReturnedRow {
  readonly sheet: string;
  readonly row: number;
  readonly given: Readonly<Record<string, string>>;
}

export interface ReturnedProblem {
  readonly sheet: string | null;
  readonly row: number | null;
  readonly column: number | null;
  readonly code: string;
  readonly severity: 'must' | 'look';
  readonly params: Readonly<Record<string, string | number>>;
}

const MUST = '#fcebe8';
const LOOK = '#fdf3e0';
export const HEAD: Partial<CellObject> = { fontWeight: 'bold', backgroundColor: '#e3efeb', wrap: true };

/** Always a text cell: numbers keep their zeros, and nothing is ever taken for a formula. */
export function textCell(value: string, style: Partial<CellObject> = {}): CellObject {
  return { ...style, value, type: String, format: '@' };
}

/** Sheet names of a workbook: at most 31 characters, none of `\ / ? * [ ] :`. */
function sheetName(name: string, taken: Set<string>): string {
  const base =
    name
      .replace(/[\\/?*[\]:]/g, ' ')
      .trim()
      .slice(0, 28) || 'Sheet';
  let free = base;
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${base} ${n}`;
  taken.add(free.toLowerCase());
  return free;
}

/**
 * The uploaded rows with a column 问题 that says what to correct, one sheet per sheet of the upload.
 *
 * Only columns that were read are given back; what was dropped is not there to give.
 *
 * @returns bytes of an .xlsx.
 */
export async function problemWorkbook(
  locale: Locale,
  {
    rows,
    problems,
    columns,
  }: { rows: readonly ReturnedRow[]; problems: readonly ReturnedProblem[]; columns: readonly ColumnReport[] },
): Promise<Uint8Array> {
  const taken = new Set<string>();
  const names = [...new Set([...rows.map((row) => row.sheet), ...columns.map((column) => column.sheet)])];
  const byRow = Map.groupBy(problems, (problem) => `${problem.sheet}\n${problem.row}`);
  const sheets: Sheet<Buffer>[] = names.map((name) => {
    const used = columns.filter(
      (column) => column.sheet === name && column.use === 'field' && column.field !== 'guardianPhone',
    );
    const head = [
      say(locale, 'rosters.out.row'),
      ...used.map((column) => column.header),
      say(locale, 'rosters.out.problem'),
    ];
    const body = rows
      .filter((row) => row.sheet === name)
      .map((row) => {
        const found = byRow.get(`${name}\n${row.row}`) ?? [];
        const sentences = found.map(
          (p) =>
            `${say(locale, `rosters.severity.${p.severity}`)} ${problemSentence(locale, p.code, p.params)}`,
        );
        const cells = used.map((column) => {
          const here = found.filter((problem) => problem.column === column.column);
          const severity = here.some((p) => p.severity === 'must') ? MUST : here.length > 0 ? LOOK : null;
          return textCell(row.given[column.field ?? ''] ?? '', severity ? { backgroundColor: severity } : {});
        });
        return [
          textCell(String(row.row)),
          ...cells,
          textCell([...new Set(sentences)].join('\n'), { wrap: true }),
        ];
      });
    return {
      sheet: sheetName(name, taken),
      data: [head.map((value) => textCell(value, HEAD)), ...body],
      columns: [{ width: 6 }, ...used.map(() => ({ width: 16 })), { width: 70 }],
      stickyRowsCount: 1,
    };
  });
  return new Uint8Array(await writeXlsxFile(sheets).toBuffer());
}

/** An empty roster to fill in: pupils, staff, and how to. */
export async function rosterTemplate(locale: Locale): Promise<Uint8Array> {
  const heads = (keys: readonly (readonly [string, number])[]) => ({
    data: [
      keys.map(([value]) => textCell(value, HEAD)),
      ...Array.from({ length: 60 }, () => keys.map(() => textCell(''))),
    ],
    columns: keys.map(([, width]) => ({ width })),
    stickyRowsCount: 1,
  });
  // Chinese headings in both languages: they are what the reader of the file and the school's other systems know.
  const pupils = heads([
    ['学号', 16],
    ['姓名', 14],
    ['性别', 8],
    ['年级', 10],
    ['班级', 14],
  ]);
  const staff = heads([
    ['工号', 16],
    ['姓名', 14],
    ['职务', 14],
    ['班主任班级', 16],
  ]);
  const notes = say(locale, 'rosters.template.notes').split('\n');
  const sheets: Sheet<Buffer>[] = [
    { sheet: say(locale, 'rosters.template.pupils'), ...pupils },
    { sheet: say(locale, 'rosters.template.staff'), ...staff },
    {
      sheet: say(locale, 'rosters.template.help'),
      data: notes.map((line) => [textCell(line, { wrap: true })]),
      columns: [{ width: 90 }],
    },
  ];
  return new Uint8Array(await writeXlsxFile(sheets).toBuffer());
}
