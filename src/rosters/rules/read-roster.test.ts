import { expect, test } from 'vitest';
import { encodeGb18030 } from '../testing/gb18030.ts';
import { workbookBytes, type Value } from '../testing/workbooks.ts';
import { readWorkbook } from '../workbook/read-workbook.ts';
import type { Cell, Sheet, Workbook } from '../workbook/workbook.ts';
import { meaningOfHeader } from './headers.ts';
import { readName } from './person-name.ts';
import { readRoster } from './read-roster.ts';
import type { ColumnChoice, RosterRead } from './roster-row.ts';
import { readSchoolNumber } from './school-number.ts';
import { isIdentityNumber, sensitiveContent } from './sensitive.ts';

/** A workbook as the reader gives it, without going through a file: what the rules see. */
function workbookOf(sheets: Record<string, Value[][]>, format: Workbook['format'] = 'xlsx'): Workbook {
  return {
    format,
    encoding: null,
    sheets: Object.entries(sheets).map(([name, rows]): Sheet => ({
      name,
      hidden: false,
      merges: [],
      rows: rows
        .map((row, i) => ({
          row: i + 1,
          texts: row.map((value) => (value === null ? '' : String(value))),
          marks: row.flatMap((value, c) =>
            typeof value === 'number'
              ? [{ column: c + 1, kind: 'number' as const, raw: String(value), formula: false, merged: null }]
              : [],
          ),
          width: row.length,
        }))
        .filter((row) => row.texts.some((text) => text !== '')),
    })),
  };
}

function rosterOf(
  rows: Value[][],
  options: { format?: Workbook['format']; known?: string[]; choices?: ColumnChoice[]; sheet?: string } = {},
): RosterRead {
  const workbook = workbookOf({ [options.sheet ?? '名册']: rows }, options.format);
  return readRoster(workbook, { choices: options.choices, knownNumbers: new Set(options.known) });
}

function codesOf(read: RosterRead): string[] {
  return read.problems.map((p) => p.code).filter((code) => code !== 'roster_sensitive_dropped');
}

const HEADER = ['学号', '姓名', '性别', '班级'];
const people = (read: RosterRead) =>
  read.rows.map((row) => [row.number, row.name, row.class?.name ?? null].join(' '));

test('title rows, notes and totals are no people; the header is found below them', () => {
  const read = rosterOf([
    ['青石镇中心小学 2026 年秋季学生花名册'],
    ['填表日期：2026年9月1日'],
    HEADER,
    ['20240101', '沈可欣', '女', '三（2）班'],
    ['20240102', '韦长庚', '男', '三(1)班'],
    ['合计', '2 人'],
    ['注：请于本周五前核对。'],
  ]);
  expect(people(read)).toEqual(['20240101 沈可欣 三（2）班', '20240102 韦长庚 三（1）班']);
  expect([read.read, codesOf(read)]).toEqual([2, []]);
});

test.each([
  [['XH', 'XM', 'XB', 'BJMC']],
  [['Student No.', 'Name', 'Gender', 'Class']],
  [['Studnet No', 'Full Name', 'Sex', 'Homeroom']],
  [['学 号*', '姓 名（必填）', '性\n别', '所在班级']],
  [['学好', '性名', '性別', '班极']],
])('the headings %s are understood', (header) => {
  const read = rosterOf([header, ['1', '沈可欣', '女', '三（2）班']]);
  expect(people(read)).toEqual(['1 沈可欣 三（2）班']);
  expect(read.rows[0]?.sex).toBe('female');
});

test('several sheets, a class each, the class in the sheet name or the title', () => {
  const workbook = workbookOf({
    '三(1)班': [
      ['学号', '姓名'],
      ['1', '沈可欣'],
    ],
    Sheet2: [['三年级（2）班学生名单'], ['学号', '姓名'], ['2', '韦长庚']],
    说明: [['请按模板填写']],
  });
  const read = readRoster(workbook);
  expect(people(read)).toEqual(['1 沈可欣 三（1）班', '2 韦长庚 三（2）班']);
  expect(read.problems.map((p) => [p.code, p.severity])).toEqual([['roster_header_not_found', 'look']]);
});

