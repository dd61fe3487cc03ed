import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sharedFile } from '../../rosters/testing/shared-data.ts';
import { NO_CHOICES } from '../rules/matrix-plan.ts';
import { planTerm, type TermClass } from './plan-term.ts';
import { readTerm, type TermRow } from './read-term.ts';
import { readWeeks } from './read-weeks.ts';
import { looksLikeJson, tablesOfJson, tablesOfSheets } from './tables.ts';

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const row = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  课程名: '线性代数',
  上课地点: '3-201',
  任课老师: '林佳禾',
  上课周期: '1-16周上(2学时)',
  星期: '星期一',
  节次: 1,
  大节: '第1大节',
  ...change,
});
function read(rows: unknown): ReturnType<typeof readTerm> {
  const json = tablesOfJson(bytesOf(rows));
  if (!json.ok) throw new Error(json.problem.code);
  return readTerm(json.tables);
}
const plan = (rows: unknown, more: Partial<Parameters<typeof planTerm>[1]> = {}) =>
  planTerm(read(rows), { classes: [], teachers: [], choices: NO_CHOICES, weeksOfTerm: 20, ...more });

function only(rows: readonly TermRow[]): TermRow {
  expect(rows).toHaveLength(1);
  return rows[0] as TermRow;
}

test('a meeting is read with its weeks, periods, room and teachers', () => {
  expect(only(read([row()]).rows)).toMatchObject({
    courseName: '线性代数',
    roomName: '3-201',
    teachers: [{ name: '林佳禾', number: null }],
    weekday: 1,
    period: 1,
    periodTo: 2,
    row: 1,
  });
});

test.each([
  [{ 节次: 5, 上课周期: '2-7周上(8学时)' }, 5, 12],
  [{ 节次: 3, 上课周期: '1-16周上(1学时)' }, 3, 3],
  [{ 节次: '3-4节', 上课周期: '1-16周' }, 3, 4],
  [{ 节次: '', 大节: '第3大节', 上课周期: '1-16周' }, 5, 6],
  [{ 节次: 7, 大节: '第4大节', 上课周期: '1-16周' }, 7, 8],
  [{ 节次: '1', 大节: '', 上课周期: '1周' }, 1, 1],
])('%o is periods %i to %i', (change, from, to) => {
  expect(only(read([row(change)]).rows)).toMatchObject({ period: from, periodTo: to });
});

test.each([
  [{ 上课周期: '(2学时)' }, 'term_weeks_missing', 4],
  [{ 上课周期: '' }, 'term_weeks_missing', 4],
  [{ 星期: '某天' }, 'term_weekday_unread', 5],
  [{ 节次: '午休' }, 'term_period_unread', 6],
  [{ 节次: 19, 上课周期: '1周上(8学时)' }, 'term_period_unread', 6],
  [{ 课程名: '' }, 'term_course_missing', 1],
])('%o is left out and told at its cell', (change, code, column) => {
  const found = read([row(), row(change)]);
  expect([found.read, found.rows.length, found.dropped]).toEqual([2, 1, 1]);
  expect(found.problems).toMatchObject([{ code, row: 2, column }]);
});

test('weeks that are only partly understood are taken and told', () => {
  const found = read([row({ 上课周期: '1-8周，国庆后另定' })]);
  expect(only(found.rows).weeks).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(found.problems).toMatchObject([{ code: 'term_weeks_doubtful', row: 1, column: 4 }]);
  expect(readWeeks('9-3周').isDoubtful).toBe(true);
  expect(readWeeks('1-15周(单)')).toEqual({
    weeks: [1, 3, 5, 7, 9, 11, 13, 15],
    hours: null,
    isDoubtful: false,
  });
});

test.each(['', '无', '-', '线上', '操场'])('the place %o is nobody’s room', (room) => {
  expect(only(read([row({ 上课地点: room })]).rows).roomName).toBeNull();
});

test('several meetings in one text of time are several meetings', () => {
  const rows = [
    { 课程: '大学物理', 教师: '沈念真(T009)', 上课时间: '星期一第1-2节{1-16周};星期三第3-4节{2-16周(双)}' },
  ];
  const found = read(rows);
  expect(found).toMatchObject({ read: 2, dropped: 0, problems: [] });
  expect(found.rows).toMatchObject([
    { weekday: 1, period: 1, periodTo: 2, teachers: [{ name: '沈念真', number: 'T009' }] },
    { weekday: 3, period: 3, periodTo: 4, weeks: [2, 4, 6, 8, 10, 12, 14, 16] },
  ]);
});

