import { isNear } from '../rules/near.ts';
import type { ColumnChoice, ColumnReport, RosterProblem } from '../rules/roster-row.ts';
import { compactText } from '../rules/text.ts';
import type { Sheet, SheetRow, Workbook } from '../workbook/workbook.ts';
import {
  SENSITIVE_COLUMNS,
  SENSITIVE_TABLES,
  SHOWN_AS,
  type Dialect,
  type ExchangeField,
  type TableMap,
  type TableName,
} from './dialect.ts';
import { DIALECTS } from './dialects.ts';

/** One table of a set with the columns that are read. */
export interface FoundTable {
  readonly name: TableName;
  readonly map: TableMap;
  readonly sheet: string;
  readonly headerRow: number;
  readonly columns: Partial<Record<ExchangeField, number>>;
  /** Texts of the heading row. */
  readonly headings: readonly string[];
  /** Columns of the heading. */
  readonly width: number;
  readonly body: readonly SheetRow[];
}

/** A set of tables as one of the known dialects. */
export interface FoundSet {
  readonly dialect: Dialect;
  readonly tables: readonly FoundTable[];
  readonly reports: readonly ColumnReport[];
  readonly problems: readonly RosterProblem[];
  /** Sheets that are part of the set by their name but of no use here. */
  readonly manifest: Sheet | null;
  /** A telephone column was mapped on purpose: guardians are read with it. */
  readonly hasGuardians: boolean;
}