test('a class heading between the rows holds for the people below it, repeated headers are skipped', () => {
  const read = rosterOf([
    ['学号', '姓名'],
    ['三（1）班'],
    ['1', '沈可欣'],
    ['三（2）班'],
    ['学号', '姓名'],
    ['2', '韦长庚'],
  ]);
  expect(people(read)).toEqual(['1 沈可欣 三（1）班', '2 韦长庚 三（2）班']);
});

test('two lists side by side are read one after the other', () => {
  const read = rosterOf([
    ['三（2）班学生名单'],
    ['序号', '学号', '姓名', '序号', '学号', '姓名'],
    [1, '11', '沈可欣', 3, '13', '祝秋实'],
    [2, '12', '韦长庚', null, null, null],
  ]);
  expect(people(read)).toEqual(['11 沈可欣 三（2）班', '13 祝秋实 三（2）班', '12 韦长庚 三（2）班']);
});

test('grade and class in two columns are one class', () => {
  const read = rosterOf([
    ['学号', '姓名', '年级', '班号'],
    ['1', '沈可欣', '初一', 3],
    ['2', '韦长庚', '八年级', '2班'],
  ]);
  expect(people(read)).toEqual(['1 沈可欣 七（3）班', '2 韦长庚 八（2）班']);
});

test('a two-row header tells the pupil from the guardian', async () => {
  const bytes = workbookBytes(
    {
      名册: [
        ['学号', '学生信息', null, '家长信息', null],
        [null, '姓名', '班级', '姓名', '电话'],
        ['1', '沈可欣', '三（2）班', '沈大年', '13800000000'],
      ],
    },
    {
      touch: (sheet) => {
        sheet['!merges'] = [
          { s: { r: 0, c: 0 }, e: { r: 1, c: 0 } },
          { s: { r: 0, c: 1 }, e: { r: 0, c: 2 } },
          { s: { r: 0, c: 3 }, e: { r: 0, c: 4 } },
        ];
      },
    },
  );
  const read = await readWorkbook(bytes);
  if (!read.ok) throw new Error(read.refusal.code);
  const roster = readRoster(read.workbook);
  expect(people(roster)).toEqual(['1 沈可欣 三（2）班']);
  expect(roster.columns.map((c) => [c.header, c.use])).toEqual([
    ['学号', 'field'],
    ['学生信息/姓名', 'field'],
    ['学生信息/班级', 'field'],
    ['家长信息/姓名', 'dropped'],
    ['家长信息/电话', 'dropped'],
  ]);
});

test('a class merged over its rows belongs to each of them', async () => {
  const bytes = workbookBytes(
    {
      名册: [
        ['班级', '学号', '姓名'],
        ['三（2）班', '1', '沈可欣'],
        [null, '2', '韦长庚'],
      ],
    },
    {
      touch: (sheet) => {
        sheet['!merges'] = [{ s: { r: 1, c: 0 }, e: { r: 2, c: 0 } }];
      },
    },
  );
  const read = await readWorkbook(bytes);
  if (!read.ok) throw new Error(read.refusal.code);
  expect(people(readRoster(read.workbook))).toEqual(['1 沈可欣 三（2）班', '2 韦长庚 三（2）班']);
});

test('a GB18030 text table with rare characters is read like a workbook', async () => {
  const read = await readWorkbook(encodeGb18030('学号,姓名,班级\n007,石𬱖,三（2）班\n008,䶮镕,三（2）班'));
  if (!read.ok) throw new Error(read.refusal.code);
  const roster = readRoster(read.workbook);
  expect(people(roster)).toEqual(['007 石𬱖 三（2）班', '008 䶮镕 三（2）班']);
  expect(codesOf(roster)).toEqual(['roster_name_rare', 'roster_name_rare']);
});

