import { readFileSync } from 'node:fs';
import writeXlsxFile from 'write-excel-file/node';
import { expect, test } from 'vitest';
import { sharedFile } from '../../rosters/testing/shared-data.ts';
import { workbookBytes, type Value } from '../../rosters/testing/workbooks.ts';
import { readWorkbook } from '../../rosters/workbook/read-workbook.ts';
import { readCell } from './cell.ts';
import { parsePeriods, parseWeekday } from './labels.ts';
import { readMatrix, type MatrixRead } from './read-matrix.ts';
import { parseWeeks } from './weeks.ts';

async function matrixOf(bytes: Uint8Array, fileName?: string): Promise<MatrixRead> {
  const read = await readWorkbook(bytes);
  if (!read.ok) throw new Error(read.refusal.code);
  return readMatrix(read.workbook.sheets, { fileName });
}

/** `class weekday from-to course teacher` of each lesson. */
function lessonsOf(read: MatrixRead): string[] {
  return read.rows.map((row) =>
    [row.className, row.weekday, `${row.periodFrom}-${row.periodTo}`, row.courseName, row.teacherName]
      .filter(Boolean)
      .join(' '),
  );
}

type Merge = [fromRow: number, fromColumn: number, toRow: number, toColumn: number];

function sheetOf(name: string, rows: Value[][], merges: Merge[] = []): Promise<MatrixRead> {
  const bytes = workbookBytes(
    { [name]: rows },
    {
      touch: (sheet) => {
        sheet['!merges'] = merges.map(([r, c, r2, c2]) => ({
          s: { r: r - 1, c: c - 1 },
          e: { r: r2 - 1, c: c2 - 1 },
        }));
      },
    },
  );
  return matrixOf(bytes);
}

const DAYS = ['星期一', '星期二', '星期三', '星期四', '星期五'];

test('periods down and weekdays across, the class in the title', async () => {
  const read = await sheetOf(
    'Sheet1',
    [
      ['青石镇中心小学三（2）班课程表'],
      ['节次', ...DAYS],
      ['第一节', '语文\n王芳', '数学\n李小明', '英语', null, '—'],
      ['第二节', '数学', null, null, null, null],
    ],
    [[1, 1, 1, 6]],
  );
  expect(lessonsOf(read)).toEqual([
    '三（2）班 1 1-1 语文 王芳',
    '三（2）班 2 1-1 数学 李小明',
    '三（2）班 3 1-1 英语',
    '三（2）班 1 2-2 数学',
  ]);
  expect([read.unread, read.problems]).toEqual([[], []]);
});

test('a merged cell is a double period and is read once', async () => {
  const read = await sheetOf(
    '高一（3）班',
    [
      ['', '周一', '周二'],
      [1, '物理 张三丰 A301', '体育'],
      [2, null, '音乐'],
      [3, '化学', null],
    ],
    [[2, 2, 3, 2]],
  );
  expect(lessonsOf(read)).toEqual([
    '高一（3）班 1 1-2 物理 张三丰',
    '高一（3）班 2 1-1 体育',
    '高一（3）班 2 2-2 音乐',
    '高一（3）班 1 3-3 化学',
  ]);
});

test('morning and afternoon labels, breaks over the whole width, the afternoon counted from 1 again', async () => {
  const read = await sheetOf(
    '七（1）班',
    [
      ['时间', '节次', ...DAYS],
      ['上午', '第1节', '语文', '语文', '语文', '语文', '语文'],
      [null, '第2节', '数学', '数学', '数学', '数学', '数学'],
      ['大课间', null, '大课间', null, null, null, null],
      ['下午', '第1节', '英语', '英语', '英语', '英语', '英语'],
      [null, '第2节', '班会', '班会', '班会', '班会', '班会'],
    ],
    [
      [2, 1, 3, 1],
      [5, 1, 6, 1],
      [4, 3, 4, 7],
      [4, 1, 4, 2],
    ],
  );
  expect(read.rows.filter((row) => row.weekday === 1).map((row) => [row.periodFrom, row.courseName])).toEqual(
    [
      [1, '语文'],
      [2, '数学'],
      [3, '英语'],
      [4, '班会'],
    ],
  );
  expect(read.unread).toEqual([]);
});

