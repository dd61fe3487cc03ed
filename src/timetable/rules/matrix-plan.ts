import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { parseClassName } from '../../rosters/rules/class-name.ts';
import { compactText } from '../../rosters/rules/text.ts';
import type { MatrixRead, MatrixRow } from '../matrix/read-matrix.ts';
import type { ModeParams } from '../tables.ts';

export interface KnownClass {
  readonly id: string;
  readonly name: string;
}
export interface KnownTeacher {
  readonly personId: string;
  readonly name: string;
  readonly number: string;
}

/** What a person decided on the confirm screen. */
export interface MatrixChoices {
  /** Class of ours for a class key of the file; null: leave this class out. */
  readonly classes: Readonly<Record<string, string | null>>;
  /** Person for a teacher's name in the file; null: without a teacher for now. */
  readonly teachers: Readonly<Record<string, string | null>>;
  /** What an unread cell says; null: nothing is taught there. */
  readonly cells: Readonly<
    Record<string, { courseName: string; weekday: number; periodFrom: number; periodTo: number } | null>
  >;
  /** Of a term list: make the teachers whom the roster does not have. */
  readonly createTeachers?: boolean;
}
export const NO_CHOICES: MatrixChoices = { classes: {}, teachers: {}, cells: {} };

/** A slot the workbook asks for, with names still to be turned into ids where they are new. */
export interface WantedSlot {
  /** Finds the slot again when the workbook comes a second time. */
  readonly sourceKey: string;
  readonly courseName: string;
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  readonly weeks: readonly number[];
  readonly mode: string;
  readonly modeParams: ModeParams;
  readonly classroomName: string | null;
  readonly classIds: readonly string[];
  readonly teacherIds: readonly string[];
}

export interface OpenQuestions {
  readonly classes: readonly { readonly key: string; readonly name: string; readonly lessons: number }[];
  readonly teachers: readonly {
    readonly name: string;
    readonly lessons: number;
    readonly candidates: readonly KnownTeacher[];
  }[];
  readonly cells: readonly {
    readonly key: string;
    readonly className: string;
    readonly cellText: string;
    readonly sheet: string;
    readonly row: number;
    readonly column: number;
    readonly weekday: number | null;
    readonly periodFrom: number | null;
    readonly periodTo: number | null;
    readonly reason: string;
  }[];
}

export interface MatrixPlan {
  readonly slots: readonly WantedSlot[];
  /** Classes of ours that the workbook speaks of; what it no longer has of theirs leaves the draft. */
  readonly classIds: readonly string[];
  readonly questions: OpenQuestions;
  readonly problems: readonly WorkbookProblem[];
  readonly counts: { readonly read: number; readonly dropped: number; readonly merged: number };
}

/** Places that any number of classes use at once, or that are no place at all. */
const SHARED_PLACES = /操场|体育场|田径场|运动场|体育馆|球场|线上|网课|网络教学|居家/;

/** The place is used by any number of classes at once, or is none. */
export function isSharedPlace(name: string): boolean {
  return SHARED_PLACES.test(name);
}

/** Key of an unread cell, also in `MatrixChoices.cells`. */
export function cellKey(cell: { sheet: string; row: number; column: number }): string {
  return `${cell.sheet}!${cell.row}:${cell.column}`;
}

/**
 * Turns what the matrix reader found into slots of the draft.
 *
 * Teachers are matched by name or number inside the school; a name of two people is asked, not guessed. Equal lessons
 * of one teacher in one room at one time are one lesson of several classes.
 *
 * @param weeksOfTerm - number of weeks of the term; later weeks are cut off.
 */
export function planMatrix(
  read: MatrixRead,
  {
    classes,
    teachers,
    choices,
    weeksOfTerm,
  }: {
    classes: readonly KnownClass[];
    teachers: readonly KnownTeacher[];
    choices: MatrixChoices;
    weeksOfTerm: number;
  },
): MatrixPlan {
  const said = rowsOfCells(read, choices);
  const rows = [...read.rows, ...said];
  const classOf = classMatcher(classes, choices);
  const teacherOf = teacherMatcher(teachers, choices);
  const problems: WorkbookProblem[] = [...read.problems];
  const slots: WantedSlot[] = [];
  const places = new Map<string, number>();
  const told = new Set<string>();
  /** A class or teacher who is unknown is told once, at the first cell. */
  const tellOnce = (found: WorkbookProblem, what: string): void => {
    const key = `${found.code} ${what}`;
    if (!told.has(key)) problems.push(found);
    told.add(key);
  };
  let dropped = read.unread.length - said.length;
  for (const row of rows) {
    const classId = classOf(row);
    if (typeof classId !== 'string') {
      dropped += 1;
      if (classId === undefined)
        problems.push(problem(row, 'matrix_class_unknown', 'must', { name: row.className }));
      continue;
    }
    const weeks = (row.weeks ?? weekNumbers(weeksOfTerm)).filter((week) => week <= weeksOfTerm);
    if (weeks.length === 0) {
      dropped += 1;
      problems.push(problem(row, 'matrix_weeks_outside', 'look', { text: row.cellText, weeks: weeksOfTerm }));
      continue;
    }
    const teacherIds = (row.teacherName ?? '')
      .split('、')
      .filter(Boolean)
      .flatMap((name) => {
        const found = teacherOf(name);
        if (found.length !== 1 && !(name in choices.teachers)) {
          const code = found.length === 0 ? 'matrix_teacher_unknown' : 'matrix_teacher_ambiguous';
          tellOnce(problem(row, code, 'look', { name, count: found.length }), name);
        }
        return found.length === 1 ? found.map(({ personId }) => personId) : [];
      });
    const place = `${classId} ${row.weekday} ${row.periodFrom}`;
    const n = (places.get(place) ?? 0) + 1;
    places.set(place, n);
    slots.push({
      sourceKey: `matrix ${place} ${n}`,
      courseName: row.courseName,
      weekday: row.weekday,
      period: row.periodFrom,
      periodTo: row.periodTo,
      weeks,
      mode: row.platform ? 'external' : 'live',
      modeParams: row.platform ? { platform: row.platform } : {},
      classroomName: row.roomName && !isSharedPlace(row.roomName) ? row.roomName : null,
      classIds: [classId],
      teacherIds: [...new Set(teacherIds)],
    });
  }
  const joined = joinLessons(slots);
  return {
    slots: joined,
    classIds: [...new Set(slots.flatMap(({ classIds }) => classIds))],
    questions: {
      classes: unknownClasses(rows, classOf),
      teachers: openTeachers(rows, teacherOf, choices),
      cells: read.unread
        .map((cell) => ({ key: cellKey(cell), ...cell }))
        .filter(({ key }) => !(key in choices.cells)),
    },
    problems,
    counts: { read: rows.length, dropped, merged: slots.length - joined.length },
  };
}

function weekNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function rowsOfCells(read: MatrixRead, choices: MatrixChoices): MatrixRow[] {
  return read.unread.flatMap((cell): MatrixRow[] => {
    const said = choices.cells[cellKey(cell)];
    if (!said) return [];
    const { className, cellText, sheet, row, column } = cell;
    const classKey = parseClassName(className)?.key ?? '';
    return [{ className, classKey, ...said, weeks: null, cellText, sheet, row, column }];
  });
}

/** string: the class; null: left out on purpose; undefined: unknown. */
function classMatcher(
  classes: readonly KnownClass[],
  choices: MatrixChoices,
): (row: MatrixRow) => string | null | undefined {
  const byKey = new Map(classes.map(({ id, name }) => [parseClassName(name)?.key ?? compactText(name), id]));
  return ({ classKey, className }) => {
    if (classKey in choices.classes) return choices.classes[classKey];
    return byKey.get(classKey) ?? byKey.get(compactText(className));
  };
}

/** Teachers of the school whom a name in the file may mean. */
export function teacherMatcher(
  teachers: readonly KnownTeacher[],
  choices: MatrixChoices,
): (name: string) => KnownTeacher[] {
  const byName = Map.groupBy(teachers, ({ name }) => compactText(name));
  const byNumber = new Map(teachers.map((teacher) => [teacher.number, teacher]));
  return (name) => {
    const chosen = choices.teachers[name];
    if (chosen === null) return [];
    if (chosen !== undefined) return teachers.filter(({ personId }) => personId === chosen);
    const plain = compactText(name);
    const numbered = byNumber.get(plain);
    if (numbered) return [numbered];
    // 王老师: a family name alone fits when one teacher has it.
    const family = /^(\p{Script=Han}{1,2})老师$/u.exec(plain)?.[1];
    return (
      byName.get(plain) ??
      (family ? teachers.filter((teacher) => compactText(teacher.name).startsWith(family)) : [])
    );
  };
}

function unknownClasses(rows: readonly MatrixRow[], classOf: ReturnType<typeof classMatcher>) {
  const unknown = rows.filter((row) => classOf(row) === undefined);
  return Array.from(
    Map.groupBy(unknown, ({ classKey }) => classKey),
    ([key, of]) => ({ key, name: of[0]?.className ?? '', lessons: of.length }),
  );
}

function openTeachers(
  rows: readonly MatrixRow[],
  teacherOf: (name: string) => KnownTeacher[],
  choices: MatrixChoices,
) {
  const names = rows.flatMap(({ teacherName = '' }) => teacherName.split('、').filter(Boolean));
  return Array.from(
    Map.groupBy(names, (name) => name),
    ([name, uses]) => ({ name, lessons: uses.length, candidates: teacherOf(name) }),
  ).filter(({ name, candidates }) => candidates.length !== 1 && !(name in choices.teachers));
}

/** Lessons of several classes that are one: same course, teacher, named room, time and weeks. */
function joinLessons(slots: readonly WantedSlot[]): WantedSlot[] {
  const groups = Map.groupBy(slots, (slot) =>
    slot.classroomName === null || slot.teacherIds.length === 0
      ? slot.sourceKey
      : JSON.stringify([
          slot.courseName,
          slot.teacherIds,
          slot.classroomName,
          slot.weekday,
          slot.period,
          slot.periodTo,
          slot.weeks,
        ]),
  );
  return Array.from(groups.values(), (group) => {
    const sorted = group.sort((a, b) => a.sourceKey.localeCompare(b.sourceKey));
    const [first] = sorted as [WantedSlot, ...WantedSlot[]];
    return { ...first, classIds: [...new Set(sorted.flatMap(({ classIds }) => classIds))] };
  });
}

function problem(
  { sheet, row, column }: MatrixRow,
  code: string,
  severity: 'must' | 'look',
  params: Record<string, string | number>,
): WorkbookProblem {
  return { code, severity, sheet, row, column, params, suggestion: null };
}