test('sensitive columns are dropped by heading and by content, and only their counts remain', () => {
  const identity = '11010519491231002X';
  const address = '青石镇东风路12号3单元';
  const read = rosterOf([
    [...HEADER, '身份证号', '家庭住址', '备用1', '备用2', '户口性质', '家长电话'],
    ['1', '沈可欣', '女', '三（2）班', identity, address, identity, '13800000001', '农业', '13900000001'],
    ['2', '韦长庚', '男', '三（2）班', identity, address, identity, '13800000002', '农业', '13900000002'],
  ]);
  expect(
    read.columns.filter((c) => c.use === 'dropped').map((c) => [c.header, c.sensitive, c.cells]),
  ).toEqual([
    ['身份证号', 'identityNumber', 2],
    ['家庭住址', 'address', 2],
    ['备用1', 'identityNumber', 2],
    ['备用2', 'phone', 2],
    ['户口性质', 'household', 2],
    ['家长电话', 'phone', 2],
  ]);
  for (const secret of [identity, address, '13800000001', '13900000001', '农业']) {
    expect(JSON.stringify(read)).not.toContain(secret);
  }
});

test('one guardian telephone is read only when the column is mapped on purpose, the name with it', () => {
  const rows: Value[][] = [
    [...HEADER, '家长姓名', '家长电话', '母亲电话'],
    ['1', '沈可欣', '女', '三（2）班', '沈大年', '138 0000 0001', '13900000001'],
    ['2', '韦长庚', '男', '三（2）班', '韦大年', '无', ''],
  ];
  const read = rosterOf(rows, { choices: [{ sheet: '名册', column: 6, field: 'guardianPhone' }] });
  expect(read.rows.map((row) => [row.guardianName, row.guardianPhone])).toEqual([
    ['沈大年', '13800000001'],
    ['韦大年', null],
  ]);
  expect(codesOf(read)).toEqual(['roster_phone_odd']);
  expect(JSON.stringify(read)).not.toContain('13900000001');
  expect(rosterOf(rows).rows.map((row) => [row.guardianName, row.guardianPhone])).toEqual([
    [null, null],
    [null, null],
  ]);
});

test('a column of identity numbers cannot be mapped to anything', () => {
  const read = rosterOf(
    [
      ['学号', '姓名', '班级', '证件'],
      ['1', '沈可欣', '三（2）班', '11010519491231002X'],
      ['2', '韦长庚', '三（2）班', '11010519491231002X'],
    ],
    {
      choices: [{ sheet: '名册', column: 4, field: 'guardianPhone' }],
    },
  );
  expect(codesOf(read)).toEqual(['roster_choice_refused']);
  expect(JSON.stringify(read)).not.toContain('11010519491231002X');
});

test('an identity number in the place of a school number is refused and forgotten', () => {
  const read = rosterOf([
    HEADER,
    ['11010519491231002X', '沈可欣', '女', '三（2）班'],
    ['G11010519491231002X', '韦长庚', '男', '三（2）班'],
  ]);
  expect(codesOf(read)).toEqual(['roster_number_identity', 'roster_number_identity']);
  expect(read.rows.every((row) => row.blocked)).toBe(true);
  expect(JSON.stringify(read)).not.toContain('11010519491231002X');
});

test('a duplicate number names the other row; one person in two homeroom classes is named as that', () => {
  const read = rosterOf([
    HEADER,
    ['20240241', '沈书言', '女', '三（1）班'],
    ['20240241', '沈可欣', '女', '三（2）班'],
    ['20240242', '韦长庚', '男', '三（1）班'],
    ['20240242', '韦长庚', '男', '三（2）班'],
    ['20240241', '沈书言', '女', '三年级1班'],
  ]);
  expect(read.problems.map((p) => [p.code, p.severity, p.row, p.params.otherRow])).toEqual([
    ['roster_row_repeated', 'look', 6, 2],
    ['roster_number_duplicate', 'must', 3, 2],
    ['roster_two_classes', 'must', 5, 4],
  ]);
  expect([read.read, read.merged]).toEqual([5, 1]);
});

