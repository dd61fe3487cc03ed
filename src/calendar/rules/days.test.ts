import { describe, expect, test } from 'vitest';
import {
  addDays,
  clockTime,
  daysBetween,
  instantAt,
  mondayOf,
  schoolDayOf,
  weekdayOf,
  weekNoOf,
} from './days.ts';

test.each([
  {
    at: '2026-11-25T00:30:00Z',
    zone: 'Asia/Shanghai',
    day: '2026-11-25',
    why: 'half past eight in the morning',
  },
  {
    at: '2026-11-25T16:30:00Z',
    zone: 'Asia/Shanghai',
    day: '2026-11-25',
    why: 'half past midnight is still the evening before',
  },
  {
    at: '2026-11-25T19:59:59Z',
    zone: 'Asia/Shanghai',
    day: '2026-11-25',
    why: 'the last second before four',
  },
  {
    at: '2026-11-25T20:00:00Z',
    zone: 'Asia/Shanghai',
    day: '2026-11-26',
    why: 'four o’clock begins the next day',
  },
  {
    at: '2026-11-25T20:00:00Z',
    zone: 'Asia/Urumqi',
    day: '2026-11-25',
    why: 'two in the morning two hours further west',
  },
])('$why belongs to $day in $zone', ({ at, zone, day }) => {
  expect(schoolDayOf(new Date(at), zone)).toBe(day);
});

describe('the clock on the wall', () => {
  test.each([
    { day: '2026-11-25', time: '08:30', zone: 'Asia/Shanghai', at: '2026-11-25T00:30:00.000Z' },
    { day: '2026-03-29', time: '08:30', zone: 'Europe/Berlin', at: '2026-03-29T06:30:00.000Z' },
    { day: '2026-10-25', time: '08:30', zone: 'Europe/Berlin', at: '2026-10-25T07:30:00.000Z' },
    { day: '2026-10-24', time: '08:30:15', zone: 'Europe/Berlin', at: '2026-10-24T06:30:15.000Z' },
  ])('$time on $day in $zone is $at', ({ day, time, zone, at }) => {
    expect(instantAt(day, time, zone).toISOString()).toBe(at);
    expect(clockTime(new Date(at), zone)).toBe(time.slice(0, 5));
  });

  test.each(['24:00', '8:30', '08:60', ''])('%j is not a time', (time) => {
    expect(() => instantAt('2026-11-25', time, 'Asia/Shanghai')).toThrow(RangeError);
  });
});

test('days, weekdays and weeks are counted without clocks', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
  expect(weekdayOf('2026-11-29')).toBe(7);
  expect(mondayOf('2026-11-29')).toBe('2026-11-23');
  expect(weekNoOf('2026-08-31', '2026-11-25')).toBe(13);
  expect(weekNoOf('2026-08-31', '2026-08-30')).toBe(0);
  expect(() => addDays('25.11.2026', 1)).toThrow('Not a day as YYYY-MM-DD');
});
