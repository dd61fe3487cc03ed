import type { WorkbookProblem } from '../../rosters/rules/problem.ts';
import { normaliseText } from '../../rosters/rules/text.ts';
import { parsePeriods, parseWeekday, type PeriodRange } from '../matrix/labels.ts';
import { isSharedPlace } from '../rules/matrix-plan.ts';
import type { TermColumns, TermField } from './headers.ts';
import { readWeeks } from './read-weeks.ts';
import type { TermTable } from './tables.ts';

export interface NamedTeacher {
  readonly name: string;
  /** 工号, when the file has it. */
  readonly number: string | null;
}

/** One meeting of a term: what a row of the list says. */
export interface TermRow {
  readonly courseName: string;
  readonly courseCode: string | null;
  /** Null: blank, or a place that any number of classes use at once. */
  readonly roomName: string | null;
  readonly teachers: readonly NamedTeacher[];
  /** Ascending, at least one. */
  readonly weeks: readonly number[];
  /** 1 (Monday) to 7. */
  readonly weekday: number;
  readonly period: number;
  readonly periodTo: number;
  /** Classes the file names; empty when it names none. */
  readonly classNames: readonly string[];
  /** Homeroom classes the one teaching class of the row is made of; empty when the file does not say. */
  readonly composition: readonly string[];
  readonly sheet: string | null;
  readonly row: number;
  readonly at: TermColumns;
}

export type TermProblemCode =
  | 'term_course_missing'
  | 'term_weekday_unread'
  | 'term_period_unread'
  | 'term_weeks_missing'
  | 'term_weeks_doubtful';

export interface TermRead {
  readonly rows: readonly TermRow[];
  /** Meetings in the file. */
  readonly read: number;
  /** Meetings left out because something about them cannot be read. */
  readonly dropped: number;
  readonly problems: readonly WorkbookProblem<TermProblemCode>[];
}

/** Where one meeting stands in the week, as texts. */
interface Placed {
  readonly weekday: string;
  readonly period: string;
  readonly block: string;
  readonly weeks: string;
}

/**
 * Reads the meetings of a term list. Every row becomes meetings or a problem with its place; nothing is thrown for bad
 * input.
 *
 * `节次` with `(2学时)` means that many periods from there; a range of periods, or 大节 alone, means itself.
 */
export function readTerm(tables: readonly TermTable[]): TermRead {
  const rows: TermRow[] = [];
  const problems: WorkbookProblem<TermProblemCode>[] = [];
  let read = 0;
  for (const table of tables) {
    for (const source of table.rows) {
      const text = (field: TermField): string => {
        const column = table.columns[field];
        return column === undefined ? '' : normaliseText(source.texts[column - 1] ?? '');
      };
      if (isNoMeeting(text)) continue;
      for (const placed of placesOf(text)) {
        read += 1;
        const found = readMeeting(text, placed, table, source.row, problems);
        if (found) rows.push(found);
      }
    }
  }
  return { rows, read, dropped: read - rows.length, problems };
}

/** Blank rows, repeated headings and totals below the list. */
function isNoMeeting(text: (field: TermField) => string): boolean {
  const fields = ['course', 'weekday', 'period', 'block', 'time', 'weeks'] as const;
  const filled = fields.filter((field) => text(field) !== '');
  if (filled.length === 0) return true;
  if (filled.length === 1 && filled[0] === 'course')
    return /^(合计|总计|备注|注[::：]|制表|共\s*\d)/.test(text('course'));
  return /^课程(名称?)?$/.test(text('course'));
}

/** A text such as `星期一第1-2节{1-16周};星期三3-4节` says several meetings; separate columns say one. */
function placesOf(text: (field: TermField) => string): Placed[] {
  const own = {
    weekday: text('weekday'),
    period: text('period'),
    block: text('block'),
    weeks: text('weeks'),
  };
  const time = text('time');
  if (own.weekday !== '' || time === '') return [own];
  return time
    .split(/[;；\n]+/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const weekday = /(?:星期|礼拜|周)\s*[一二三四五六日天1-7](?![\d-])/.exec(part)?.[0] ?? '';
      const rest = part.replace(weekday, '');
      const period = /第?[\d一二三四五六七八九十][\d,，、\-~—–至到第]*大?节/.exec(rest)?.[0] ?? '';
      const weeks = rest
        .replace(period, '')
        .replace(/[{}[\]|/]/g, ' ')
        .trim();
      return { ...own, weekday, period, weeks: weeks === '' ? own.weeks : weeks };
    });
}

