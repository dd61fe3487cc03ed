import type { ReadRow } from './read-row.ts';
import type { RosterProblem, RosterRow } from './roster-row.ts';
import { commonLength, usualLength } from './school-number.ts';

interface Work {
  row: RosterRow;
  readonly numeric: boolean;
  readonly decimalClass: boolean;
  readonly problems: RosterProblem[];
}

function add(
  work: Work,
  code: RosterProblem['code'],
  severity: RosterProblem['severity'],
  field: 'number' | 'name' | 'class',
  params: RosterProblem['params'],
  suggestion: string | null = null,
): void {
  const { sheet, row, at } = work.row;
  const column =
    (field === 'number'
      ? (at.number ?? at.staffNumber)
      : field === 'class'
        ? (at.class ?? at.classNo)
        : at.name) ?? null;
  work.problems.push({ code, severity, sheet, row, column, params, suggestion });
  if (severity === 'must') work.row = { ...work.row, blocked: true };
}

/** Puts back leading zeros that a spreadsheet took from numbers, where the file or the roster leaves no doubt. */
function padNumbers(works: readonly Work[], known: ReadonlySet<string>): void {
  for (const kind of ['pupil', 'staff'] as const) {
    const mine = works.filter((work) => work.row.kind === kind && work.row.number !== '');
    const texts = mine.filter((work) => !work.numeric).map((work) => work.row.number);
    const fromFile = usualLength(texts.filter((text) => /^\d+$/.test(text)));
    const fromRoster = usualLength([...known].filter((number) => /^\d+$/.test(number)));
    for (const work of mine) {
      const { number } = work.row;
      if (!work.numeric || known.has(number)) continue;
      const padded = [fromFile, fromRoster]
        .filter((length) => length !== null)
        .map((length) => number.padStart(length, '0'))
        .find((candidate, i) => candidate !== number && (i > 0 || fromFile !== null || known.has(candidate)));
      if (!padded) continue;
      work.row = { ...work.row, number: padded };
      add(work, 'roster_number_padded', 'look', 'number', { shown: number, number: padded }, padded);
    }
  }
}

function sameContent(a: RosterRow, b: RosterRow): boolean {
  return a.name === b.name && a.class?.key === b.class?.key && a.kind === b.kind;
}

/** Rows with one number: repeats are merged, everything else must be corrected and names the other row. */
function checkNumbers(works: readonly Work[]): { kept: Work[]; merged: number } {
  const first = new Map<string, Work>();
  const kept: Work[] = [];
  let merged = 0;
  for (const work of works) {
    const { number, kind } = work.row;
    const other = number === '' ? undefined : first.get(`${kind} ${number.toLowerCase()}`);
    if (number === '' || !other) {
      if (number !== '') first.set(`${kind} ${number.toLowerCase()}`, work);
      kept.push(work);
      continue;
    }
    const params = {
      number,
      name: work.row.name,
      otherRow: other.row.row,
      otherSheet: other.row.sheet,
      otherName: other.row.name,
      otherClass: other.row.class?.name ?? '',
    };
    if (sameContent(work.row, other.row)) {
      merged += 1;
      add(work, 'roster_row_repeated', 'look', 'number', params);
      other.problems.push(...work.problems.filter((problem) => problem.code === 'roster_row_repeated'));
      continue;
    }
    const samePerson = work.row.name === other.row.name && work.row.kind === 'pupil';
    const code = samePerson ? 'roster_two_classes' : 'roster_number_duplicate';
    add(work, code, 'must', samePerson ? 'class' : 'number', {
      ...params,
      className: work.row.class?.name ?? '',
    });
    kept.push(work);
  }
  return { kept, merged };
}

/** Two pupils of one name in one class are two pupils when their numbers differ; a person should know. */
function checkNames(works: readonly Work[]): void {
  const first = new Map<string, Work>();
  for (const work of works) {
    const { name, class: className, kind, number } = work.row;
    if (kind !== 'pupil' || name === '' || !className) continue;
    const key = `${className.key} ${name}`;
    const other = first.get(key);
    if (!other) first.set(key, work);
    else if (other.row.number !== number || number === '') {
      add(work, 'roster_same_name', 'look', 'name', {
        name,
        className: className.name,
        otherRow: other.row.row,
        otherNumber: other.row.number,
      });
    }
  }
}

function checkLengths(works: readonly Work[]): void {
  for (const kind of ['pupil', 'staff'] as const) {
    const mine = works.filter((work) => work.row.kind === kind && work.row.number !== '');
    const common = commonLength(mine.map((work) => work.row.number));
    if (common === null) continue;
    for (const work of mine) {
      const { number } = work.row;
      if (number.length !== common)
        add(work, 'roster_number_length', 'look', 'number', { number, length: common });
    }
  }
}

/** 3.10 stored as a number becomes 3.1: where classes 9 or more exist as decimals, 3.1 is not certain. */
function checkDecimals(works: readonly Work[]): void {
  const wide = new Set<string>();
  for (const { row } of works)
    if ((row.class?.classNo ?? 0) >= 9 && row.class?.yearGroup) wide.add(row.class.yearGroup);
  for (const work of works) {
    const { class: className } = work.row;
    if (!work.decimalClass || !className?.yearGroup || !wide.has(className.yearGroup)) continue;
    const other = `${className.yearGroup}.${className.classNo}0`;
    add(work, 'roster_class_ambiguous', 'must', 'class', {
      shown: `${className.yearGroup}.${className.classNo}`,
      other,
    });
  }
}

/** Everything that only shows when rows are compared with each other. */
export function checkAcrossRows(
  reads: readonly ReadRow[],
  knownNumbers: ReadonlySet<string>,
): { rows: RosterRow[]; problems: RosterProblem[]; merged: number } {
  const works: Work[] = reads.map((read) => ({ ...read, problems: [...read.problems] }));
  padNumbers(works, knownNumbers);
  const { kept, merged } = checkNumbers(works);
  checkNames(kept);
  checkLengths(kept);
  checkDecimals(kept);
  return { rows: kept.map((work) => work.row), problems: kept.flatMap((work) => work.problems), merged };
}
