import { divisionChain, sixDigits, type Division, type Divisions } from '../../orgs/divisions.ts';
import { mayHangBelow } from '../../orgs/rules.ts';
import type { OrgKind, Stage } from '../../orgs/tables.ts';
import { problemAt, type SchoolProblem, type SchoolRow } from './read-schools.ts';

/** A unit at or below the one the list is imported at. */
export interface KnownUnit {
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: OrgKind;
  readonly code: string;
  readonly name: string;
  readonly stages: readonly Stage[];
}

export type ParentOf =
  | { readonly by: 'unit'; readonly id: string }
  /** A division of the register that becomes a unit with this import. */
  | { readonly by: 'division'; readonly code: string }
  /** A school of the same list. */
  | { readonly by: 'row'; readonly code: string };

export interface PlannedSchool {
  readonly row: SchoolRow;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly parent: ParentOf;
  /** Of a changed or unchanged one. */
  readonly unitId: string | null;
  readonly stages: readonly Stage[];
}

export interface SchoolsPlan {
  readonly schools: readonly PlannedSchool[];
  /** Rows left out because something must be corrected. */
  readonly blocked: number;
  /** Codes of divisions that become units. */
  readonly newDivisions: readonly string[];
  readonly problems: readonly SchoolProblem[];
}

export interface Tree {
  readonly top: KnownUnit;
  readonly units: readonly KnownUnit[];
  /** Codes of the list that units elsewhere in the tree have. */
  readonly takenElsewhere: ReadonlySet<string>;
  readonly register: Divisions;
  /** Code of the division the top stands for or in; null: the whole country. */
  readonly within: string | null;
}

/**
 * Compares a list of schools with the tree below a unit; pure.
 *
 * A school stands below its county: by code, by name where that is clear, else below the unit itself where it may. A campus
 * stands below the school its row names. Nothing is ever taken out of the tree.
 */
export function planSchools(rows: readonly SchoolRow[], tree: Tree): SchoolsPlan {
  const byCode = new Map(tree.units.map((unit) => [unit.code, unit]));
  const problems: SchoolProblem[] = [];
  const schools: PlannedSchool[] = [];
  const newDivisions = new Set<string>();
  const inFile = new Map<string, SchoolRow>();
  for (const row of rows) if (!inFile.has(row.code)) inFile.set(row.code, row);
  // Schools first: a campus may stand above its school in the list.
  const ordered = [
    ...rows.filter(({ kind }) => kind === 'school'),
    ...rows.filter(({ kind }) => kind === 'campus'),
  ];
  const placed = new Map<string, PlannedSchool>();
  for (const row of ordered) {
    const first = inFile.get(row.code);
    if (first !== row) {
      problems.push(problemAt(row, 'school_code_twice', 'code', { code: row.code, row: first?.row ?? 0 }));
      continue;
    }
    if (tree.takenElsewhere.has(row.code)) {
      problems.push(problemAt(row, 'school_code_elsewhere', 'code', { code: row.code, name: row.name }));
      continue;
    }
    const parent =
      row.kind === 'campus' ? schoolOf(row, tree, placed, problems) : countyOf(row, tree, problems);
    if (!parent) continue;
    const known = byCode.get(row.code);
    if (known && known.kind !== row.kind) {
      problems.push(problemAt(row, 'school_code_other_kind', 'code', { code: row.code, name: known.name }));
      continue;
    }
    const planned = compare(row, parent, known, problems);
    schools.push(planned);
    placed.set(row.code, planned);
    if (parent.by === 'division') newDivisions.add(parent.code);
  }
  problems.push(...sameNames(schools));
  return { schools, blocked: rows.length - schools.length, newDivisions: [...newDivisions], problems };
}

function compare(
  row: SchoolRow,
  parent: ParentOf,
  known: KnownUnit | undefined,
  problems: SchoolProblem[],
): PlannedSchool {
  if (!known) return { row, outcome: 'created', parent, unitId: null, stages: row.stages ?? [] };
  const stages = row.stages ?? known.stages;
  const moves = parent.by !== 'unit' || parent.id !== known.parentId;
  if (moves) problems.push(problemAt(row, 'school_moves', 'county', { name: row.name }, 'look'));
  const isSame = !moves && known.name === row.name && stages.join() === known.stages.join();
  return { row, outcome: isSame ? 'unchanged' : 'changed', parent, unitId: known.id, stages };
}

