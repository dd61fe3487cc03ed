import { parseClassName, type ClassName } from './class-name.ts';
import type { RosterProblem, RosterRead, RosterRow, Sex } from './roster-row.ts';

/** A person of the school's present roster. */
export interface CurrentPerson {
  readonly id: string;
  /** A guardian's number cannot become a pupil's; they are never changed by a roster row of their own. */
  readonly kind: 'pupil' | 'staff' | 'guardian';
  readonly number: string;
  readonly name: string;
  readonly sex: Sex | null;
  /** Home class of a pupil today; `null` for staff and for pupils without one. */
  readonly classId: string | null;
  /** Classes that a member of staff is class teacher of today. */
  readonly leads: readonly string[];
  /** Last four digits of the contacts kept with the pupil's guardians. */
  readonly guardianTails: readonly string[];
}

export interface CurrentClass {
  readonly id: string;
  readonly name: string;
  readonly yearGroup: string | null;
  readonly classNo: number | null;
}

export interface CurrentRoster {
  readonly persons: readonly CurrentPerson[];
  /** Homeroom classes that exist today. */
  readonly classes: readonly CurrentClass[];
}

export interface PlannedChange {
  readonly row: RosterRow;
  readonly person: CurrentPerson;
  /** New name, when it differs. */
  readonly name: string | null;
  /** New sex, when the file says one and it differs. */
  readonly sex: Sex | null;
  /** The pupil moves from this class; `null` when the class stays or there was none. */
  readonly movesFrom: CurrentClass | null;
  /** The pupil enters `row.class` (a move, or a first class), or the teacher takes it over. */
  readonly entersClass: boolean;
  /** The guardian's telephone is new or another one. */
  readonly newContact: boolean;
}

/**
 * What happens to a class that the school does not have: `all` are created; `likely` only where it is no slip of the
 * pen: in a year group without any class (a first import, new beginners), or when a whole class of rows names it;
 * `none`.
 */
export type NewClasses = 'all' | 'likely' | 'none';

/**
 * Who counts as left out of the file: `guess`: pupils of the school or of the classes in the file, see `RosterPlan.scope`;
 * `school`: every pupil of the school; else only those whom the file says have left.
 */
export type LeavingRule = 'guess' | 'school' | { readonly numbers: ReadonlySet<string> };

/** Rows from which a class is a class and no misspelling. */
const WHOLE_CLASS = 5;

export interface RosterPlan {
  readonly created: readonly RosterRow[];
  /** Name, sex or class differ; those who change class are also in `moved`. */
  readonly changed: readonly PlannedChange[];
  readonly moved: readonly PlannedChange[];
  readonly unchanged: readonly { readonly row: RosterRow; readonly person: CurrentPerson }[];
  /** Pupils of the compared classes whom the file does not name. Nobody is removed by that. */
  readonly leaving: readonly CurrentPerson[];
  /** Classes the file names and the school does not have. */
  readonly newClasses: readonly ClassName[];
  /** Which pupils were compared for leaving: the whole school, or only the classes in the file. */
  readonly scope: 'school' | 'classesInFile';
  /** Rows whose number was restored or whose problems changed in the light of the present roster. */
  readonly problems: readonly RosterProblem[];
}

export function classKey(current: CurrentClass): string {
  return parseClassName(current.name, current.yearGroup ?? '')?.key ?? current.name.toLowerCase();
}