test('a workbook with the headings of a term list is one; a class timetable is none', () => {
  const sheet = (rows: string[][]) => ({
    name: 'S',
    hidden: false,
    merges: [],
    rows: rows.map((texts, index) => ({ row: index + 1, texts, marks: [], width: texts.length })),
  });
  const list = [
    ['2026 秋上课清单'],
    ['课程名称', '教师', '周次', '星期', '节次'],
    ['英语', '王', '1-4周', '2', '3-4节'],
  ];
  expect(readTerm(tablesOfSheets([sheet(list)])).rows).toMatchObject([
    { courseName: '英语', weekday: 2, row: 3 },
  ]);
  expect(
    tablesOfSheets([
      sheet([
        ['节次', '星期一', '星期二'],
        ['第1节', '语文', '数学'],
      ]),
    ]),
  ).toEqual([]);
});

test('JSON is recognised by its first sign; a damaged or foreign one says so', () => {
  expect(looksLikeJson(bytesOf([row()]))).toBe(true);
  expect(looksLikeJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x20, 0x5b]))).toBe(true);
  expect(looksLikeJson(new TextEncoder().encode('课程名,星期\n'))).toBe(false);
  expect(tablesOfJson(new TextEncoder().encode('[{"课程名":'))).toMatchObject({
    ok: false,
    problem: { code: 'term_json_damaged' },
  });
  expect(tablesOfJson(new TextEncoder().encode(`${'['.repeat(100_000)}`))).toMatchObject({ ok: false });
  expect(tablesOfJson(bytesOf([{ name: 'x' }]))).toMatchObject({
    ok: false,
    problem: { code: 'term_json_no_meetings' },
  });
  expect(tablesOfJson(bytesOf({ total: 1, rows: [row()] }))).toMatchObject({ ok: true });
});

test('equal rows are one lesson of as many classes; the same classes come to all lessons of course and teacher', () => {
  const found = plan([row(), row(), row(), row({ 星期: '星期三' }), row({ 星期: '星期三' })]);
  expect(found.counts).toEqual({ read: 5, dropped: 0, merged: 3 });
  expect(found.lessons.map(({ newClasses }) => newClasses.length).sort()).toEqual([2, 3]);
  expect(found.newClasses.map(({ name }) => name)).toEqual([
    '线性代数·林佳禾（1）班',
    '线性代数·林佳禾（2）班',
    '线性代数·林佳禾（3）班',
  ]);
});

test('classes the file names are found, or made: of one course a teaching class, of several a homeroom class', () => {
  const classes: TermClass[] = [{ id: 'known', name: '计科2101', kind: 'homeroom' }];
  const found = plan(
    [
      row({ 教学班: '计科2101' }),
      row({ 教学班: '线代A班' }),
      row({ 课程名: '英语', 节次: 3, 教学班: '软工2102、法学2101' }),
      row({ 课程名: '体育', 节次: 5, 教学班: '软工2102' }),
    ],
    { classes },
  );
  expect(found.lessons.find(({ courseName }) => courseName === '线性代数')).toMatchObject({
    classIds: ['known'],
    newClasses: ['线代A班'],
  });
  expect(found.newClasses.map(({ name, kind, yearGroup }) => [name, kind, yearGroup])).toEqual([
    ['线代A班', 'scheduled', null],
    ['软工2102', 'homeroom', '2021'],
    ['法学2101', 'homeroom', '2021'],
  ]);
});

test('a teaching class is made of the homeroom classes the file names; without a name of its own they come themselves', () => {
  const classes: TermClass[] = [
    { id: 'one', name: '软件2601班', kind: 'homeroom' },
    { id: 'known', name: '高数A班', kind: 'scheduled' },
  ];
  const found = plan(
    [
      row({ 教学班名称: '高数A班', 教学班组成: '软件2601班;软件2602班' }),
      row({ 教学班名称: '高数A班', 教学班组成: '软件2601班', 节次: 3 }),
      row({ 课程名: '英语', 教学班名称: '', 教学班组成: '软件2601班', 节次: 5 }),
    ],
    { classes },
  );
  expect(found.compositions).toEqual([
    { className: '高数A班', classId: 'known', homeroomIds: ['one'], newHomerooms: ['软件2602班'] },
  ]);
  expect(found.newClasses.map(({ name, kind }) => [name, kind])).toEqual([['软件2602班', 'homeroom']]);
  expect(found.lessons.map(({ classIds }) => classIds)).toEqual(
    expect.arrayContaining([['known'], ['known'], ['one']]),
  );
});

