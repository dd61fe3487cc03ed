import type { RosterProblem } from '../rules/roster-row.ts';
import { isRegisterNumber, looksLikeIdentityNumber } from '../rules/sensitive.ts';
import type { ExchangeField, TableName } from './dialect.ts';
import { parseLocalDate } from './local-date.ts';
import type { FoundSet, FoundTable } from './recognise.ts';

/** One row of a table. */
export interface ExchangeRecord {
  readonly sheet: string;
  readonly row: number;
  /** Text of a field, `''` when the column or the value is missing. */
  get(field: ExchangeField): string;
  /** Column from 1, for pointing at a cell. */
  at(field: ExchangeField): number | null;
  /** Heading of a field as the file writes it. */
  heading(field: ExchangeField): string;
  /** The system it came from says that it is no more. */
  readonly gone: boolean;
}

export type Records = Readonly<Record<TableName, readonly ExchangeRecord[]>>;

export type TableMode = 'bulk' | 'delta' | 'absent';

const MANIFEST_TABLES: Readonly<Record<string, TableName>> = {
  orgs: 'orgs',
  academicsessions: 'sessions',
  users: 'users',
  roles: 'roles',
  courses: 'courses',
  classes: 'classes',
  enrollments: 'members',
};

/** An id as a problem may say it: never one that is somebody's identity number. */
export function sayableId(id: string): string {
  return looksLikeIdentityNumber(id) || isRegisterNumber(id) ? '…' : id.slice(0, 60);
}

/** The problem of a record, at the cell of a field. */
export function recordProblem(
  record: Pick<ExchangeRecord, 'sheet' | 'row' | 'at'>,
  code: RosterProblem['code'],
  severity: RosterProblem['severity'],
  field: ExchangeField | null,
  params: RosterProblem['params'] = {},
): RosterProblem {
  const column = field === null ? null : record.at(field);
  return { code, severity, sheet: record.sheet, row: record.row, column, params, suggestion: null };
}

/** A problem of the whole set. */
export function setProblem(
  code: RosterProblem['code'],
  severity: RosterProblem['severity'],
  params: RosterProblem['params'] = {},
): RosterProblem {
  return { code, severity, sheet: null, row: null, column: null, params, suggestion: null };
}

/** Which tables the manifest says are whole and which hold only changes; blank values and no manifest mean whole. */
export function tableModes(set: FoundSet): {
  modes: Partial<Record<TableName, TableMode>>;
  problems: RosterProblem[];
} {
  const modes: Partial<Record<TableName, TableMode>> = {};
  const problems: RosterProblem[] = [];
  const { manifest, dialect } = set;
  if (!manifest) {
    if (dialect.name === 'oneroster') problems.push(setProblem('roster_manifest_missing', 'look'));
    return { modes, problems };
  }
  const there = new Set(set.tables.map(({ name }) => name));
  for (const { row, texts } of manifest.rows) {
    const file = /^file\.(\w+)$/i.exec(texts[0] ?? '')?.[1] ?? '';
    const table = MANIFEST_TABLES[file.toLowerCase()];
    const mode = (texts[1] ?? '').toLowerCase();
    if (!table || mode === '') continue;
    const place = { sheet: manifest.name, row, column: 2, suggestion: null };
    if (mode !== 'bulk' && mode !== 'delta' && mode !== 'absent') {
      const params = { table: file, shown: mode.slice(0, 20) };
      problems.push({ code: 'roster_manifest_mode', severity: 'look', params, ...place });
      continue;
    }
    // A table that is there is read, whatever the manifest says; one that is promised and missing must be asked for.
    if (mode !== 'absent' && !there.has(table)) {
      problems.push({ code: 'roster_table_missing', severity: 'must', params: { table: file }, ...place });
    }
    if (mode !== 'absent') modes[table] = mode;
  }
  return { modes, problems };
}

