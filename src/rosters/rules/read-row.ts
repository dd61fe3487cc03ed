import { cellOf, type SheetRow } from '../workbook/workbook.ts';
import { parseClassName, type ClassName } from './class-name.ts';
import type { RosterField } from './headers.ts';
import { readName } from './person-name.ts';
import type { ProblemSeverity } from './problem.ts';
import type { RosterProblem, RosterProblemCode, RosterRole, RosterRow, Sex } from './roster-row.ts';
import { readSchoolNumber } from './school-number.ts';
import { readPhone, looksLikeIdentityNumber } from './sensitive.ts';

const SEXES: Record<string, Sex> = {
  男: 'male',
  男生: 'male',
  男性: 'male',
  '1': 'male',
  m: 'male',
  male: 'male',
  boy: 'male',
  女: 'female',
  女生: 'female',
  女性: 'female',
  '2': 'female',
  f: 'female',
  female: 'female',
  girl: 'female',
  '0': 'unknown',
  '9': 'unknown',
  未知: 'unknown',
  未说明: 'unknown',
  其他: 'unknown',
};

/** A school has a few hundred classes and thousands of rows that name them. */
const CLASSES_KEPT = 5_000;
const classes = new Map<string, ClassName | null>();

function classNamed(text: string, grade: string): ClassName | null {
  const key = `${grade}\n${text}`;
  const kept = classes.get(key);
  if (kept !== undefined) return kept;
  const found = parseClassName(text, grade);
  if (classes.size < CLASSES_KEPT) classes.set(key, found);
  return found;
}

/** What the rows of one sheet share. */
export interface RowContext {
  readonly sheet: string;
  readonly kind: 'pupil' | 'staff';
  readonly columns: Partial<Record<RosterField, number>>;
  /** Class and grade of the title, or of a heading between the rows. */
  readonly sectionClass: ClassName | null;
  readonly sectionYearGroup: string | null;
}

export interface ReadRow {
  readonly row: RosterRow;
  /** The number was stored as a number, so that leading zeros may be lost. */
  readonly numeric: boolean;
  /** The class came out of a decimal number: 3.1 may have been 3.10. */
  readonly decimalClass: boolean;
  readonly problems: readonly RosterProblem[];
}

class RowReader {
  readonly problems: RosterProblem[] = [];
  readonly given: Partial<Record<RosterField, string>> = {};
  readonly source: SheetRow;
  readonly context: RowContext;
  numeric = false;
  decimalClass = false;
  constructor(source: SheetRow, context: RowContext) {
    this.source = source;
    this.context = context;
  }

  problem(
    code: RosterProblemCode,
    severity: ProblemSeverity,
    column: number | undefined,
    params: Record<string, string | number> = {},
    suggestion: string | null = null,
  ): void {
    const { sheet } = this.context;
    this.problems.push({
      code,
      severity,
      sheet,
      row: this.source.row,
      column: column ?? null,
      params,
      suggestion,
    });
  }

  cell(field: RosterField) {
    const column = this.context.columns[field];
    if (column === undefined) return null;
    const cell = cellOf(this.source, column);
    if (cell.kind === 'error') this.problem('roster_formula_error', 'must', column, { sign: cell.raw });
    else if (cell.formula) this.problem('roster_formula', 'look', column, { value: cell.text.slice(0, 20) });
    this.given[field] = cell.text;
    return cell;
  }

  number(): { number: string; uncertain: RosterRow['uncertainNumber'] } {
    const field =
      this.context.kind === 'staff' && this.context.columns.staffNumber ? 'staffNumber' : 'number';
    const cell = this.cell(field);
    const column = this.context.columns[field];
    if (!cell) return { number: '', uncertain: null };
    const reading = readSchoolNumber(cell);
    if (reading.state === 'read') {
      this.numeric = reading.numeric && !reading.number.startsWith('0');
      if (reading.restored) {
        this.problem(
          'roster_number_restored',
          'look',
          column,
          { shown: cell.text, number: reading.number },
          reading.number,
        );
      }
      return { number: reading.number, uncertain: null };
    }
    if (reading.state === 'uncertain') {
      this.problem('roster_number_uncertain', 'must', column, { shown: reading.shown });
      return { number: '', uncertain: { prefix: reading.prefix, length: reading.length } };
    }
    if (reading.state === 'identity') this.given[field] = '';
    const codes = {
      missing: 'roster_number_missing',
      odd: 'roster_number_odd',
      identity: 'roster_number_identity',
      precisionLost: 'roster_number_precision',
    } as const;
    this.problem(codes[reading.state], 'must', column, reading.shown ? { shown: reading.shown } : {});
    return { number: '', uncertain: null };
  }

