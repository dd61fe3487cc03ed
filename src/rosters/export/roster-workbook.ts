import writeXlsxFile, { type CellObject, type Sheet } from 'write-excel-file/node';
import { yearGroupTitle } from '../rules/class-name.ts';
import { HEAD, textCell } from '../workbook-out.ts';
import type { ExportedPerson, RosterExport } from './select-export.ts';

const SEXES = { male: '男', female: '女', unknown: '未知' } as const;
/** Words of the sheet of teaching classes, read again by `rules/section-list.ts`. */
const MEMBER_ROLES = {
  pupil: '学生',
  teacher: '任课教师',
  assistant: '助教',
  classTeacher: '班主任',
} as const;

function sheetOf(
  name: string,
  heads: readonly (readonly [string, number])[],
  rows: readonly (readonly string[])[],
): Sheet<Buffer> {
  const data: CellObject[][] = [
    heads.map(([head]) => textCell(head, HEAD)),
    ...rows.map((row) => row.map((value) => textCell(value))),
  ];
  return { sheet: name, data, columns: heads.map(([, width]) => ({ width })), stickyRowsCount: 1 };
}

function roleOf({ roles }: ExportedPerson): string {
  if (roles.includes('classTeacher')) return '班主任';
  return roles.includes('counsellor') ? '辅导员' : '教师';
}

/**
 * A school's roster as the workbook that schools know: pupils, staff, teaching classes with who is in them. Headings are
 * Chinese in every language: the school's other systems read them. All cells are text, so that numbers keep their zeros
 * and nothing is a formula. Reading it again changes nothing.
 *
 * @returns bytes of an .xlsx.
 */
export async function rosterWorkbook(data: RosterExport): Promise<Uint8Array> {
  const classes = new Map(data.classes.map((one) => [one.id, one]));
  const courses = new Map(data.courses.map((one) => [one.id, one]));
  const terms = new Map(data.terms.map((one) => [one.id, one]));
  const persons = new Map(data.persons.map((one) => [one.id, one]));
  const led = new Map(
    data.members.filter(({ role }) => role === 'classTeacher').map((one) => [one.personId, one.classId]),
  );
  const yearOf = (yearGroup: string | null | undefined) => (yearGroup ? yearGroupTitle(yearGroup) : '');
  const pupils = data.persons
    .filter(({ kind }) => kind === 'pupil')
    .map((person) => {
      const home = classes.get(person.classId ?? '');
      const sex = person.sex === null ? '' : SEXES[person.sex];
      return [person.number, person.name, sex, yearOf(home?.yearGroup), home?.name ?? ''];
    });
  const staff = data.persons
    .filter(({ kind }) => kind === 'staff')
    .map((person) => [
      person.number,
      person.name,
      roleOf(person),
      person.roles.includes('classTeacher') ? (classes.get(led.get(person.id) ?? '')?.name ?? '') : '',
    ]);
  const byClass = Map.groupBy(data.members, ({ classId }) => classId);
  const sections = data.classes
    .filter(({ kind }) => kind === 'scheduled')
    .flatMap(({ id, name, yearGroup, courseId, termId }) => {
      const course = courses.get(courseId ?? '');
      const head = [name, course?.code ?? '', course?.title ?? '', yearOf(yearGroup)];
      const term = terms.get(termId ?? '')?.title ?? '';
      const members = (byClass.get(id) ?? []).flatMap(({ personId, role }) => {
        const person = persons.get(personId);
        return person ? [[...head, term, MEMBER_ROLES[role], person.number, person.name]] : [];
      });
      return members.length > 0 ? members : [[...head, term, '', '', '']];
    });
  const sheets = [
    sheetOf(
      '学生',
      [
        ['学号', 16],
        ['姓名', 14],
        ['性别', 8],
        ['年级', 10],
        ['班级', 14],
      ],
      pupils,
    ),
    sheetOf(
      '教职工',
      [
        ['工号', 16],
        ['姓名', 14],
        ['职务', 14],
        ['班主任班级', 16],
      ],
      staff,
    ),
    sheetOf(
      '教学班',
      [
        ['教学班', 20],
        ['课程代码', 14],
        ['课程名称', 16],
        ['年级', 10],
        ['学期', 18],
        ['角色', 10],
        ['号码', 16],
        ['姓名', 14],
      ],
      sections,
    ),
  ];
  return new Uint8Array(await writeXlsxFile(sheets).toBuffer());
}