function readMeeting(
  text: (field: TermField) => string,
  placed: Placed,
  { sheet, columns }: TermTable,
  row: number,
  problems: WorkbookProblem<TermProblemCode>[],
): TermRow | null {
  const tell = (code: TermProblemCode, field: TermField, shown: string): null => {
    const column = columns[field] ?? columns.time ?? null;
    const params = { course: text('course'), text: shown.slice(0, 60) };
    problems.push({ code, severity: 'look', sheet, row, column, params, suggestion: null });
    return null;
  };
  const courseName = text('course').slice(0, 120);
  if (courseName === '') return tell('term_course_missing', 'course', '');
  const weekday = parseWeekday(placed.weekday, { bare: true });
  if (weekday === null) return tell('term_weekday_unread', 'weekday', placed.weekday);
  const { weeks, hours, isDoubtful } = readWeeks(placed.weeks);
  const periods = periodsOf(placed, hours);
  if (periods === null) return tell('term_period_unread', 'period', placed.period || placed.block);
  const hasWeeks = columns.weeks !== undefined || placed.weeks !== '';
  if (weeks.length === 0 && hasWeeks) return tell('term_weeks_missing', 'weeks', placed.weeks);
  if (isDoubtful) tell('term_weeks_doubtful', 'weeks', placed.weeks);
  const room = text('room');
  return {
    courseName,
    courseCode: text('courseCode') || null,
    roomName:
      room === '' || /^(无|暂无|未安排|待定|-+)$/.test(room) || isSharedPlace(room)
        ? null
        : room.slice(0, 80),
    teachers: teachersOf(text('teacher'), text('teacherNumber')),
    // A list without any weeks means the whole term; 40 is cut to it later.
    weeks: weeks.length > 0 ? weeks : Array.from({ length: 40 }, (_, index) => index + 1),
    weekday,
    period: periods.from,
    periodTo: periods.to,
    ...classesOf(split(text('classes')), split(text('composition'))),
    sheet,
    row,
    at: columns,
  };
}

function periodsOf({ period, block }: Placed, hours: number | null): PeriodRange | null {
  const written = period === '' ? null : parsePeriods(period);
  if (period !== '' && written === null) return null;
  if (written === null) return parsePeriods(/大节/.test(block) ? block : `${block}大节`);
  if (written.from !== written.to) return written;
  const inBlock = parsePeriods(/大节/.test(block) ? block : `${block}大节`);
  const to = hours === null ? Math.max(inBlock?.to ?? written.from, written.from) : written.from + hours - 1;
  return to > 20 ? null : { from: written.from, to };
}

/** One teaching class made of others, or, without a name of its own, the others themselves. */
function classesOf(
  named: readonly string[],
  parts: readonly string[],
): Pick<TermRow, 'classNames' | 'composition'> {
  const unique = (names: readonly string[]) => [...new Set(names.map((name) => name.slice(0, 80)))];
  if (named.length === 0) return { classNames: unique(parts), composition: [] };
  const isMade = named.length === 1 && parts.length > 0 && !parts.includes(named[0] ?? '');
  return { classNames: unique(named), composition: isMade ? unique(parts) : [] };
}

function split(text: string): string[] {
  return text
    .split(/[,，;；、\n]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `张三、李四`, `张三(1001)`, or names and numbers in two columns. */
function teachersOf(names: string, numbers: string): NamedTeacher[] {
  const byPlace = split(numbers);
  return split(names)
    .filter((name) => !/^(无|待定|未定|-+)$/.test(name))
    .map((text, index) => {
      const [, name = text, inner] = /^(.+?)\s*[(（]([A-Za-z0-9-]{2,20})[)）]$/.exec(text) ?? [];
      return { name: name.slice(0, 60), number: inner ?? byPlace[index] ?? null };
    });
}