/** The one pupil of that name and class whose number fits what is left of an uncertain one. */
function restoreNumber(
  row: RosterRow,
  current: CurrentRoster,
  classIds: ReadonlyMap<string, string>,
): CurrentPerson | null {
  const { uncertainNumber, name } = row;
  if (!uncertainNumber) return null;
  const classId = row.class ? classIds.get(row.class.key) : undefined;
  const fits = current.persons.filter(
    (person) =>
      person.kind === row.kind &&
      person.name === name &&
      (classId === undefined || person.classId === classId || person.classId === null) &&
      person.number.length === uncertainNumber.length &&
      person.number.startsWith(uncertainNumber.prefix),
  );
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

function problemOf(
  row: RosterRow,
  code: RosterProblem['code'],
  severity: RosterProblem['severity'],
  field: 'number' | 'name' | 'class',
  params: RosterProblem['params'],
  suggestion: string | null = null,
): RosterProblem {
  const { at, sheet } = row;
  const column =
    (field === 'number'
      ? (at.number ?? at.staffNumber)
      : field === 'class'
        ? (at.class ?? at.classNo)
        : at.name) ?? null;
  return { code, severity, sheet, row: row.row, column, params, suggestion };
}

/** Problems of the file that still hold once uncertain numbers were found in the present roster. */
function resolveUncertain(read: RosterRead, current: CurrentRoster, classIds: ReadonlyMap<string, string>) {
  const restored = new Map<string, CurrentPerson>();
  const taken = new Set(read.rows.map((row) => row.number));
  const rows = read.rows.map((row) => {
    const person = restoreNumber(row, current, classIds);
    if (!person || taken.has(person.number)) return row;
    taken.add(person.number);
    restored.set(`${row.sheet} ${row.row}`, person);
    const stillBlocked = read.problems.some(
      (p) =>
        p.severity === 'must' &&
        p.sheet === row.sheet &&
        p.row === row.row &&
        p.code !== 'roster_number_uncertain',
    );
    return { ...row, number: person.number, uncertainNumber: null, blocked: stillBlocked };
  });
  const problems = read.problems.map((problem): RosterProblem => {
    const person =
      problem.code === 'roster_number_uncertain' && restored.get(`${problem.sheet} ${problem.row}`);
    if (!person) return problem;
    const params = { ...problem.params, number: person.number };
    return {
      ...problem,
      code: 'roster_number_restored',
      severity: 'look',
      params,
      suggestion: person.number,
    };
  });
  return { rows, problems };
}

function shareCharacter(a: string, b: string): boolean {
  return [...a].some((character) => b.includes(character));
}

function compareRow(
  row: RosterRow,
  person: CurrentPerson,
  classes: ReadonlyMap<string, CurrentClass>,
  classIds: ReadonlyMap<string, string>,
): PlannedChange | null {
  const name = row.name !== person.name ? row.name : null;
  const sex = row.sex !== null && row.sex !== person.sex ? row.sex : null;
  const wanted = row.class ? (classIds.get(row.class.key) ?? null) : null;
  const has = wanted !== null && (person.classId === wanted || person.leads.includes(wanted));
  const entersClass = row.class !== null && !has;
  const phones = [...(row.guardians ?? []).map(({ phone }) => phone), row.guardianPhone];
  const newContact = phones.some(
    (phone) => phone !== null && !person.guardianTails.includes(phone.slice(-4)),
  );
  if (name === null && sex === null && !entersClass && !newContact) return null;
  const movesFrom = entersClass && person.classId ? (classes.get(person.classId) ?? null) : null;
  return { row, person, name, sex, movesFrom, entersClass, newContact };
}

/** Half of the school's classes in the file make it a roster of the school; fewer, a roster of those classes. */
function scopeOf(
  fileKeys: ReadonlySet<string>,
  current: CurrentRoster,
  classes: ReadonlyMap<string, CurrentClass>,
): RosterPlan['scope'] {
  const used = new Set(current.persons.flatMap((p) => (p.kind === 'pupil' && p.classId ? [p.classId] : [])));
  const inFile = [...used].filter((id) => {
    const found = classes.get(id);
    return found !== undefined && fileKeys.has(classKey(found));
  });
  return inFile.length * 2 >= used.size ? 'school' : 'classesInFile';
}

/**
 * What an uploaded roster would change.
 *
 * People are matched by their number within the school. Nothing is decided about pupils whom the file leaves out:
 * they are listed as `leaving` and the importer chooses. Reading the same file again after it was applied gives
 * no change. Blocked rows take part only so that their people do not look as if they left.
 *
 * @param read - the uploaded workbook.
 * @param current - the school's roster today.
 * @param options.leaving - who counts as left out of the file.
 * @param options.newClasses - which classes that the school does not have are created; the others are problems.
 */
export function planRoster(
  read: RosterRead,
  current: CurrentRoster,
  {
    newClasses: create = 'likely',
    leaving: rule = 'guess',
  }: { newClasses?: NewClasses; leaving?: LeavingRule } = {},
): RosterPlan {
  const classes = new Map(current.classes.map((c) => [c.id, c]));
  const classIds = new Map(current.classes.map((c) => [classKey(c), c.id]));
  const { rows, problems: base } = resolveUncertain(read, current, classIds);
  const problems = [...base];
  const persons = new Map(current.persons.map((person) => [person.number.toLowerCase(), person]));
  const years = new Set(current.classes.flatMap((c) => (c.yearGroup === null ? [] : [c.yearGroup])));
  const sizes = new Map<string, number>();
  for (const { class: named } of rows) if (named) sizes.set(named.key, (sizes.get(named.key) ?? 0) + 1);
  const created: RosterRow[] = [];
  const changed: PlannedChange[] = [];
  const unchanged: { row: RosterRow; person: CurrentPerson }[] = [];
  const newClasses = new Map<string, ClassName>();
  const named = new Set<string>();
  const fileKeys = new Set<string>();
  for (const row of rows) {
    if (row.class && row.kind === 'pupil') fileKeys.add(row.class.key);
    if (row.number !== '') named.add(row.number.toLowerCase());
    if (row.class && !classIds.has(row.class.key)) {
      if (!mayCreate(row.class, create, years, sizes)) {
        problems.push(problemOf(row, 'roster_class_unknown', 'must', 'class', { className: row.class.name }));
        continue;
      }
      if (!row.blocked) newClasses.set(row.class.key, row.class);
    }
    if (row.blocked || row.number === '') continue;
    const person = persons.get(row.number.toLowerCase());
    if (!person) {
      created.push(row);
      continue;
    }
    if (person.kind !== row.kind) {
      problems.push(
        problemOf(row, 'roster_number_of_staff', 'must', 'number', { number: row.number, name: person.name }),
      );
      continue;
    }
    const change = compareRow(row, person, classes, classIds);
    if (!change) unchanged.push({ row, person });
    else {
      changed.push(change);
      problems.push(...changeProblems(change));
    }
  }
  const scope = rule === 'guess' ? scopeOf(fileKeys, current, classes) : 'school';
  const isNamedGone = (person: CurrentPerson) =>
    typeof rule === 'object' && rule.numbers.has(person.number.toLowerCase());
  const leaving =
    rows.some((row) => row.kind === 'pupil') || typeof rule === 'object'
      ? current.persons.filter(
          (person) =>
            (typeof rule !== 'object' || isNamedGone(person)) &&
            isLeaving(person, named, scope, fileKeys, classes),
        )
      : [];
  problems.push(...renumbered(created, leaving, classIds));
  return {
    created,
    changed,
    moved: changed.filter((change) => change.movesFrom !== null),
    unchanged,
    leaving,
    newClasses: [...newClasses.values()],
    scope,
    problems,
  };
}

function mayCreate(
  wanted: ClassName,
  create: NewClasses,
  years: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): boolean {
  if (create === 'likely' && (sizes.get(wanted.key) ?? 0) >= WHOLE_CLASS) return true;
  if (create === 'likely') return wanted.yearGroup === null ? years.size === 0 : !years.has(wanted.yearGroup);
  return create === 'all';
}

function changeProblems(change: PlannedChange): RosterProblem[] {
  const { row, person, name, movesFrom } = change;
  const found: RosterProblem[] = [];
  if (movesFrom && row.class && row.kind === 'pupil') {
    const params = { name: row.name, from: movesFrom.name, to: row.class.name };
    found.push(problemOf(row, 'roster_moved', 'look', 'class', params));
  }
  if (name !== null && !shareCharacter(name, person.name)) {
    found.push(
      problemOf(row, 'roster_renamed', 'look', 'name', { number: row.number, before: person.name, name }),
    );
  }
  return found;
}

function isLeaving(
  person: CurrentPerson,
  named: ReadonlySet<string>,
  scope: RosterPlan['scope'],
  fileKeys: ReadonlySet<string>,
  classes: ReadonlyMap<string, CurrentClass>,
): boolean {
  if (person.kind !== 'pupil' || person.classId === null || named.has(person.number.toLowerCase()))
    return false;
  if (scope === 'school') return true;
  const home = classes.get(person.classId);
  return home !== undefined && fileKeys.has(classKey(home));
}

/** A new number with the name and class of somebody who is missing from the file: perhaps the same pupil. */
function renumbered(
  created: readonly RosterRow[],
  leaving: readonly CurrentPerson[],
  classIds: ReadonlyMap<string, string>,
): RosterProblem[] {
  const gone = new Map(leaving.map((person) => [`${person.classId} ${person.name}`, person]));
  return created.flatMap((row) => {
    const before = gone.get(`${row.class ? classIds.get(row.class.key) : ''} ${row.name}`);
    if (!before) return [];
    const params = { name: row.name, number: row.number, before: before.number };
    return [problemOf(row, 'roster_maybe_renumbered', 'look', 'number', params)];
  });
}