test('大节 of two periods, the teachers in a row of their own', async () => {
  const read = await sheetOf(
    '计科2101',
    [
      ['', '星期一', '星期二'],
      ['第一大节', '高等数学#1-16周', '大学英语（1）'],
      [null, '张三丰', '李四光'],
      ['第二大节', '思政课#1-15周(单)', null],
      ['第三大节', '体育', null],
      [null, '音乐', null],
    ],
    [
      [2, 1, 3, 1],
      [5, 1, 6, 1],
    ],
  );
  expect(lessonsOf(read)).toEqual([
    '计科2101 1 1-2 高等数学 张三丰',
    '计科2101 2 1-2 大学英语（1） 李四光',
    '计科2101 1 3-4 思政课',
    '计科2101 1 5-5 体育',
    '计科2101 1 6-6 音乐',
  ]);
  expect(read.unread).toEqual([]);
});

test('several classes below each other on one sheet', async () => {
  const read = await sheetOf(
    '课程表',
    [
      ['三（1）班课程表'],
      ['节次', ...DAYS],
      [1, '语文', '数学', '英语', '体育', '音乐'],
      [],
      ['三（2）班课程表'],
      ['节次', ...DAYS],
      [1, '数学', '语文', '体育', '英语', '美术'],
    ],
    [
      [1, 1, 1, 6],
      [5, 1, 5, 6],
    ],
  );
  expect(read.rows.map((row) => `${row.className}${row.courseName}`)).toEqual(
    ['语文', '数学', '英语', '体育', '音乐']
      .map((c) => `三（1）班${c}`)
      .concat(['数学', '语文', '体育', '英语', '美术'].map((c) => `三（2）班${c}`)),
  );
});

test('classes down, weekdays and periods across', async () => {
  const read = await sheetOf(
    '总课表',
    [
      ['青石镇中心小学总课表'],
      ['班级', '星期一', null, null, '星期二', null, null],
      [null, 1, 2, 3, 1, 2, 3],
      ['三（1）班', '语文', '数学', '体育', '英语', '语文', '音乐'],
      ['三（2）班', '数学', '科学', null, '语文', '英语', '美术'],
    ],
    [
      [1, 1, 1, 7],
      [2, 2, 2, 4],
      [2, 5, 2, 7],
      [2, 1, 3, 1],
      [5, 3, 5, 4],
    ],
  );
  expect(lessonsOf(read)).toEqual([
    '三（1）班 1 1-1 语文',
    '三（1）班 1 2-2 数学',
    '三（1）班 1 3-3 体育',
    '三（1）班 2 1-1 英语',
    '三（1）班 2 2-2 语文',
    '三（1）班 2 3-3 音乐',
    '三（2）班 1 1-1 数学',
    '三（2）班 1 2-3 科学',
    '三（2）班 2 1-1 语文',
    '三（2）班 2 2-2 英语',
    '三（2）班 2 3-3 美术',
  ]);
});

test('weekdays and periods down, classes across', async () => {
  const read = await sheetOf(
    '总表',
    [
      ['星期', '节次', '三1班', '三2班'],
      ['星期一', 1, '语文', '数学'],
      [null, 2, '数学', '语文'],
      ['星期二', 1, '英语', '体育'],
      [null, 2, '体育', '英语'],
    ],
    [
      [2, 1, 3, 1],
      [4, 1, 5, 1],
    ],
  );
  expect(lessonsOf(read)).toEqual([
    '三（1）班 1 1-1 语文',
    '三（2）班 1 1-1 数学',
    '三（1）班 1 2-2 数学',
    '三（2）班 1 2-2 语文',
    '三（1）班 2 1-1 英语',
    '三（2）班 2 1-1 体育',
    '三（1）班 2 2-2 体育',
    '三（2）班 2 2-2 英语',
  ]);
});

test('weekdays down and periods across', async () => {
  const read = await sheetOf(
    '五（3）班',
    [
      ['', '第1节', '第2节', '第3节'],
      ['周一', '语文', '数学', '体育'],
      ['周二', '英语', null, '音乐'],
      ['周三', '科学', '美术', null],
    ],
    [[3, 2, 3, 3]],
  );
  expect(lessonsOf(read)).toEqual([
    '五（3）班 1 1-1 语文',
    '五（3）班 1 2-2 数学',
    '五（3）班 1 3-3 体育',
    '五（3）班 2 1-2 英语',
    '五（3）班 2 3-3 音乐',
    '五（3）班 3 1-1 科学',
    '五（3）班 3 2-2 美术',
  ]);
});