  name(): string {
    const cell = this.cell('name');
    const column = this.context.columns.name;
    if (!cell || cell.text === '') {
      if (cell?.kind !== 'error') this.problem('roster_name_missing', 'must', column);
      return '';
    }
    if ([...cell.text.matchAll(/\d{17}[\dXx]/g)].some(([digits]) => looksLikeIdentityNumber(digits))) {
      this.given.name = '';
      this.problem('roster_name_odd', 'must', column, { characters: '0' });
      return '';
    }
    const { name, doubt, characters } = readName(cell.text);
    if (doubt === 'lost') this.problem('roster_name_lost', 'must', column, { name, characters });
    else if (doubt === 'odd') this.problem('roster_name_odd', 'look', column, { name, characters });
    else if (doubt === 'rare') this.problem('roster_name_rare', 'look', column, { name, characters });
    return name;
  }

  sex(): Sex | null {
    const cell = this.cell('sex');
    if (!cell || cell.text === '') return null;
    const sex = SEXES[cell.text.toLowerCase()] ?? null;
    if (sex === null) {
      this.problem('roster_sex_unread', 'look', this.context.columns.sex);
      this.given.sex = '';
    }
    return sex;
  }

  class(): ClassName | null {
    const { columns, sectionClass, sectionYearGroup } = this.context;
    const grade = this.cell('yearGroup')?.text || sectionYearGroup || '';
    const field: RosterField = columns.class === undefined ? 'classNo' : 'class';
    const cell = this.cell(field);
    const column = columns[field];
    if (!cell || cell.text === '') {
      if (sectionClass || cell?.kind === 'error') return sectionClass;
      this.problem('roster_class_missing', 'must', column);
      return null;
    }
    let { text } = cell;
    if (cell.kind === 'date') {
      // 3-2 typed into a cell becomes the second of March.
      const [, month = '', day = ''] = /^\d{4}-(\d{2})-(\d{2})$/.exec(cell.raw) ?? [];
      text = `${Number(month)}-${Number(day)}`;
    }
    const found = classNamed(text, grade);
    if (!found) {
      this.problem('roster_class_unreadable', 'must', column, { shown: cell.text.slice(0, 40) });
      return null;
    }
    if (cell.kind === 'date') {
      this.problem(
        'roster_class_restored',
        'look',
        column,
        { shown: cell.text, className: found.name },
        found.name,
      );
    }
    this.decimalClass = cell.kind === 'number' && /^\d{1,2}\.[1-5]$/.test(text);
    return found;
  }

  phone(): string | null {
    const cell = this.cell('guardianPhone');
    if (!cell || cell.text === '') return null;
    const read = readPhone(cell.text);
    if (read !== null) return read;
    this.problem('roster_phone_odd', 'look', this.context.columns.guardianPhone);
    return null;
  }

  /** Staff: their role, and the homeroom class that a 班主任 column names. */
  staff(): { role: RosterRole; class: ClassName | null } {
    const text = this.cell('role')?.text ?? '';
    const led = this.cell('classTeacherOf')?.text ?? '';
    const leads =
      led === '' || /^(否|无|-)$/.test(led) ? null : parseClassName(led, this.context.sectionYearGroup ?? '');
    if (/校长|主任|书记|管理员|园长|院长/.test(text) && !/班主任/.test(text)) {
      this.problem('roster_role_not_granted', 'look', this.context.columns.role, { role: text.slice(0, 20) });
    }
    if (leads || /班主任/.test(text)) return { role: 'classTeacher', class: leads };
    return { role: /辅导员/.test(text) ? 'counsellor' : 'teacher', class: null };
  }
}

/** Reads one row of a roster table; every doubt becomes a problem with its place. */
export function readRow(source: SheetRow, context: RowContext): ReadRow {
  const reader = new RowReader(source, context);
  const { number, uncertain } = reader.number();
  const name = reader.name();
  const sex = reader.sex();
  const isPupil = context.kind === 'pupil';
  const staff = isPupil ? null : reader.staff();
  const className = staff ? staff.class : reader.class();
  const guardianName = isPupil ? reader.cell('guardianName')?.text || null : null;
  const guardianPhone = isPupil ? reader.phone() : null;
  return {
    row: {
      kind: context.kind,
      number,
      uncertainNumber: uncertain,
      name,
      sex,
      class: className,
      guardianName: guardianName && readName(guardianName).name,
      guardianPhone,
      role: staff?.role ?? null,
      sheet: context.sheet,
      row: source.row,
      at: context.columns,
      given: { ...reader.given, guardianPhone: undefined },
      blocked: reader.problems.some((problem) => problem.severity === 'must'),
    },
    numeric: reader.numeric,
    decimalClass: reader.decimalClass,
    problems: reader.problems,
  };
}