/** What people and programs write where there is nothing. */
const NOTHING =
  /^(无|空|暂无|没有|[-–—_/.]+|n\/?a|#n\/a|[(<[]?null[)>\]]?|nil|none|undefined|nan|\\n|#(ref|value|name\?)!?)$/i;
/** The same in names, where `None` and 无 may be somebody's. */
const NO_NAME = /^([-–—_/.]+|NULL|\(null\)|<null>|N\/A|#N\/A|\\N)$/;
const NAMES: ReadonlySet<ExchangeField> = new Set(['name', 'fullName', 'givenName', 'familyName']);

/** Text of a cell; `''` where it only says that there is nothing: such an id would tie together all who lack one. */
function something(field: ExchangeField, text: string): string {
  return (NAMES.has(field) ? NO_NAME : NOTHING).test(text) ? '' : text;
}

function recordOf(table: FoundTable, row: FoundTable['body'][number]): ExchangeRecord {
  const { columns, map, sheet, headings } = table;
  const get = (field: ExchangeField) => {
    const column = columns[field];
    return column === undefined ? (map.fixed?.[field] ?? '') : something(field, row.texts[column - 1] ?? '');
  };
  const heading = (field: ExchangeField) =>
    headings[(columns[field] ?? 0) - 1] ?? map.columns[field]?.[0] ?? field;
  const gone = /^(tobedeleted|inactive|deleted)$/.test(
    get('status')
      .replace(/[\s_-]/g, '')
      .toLowerCase(),
  );
  return { sheet, row: row.row, get, at: (field) => columns[field] ?? null, heading, gone };
}

export interface RecordsRead {
  readonly records: Records;
  /** Every id of a table, also of rows that are not read for a reason of their own. */
  readonly ids: Readonly<Record<TableName, ReadonlySet<string>>>;
  readonly problems: RosterProblem[];
}

function perTable<T>(make: () => T): Record<TableName, T> {
  return {
    orgs: make(),
    sessions: make(),
    users: make(),
    roles: make(),
    courses: make(),
    classes: make(),
    members: make(),
    guardianships: make(),
  };
}

/** The records of all tables; rows that do not fit their heading, or whose id is missing or twice there, are problems. */
export function readRecords(set: FoundSet, onRow: () => void): RecordsRead {
  const records = perTable((): ExchangeRecord[] => []);
  const seen = perTable(() => new Set<string>());
  const problems: RosterProblem[] = [];
  for (const table of set.tables) {
    const ids = new Map<string, number>();
    for (const row of table.body) {
      onRow();
      const record = recordOf(table, row);
      if (table.map.ofGuardians && !set.hasGuardians) {
        records[table.name].push(record);
        continue;
      }
      seen[table.name].add(record.get('id'));
      const beyond = row.texts.slice(table.width).some((text) => text !== '');
      if (beyond) {
        const params = { cells: row.texts.length, columns: table.width };
        problems.push(recordProblem(record, 'roster_ragged_row', 'must', null, params));
        continue;
      }
      const status = record
        .get('status')
        .replace(/[\s_-]/g, '')
        .toLowerCase();
      if (!['', 'active', 'tobedeleted', 'inactive', 'deleted'].includes(status)) {
        const params = { shown: record.get('status').slice(0, 20) };
        problems.push(recordProblem(record, 'roster_status_unknown', 'look', 'status', params));
      }
      if (table.map.required.includes('id') && table.columns.id !== undefined) {
        const id = record.get('id');
        const other = ids.get(id);
        if (id === '') {
          problems.push(recordProblem(record, 'roster_id_missing', 'must', 'id', { table: table.sheet }));
          continue;
        }
        if (other !== undefined) {
          const params = { table: table.sheet, id: sayableId(id), otherRow: other };
          problems.push(recordProblem(record, 'roster_id_duplicate', 'must', 'id', params));
          continue;
        }
        ids.set(id, record.row);
      }
      records[table.name].push(record);
    }
  }
  return { records, ids: seen, problems };
}

/** Ids in one cell: a list with commas in quotes, with semicolons or bars where programs differ. */
export function idList(text: string): string[] {
  return text
    .split(/[,;|，；]/)
    .map((id) => something('id', id.trim()))
    .filter((id) => id !== '');
}

/**
 * Says of each record whether its dates let it count today: it has begun and has not ended.
 *
 * Where every dated record of a table has ended, the dates are not kept (or the file is old): then none is left out, and
 * that is said once.
 */
export function running(
  records: readonly ExchangeRecord[],
  today: string,
  problems: RosterProblem[],
): (record: ExchangeRecord) => boolean {
  const ends = new Map<ExchangeRecord, string>();
  const later = new Set<ExchangeRecord>();
  for (const record of records) {
    for (const field of ['startsOn', 'endsOn'] as const) {
      const text = record.get(field);
      if (text === '') continue;
      const day = parseLocalDate(text);
      if (day === null) {
        const params = { shown: text.slice(0, 30) };
        problems.push(recordProblem(record, 'roster_date_unreadable', 'look', field, params));
      } else if (field === 'endsOn') ends.set(record, day);
      else if (day > today) later.add(record);
    }
  }
  const over = [...ends].filter(([, day]) => day <= today);
  const allOver = over.length > 0 && over.length === records.length;
  const latest = over.reduce((last, [, day]) => (day > last ? day : last), '');
  if (allOver)
    problems.push(setProblem('roster_dates_over', 'look', { table: records[0]?.sheet ?? '', day: latest }));
  return (record) => {
    if (later.has(record)) return false;
    const end = ends.get(record);
    return allOver || end === undefined || end > today;
  };
}
