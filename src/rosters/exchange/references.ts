import type { RosterProblem } from '../rules/roster-row.ts';
import type { Dialect, ExchangeField, TableName } from './dialect.ts';
import type { FoundSet } from './recognise.ts';
import {
  idList,
  recordProblem,
  sayableId,
  setProblem,
  type ExchangeRecord,
  type TableMode,
} from './records.ts';
import type { RecordsRead } from './records.ts';
import type { Units } from './school.ts';

interface Reference {
  readonly from: TableName;
  readonly field: ExchangeField;
  readonly to: TableName;
  /** Without it the row belongs nowhere; else it only lacks something, which is said. */
  readonly isNeeded: boolean;
}

const REFERENCES: readonly Reference[] = [
  { from: 'orgs', field: 'parentId', to: 'orgs', isNeeded: false },
  { from: 'users', field: 'orgIds', to: 'orgs', isNeeded: true },
  { from: 'roles', field: 'userId', to: 'users', isNeeded: true },
  { from: 'roles', field: 'orgId', to: 'orgs', isNeeded: true },
  { from: 'courses', field: 'orgId', to: 'orgs', isNeeded: false },
  { from: 'classes', field: 'orgId', to: 'orgs', isNeeded: true },
  { from: 'classes', field: 'sessionIds', to: 'sessions', isNeeded: false },
  { from: 'members', field: 'classId', to: 'classes', isNeeded: true },
  { from: 'members', field: 'userId', to: 'users', isNeeded: true },
  { from: 'members', field: 'orgId', to: 'orgs', isNeeded: false },
];

export interface ReferenceContext {
  readonly units: Units;
  readonly modes: Partial<Record<TableName, TableMode>>;
  /** Ids that earlier sets brought into this school. */
  readonly known: Partial<Record<TableName, ReadonlyMap<string, string>>>;
  /** Users of the set who are guardians only: they need no unit. */
  readonly isGuardian: (userId: string) => boolean;
}

/** Sheet that says the users' roles: a table of its own, or the users; `null` when neither does. */
export function rolesIn({ tables }: FoundSet): string | null {
  const own = tables.find(({ name }) => name === 'roles');
  const beside = tables.find(
    ({ name, columns, map }) =>
      name === 'users' && (columns.role !== undefined || map.fixed?.role !== undefined),
  );
  return (own ?? beside)?.sheet ?? null;
}

/** A whole set that does not say who is a pupil cannot be read; in a set of changes those known already keep their part. */
export function rolesMissing(set: FoundSet, modes: ReferenceContext['modes']): RosterProblem[] {
  if (rolesIn(set) !== null || modes.users === 'delta' || !set.tables.some(({ name }) => name === 'users'))
    return [];
  return [setProblem('roster_roles_missing', 'must', { file: 'roles.csv' })];
}

/**
 * Finds ids that name nothing: neither a row of the set nor something that an earlier set brought.
 *
 * Rows that are being deleted, and rows of other schools of the same set, need not fit. What refers into a table that is
 * missing, or whose ids cannot be read, is one problem of that table.
 */
export function referenceProblems(
  set: FoundSet,
  { records, ids }: RecordsRead,
  { units, modes, known, isGuardian }: ReferenceContext,
): RosterProblem[] {
  const problems: RosterProblem[] = [];
  // The older sets of School Data Sync keep one table a kind of person.
  const files = new Map(
    [...Map.groupBy(set.tables, ({ name }) => name)].map(([name, same]) => [
      name,
      same.map(({ sheet }) => sheet).join('、'),
    ]),
  );
  const isOpen = (name: TableName) =>
    set.tables.some((table) => table.name === name && table.columns.id !== undefined);
  const manySchools = schoolsIn(set.dialect, records.orgs) > 1;
  const isElsewhere = (record: ExchangeRecord) => {
    const orgId = record.get('orgId');
    if (orgId === '' || units === null || units.has(orgId)) return false;
    return ids.orgs.has(orgId) || !files.has('orgs');
  };
  for (const { from, field, to, isNeeded } of REFERENCES) {
    const [first] = records[from];
    if (!first || first.at(field) === null) continue;
    const mayMiss = to === 'orgs' || to === 'sessions';
    if (!isOpen(to) && (files.has(to) || mayMiss)) continue;
    const isKnown = records[from].some((record) => known[to]?.has(record.get(field)));
    if (!files.has(to) && modes[from] !== 'delta' && !isKnown) {
      const table = tableName(set.dialect, to);
      const params = { table, by: first.sheet, field: first.heading(field) };
      if (modes[to] === undefined) problems.push(setProblem('roster_table_needed', 'must', params));
      continue;
    }
    const table = files.get(to) ?? tableName(set.dialect, to);
    const isThere = (id: string) => ids[to].has(id) || known[to]?.has(id) === true;
    for (const record of records[from]) {
      if (record.gone || (field !== 'orgId' && isElsewhere(record))) continue;
      const named =
        field === 'orgIds' || field === 'sessionIds' ? idList(record.get(field)) : [record.get(field)];
      const params = { field: record.heading(field), table };
      const given = named.filter((id) => id !== '');
      if (given.length === 0) {
        const isOwn = to === 'orgs' && (from === 'classes' ? !manySchools : isFree(record, from, isGuardian));
        if (isNeeded && !isOwn)
          problems.push(recordProblem(record, 'roster_reference_empty', 'must', field, params));
        continue;
      }
      const missing = given.filter((id) => !isThere(id));
      // Somebody with one unit that is there is read by that one.
      const severity = isNeeded && missing.length === given.length ? 'must' : 'look';
      for (const id of missing) {
        const said = { ...params, id: sayableId(id) };
        problems.push(recordProblem(record, 'roster_reference_missing', severity, field, said));
      }
    }
  }
  return problems;
}

/** Users without a role, or who are guardians only, need no unit. */
function isFree(
  record: ExchangeRecord,
  from: TableName,
  isGuardian: ReferenceContext['isGuardian'],
): boolean {
  if (from === 'users') return record.get('role') === '' || isGuardian(record.get('id'));
  return from === 'roles' && isGuardian(record.get('userId'));
}

function schoolsIn(dialect: Dialect, orgs: readonly ExchangeRecord[]): number {
  return orgs.filter((org) => !org.gone && dialect.schoolTypes.includes(org.get('type').toLowerCase()))
    .length;
}

function tableName(dialect: Dialect, name: TableName): string {
  return dialect.tables.find(([one]) => one === name)?.[1].files[0] ?? name;
}
