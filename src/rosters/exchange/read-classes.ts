import { parseClassName, parseYearGroup } from '../rules/class-name.ts';
import { classKey, type CurrentRoster } from '../rules/plan-roster.ts';
import type { RosterProblem } from '../rules/roster-row.ts';
import { entityIds, type CurrentSchool, type SectionRead } from '../rules/sections.ts';
import type { Dialect } from './dialect.ts';
import { parseLocalDate } from './local-date.ts';
import { idList, recordProblem, setProblem, type ExchangeRecord, type Records } from './records.ts';
import type { Units } from './school.ts';

export interface ClassesRead {
  readonly sections: readonly SectionRead[];
  readonly problems: readonly RosterProblem[];
  /** The class of an id: of the file, or of the school by an earlier set. `elsewhere`: a class of another school. */
  find(id: string): SectionRead | 'elsewhere' | undefined;
}

export interface ClassContext {
  readonly units: Units;
  readonly current: CurrentRoster;
  readonly school: CurrentSchool;
  readonly classIds: ReadonlyMap<string, string>;
}

interface Session {
  readonly title: string;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly termId: string | null;
}

const DAY_MS = 86_400_000;

function daysShared(a: { from: string; to: string }, b: { from: string; to: string }): number {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Sessions by id with the term of the school's calendar that each one is: of the same title, or of mostly the same days. */
function readSessions(
  records: Records,
  school: CurrentSchool,
  problems: RosterProblem[],
): Map<string, Session> {
  const sessions = new Map<string, Session>();
  for (const record of records.sessions) {
    const [firstDay, lastDay] = (['startsOn', 'endsOn'] as const).map((field) => {
      const text = record.get(field);
      const day = text === '' ? null : parseLocalDate(text);
      if (text !== '' && day === null) {
        const params = { shown: text.slice(0, 30) };
        problems.push(recordProblem(record, 'roster_date_unreadable', 'look', field, params));
      }
      return day;
    }) as [string | null, string | null];
    const title = record.get('name');
    const term = school.terms.find((one) => {
      if (one.title === title) return true;
      if (!firstDay || !lastDay) return false;
      const whole = Math.max(1, (Date.parse(lastDay) - Date.parse(firstDay)) / DAY_MS);
      return (
        daysShared({ from: firstDay, to: lastDay }, { from: one.firstDay, to: one.lastDay }) >= whole * 0.6
      );
    });
    sessions.set(record.get('id'), { title, firstDay, lastDay, termId: term?.id ?? null });
  }
  return sessions;
}

/** Titles that stand on more than one teaching class; those carry their code or id too. */
function repeatedTitles(classes: readonly ExchangeRecord[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const record of classes) {
    const title = record.get('name');
    if (seen.has(title)) repeated.add(title);
    seen.add(title);
  }
  return repeated;
}

/** Reads courses, sessions and classes of the school. */
export function readClasses(records: Records, dialect: Dialect, context: ClassContext): ClassesRead {
  const { units, current, school, classIds } = context;
  const problems: RosterProblem[] = [];
  const sessions = readSessions(records, school, problems);
  const courses = new Map(records.courses.map((record) => [record.get('id'), record]));
  const homerooms = new Map(current.classes.map((one) => [one.id, one]));
  const known = entityIds(school, 'class', [...classIds.values(), ...school.sections.map(({ id }) => id)]);
  const isOurs = (record: ExchangeRecord) => {
    const orgId = record.get('orgId');
    return units === null || orgId === '' || units.has(orgId);
  };
  const ours = records.classes.filter(isOurs);
  const elsewhere = new Set(records.classes.filter((record) => !isOurs(record)).map((one) => one.get('id')));
  const isHomeroom = (record: ExchangeRecord) =>
    dialect.homeroomTypes.includes(record.get('type').toLowerCase()) ||
    homerooms.has(known.get(record.get('id')) ?? '');
  const repeated = repeatedTitles(ours.filter((record) => !isHomeroom(record)));
  const sections = new Map<string, SectionRead>();
  const withoutTerm = new Set<string>();
  const withoutCourse = new Set<string>();
  for (const record of ours) {
    const id = record.get('id');
    const title = record.get('name');
    if (title === '') {
      problems.push(recordProblem(record, 'roster_class_missing', 'must', 'name'));
      continue;
    }
    const grades = record.get('grades');
    const place = { sheet: record.sheet, row: record.row, gone: record.gone, externalId: id };
    if (isHomeroom(record)) {
      const present = homerooms.get(known.get(id) ?? '');
      const named = parseClassName(title, grades);
      const found = present && named ? { ...named, key: classKey(present), name: present.name } : named;
      if (!found) {
        const params = { shown: title.slice(0, 40) };
        problems.push(recordProblem(record, 'roster_class_unreadable', 'must', 'name', params));
        continue;
      }
      const plain = { course: null, yearGroup: found.yearGroup, termId: null, endsOn: null };
      const section = {
        ...place,
        ...plain,
        key: id,
        kind: 'homeroom' as const,
        name: found.name,
        class: found,
      };
      sections.set(id, section);
      continue;
    }
    const session = idList(record.get('sessionIds'))
      .map((one) => sessions.get(one))
      .find((one) => one !== undefined);
    const lastDay = session?.lastDay ?? null;
    if (session && session.termId === null) withoutTerm.add(session.title);
    const courseId = record.get('courseId');
    const course = courses.get(courseId);
    if (!course && courseId !== '') withoutCourse.add(courseId);
    const code = record.get('code') || id;
    const name = repeated.has(title) ? `${title} ${code}` : title;
    sections.set(id, {
      ...place,
      key: id,
      kind: 'scheduled',
      name: [...name].slice(0, 120).join(''),
      class: null,
      course: course
        ? {
            code: course.get('code') || course.get('id'),
            title: course.get('name'),
            subject: idList(course.get('subjects'))[0] ?? null,
          }
        : { code: title, title, subject: idList(record.get('subjects'))[0] ?? null },
      yearGroup: parseYearGroup(idList(grades)[0] ?? ''),
      termId: session?.termId ?? null,
      endsOn: lastDay !== null && lastDay > school.today ? lastDay : null,
    });
  }
  if (withoutTerm.size > 0) {
    const params = { count: withoutTerm.size, names: [...withoutTerm].slice(0, 5).join('、') };
    problems.push(setProblem('roster_session_unknown', 'look', params));
  }
  if (withoutCourse.size > 0) {
    const params = { count: withoutCourse.size, names: [...withoutCourse].slice(0, 5).join('、') };
    problems.push(setProblem('roster_course_unknown', 'look', params));
  }
  const names = new Map(school.sections.map(({ id, name }) => [id, name]));
  const find = (id: string): SectionRead | 'elsewhere' | undefined => {
    const section = sections.get(id);
    if (section) return section;
    if (elsewhere.has(id)) return 'elsewhere';
    const classId = known.get(id);
    if (classId === undefined) return undefined;
    const homeroom = homerooms.get(classId);
    const name = homeroom?.name ?? names.get(classId);
    if (name === undefined) return undefined;
    // A set of changes names a class that an earlier set brought.
    const grade = homeroom?.yearGroup ?? '';
    const parsed = homeroom ? parseClassName(name, grade) : null;
    const fallback = { key: name.toLowerCase(), name, yearGroup: homeroom?.yearGroup ?? null, classNo: null };
    const earlier: SectionRead = {
      key: id,
      externalId: id,
      kind: homeroom ? 'homeroom' : 'scheduled',
      name,
      class: homeroom ? { ...(parsed ?? fallback), key: classKey(homeroom), name } : null,
      course: null,
      yearGroup: homeroom?.yearGroup ?? null,
      termId: null,
      endsOn: null,
      gone: false,
      sheet: '',
      row: 0,
    };
    sections.set(id, earlier);
    return earlier;
  };
  return {
    get sections() {
      return [...sections.values()];
    },
    problems,
    find,
  };
}