test('a workbook with a sheet per class, written by another program', async () => {
  const rows = (course: string) => [
    ['节次', '星期一', '星期二'],
    ['1-2节', course, '体育'],
  ];
  const file = writeXlsxFile(
    ['四(1)班', '四(2)班'].map((sheet, i) => ({ sheet, data: rows(i ? '数学' : '语文') })),
  );
  const read = await matrixOf(new Uint8Array(await file.toBuffer()));
  expect(lessonsOf(read)).toEqual([
    '四（1）班 1 1-2 语文',
    '四（1）班 2 1-2 体育',
    '四（2）班 1 1-2 数学',
    '四（2）班 2 1-2 体育',
  ]);
});

test('what cannot be read is handed to a person with its place and reason', async () => {
  const read = await sheetOf('三（2）班', [
    ['节次', ...DAYS],
    ['早读', '语文 王芳', null, null, null, null],
    ['第1节', '12345', '语文', null, null, null],
  ]);
  expect(read.unread).toMatchObject([
    { cellText: '语文 王芳', reason: 'no_period', row: 2, column: 2, weekday: 1 },
    { cellText: '12345', reason: 'no_course', row: 3, column: 2, weekday: 1, periodFrom: 1 },
  ]);
  expect(read.problems.map((p) => p.code)).toEqual(['matrix_cell_unread', 'matrix_cell_unread']);
});

test('a timetable whose class nobody named must be corrected; the file name may name it', async () => {
  const rows = [
    ['节次', ...DAYS],
    ['第1节', '语文', null, null, null, null],
  ];
  const bytes = workbookBytes({ Sheet1: rows });
  const nameless = await matrixOf(bytes);
  expect(nameless.problems).toMatchObject([{ code: 'matrix_class_missing', severity: 'must' }]);
  expect((await matrixOf(bytes, '三(2)班课表.xlsx')).rows[0]?.className).toBe('三（2）班');
});

test('a workbook without any timetable is named as such', async () => {
  const read = await sheetOf('名单', [
    ['姓名', '班级'],
    ['甲', '三（2）班'],
  ]);
  expect([read.rows, read.problems.map((p) => [p.code, p.severity])]).toEqual([
    [],
    [['matrix_not_found', 'must']],
  ]);
});

test.each([
  {
    text: '学习通签到 腾讯会议上课 高等数学 丁老师',
    course: '高等数学',
    teacher: '丁老师',
    platform: '腾讯会议',
    signIn: '学习通',
  },
  {
    text: '学习通签到上课  大学生心理健康 庚老师',
    course: '大学生心理健康',
    teacher: '庚老师',
    platform: '学习通',
    signIn: '学习通',
  },
  {
    text: '知到上课  C语言程序设计 李小明老师',
    course: 'C语言程序设计',
    teacher: '李小明',
    platform: '知到',
  },
  {
    text: '高等数学$张三丰$教学楼A-301$1-15周(单)$腾讯会议',
    course: '高等数学',
    teacher: '张三丰',
    room: '教学楼A-301',
    platform: '腾讯会议',
    weeks: '1,3,5,7,9,11,13,15',
  },
  {
    text: '10-12,14-18周上(2学时) 思政课 李老师',
    course: '思政课',
    teacher: '李老师',
    weeks: '10,11,12,14,15,16,17,18',
  },
  { text: '道德与法治（王芳）', course: '道德与法治', teacher: '王芳' },
  { text: '王芳 数学', course: '数学', teacher: '王芳' },
  { text: '体育/王刚/操场', course: '体育', teacher: '王刚', room: '操场' },
  { text: '大学英语（1）', course: '大学英语（1）' },
  {
    text: '大学物理 周一第1,2节{第1-4周} 张三丰 A101',
    course: '大学物理',
    teacher: '张三丰',
    room: 'A101',
    weeks: '1,2,3,4',
  },
])('the cell "$text" is read', ({ text, course, teacher, room, platform, signIn, weeks }) => {
  const { lessons, doubt } = readCell(text);
  expect(doubt).toBeNull();
  expect(lessons).toHaveLength(1);
  expect(lessons[0]?.courseName).toBe(course);
  expect(lessons[0]?.teacherName).toBe(teacher);
  expect(lessons[0]?.roomName).toBe(room);
  expect(lessons[0]?.platform).toBe(platform);
  expect(lessons[0]?.signInPlatform).toBe(signIn);
  expect(lessons[0]?.weeks?.join()).toBe(weeks);
});

test.each(['语文(单周)/数学(双周)', '语文(单)/数学(双)', '语文单周\n数学双周'])(
  '%s is two lessons in turn',
  (text) => {
    const { lessons } = readCell(text);
    expect(lessons.map((l) => [l.courseName, l.weeks?.slice(0, 2)])).toEqual([
      ['语文', [1, 3]],
      ['数学', [2, 4]],
    ]);
  },
);

