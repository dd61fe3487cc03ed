import { compactText } from '../../rosters/rules/text.ts';

/** What a column of a term list says. */
export type TermField =
  | 'course'
  | 'courseCode'
  | 'room'
  | 'teacher'
  | 'teacherNumber'
  | 'weeks'
  | 'weekday'
  | 'period'
  /** 大节: a block of two periods. */
  | 'block'
  | 'classes'
  /** 教学班组成: homeroom classes whose pupils the teaching class has. */
  | 'composition'
  /** Weekday, periods and often weeks in one text: `星期一第1-2节{1-16周}`. */
  | 'time';

const WORDS: Record<TermField, string> = {
  course: '课程名 课程名称 课程 课名 科目 kcmc course coursename coursetitle title',
  courseCode: '课程号 课程代码 课程编号 课程编码 kch kcdm coursecode courseno',
  room: '上课地点 地点 教室 上课教室 教室名称 场地 场地名称 教学地点 cdmc jsmc room location classroom place',
  teacher:
    '任课老师 任课教师 教师 老师 教师姓名 任课教师姓名 主讲教师 授课教师 授课老师 上课教师 xm jsxm teacher teachername instructor',
  teacherNumber: '教师号 教师工号 工号 教工号 职工号 任课教师工号 教师编号 jgh gh teacherno teacherid',
  weeks: '上课周期 周次 上课周次 上课周 周期 起止周 起止周次 教学周 教学周次 周数 zcd zc weeks',
  weekday: '星期 上课星期 星期几 周几 星期数 xq xqj weekday dayofweek day',
  period: '节次 上课节次 节数 起止节次 上课节 节 jc period periods',
  block: '大节 大节次 上课大节 djc',
  classes:
    '教学班 教学班名称 教学班名 上课班级 班级 班级名称 行政班 上课对象 jxbmc bj bjmc class classes classname section',
  composition: '教学班组成 合班 合班信息 合班班级 jxbzc composition',
  time: '上课时间 时间 上课时间段 上课时间地点 sksj time schedule',
};

const FIELD_OF = new Map(
  (Object.entries(WORDS) as [TermField, string][]).flatMap(([field, words]) =>
    words.split(' ').map((word): [string, TermField] => [word, field]),
  ),
);

export type TermColumns = Partial<Record<TermField, number>>;

/**
 * Columns of a term list by their headings; of two equal headings the first counts.
 *
 * @returns column numbers from 1, or `null` when the headings are not those of a term list: a course, and a weekday
 * with periods or a text for both.
 */
export function termColumns(headings: readonly string[]): TermColumns | null {
  const columns: TermColumns = {};
  for (const [index, heading] of headings.entries()) {
    const plain = compactText(heading)
      .toLowerCase()
      .replace(/\([^()]*\)|[*:_]/g, '');
    const field = FIELD_OF.get(plain);
    if (field && columns[field] === undefined) columns[field] = index + 1;
  }
  const hasPlace =
    columns.time !== undefined ||
    (columns.weekday !== undefined && (columns.period !== undefined || columns.block !== undefined));
  return columns.course !== undefined && hasPlace ? columns : null;
}