/** Heading as it is compared: lower case, without spaces at its ends, quotes and underscores. */
function plainHeading(text: string): string {
  return text.trim().toLowerCase().replace(/["'_]/g, '').replace(/\s+/g, ' ');
}

function fileOf(sheet: Sheet): string {
  return compactText(sheet.name).toLowerCase();
}

interface Candidate {
  readonly sheet: Sheet;
  readonly name: TableName;
  readonly map: TableMap;
}

/** Tables of a dialect among the sheets: by the name of the file, which programs also write in the wrong case. */
function candidatesOf(dialect: Dialect, sheets: readonly Sheet[]): Candidate[] {
  return sheets.flatMap((sheet) => {
    const file = fileOf(sheet);
    const found =
      dialect.tables.find(([, map]) => map.files.includes(file)) ??
      dialect.tables.find(([, map]) => map.files.some((name) => name.length > 5 && isNear(file, name)));
    return found ? [{ sheet, name: found[0], map: found[1] }] : [];
  });
}

/** Headings of the candidates that the dialect knows word for word. */
function knownHeadings(candidates: readonly Candidate[]): number {
  let known = 0;
  for (const { sheet, map } of candidates) known += knownIn(sheet.rows[headingAt(sheet, map)], map);
  return known;
}

/** Rows in which a heading is looked for, below titles and remarks. */
const SEARCH_ROWS = 10;

function knownIn(row: SheetRow | undefined, map: TableMap): number {
  const headings = new Set((row?.texts ?? []).map(plainHeading));
  return Object.values(map.columns).filter((names) => names.some((name) => headings.has(name))).length;
}

/** Index of the row that holds the headings: the one with the most of them, else the first. */
function headingAt(sheet: Sheet, map: TableMap): number {
  const known = sheet.rows.slice(0, SEARCH_ROWS).map((row) => knownIn(row, map));
  return Math.max(0, known.indexOf(Math.max(...known)));
}

function headingsOf(row: SheetRow | undefined): { column: number; heading: string; text: string }[] {
  return (row?.texts ?? []).flatMap((text, i) =>
    text === '' ? [] : [{ column: i + 1, heading: plainHeading(text), text }],
  );
}

interface ReadHeading {
  readonly table: FoundTable;
  readonly reports: ColumnReport[];
  readonly problems: RosterProblem[];
}

/** Finds the fields of one table: word for word first, then one letter off, which is said. */
function readHeading({ sheet, name, map }: Candidate, phone: ColumnChoice | undefined): ReadHeading {
  const above = headingAt(sheet, map);
  const headingRow = sheet.rows[above];
  const headings = headingsOf(headingRow);
  const headerRow = headingRow?.row ?? 1;
  const body = sheet.rows.slice(above + 1);
  const columns: Partial<Record<ExchangeField, number>> = {};
  const problems: RosterProblem[] = [];
  const place = { sheet: sheet.name, row: headerRow, suggestion: null };
  if (above > 0) {
    const params = { table: sheet.name, row: headerRow, count: above };
    problems.push({ code: 'roster_lines_above_heading', severity: 'look', column: null, params, ...place });
  }
  const taken = new Set<number>();
  const fields = Object.entries(map.columns) as [ExchangeField, readonly string[]][];
  if (phone && name === 'users' && phone.sheet === sheet.name) {
    columns.phone = phone.column;
    taken.add(phone.column);
    fields.push(['phone', []]);
  }
  for (const [field, names] of fields) {
    for (const wanted of names) {
      const found = headings.find(({ column, heading }) => heading === wanted && !taken.has(column));
      if (!found) continue;
      columns[field] = found.column;
      taken.add(found.column);
      break;
    }
  }
  for (const [field, names] of fields) {
    if (columns[field] !== undefined) continue;
    const near = headings.find(
      ({ column, heading }) =>
        !taken.has(column) &&
        SENSITIVE_COLUMNS[heading] === undefined &&
        names.some(
          (wanted) => wanted.length > 4 && isNear(heading.replaceAll(' ', ''), wanted.replaceAll(' ', '')),
        ),
    );
    if (!near) continue;
    columns[field] = near.column;
    taken.add(near.column);
    const params = { table: sheet.name, header: near.text, wanted: names[0] ?? '' };
    problems.push({
      code: 'roster_heading_guessed',
      severity: 'look',
      column: near.column,
      params,
      ...place,
    });
  }
  for (const field of map.required) {
    if (columns[field] !== undefined || map.fixed?.[field] !== undefined) continue;
    const params = { table: sheet.name, wanted: map.columns[field]?.[0] ?? field };
    // A list of guardians that cannot be read keeps no pupil out.
    const severity = map.ofGuardians ? 'look' : 'must';
    if (!map.ofGuardians || phone)
      problems.push({ code: 'roster_heading_missing', severity, column: null, params, ...place });
  }
  const reports = headings.map(({ column, heading, text }): ColumnReport => {
    const cells = body.filter((row) => (row.texts[column - 1] ?? '') !== '').length;
    const report = { sheet: sheet.name, column, header: text.slice(0, 60), cells };
    const isRead = taken.has(column) && (phone !== undefined || column !== columns.agentIds);
    const sensitive = isRead ? null : (SENSITIVE_COLUMNS[heading] ?? null);
    if (sensitive) return { ...report, use: 'dropped', field: null, sensitive };
    const field = fields.find(([one]) => columns[one] === column)?.[0];
    const shown = field ? (SHOWN_AS[name]?.[field] ?? null) : null;
    return { ...report, use: shown ? 'field' : 'ignored', field: shown, sensitive: null };
  });
  const width = headingRow?.width ?? headings.length;
  const said =
    map.ofGuardians && !phone ? droppedTable(sheet, above, SENSITIVE_TABLES[fileOf(sheet)] ?? null) : reports;
  return {
    table: {
      name,
      map,
      sheet: sheet.name,
      headerRow,
      columns,
      headings: headingRow?.texts ?? [],
      width,
      body,
    },
    reports: said,
    problems,
  };
}

/** Index of the heading of a table whose headings are not known: the first of the widest rows. */
function widestRow(sheet: Sheet): number {
  const widths = sheet.rows
    .slice(0, SEARCH_ROWS)
    .map(({ texts }) => texts.filter((text) => text !== '').length);
  return Math.max(0, widths.indexOf(Math.max(...widths)));
}

/** Every column of a table that is left out whole. */
function droppedTable(sheet: Sheet, above: number, sensitive: ColumnReport['sensitive']): ColumnReport[] {
  const body = sheet.rows.slice(above + 1);
  return headingsOf(sheet.rows[above]).flatMap(({ column, heading, text }): ColumnReport[] => {
    if (/sourcedid$|sis id$/.test(heading)) return [];
    const cells = body.filter((row) => (row.texts[column - 1] ?? '') !== '').length;
    const header = `${sheet.name}: ${text}`.slice(0, 60);
    const own = SENSITIVE_COLUMNS[heading] ?? sensitive;
    return [{ sheet: sheet.name, column, header, use: 'dropped', field: null, sensitive: own, cells }];
  });
}

function problemOfSet(code: RosterProblem['code'], params: RosterProblem['params']): RosterProblem {
  return { code, severity: 'must', sheet: null, row: null, column: null, params, suggestion: null };
}

/** A table that two files claim to be (`users.csv` and `Users.csv`): read together they would mix two states of it. */
function twice(candidates: readonly Candidate[]): RosterProblem[] {
  return [...Map.groupBy(candidates, ({ map }) => map)].flatMap(([map, same]) => {
    if (same.length < 2) return [];
    const files = same.map(({ sheet }) => `${sheet.name}.csv`).join('、');
    return [problemOfSet('roster_table_twice', { table: map.files[0] ?? '', files })];
  });
}

/**
 * Recognises a set of roster tables (OneRoster 1.1 and 1.2, School Data Sync) by the names and headings of its files.
 *
 * @param choices - the column mapped as the guardians' telephone; sets have headings of their own for the rest.
 * @returns `null` when the workbook is no such set: it needs a table of people and one of classes, units or enrollments,
 *   or a manifest and enrollments.
 */
export function recogniseSet(
  workbook: Pick<Workbook, 'sheets'>,
  choices: readonly ColumnChoice[] = [],
): FoundSet | null {
  const sheets = workbook.sheets.filter((sheet) => !sheet.hidden && sheet.rows.length > 0);
  const best = DIALECTS.map((dialect) => {
    const candidates = candidatesOf(dialect, sheets);
    return { dialect, candidates, score: knownHeadings(candidates) };
  }).reduce((a, b) => (b.score > a.score ? b : a));
  const names = new Set(best.candidates.map(({ name }) => name));
  const manifest = sheets.find((sheet) => fileOf(sheet) === 'manifest') ?? null;
  // A set of changes may hold any one table; its manifest says what it is.
  const isSet = names.has('users')
    ? names.has('orgs') || names.has('classes') || names.has('members')
    : manifest !== null && names.has('members');
  if (!isSet || best.score < 4) return null;
  const phone = choices.find(({ field }) => field === 'guardianPhone');
  const firsts = [...Map.groupBy(best.candidates, ({ map }) => map).values()].flatMap(
    ([first]) => first ?? [],
  );
  const read = firsts.map((candidate) => readHeading(candidate, phone));
  const used = new Set(best.candidates.map(({ sheet }) => sheet));
  const dropped = sheets
    .filter((sheet) => !used.has(sheet))
    .flatMap((sheet) => {
      const sensitive = SENSITIVE_TABLES[fileOf(sheet)];
      return sensitive ? droppedTable(sheet, widestRow(sheet), sensitive) : [];
    });
  return {
    dialect: best.dialect,
    tables: read.map(({ table }) => table),
    reports: [...read.flatMap(({ reports }) => reports), ...dropped],
    problems: [...read.flatMap(({ problems }) => problems), ...twice(best.candidates)],
    manifest,
    hasGuardians: phone !== undefined,
  };
}
