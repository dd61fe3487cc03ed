import { createHash } from 'node:crypto';
import { parseClassName } from '../../rosters/rules/class-name.ts';
import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { compactText } from '../../rosters/rules/text.ts';
import { teacherMatcher, type KnownTeacher, type MatrixChoices } from '../rules/matrix-plan.ts';
import type { NamedTeacher, TermRead, TermRow } from './read-term.ts';

export interface TermClass {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

/** A class the import makes: a teaching class of one course, or a homeroom class that several courses name. */
export interface NewClass {
  readonly name: string;
  readonly kind: 'homeroom' | 'scheduled';
  readonly courseName: string;
  readonly yearGroup: string | null;
  readonly classNo: number | null;
}

export interface NewTeacher {
  readonly name: string;
  readonly number: string;
}

/** One lesson of the term, of as many classes as the file has equal rows of it. */
export interface TermLesson {
  /** Finds the slot again when the file comes a second time. */
  readonly sourceKey: string;
  /** Changes when the file says something else of the slot. */
  readonly sourceHash: string;
  readonly courseName: string;
  readonly courseCode: string | null;
  readonly roomName: string | null;
  readonly teacherIds: readonly string[];
  /** Numbers of teachers the import makes. */
  readonly newTeachers: readonly string[];
  /** Names of the file that nobody of the school has. */
  readonly teacherNames: readonly string[];
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  readonly weeks: readonly number[];
  readonly classIds: readonly string[];
  /** Names of classes the import makes. */
  readonly newClasses: readonly string[];
  /** First row of the file that says it. */
  readonly first: Pick<TermRow, 'sheet' | 'row' | 'at'>;
}

/** A teaching class and the homeroom classes whose pupils it has, by name of the file. */
export interface ClassComposition {
  readonly className: string;
  /** Null: the import makes it. */
  readonly classId: string | null;
  readonly homeroomIds: readonly string[];
  /** Names of homeroom classes the import makes. */
  readonly newHomerooms: readonly string[];
}

export interface TermPlan {
  readonly lessons: readonly TermLesson[];
  readonly newClasses: readonly NewClass[];
  readonly newTeachers: readonly NewTeacher[];
  readonly compositions: readonly ClassComposition[];
  readonly courseNames: readonly string[];
  /** Teachers somebody should decide about: a name of several, or of none. */
  readonly openTeachers: readonly {
    readonly name: string;
    readonly lessons: number;
    readonly candidates: readonly KnownTeacher[];
  }[];
  readonly problems: readonly WorkbookProblem[];
  /** `read` = `lessons` + `merged` + `dropped`. */
  readonly counts: { readonly read: number; readonly dropped: number; readonly merged: number };
}

/**
 * Turns the meetings of a term into lessons of the draft.
 *
 * Equal rows are one lesson of several classes. A list without classes gets teaching classes of its own: as many of one
 * course and teacher as it has equal rows, the same ones in all their lessons. Teachers are matched by number, then by
 * name; a name of two people is asked, not guessed.
 *
 * @param choices.createTeachers - teachers who are not in the roster are made, with 临-<name> for a missing number.
 * @param weeksOfTerm - number of weeks of the term; later weeks are cut off.
 */
export function planTerm(
  read: TermRead,
  {
    classes,
    teachers,
    choices,
    weeksOfTerm,
  }: {
    classes: readonly TermClass[];
    teachers: readonly KnownTeacher[];
    choices: MatrixChoices;
    weeksOfTerm: number;
  },
): TermPlan {
  const problems: WorkbookProblem[] = [...read.problems];
  const cut = cutWeeks(read.rows, weeksOfTerm, problems);
  const groups = [...Map.groupBy(cut, lessonKey).values()] as [TermRow, ...TermRow[]][];
  const people = matchTeachers(groups, { teachers, choices, problems });
  const audience = matchClasses(groups, classes);
  const keys = new Map<string, number>();
  const lessons = groups
    .sort(([a], [b]) => orderOf(a).localeCompare(orderOf(b)))
    .map((rows): TermLesson => {
      const [first] = rows;
      const { courseName, courseCode, roomName, weekday, period, periodTo, weeks } = first;
      const slot = [courseName, teacherText(first), weekday, period].join('|');
      const n = (keys.get(slot) ?? 0) + 1;
      keys.set(slot, n);
      const content = { courseName, courseCode, roomName, weekday, period, periodTo, weeks };
      const staff = people.of(first);
      const { names, ...audiences } = audience.of(rows);
      const chosen = first.teachers.map(({ name }) => choices.teachers[name]);
      return {
        ...content,
        ...staff,
        ...audiences,
        sourceKey: `term ${shortHash(`${slot}|${n}`)}`,
        // Ids are not part of it: what the import makes is found by name the next time.
        sourceHash: shortHash(
          JSON.stringify([content, teacherText(first), names, staff.teacherNames, chosen]),
        ),
        first: { sheet: first.sheet, row: first.row, at: first.at },
      };
    });
  return {
    lessons,
    newClasses: audience.made,
    newTeachers: people.made,
    compositions: audience.compositions,
    courseNames: [...new Set(lessons.map(({ courseName }) => courseName))],
    openTeachers: people.open,
    problems,
    counts: {
      read: read.read,
      dropped: read.dropped + read.rows.length - cut.length,
      merged: cut.length - lessons.length,
    },
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function teacherText({ teachers }: TermRow): string {
  return teachers.map(({ name, number }) => number ?? name).join('、');
}

/** What makes two rows the same lesson. */
function lessonKey(row: TermRow): string {
  const { courseName, courseCode, roomName, weekday, period, periodTo, weeks } = row;
  return JSON.stringify([
    courseName,
    courseCode,
    teacherText(row),
    roomName,
    weekday,
    period,
    periodTo,
    weeks,
  ]);
}

/** Lessons of one course, teacher and hour in an order that does not depend on the order of the file. */
function orderOf(row: TermRow): string {
  return JSON.stringify([row.courseName, teacherText(row), row.weekday, row.period, row.weeks, row.roomName]);
}

function cutWeeks(rows: readonly TermRow[], weeksOfTerm: number, problems: WorkbookProblem[]): TermRow[] {
  const told = new Set<string>();
  return rows.flatMap((row) => {
    const weeks = row.weeks.filter((week) => week <= weeksOfTerm);
    const isWholeTerm = row.weeks.length === 40;
    if (weeks.length < row.weeks.length && !isWholeTerm) {
      // Told once per lesson: forty equal rows of a lecture would say it forty times.
      const key = lessonKey(row);
      const lost = row.weeks.filter((week) => week > weeksOfTerm).join();
      const code = weeks.length === 0 ? 'term_weeks_outside' : 'term_weeks_cut';
      const params = { course: row.courseName, lost, weeks: weeksOfTerm };
      if (!told.has(key)) problems.push(problem(row, code, 'weeks', params));
      told.add(key);
    }
    return weeks.length === 0 ? [] : [{ ...row, weeks }];
  });
}

export function problem(
  { sheet, row, at }: TermLesson['first'],
  code: string,
  field: keyof TermRow['at'],
  params: Record<string, string | number>,
): WorkbookProblem {
  const column = at[field] ?? at.time ?? null;
  return { code, severity: 'look', sheet, row, column, params, suggestion: null };
}

function matchTeachers(
  groups: readonly (readonly [TermRow, ...TermRow[]])[],
  {
    teachers,
    choices,
    problems,
  }: {
    teachers: readonly KnownTeacher[];
    choices: MatrixChoices;
    problems: WorkbookProblem[];
  },
) {
  const byNumber = new Map(teachers.map((teacher) => [teacher.number.toLowerCase(), teacher]));
  const byName = teacherMatcher(teachers, choices);
  const made = new Map<string, NewTeacher>();
  const open = new Map<string, { name: string; lessons: number; candidates: KnownTeacher[] }>();
  const found = new Map<string, KnownTeacher[]>();
  const candidatesOf = ({ name, number }: NamedTeacher): KnownTeacher[] => {
    const key = `${number ?? ''} ${name}`;
    const known = number === null ? undefined : byNumber.get(number.toLowerCase());
    const candidates = found.get(key) ?? (known ? [known] : byName(name));
    found.set(key, candidates);
    return candidates;
  };
  for (const [first] of groups) {
    for (const teacher of first.teachers) {
      const candidates = candidatesOf(teacher);
      if (candidates.length === 1 || teacher.name in choices.teachers) continue;
      const isNew = candidates.length === 0 && choices.createTeachers === true;
      const number = teacher.number ?? `临-${compactText(teacher.name)}`;
      const entry = open.get(teacher.name);
      if (entry) entry.lessons += 1;
      else if (isNew && made.has(number)) continue;
      else {
        const code = isNew
          ? 'term_teacher_created'
          : candidates.length === 0
            ? 'term_teacher_unknown'
            : 'term_teacher_ambiguous';
        const params = { name: teacher.name, number, count: candidates.length };
        problems.push(problem(first, code, 'teacher', params));
        if (isNew) made.set(number, { name: teacher.name, number });
        else open.set(teacher.name, { name: teacher.name, lessons: 1, candidates });
      }
    }
  }
  const of = (row: TermRow) => {
    const matched = row.teachers.map((teacher) => ({ teacher, candidates: candidatesOf(teacher) }));
    const numberOf = ({ name, number }: NamedTeacher) => number ?? `临-${compactText(name)}`;
    const unmatched = matched.filter(
      ({ teacher, candidates }) => candidates.length !== 1 && !(teacher.name in choices.teachers),
    );
    return {
      teacherIds: [
        ...new Set(
          matched.flatMap(({ candidates }) =>
            candidates.length === 1 ? [candidates[0]?.personId ?? ''] : [],
          ),
        ),
      ],
      newTeachers: unmatched.flatMap(({ teacher }) =>
        made.has(numberOf(teacher)) ? [numberOf(teacher)] : [],
      ),
      teacherNames: unmatched.flatMap(({ teacher }) => (made.has(numberOf(teacher)) ? [] : [teacher.name])),
    };
  };
  return { of, made: [...made.values()], open: [...open.values()] };
}

/** Name of the k-th teaching class of a course and teacher where the file names none. */
function ownClassName(row: TermRow, k: number): string {
  const teachers = row.teachers.map(({ name }) => name).join('、');
  return `${row.courseName}${teachers === '' ? '' : `·${teachers}`}（${k}）班`.slice(0, 120);
}

function matchClasses(groups: readonly (readonly [TermRow, ...TermRow[]])[], classes: readonly TermClass[]) {
  const byName = new Map(classes.map(({ id, name }) => [compactText(name), id]));
  const byKey = new Map(
    classes
      .filter(({ kind }) => kind === 'homeroom')
      .map(({ id, name }) => [parseClassName(name)?.key ?? compactText(name), id]),
  );
  const idOf = (name: string): string | undefined =>
    byName.get(compactText(name)) ?? byKey.get(parseClassName(name)?.key ?? compactText(name));
  const coursesOf = new Map<string, Set<string>>();
  for (const rows of groups) {
    for (const { classNames, courseName } of rows) {
      for (const name of classNames) {
        coursesOf.set(name, (coursesOf.get(name) ?? new Set()).add(courseName));
      }
    }
  }
  const partsOf = new Map<string, Set<string>>();
  for (const { classNames, composition } of groups.flat()) {
    const [name] = classNames;
    if (name === undefined || composition.length === 0) continue;
    const parts = partsOf.get(name) ?? new Set();
    for (const part of composition) parts.add(part);
    partsOf.set(name, parts);
  }
  const allParts = new Set([...partsOf.values()].flatMap((parts) => [...parts]));
  const made = new Map<string, NewClass>();
  const make = (name: string, courseName: string): void => {
    if (made.has(name)) return;
    const parsed = parseClassName(name);
    // A class of several courses, or one named by year and number, is where pupils are at home.
    // One that is made of others is none.
    const isHomeroom =
      !partsOf.has(name) &&
      (allParts.has(name) || (coursesOf.get(name)?.size ?? 0) > 1 || (parsed?.classNo ?? null) !== null);
    made.set(name, {
      name,
      kind: isHomeroom ? 'homeroom' : 'scheduled',
      courseName,
      yearGroup: isHomeroom ? (parsed?.yearGroup ?? null) : null,
      classNo: isHomeroom ? (parsed?.classNo ?? null) : null,
    });
  };
  const of = (rows: readonly TermRow[]) => {
    const [first] = rows as [TermRow, ...TermRow[]];
    const unnamed = rows.filter(({ classNames }) => classNames.length === 0).length;
    const names = [
      ...rows.flatMap(({ classNames }) => classNames),
      ...Array.from({ length: unnamed }, (_, index) => ownClassName(first, index + 1)),
    ];
    const classIds = new Set<string>();
    const newClasses = new Set<string>();
    for (const name of names) {
      const id = idOf(name);
      if (id) classIds.add(id);
      else {
        make(name, first.courseName);
        newClasses.add(name);
      }
    }
    return { names: [...new Set(names)].sort(), classIds: [...classIds], newClasses: [...newClasses] };
  };
  // Everything is made before `made` is read.
  const audiences = new Map(groups.map((rows) => [rows, of(rows)]));
  const compositions = Array.from(partsOf, ([className, parts]): ClassComposition => {
    const known = [...parts].map((part) => ({ part, id: idOf(part) }));
    for (const { part, id } of known) if (id === undefined) make(part, '');
    return {
      className,
      classId: idOf(className) ?? null,
      homeroomIds: known.flatMap(({ id }) => id ?? []),
      newHomerooms: known.flatMap(({ part, id }) => (id === undefined ? [part] : [])),
    };
  });
  return {
    compositions,
    of: (rows: readonly [TermRow, ...TermRow[]]) => audiences.get(rows) ?? of(rows),
    made: [...made.values()],
  };
}