test.each(['', '—', '/', '无', ' - '])('"%s" is a free period', (text) => {
  expect(readCell(text)).toEqual({ lessons: [], doubt: null });
});

test.each([
  ['1-16周', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16'],
  ['1-15周(单)', '1,3,5,7,9,11,13,15'],
  ['2-16周（双）', '2,4,6,8,10,12,14,16'],
  ['2,4,6-9周', '2,4,6,7,8,9'],
  ['第3周', '3'],
  ['第1~4、6周', '1,2,3,4,6'],
  ['10-12,14-18周上(2学时)', '10,11,12,14,15,16,17,18'],
  ['(2学时)', ''],
  ['第1周至第4周', '1,2,3,4'],
  ['2周-4周,6周', '2,3,4,6'],
  ['2,4,6-9周(双)', '2,4,6,8'],
  ['1-6周(单周),7-9周', '1,3,5,7,8,9'],
  ['1-4周,5-9(双)周上(2学时)', '1,2,3,4,6,8'],
  ['1-5单,6-9双周', '1,3,5,6,8'],
  ['1-5周(单)6-9周(双)', '1,3,5,6,8'],
  ['1-6周 单周', '1,3,5'],
  ['双周,1-6周', '2,4,6'],
  ['1-9999周', ''],
])('%s means the weeks %s', (text, weeks) => {
  expect(parseWeeks(text).join()).toBe(weeks);
});

test.each([
  ['星期一', 1],
  ['周日', 7],
  ['礼拜天', 7],
  ['Wednesday', 3],
  ['周五(11月27日)', 5],
  ['一', null],
  ['星期八', null],
])('%s is weekday %s', (text, weekday) => {
  expect(parseWeekday(text)).toBe(weekday);
});

test.each([
  ['1', 1, 1],
  ['第一节', 1, 1],
  ['3-4节', 3, 4],
  ['第1,2节', 1, 2],
  ['第三大节', 5, 6],
  ['第一大节(1-2节)', 1, 2],
  ['第二节 8:50-9:30', 2, 2],
  ['上午第4节', 4, 4],
  ['0304', 3, 4],
  ['9-11', 9, 11],
])('the label %s is periods %i to %i', (text, from, to) => {
  expect(parsePeriods(text)).toEqual({ from, to });
});

test.each(['午休', '大课间', '8:00-8:40', '99', '早读'])('the label %s names no period', (text) => {
  expect(parsePeriods(text)).toBeNull();
});

const weekFile = sharedFile('timetable-cn/week_expressions_a.json');
test.skipIf(!weekFile)('every real week expression gives its expected weeks', () => {
  const expected = JSON.parse(readFileSync(weekFile ?? '', 'utf8')) as Record<string, string[]>;
  expect(Object.keys(expected).length).toBe(123);
  for (const [text, weeks] of Object.entries(expected))
    expect([text, parseWeeks(text).map(String)]).toEqual([text, weeks]);
});

const matrixFile = sharedFile('timetable-cn/class_matrix_2022_online_a.xlsx');
test.skipIf(!matrixFile)('a real class matrix of a term taught online is read whole', async () => {
  const read = await matrixOf(new Uint8Array(readFileSync(matrixFile ?? '')));
  expect(lessonsOf(read)).toEqual([
    '计算机21-3 2 1-2 计算机应用基础 甲老师',
    '计算机21-3 3 1-2 C语言程序设计 乙老师',
    '计算机21-3 4 1-2 计算机应用基础 甲老师',
    '计算机21-3 5 1-2 大学语文 丙老师',
    '计算机21-3 1 3-4 高等数学 丁老师',
    '计算机21-3 2 3-4 大学英语（1） 戊老师',
    '计算机21-3 3 3-4 思想道德与法治 己老师',
    '计算机21-3 4 3-4 大学英语（1） 戊老师',
    '计算机21-3 1 5-6 C语言程序设计 乙老师',
    '计算机21-3 2 5-6 高等数学 丁老师',
    '计算机21-3 5 5-5 大学生心理健康 庚老师',
  ]);
  expect(read.rows.map((row) => row.platform)).toEqual([
    '腾讯会议',
    '知到',
    '腾讯会议',
    undefined,
    '钉钉',
    '钉钉',
    '知到',
    '钉钉',
    '知到',
    '钉钉',
    '学习通',
  ]);
  expect([read.unread, read.problems]).toEqual([[], []]);
});