test('two pupils of one name in one class stay two and are worth a look', () => {
  const read = rosterOf([
    HEADER,
    ['20240102', '谭一鸣', '男', '三（1）班'],
    ['20240108', '谭一鸣', '男', '三(1)班'],
  ]);
  expect(read.rows.length).toBe(2);
  expect(read.problems).toMatchObject([
    { code: 'roster_same_name', severity: 'look', row: 3, params: { otherRow: 2 } },
  ]);
});

test.each([
  { row: ['', '沈可欣', '女', '三（2）班'], code: 'roster_number_missing' },
  { row: ['1', '', '女', '三（2）班'], code: 'roster_name_missing' },
  { row: ['1', '沈可欣', '女', ''], code: 'roster_class_missing' },
  { row: ['1', '沈可欣', '女', '2班'], code: 'roster_class_unreadable' },
  { row: ['学号１＃', '沈可欣', '女', '三（2）班'], code: 'roster_number_odd' },
  { row: ['1', '沈?欣', '女', '三（2）班'], code: 'roster_name_lost' },
  { row: ['1', '沈可欣（转）', '女', '三（2）班'], code: 'roster_name_odd' },
  { row: ['1', '沈可欣', '不详', '三（2）班'], code: 'roster_sex_unread' },
  { row: ['2.0240E+07', '沈可欣', '女', '三（2）班'], code: 'roster_number_uncertain' },
  { row: ['2.0240241E+07', '沈可欣', '女', '三（2）班'], code: 'roster_number_restored' },
])('a row of $row is reported as $code', ({ row, code }) => {
  expect(codesOf(rosterOf([HEADER, row]))).toEqual([code]);
});

test('numbers that lost their leading zeros are padded only where the file or the roster leaves no doubt', () => {
  const padded = rosterOf([
    HEADER,
    ['00123', '沈可欣', '女', '三（2）班'],
    [124, '韦长庚', '男', '三（2）班'],
  ]);
  expect([people(padded), codesOf(padded)]).toEqual([
    ['00123 沈可欣 三（2）班', '00124 韦长庚 三（2）班'],
    ['roster_number_padded'],
  ]);
  const unclear = rosterOf([
    HEADER,
    ['123', '沈可欣', '女', '三（2）班'],
    [124, '韦长庚', '男', '三（2）班'],
  ]);
  expect(unclear.rows.map((row) => row.number)).toEqual(['123', '124']);
  const known = rosterOf([HEADER, [124, '韦长庚', '男', '三（2）班']], { known: ['00124', '00125'] });
  expect(known.rows.map((row) => row.number)).toEqual(['00124']);
});

test('an odd length among many numbers of one length is worth a look', () => {
  const rows = Array.from({ length: 12 }, (_, i) => [
    `2024${String(i).padStart(4, '0')}`,
    `学生甲${'乙丙丁戊己庚辛壬癸子丑寅'[i]}`,
    '女',
    '三（2）班',
  ]);
  rows.push(['202400', '沈可欣', '女', '三（2）班']);
  expect(codesOf(rosterOf([HEADER, ...rows]))).toEqual(['roster_number_length']);
});

test('a class stored as 3.1 is not certain where the year has ten classes', () => {
  const read = rosterOf([HEADER, ['1', '沈可欣', '女', 3.1], ['2', '韦长庚', '男', '3.11']]);
  expect(codesOf(read)).toEqual(['roster_class_ambiguous']);
});

test('one comma too many in a text table must be corrected, a side note in a workbook is only mentioned', () => {
  const rows = [HEADER, ['1', '沈', '可欣', '女', '三（2）班']];
  expect(codesOf(rosterOf(rows, { format: 'csv' }))).toContain('roster_ragged_row');
  expect(rosterOf([HEADER, ['1', '沈可欣', '女', '三（2）班', '新生']]).problems).toMatchObject([
    { code: 'roster_extra_cells', severity: 'look' },
  ]);
});

