import { expect, test } from 'vitest';
import { classInTitle, parseClassName, parseYearGroup, yearGroupTitle } from './class-name.ts';

test.each([
  '三(2)班',
  '三（2）班',
  '三（二）班',
  '三年级二班',
  '三年级（2）班',
  '三年二班',
  '三2班',
  '3.2',
  '3-2',
  '3/2',
  '3(2)',
  '３（２）班',
  '302班',
  '302',
  '小三(2)班',
  '三 （ 2 ） 班',
  '三·2班',
  'Grade 3 Class 2',
  'Class 2, Grade 3',
  'G3-2',
  '三【2】班',
])('%s is class 2 of year 3', (text) => {
  expect(parseClassName(text)).toEqual({ key: '3-2', name: '三（2）班', yearGroup: '3', classNo: 2 });
});

test.each([
  { text: '初一3班', key: '7-3', name: '七（3）班' },
  { text: '七(3)班', key: '7-3', name: '七（3）班' },
  { text: '初中一年级3班', key: '7-3', name: '七（3）班' },
  { text: '七年级三班', key: '7-3', name: '七（3）班' },
  { text: '九年级十二班', key: '9-12', name: '九（12）班' },
  { text: '高二（11）', key: '11-11', name: '高二（11）班' },
  { text: '高二(11)班', key: '11-11', name: '高二（11）班' },
  { text: '高302班', key: '12-2', name: '高三（2）班' },
  { text: '1102班', key: '11-2', name: '高二（2）班' },
  { text: '计科2101', key: '2021-计科-1', name: '计科2101' },
  { text: '计算机21-3', key: '2021-计算机-3', name: '计算机21-3' },
  { text: '2021级临床医学(3)班', key: '2021-临床医学-3', name: '2021级临床医学（3）班' },
  { text: '2022级3班', key: '2022-3', name: '2022级（3）班' },
  { text: '学前班', key: '学前班', name: '学前班' },
  { text: '七年级A班', key: '七年级a班', name: '七年级A班' },
])('$text is known by $key and shown as $name', ({ text, key, name }) => {
  expect(parseClassName(text)).toMatchObject({ key, name });
});

test.each([
  { text: '2班', grade: '三年级', key: '3-2' },
  { text: '2', grade: '3', key: '3-2' },
  { text: '（2）班', grade: '初二', key: '8-2' },
  { text: '十班', grade: '高一', key: '10-10' },
  { text: '三（2）班', grade: '四年级', key: '3-2' },
  { text: '5', grade: '2022级', key: '2022-5' },
])('$text under the grade $grade is $key', ({ text, grade, key }) => {
  expect(parseClassName(text, grade)?.key).toBe(key);
});

test.each(['', '2班', '12', '十班', '13.2', '三（99）班x'.slice(0, 0), '20240315'])(
  '%s alone names no class',
  (text) => {
    expect(parseClassName(text)).toBeNull();
  },
);

test.each([
  ['三年级', '3'],
  ['3', '3'],
  ['初一', '7'],
  ['七', '7'],
  ['高二年级', '11'],
  ['Grade 3', '3'],
  ['2021级', '2021'],
  ['九年级', '9'],
  ['十二年级', '12'],
  ['十三', null],
  ['毕业班', null],
])('the grade %s is year group %s', (text, yearGroup) => {
  expect(parseYearGroup(text)).toBe(yearGroup);
});

test.each([
  ['2026年秋季三年级（2）班学生花名册', '3-2'],
  ['青石镇中心小学三(2)班名单', '3-2'],
  ['高一12班学生信息表', '10-12'],
  ['计科2101班课程表', '2021-计科-1'],
  ['全校学生花名册', undefined],
  ['各班班主任名单', undefined],
])('the title %s names the class %s', (title, key) => {
  expect(classInTitle(title)?.key).toBe(key);
});

test.each([
  ['3', '三年级'],
  ['8', '八年级'],
  ['11', '高二'],
  ['2021', '2021级'],
])('year group %s is written %s', (value, title) => {
  expect(yearGroupTitle(value)).toBe(title);
});
