import { cleanup, render, screen, within } from '@testing-library/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { speak } from '../../platform/web/testing/words.ts';
import type { TeacherLesson, TeacherToday } from '../today-contract.ts';
import { TeachingDay } from './teaching-today-page.tsx';

const APPOINTMENT = '01980000-0000-7000-8000-0000000000c1';

beforeEach(() => {
  speak('en');
  history.replaceState(null, '', `/console/${APPOINTMENT}/today`);
});
afterEach(cleanup);

function aLesson(change: Partial<TeacherLesson> = {}): TeacherLesson {
  return {
    lessonId: '01980000-0000-7000-8000-000000000001',
    schoolDay: '2026-11-25',
    period: 3,
    startsAt: '2026-11-25T10:20:00+08:00',
    endsAt: '2026-11-25T10:50:00+08:00',
    opensAt: '2026-11-25T10:10:00+08:00',
    courseTitle: '数学',
    topic: null,
    classNames: ['七（2）班'],
    mode: 'live',
    link: null,
    hasRecording: true,
    state: 'open',
    pupils: null,
    ...change,
  };
}

function show(change: Partial<TeacherToday>) {
  const today: TeacherToday = {
    now: '2026-11-25T10:12:00+08:00',
    timeZone: 'Asia/Shanghai',
    day: '2026-11-25',
    weekNo: 13,
    dayKind: 'teaching',
    name: '周以宁',
    lessons: [],
    changes: [],
    classes: [],
    next: null,
    ...change,
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TeachingDay today={today} />
    </QueryClientProvider>,
  );
}

test('the next lesson has one door, under the hat the page was opened with', () => {
  show({ lessons: [aLesson()] });
  const slate = within(screen.getByRole('region', { name: '数学 · 七（2）班' }));
  expect(slate.getByRole('link', { name: 'Go in' }).getAttribute('href')).toBe(
    `/room/2026-11-25/01980000-0000-7000-8000-000000000001?as=${APPOINTMENT}`,
  );
});

test('a lesson elsewhere leads by our page, where the meeting opens and the roll is called', () => {
  show({ lessons: [aLesson({ mode: 'external', link: 'https://meeting.example.org/7' })] });
  expect(screen.getByRole('link', { name: 'To the lesson' }).getAttribute('href')).toBe(
    `/room/2026-11-25/01980000-0000-7000-8000-000000000001?as=${APPOINTMENT}`,
  );
});

test('a lesson seen to by call, visit or paper opens its names', () => {
  show({ lessons: [aLesson({ mode: 'contacted' })] });
  expect(screen.getByRole('link', { name: 'See the names' }).getAttribute('href')).toBe(
    `/room/2026-11-25/01980000-0000-7000-8000-000000000001?as=${APPOINTMENT}`,
  );
});

test('pupils are counted, and who was missed is said in red', () => {
  show({ lessons: [aLesson({ state: 'ended', pupils: { expected: 42, reached: 39, missed: 3 } })] });
  expect(screen.getByText(/39 of 42/).textContent).toBe('39 of 42 reached 3 missed');
  expect(screen.getByText(/3 missed/, { selector: '.red' })).toBeTruthy();
});

test('a free day names the next lesson', () => {
  show({ next: { day: '2026-11-26', startsAt: '2026-11-26T08:30:00+08:00', courseTitle: '数学' } });
  expect(screen.getByText(/^Next/).textContent).toBe('Next: Thursday 26 November, 8:30, 数学');
});

test('who teaches no class is not offered to start a lesson', () => {
  show({});
  expect(screen.queryByRole('button', { name: 'Start a lesson now' })).toBeNull();
  cleanup();
  show({ classes: [{ classId: 'c', name: '七（2）班' }] });
  expect(screen.getByRole('button', { name: 'Start a lesson now' })).toBeTruthy();
});
