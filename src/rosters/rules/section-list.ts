import type { Sheet } from '../workbook/workbook.ts';
import { parseYearGroup } from './class-name.ts';
import { meaningOfHeader } from './headers.ts';
import type { ColumnReport, RosterProblem } from './roster-row.ts';
import type { CurrentSchool, MemberRead, MemberRole, SectionRead } from './sections.ts';
import { compactText } from './text.ts';

type ListField = 'section' | 'courseCode' | 'courseTitle' | 'yearGroup' | 'term' | 'role' | 'number' | 'name';

/** Headings of a list of teaching classes (选课名单), compact and in lower case. */
const HEADINGS: Record<ListField, string> = {
  section: '教学班 教学班名称 教学班名 选课班 走班 jxb jxbmc teachingclass section sectionname',
  courseCode: '课程代码 课程号 课程编号 课程编码 kch coursecode courseno',
  courseTitle: '课程名称 课程 课程名 kcmc course coursename coursetitle',
  yearGroup: '年级 nj grade yeargroup',
  term: '学期 学年学期 开课学期 xq term semester',
  role: '角色 身份 role',
  number: '号码 学号 工号 学号/工号 学工号 xh gh number studentno id',
  name: '姓名 xm name',
};

const FIELD_OF = new Map(
  (Object.entries(HEADINGS) as [ListField, string][]).flatMap(([field, words]) =>
    words.split(' ').map((word) => [word, field] as const),
  ),
);

const ROLES: Record<string, MemberRole> = {
  学生: 'pupil',
  student: 'pupil',
  pupil: 'pupil',
  任课教师: 'teacher',
  任课老师: 'teacher',
  教师: 'teacher',
  老师: 'teacher',
  主讲: 'teacher',
  teacher: 'teacher',
  助教: 'assistant',
  assistant: 'assistant',
};

const SHOWN = {
  section: 'class',
  role: 'role',
  number: 'number',
  name: 'name',
  yearGroup: 'yearGroup',
} as const;

interface List {
  readonly sheet: Sheet;
  readonly index: number;
  readonly columns: Partial<Record<ListField, number>>;
}

/** Rows in which the heading of such a list is looked for. */
const SEARCH_ROWS = 10;

/** The list of a sheet: it names teaching classes and courses or roles, and no homeroom class. */
function listOf(sheet: Sheet): List | null {
  for (const [index, row] of sheet.rows.slice(0, SEARCH_ROWS).entries()) {
    const columns: Partial<Record<ListField, number>> = {};
    for (const [i, text] of row.texts.entries()) {
      const field = FIELD_OF.get(compactText(text).toLowerCase());
      if (field && columns[field] === undefined) columns[field] = i + 1;
    }
    const hasHomeroom = row.texts.some((text) => {
      const meaning = meaningOfHeader(text);
      return meaning?.kind === 'field' && (meaning.field === 'class' || meaning.field === 'classNo');
    });
    const { section, number, courseCode, courseTitle, role } = columns;
    const says = courseCode ?? courseTitle ?? role;
    if (section && number && says && !hasHomeroom) return { sheet, index, columns };
  }
  return null;
}

export interface SectionLists {
  /** Sheets that are such lists; the others are rosters. */
  readonly sheets: ReadonlySet<Sheet>;
  read(people: (number: string) => 'pupil' | 'staff' | undefined): {
    readonly sections: readonly SectionRead[];
    readonly members: readonly MemberRead[];
    readonly problems: readonly RosterProblem[];
    readonly columns: readonly ColumnReport[];
  };
}

/**
 * Finds sheets that list teaching classes with who is in them, one person a row, and reads them.
 *
 * People are named by school number and must be in the roster, or in another sheet of the same file.
 */
export function findSectionLists(sheets: readonly Sheet[], school: CurrentSchool): SectionLists {
  const lists = sheets.filter((sheet) => !sheet.hidden).flatMap((sheet) => listOf(sheet) ?? []);
  return {
    sheets: new Set(lists.map(({ sheet }) => sheet)),
    read(kindOf) {
      const sections = new Map<string, SectionRead>();
      const members: MemberRead[] = [];
      const problems: RosterProblem[] = [];
      for (const { sheet, index, columns } of lists) {
        for (const row of sheet.rows.slice(index + 1)) {
          const text = (field: ListField) => row.texts[(columns[field] ?? 0) - 1] ?? '';
          const problem = (
            code: RosterProblem['code'],
            severity: RosterProblem['severity'],
            field: ListField,
            params: RosterProblem['params'],
          ) => {
            const place = { sheet: sheet.name, row: row.row, column: columns[field] ?? null };
            problems.push({ code, severity, ...place, params, suggestion: null });
          };
          const name = [...text('section')].slice(0, 120).join('');
          const number = text('number').replace(/\s/g, '');
          if (name === '') {
            if (number !== '') problem('roster_class_missing', 'must', 'section', {});
            continue;
          }
          const key = name.toLowerCase();
          if (!sections.has(key)) {
            const title = text('courseTitle') || text('courseCode') || name;
            sections.set(key, {
              key,
              externalId: null,
              kind: 'scheduled',
              name,
              class: null,
              course: { code: text('courseCode') || title, title, subject: null },
              yearGroup: parseYearGroup(text('yearGroup')),
              termId: school.terms.find((term) => term.title === text('term'))?.id ?? null,
              endsOn: null,
              gone: false,
              sheet: sheet.name,
              row: row.row,
            });
          }
          if (number === '') continue;
          const kind = kindOf(number);
          if (!kind) {
            problem('roster_member_unknown', 'must', 'number', { id: number.slice(0, 40) });
            continue;
          }
          const said = text('role').toLowerCase();
          const role = said === '' ? (kind === 'pupil' ? 'pupil' : 'teacher') : ROLES[said];
          if (!role || (kind === 'pupil' && role !== 'pupil')) {
            if (role)
              problem('roster_role_differs', 'look', 'role', {
                name: text('name'),
                className: name,
                role: said,
              });
            else problem('roster_role_unknown', 'look', 'role', { shown: said.slice(0, 30) });
            continue;
          }
          members.push({ sectionKey: key, number, role, gone: false, sheet: sheet.name, row: row.row });
        }
      }
      return { sections: [...sections.values()], members, problems, columns: lists.flatMap(reportsOf) };
    },
  };
}

function reportsOf({ sheet, index, columns }: List): ColumnReport[] {
  const fields = new Map(Object.entries(columns).map(([field, column]) => [column, field as ListField]));
  return (sheet.rows[index]?.texts ?? []).flatMap((header, i): ColumnReport[] => {
    if (header === '') return [];
    const column = i + 1;
    const cells = sheet.rows.slice(index + 1).filter((row) => (row.texts[i] ?? '') !== '').length;
    const field = fields.get(column);
    const shown = field && field in SHOWN ? SHOWN[field as keyof typeof SHOWN] : null;
    const use = shown ? 'field' : 'ignored';
    return [
      { sheet: sheet.name, column, header: header.slice(0, 60), use, field: shown, sensitive: null, cells },
    ];
  });
}
