/** @jsxImportSource preact */
import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { speak } from '../../platform/web/testing/words.ts';
import type { LessonCard, ShownWeek } from '../contract.ts';
import { OwnWeek } from './own-week.tsx';
import { shiftedDay } from './week-days.ts';

beforeEach(() => speak('zh-CN'));
afterEach(cleanup);

function aCard(change: Partial<LessonCard> = {}): LessonCard {
  return {
    day: '2026-11-25',
    lessonId: 'l1',
    title: '数学',
    topic: null,
    period: 1,
    periodTo: 1,
    startsAt: '2026-11-25T08:30:00+08:00',
    endsAt: '2026-11-25T09:10:00+08:00',
    mode: 'live',
    link: null,
    status: 'planned',
    version: 1,
    leadId: null,
    leadName: '周以宁',
    classroom: null,
    classes: [],
    ...change,
  };
}

function aWeek(change: Partial<ShownWeek> = {}): ShownWeek {
  return {
    timeZone: 'Asia/Shanghai',
    today: '2026-11-25',
    weekNo: 13,
    term: { title: '第一学期', firstDay: '2026-09-01', lastDay: '2027-01-22', weeks: 21 },
    title: '七（2）班',
    schoolName: '青屿县实验中学',
    days: ['23', '24', '25', '26', '27', '28', '29'].map((day) => ({
      day: `2026-11-${day}`,
      kind: day > '27' ? 'off' : 'teaching',
      teachesWeekday: null,
    })),
    periods: [],
    lessons: [],
    published: { version: 1, at: '2026-11-20T09:00:00Z' },
    ...change,
  };
}

test('the day shows its lessons in order, with their way of teaching', () => {
  const later = aCard({ lessonId: 'l2', title: '语文', startsAt: '2026-11-25T09:25:00+08:00', mode: 'tv' });
  render(<OwnWeek week={aWeek({ lessons: [later, aCard()] })} day="2026-11-25" pupilId={null} />);
  const rows = screen.getAllByRole('listitem').map((row) => row.textContent);
  expect(rows).toEqual(['8:30数学 周以宁直播', '9:25语文 周以宁电视']);
});

test('the chosen day is marked and every other one is a tap away, for the same child', () => {
  render(<OwnWeek week={aWeek()} day="2026-11-26" pupilId="child-1" />);
  const days = screen.getAllByRole('link').slice(0, 7);
  expect(days.map((day) => day.getAttribute('aria-current'))).toEqual([
    null,
    null,
    null,
    'date',
    null,
    null,
    null,
  ]);
  expect(days[0]?.getAttribute('href')).toBe('/my/timetable?day=2026-11-23&pupil=child-1');
});

test('a cancelled lesson stays visible and says so', () => {
  render(
    <OwnWeek week={aWeek({ lessons: [aCard({ status: 'cancelled' })] })} day="2026-11-25" pupilId={null} />,
  );
  expect(screen.getByRole('listitem').textContent).toContain('不上了');
});

test('a make-up day says whose lessons it holds', () => {
  const days = aWeek().days.map((day) =>
    day.day === '2026-11-28' ? { ...day, kind: 'teaching' as const, teachesWeekday: 5 } : day,
  );
  render(<OwnWeek week={aWeek({ days })} day="2026-11-28" pupilId={null} />);
  expect(screen.getByText('上星期五的课')).toBeTruthy();
  cleanup();
  const ordinary = aWeek().days.map((day) => ({ ...day, teachesWeekday: 3 }));
  render(<OwnWeek week={aWeek({ days: ordinary })} day="2026-11-25" pupilId={null} />);
  expect(screen.queryByText(/的课$/)).toBeNull();
});

test('weeks turn across the end of a month and a year', () => {
  expect([shiftedDay('2026-11-25', 7), shiftedDay('2026-12-30', 7), shiftedDay('2026-03-01', -1)]).toEqual([
    '2026-12-02',
    '2027-01-06',
    '2026-02-28',
  ]);
});
