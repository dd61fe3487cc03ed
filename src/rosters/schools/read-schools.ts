import type { Stage } from '../../orgs/tables.ts';
import type { WorkbookProblem } from '../rules/problem.ts';
import { normaliseText } from '../rules/text.ts';
import type { SheetRow } from '../workbook/workbook.ts';
import type { SchoolColumns, SchoolField, SchoolTable } from './headers.ts';

export type SchoolProblemCode =
  | 'school_name_missing'
  | 'school_code_missing'
  | 'school_code_odd'
  | 'school_code_twice'
  | 'school_kind_unknown'
  | 'school_county_unknown'
  | 'school_county_unclear'
  | 'school_county_differs'
  | 'school_county_missing'
  | 'school_parent_unknown'
  | 'school_parent_missing'
  | 'school_code_elsewhere'
  | 'school_code_other_kind'
  | 'school_moves'
  | 'school_same_name';
export type SchoolProblem = WorkbookProblem<SchoolProblemCode>;

/** One school or campus of a list. */
export interface SchoolRow {
  readonly sheet: string;
  /** As the spreadsheet program counts, from 1. */
  readonly row: number;
  readonly at: SchoolColumns;
  readonly code: string;
  readonly name: string;
  readonly kind: 'school' | 'campus';
  /** Null: the file does not say; what is known stays. */
  readonly stages: Stage[] | null;
  readonly countyCode: string;
  readonly county: string;
  /** Code or name of the school a campus belongs to. */
  readonly parent: string;
}

export interface SchoolsRead {
  readonly rows: readonly SchoolRow[];
  readonly read: number;
  readonly problems: readonly SchoolProblem[];
}

const PRIMARY: Stage[] = ['lowerPrimary', 'upperPrimary'];
const KINDS: readonly (readonly [RegExp, Stage[]])[] = [
  [/十二年一贯/, [...PRIMARY, 'juniorSecondary', 'seniorSecondary']],
  [/九年一贯|一贯制/, [...PRIMARY, 'juniorSecondary']],
  [/完全中学|完中/, ['juniorSecondary', 'seniorSecondary']],
  [/高等|大学|学院|高校|高职|专科|university|college|higher/i, ['higher']],
  [/中职|职业|中专|技工|职高|vocational/i, ['vocational']],
  [/高中|高级中学|senior/i, ['seniorSecondary']],
  [/初中|初级中学|junior|middle/i, ['juniorSecondary']],
  [/小学|primary|elementary/i, PRIMARY],
  [/特殊教育|特教|工读|专门学校|幼儿园|special|kindergarten/i, []],
  [/中学|secondary/i, ['juniorSecondary', 'seniorSecondary']],
];
const CAMPUS = /校区|分校|教学点|campus/i;

/** Stages of a kind of school as lists name them (`九年一贯制学校`, `小学`); null when none is known. */
export function stagesOf(kind: string): Stage[] | null {
  return KINDS.find(([pattern]) => pattern.test(kind))?.[1] ?? null;
}

/** Reads every school of the tables; rows that cannot be read become problems with their place. */
export function readSchools(tables: readonly SchoolTable[]): SchoolsRead {
  const rows: SchoolRow[] = [];
  const problems: SchoolProblem[] = [];
  let read = 0;
  for (const table of tables) {
    for (const source of table.rows) {
      const text = textOf(table, source);
      if (isNoSchool(text)) continue;
      read += 1;
      const found = readRow(table, source, text, problems);
      if (found) rows.push(found);
    }
  }
  return { rows, read, problems };
}

type TextOf = (field: SchoolField) => string;

function textOf({ columns }: SchoolTable, source: SheetRow): TextOf {
  return (field) => {
    const column = columns[field];
    return column === undefined
      ? ''
      : normaliseText(source.texts[column - 1] ?? '')
          .replaceAll('\n', ' ')
          .trim();
  };
}

/** Blank rows, headings repeated on each printed page, totals and notes below the list. */
function isNoSchool(text: TextOf): boolean {
  const filled = (['name', 'code', 'county', 'countyCode', 'kind'] as const).filter(
    (field) => text(field) !== '',
  );
  if (filled.length === 0) return true;
  if (/^(学校)?(名称|全称)$/.test(text('name')) && /代码|标识码|编码/.test(text('code'))) return true;
  return filled.length === 1 && /^(合计|总计|备注|注[::：]|制表|填表|共\s*\d)/.test(text('name'));
}

function readRow(
  { sheet, columns }: SchoolTable,
  { row }: SheetRow,
  text: TextOf,
  problems: SchoolProblem[],
): SchoolRow | null {
  const place = { sheet, row, at: columns };
  const name = text('name').normalize('NFC');
  const code = text('code').normalize('NFKC').replace(/\s+/g, '').toLowerCase();
  const params = { name: name || text('county') };
  if (name === '' || name.length > 100)
    problems.push(problemAt(place, 'school_name_missing', 'name', params));
  if (code === '') problems.push(problemAt(place, 'school_code_missing', 'code', params));
  else if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(code) || /^\d(\.\d+)?e\+?\d+$/.test(code)) {
    problems.push(problemAt(place, 'school_code_odd', 'code', { ...params, code: code.slice(0, 60) }));
    return null;
  }
  if (name === '' || name.length > 100 || code === '') return null;
  const kindText = text('kind');
  const parent = text('parent');
  const isCampus =
    CAMPUS.test(kindText) || (parent !== '' && parent !== name && parent.toLowerCase() !== code);
  const stages = kindText === '' ? null : stagesOf(kindText);
  if (kindText !== '' && stages === null && !isCampus) {
    problems.push(
      problemAt(place, 'school_kind_unknown', 'kind', { ...params, kind: kindText.slice(0, 40) }, 'look'),
    );
  }
  return {
    ...place,
    code,
    name,
    kind: isCampus ? 'campus' : 'school',
    stages: stages ?? stagesOf(name),
    countyCode: text('countyCode').replace(/\s+/g, ''),
    county: text('county'),
    parent,
  };
}

/** A problem of a row, at the column of a field where the list has one. */
export function problemAt(
  { sheet, row, at }: Pick<SchoolRow, 'sheet' | 'row' | 'at'>,
  code: SchoolProblemCode,
  field: SchoolField,
  params: Record<string, string | number>,
  severity: 'must' | 'look' = 'must',
): SchoolProblem {
  return { code, severity, sheet, row, column: at[field] ?? null, params, suggestion: null };
}