/** Two new or known schools of one name below one county: probably one school with two codes. */
function sameNames(schools: readonly PlannedSchool[]): SchoolProblem[] {
  const groups = Map.groupBy(schools, ({ row, parent }) => `${row.name} ${JSON.stringify(parent)}`);
  return [...groups.values()].flatMap((group) =>
    group
      .slice(1)
      .map(({ row }) =>
        problemAt(row, 'school_same_name', 'name', { name: row.name, row: group[0]?.row.row ?? 0 }, 'look'),
      ),
  );
}

function countyOf(row: SchoolRow, tree: Tree, problems: SchoolProblem[]): ParentOf | null {
  const { countyCode, county } = row;
  if (countyCode === '' && county === '') {
    if (mayHangBelow('school', tree.top.kind)) {
      // A ministry or province takes no school without a county by chance.
      if (tree.top.kind === 'county' || tree.top.kind === 'city') return { by: 'unit', id: tree.top.id };
    }
    problems.push(problemAt(row, 'school_county_missing', 'countyCode', { name: row.name }));
    return null;
  }
  if (countyCode !== '') {
    const found = divisionOrUnit(countyCode.toLowerCase(), tree);
    if (!found) {
      problems.push(
        problemAt(row, 'school_county_unknown', 'countyCode', { name: row.name, county: countyCode }),
      );
      return null;
    }
    if (county !== '' && !sameName(found.name, county)) {
      const params = { name: row.name, county, code: countyCode, other: found.name };
      problems.push(problemAt(row, 'school_county_differs', 'county', params));
      return null;
    }
    return found.parent;
  }
  const named = namedPlaces(county, tree);
  if (named.length === 1) return named[0]?.parent ?? null;
  const code = named.length === 0 ? 'school_county_unknown' : 'school_county_unclear';
  problems.push(problemAt(row, code, 'county', { name: row.name, county, count: named.length }));
  return null;
}

interface FoundPlace {
  readonly name: string;
  readonly parent: ParentOf;
}

const PLACES: ReadonlySet<OrgKind> = new Set(['city', 'county']);

function divisionOrUnit(code: string, { units, register, within }: Tree): FoundPlace | null {
  const unit = units.find(
    (one) => PLACES.has(one.kind) && (one.code === code || one.code === sixDigits(code)),
  );
  if (unit) return { name: unit.name, parent: { by: 'unit', id: unit.id } };
  const division = register.byCode.get(sixDigits(code));
  return division && division.kind !== 'province' && isWithin(division, register, within)
    ? { name: division.name, parent: { by: 'division', code: division.code } }
    : null;
}

/** Units of that name; without one, divisions of the register within reach. */
function namedPlaces(name: string, { units, register, within }: Tree): FoundPlace[] {
  const own = units.filter((unit) => PLACES.has(unit.kind) && sameName(unit.name, name));
  if (own.length > 0) return own.map((unit) => ({ name: unit.name, parent: { by: 'unit', id: unit.id } }));
  return register.all
    .filter((one) => one.kind !== 'province' && sameName(one.name, name) && isWithin(one, register, within))
    .map((one) => ({ name: one.name, parent: { by: 'division', code: one.code } }));
}

function isWithin(division: Division, register: Divisions, within: string | null): boolean {
  return within === null || divisionChain(register, division.code).some(({ code }) => code === within);
}

/** `环翠区教育局` and `环翠` are `环翠区`. */
function sameName(known: string, written: string): boolean {
  const bare = (text: string) =>
    text
      .replace(/\s+/g, '')
      .replace(/(教育体育局|教育和体育局|教体局|教育局|教育委员会|教委)$/, '')
      .split(/[省市](?=..)/)
      .at(-1) ?? '';
  const [a, b] = [bare(known), bare(written)];
  return a === b || (b.length > 1 && a.replace(/(自治县|区|县|市)$/, '') === b);
}

function schoolOf(
  row: SchoolRow,
  { units }: Tree,
  placed: ReadonlyMap<string, PlannedSchool>,
  problems: SchoolProblem[],
): ParentOf | null {
  if (row.parent === '') {
    problems.push(problemAt(row, 'school_parent_missing', 'parent', { name: row.name }));
    return null;
  }
  const wanted = row.parent.toLowerCase();
  const inList = placed.get(wanted) ?? [...placed.values()].find((one) => one.row.name === row.parent);
  if (inList) {
    return inList.unitId === null ? { by: 'row', code: inList.row.code } : { by: 'unit', id: inList.unitId };
  }
  const unit = units.find((one) => one.kind === 'school' && (one.code === wanted || one.name === row.parent));
  if (unit) return { by: 'unit', id: unit.id };
  problems.push(problemAt(row, 'school_parent_unknown', 'parent', { name: row.name, parent: row.parent }));
  return null;
}
