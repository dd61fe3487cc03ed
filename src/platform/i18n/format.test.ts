import { expect, test } from 'vitest';
import {
  classTitle,
  count,
  dayAndWeekday,
  dayTitle,
  megabytes,
  timeOfDay,
  timeRange,
  weekday,
} from './format.ts';

test.each([
  { day: '2026-11-25', locale: 'zh-CN', text: '11月25日 星期三' },
  { day: '2026-11-25', locale: 'en', text: 'Wednesday 25 November' },
  { day: '2027-01-04', locale: 'zh-CN', text: '2027年1月4日 星期一' },
] as const)('$day is written $text in $locale', ({ day, locale, text }) => {
  expect(dayAndWeekday(day, locale, 2026)).toBe(text);
});

test('short forms of a day', () => {
  expect([dayTitle('2026-11-05', 'zh-CN', 2026), weekday('2026-11-05', 'zh-CN', 'short')]).toEqual([
    '11月5日',
    '周四',
  ]);
});

test.each(['2026-11-5', '2026-13-01', 'today'])('%s is not a day', (day) => {
  expect(() => dayTitle(day, 'zh-CN', 2026)).toThrow(RangeError);
});

test('times stand on the clock of the school, not of the phone', () => {
  expect(timeOfDay('2026-11-25T01:05:00Z', 'Asia/Shanghai')).toBe('9:05');
  expect(timeOfDay('2026-11-24T16:00:00Z', 'Asia/Shanghai')).toBe('0:00');
  expect(timeRange('2026-11-25T09:00:00+08:00', '2026-11-25T09:25:00+08:00', 'Asia/Urumqi')).toBe(
    '7:00—7:25',
  );
});

test.each([
  [0, '0 MB'],
  [30_000, '< 0.1 MB'],
  [430_000, '0.4 MB'],
  [6_000_000, '6 MB'],
  [6_240_000, '6.2 MB'],
  [61_700_000, '62 MB'],
])('%i bytes cost %s', (bytes, text) => {
  expect(megabytes(bytes)).toBe(text);
});

test('numbers and classes as schools write them', () => {
  expect(count(1254, 'zh-CN')).toBe('1,254');
  expect(classTitle({ grade: 3, classNo: 2 }, 'zh-CN')).toBe('三（2）班');
  expect(classTitle({ grade: 10, classNo: 12 }, 'zh-CN')).toBe('高一（12）班');
  expect(classTitle({ grade: 7, classNo: 2 }, 'en')).toBe('7 (2)');
  expect(() => classTitle({ grade: 13, classNo: 1 }, 'en')).toThrow(RangeError);
});