test('teachers are found by number, then by name; two of a name are asked; others are kept by name or made', () => {
  const teachers = [
    { personId: 'lin', name: '林佳禾', number: 'T1' },
    { personId: 'wang-1', name: '王芳', number: 'T2' },
    { personId: 'wang-2', name: '王芳', number: 'T3' },
  ];
  const rows = [
    row(),
    row({ 任课老师: '王芳', 节次: 3 }),
    row({ 任课老师: '新来的', 节次: 5 }),
    row({ 任课老师: '王芳(T3)', 节次: 7 }),
  ];
  const lessonAt = (found: ReturnType<typeof plan>, period: number) =>
    found.lessons.find((lesson) => lesson.period === period);
  const asked = plan(rows, { teachers });
  expect(asked.openTeachers.map(({ name, candidates }) => [name, candidates.length])).toEqual([
    ['王芳', 2],
    ['新来的', 0],
  ]);
  expect(lessonAt(asked, 1)).toMatchObject({ teacherIds: ['lin'], teacherNames: [] });
  expect(lessonAt(asked, 3)).toMatchObject({ teacherIds: [], teacherNames: ['王芳'] });
  expect(lessonAt(asked, 7)).toMatchObject({ teacherIds: ['wang-2'] });
  const made = plan(rows, {
    teachers,
    choices: { ...NO_CHOICES, teachers: { 王芳: 'wang-1' }, createTeachers: true },
  });
  expect(lessonAt(made, 3)).toMatchObject({ teacherIds: ['wang-1'] });
  expect(made.newTeachers).toEqual([{ name: '新来的', number: '临-新来的' }]);
  expect(lessonAt(made, 5)).toMatchObject({ newTeachers: ['临-新来的'], teacherNames: [] });
  expect(made.problems.map(({ code }) => code)).toEqual(['term_teacher_created']);
});

test('weeks beyond the term are cut off and told once a lesson; a lesson of none of its weeks is left out', () => {
  const found = plan(
    [row({ 上课周期: '17-19周' }), row({ 上课周期: '17-19周' }), row({ 上课周期: '19周', 节次: 3 })],
    {
      weeksOfTerm: 18,
    },
  );
  expect(found.lessons.map(({ weeks }) => weeks)).toEqual([[17, 18]]);
  expect(found.counts).toEqual({ read: 3, dropped: 1, merged: 1 });
  expect(found.problems.map(({ code, row: at }) => [code, at])).toEqual([
    ['term_weeks_cut', 1],
    ['term_weeks_outside', 3],
    ['term_teacher_unknown', 1],
  ]);
});

test('keys do not depend on the order of the rows', () => {
  const rows = [row(), row({ 上课地点: '3-202' }), row({ 星期: '星期二' })];
  const keysOf = (list: unknown[]) =>
    plan(list)
      .lessons.map(({ sourceKey, sourceHash }) => [sourceKey, sourceHash])
      .sort();
  expect(keysOf(rows)).toEqual(keysOf([...rows].reverse()));
});

const weekFile = sharedFile('timetable-cn/week_expressions_a.json');
test.skipIf(!weekFile)('every real week expression gives its expected weeks without a doubt', () => {
  const expected = JSON.parse(readFileSync(weekFile ?? '', 'utf8')) as Record<string, string[]>;
  for (const [text, weeks] of Object.entries(expected)) {
    const found = readWeeks(text);
    expect([text, found.weeks.map(String), found.isDoubtful]).toEqual([text, weeks, false]);
  }
});

const termFile = sharedFile('timetable-cn/tjcu_2016_sessions_a.json');
test.skipIf(!termFile)(
  'a real term is read whole: every row is a meeting or a problem with its place',
  () => {
    const bytes = new Uint8Array(readFileSync(termFile ?? ''));
    const rows = JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    const json = tablesOfJson(bytes);
    if (!json.ok) throw new Error(json.problem.code);
    const found = readTerm(json.tables);
    expect(found.read).toBe(rows.length);
    expect(found.problems.every((problem) => problem.row !== null && problem.column !== null)).toBe(true);
    // A row without weeks is the only thing that real lists of this kind leave open.
    expect(found.problems.filter(({ code }) => code !== 'term_weeks_missing')).toEqual([]);
    expect(found.problems).toHaveLength(found.dropped);
    const planned = planTerm(found, { classes: [], teachers: [], choices: NO_CHOICES, weeksOfTerm: 20 });
    const { read: count, merged, dropped } = planned.counts;
    expect(planned.lessons.length + merged + dropped).toBe(count);
    // As many lessons as there are different rows that name weeks.
    const different = new Set(rows.map((one) => JSON.stringify(one)));
    const unread = new Set(found.problems.map((problem) => JSON.stringify(rows[(problem.row ?? 1) - 1])));
    expect(planned.lessons).toHaveLength(different.size - unread.size);
  },
);