test('a staff list gives teachers and class teachers, and no power over others', () => {
  const read = rosterOf(
    [
      ['工号', '姓名', '职务', '班主任班级', '手机'],
      ['T001', '岑玉珍', '教师', '三(2)班', '13800000001'],
      ['T002', '祝秋实', '辅导员', '', '13800000002'],
      ['T003', '阮如初', '校长', '', '13800000003'],
    ],
    { sheet: '教师名单' },
  );
  expect(read.rows.map((row) => [row.kind, row.number, row.role, row.class?.key ?? null])).toEqual([
    ['staff', 'T001', 'classTeacher', '3-2'],
    ['staff', 'T002', 'counsellor', null],
    ['staff', 'T003', 'teacher', null],
  ]);
  expect(codesOf(read)).toEqual(['roster_role_not_granted']);
});

test('a workbook without a header or without numbers says so', () => {
  expect(rosterOf([['今天天气很好']]).problems).toMatchObject([
    { code: 'roster_header_not_found', severity: 'must' },
  ]);
  expect(
    codesOf(
      rosterOf([
        ['姓名', '班级'],
        ['沈可欣', '三（2）班'],
      ]),
    ),
  ).toContain('roster_no_number_column');
});

const cell = (text: string, kind: Cell['kind'] = 'text'): Cell => ({
  text,
  raw: text,
  kind,
  formula: false,
  merged: null,
  row: 1,
  column: 1,
});

test.each([
  { given: cell('２０２４'.normalize('NFKC')), state: 'read', number: '2024' },
  { given: cell("'007"), state: 'read', number: '007' },
  { given: cell('20240315', 'number'), state: 'read', number: '20240315' },
  { given: cell('2.024E+03'), state: 'read', number: '2024' },
  { given: cell('202403150012345678', 'number'), state: 'precisionLost', number: undefined },
  { given: cell('3.14', 'number'), state: 'odd', number: undefined },
])('the number cell $given.text is $state', ({ given, state, number }) => {
  const reading = readSchoolNumber(given);
  expect([reading.state, reading.state === 'read' ? reading.number : undefined]).toEqual([state, number]);
});

test.each([
  ['张　三'.replace('　', ' '), '张三', null],
  ['买买提 · 艾力', '买买提·艾力', null],
  ['阿依古丽.买买提', '阿依古丽·买买提', null],
  ['Li  Ming', 'Li Ming', null],
  ['石𬱖', '石𬱖', 'rare'],
  ['朱镕', '朱镕', null],
  ['王□', '王□', 'lost'],
  ['张三1', '张三1', 'odd'],
])('the name %s is read as %s', (text, name, doubt) => {
  expect(readName(text)).toMatchObject({ name, doubt });
});

test('identity numbers are known by their check digit', () => {
  expect([isIdentityNumber('11010519491231002X'), isIdentityNumber('110105194912310021')]).toEqual([
    true,
    false,
  ]);
});

test.each([
  [['青石镇东风路12号', '青石镇人民街3弄2号'], 'address'],
  [['2016年3月2日', '2016-04-01'], 'birthday'],
  [['20160302', '20160401'], null],
  [['三（2）班', '三（1）班'], null],
  [['5500005555555559', '4111111111111111'], 'bankAccount'],
])('a column of %s is of kind %s', (values, kind) => {
  expect(sensitiveContent(values)).toBe(kind);
});

test.each([
  ['出生日期', 'birthday'],
  ['父亲工作单位', 'guardianDetails'],
  ['是否低保', 'hardship'],
  ['民族', 'ethnicity'],
  ['SFZH', 'identityNumber'],
  ['全国学籍号', 'registerNumber'],
  ['银行卡号', 'bankAccount'],
  ['初始密码', 'password'],
])('the heading %s is sensitive', (header, kind) => {
  expect(meaningOfHeader(header)).toEqual({ kind: 'sensitive', sensitive: kind });
});
