/** @jsxImportSource preact */
import { cleanup, render, screen, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { speak } from '../../platform/web/testing/words.ts';
import type { Today } from '../today-contract.ts';
import { aMakeUp, aToday, aTodayLesson, aTodayPupil } from './a-today.ts';
import { TodayView } from './today-view.tsx';

beforeEach(() => speak('en'));
afterEach(cleanup);

const show = (today: Today) => render(<TodayView today={today} now={today.now} />);

describe('the one large button', () => {
  test('leads into the running lesson and says since when it runs, what it costs and when it ends', () => {
    show(aToday({ lessons: [aTodayLesson({ state: 'running', reach: 'running' })] }));
    const slate = within(screen.getByRole('region', { name: '数学' }));
    expect(slate.getByRole('link', { name: 'Go in' }).getAttribute('href')).toBe(
      '/room/2026-11-25/01980000-0000-7000-8000-000000000001',
    );
    slate.getByText('Live · Period 3 · since 4 min');
    slate.getByText('about 6 MB');
    slate.getByText('ends 10:50');
  });

  test('is closed before the lesson opens and says when it will', () => {
    show(aToday({ lessons: [aTodayLesson()] }));
    screen.getByText('Opens at 10:10');
    expect(screen.queryByRole('link', { name: 'Go in' })).toBeNull();
  });

  test('is not there for television: the channel is', () => {
    show(aToday({ lessons: [aTodayLesson({ mode: 'tv', state: 'running', note: 'County TV, channel 3' })] }));
    screen.getByText('County TV, channel 3');
    expect(screen.queryByRole('link', { name: 'Go in' })).toBeNull();
  });

  test('has pinyin above it for small children, and fewer things around it', () => {
    const pupil = aTodayPupil({ isLowerPrimary: true });
    speak('zh-CN');
    show(aToday({ pupil, lessons: [aTodayLesson({ state: 'running' }), aTodayLesson({ lessonId: 'b' })] }));
    screen.getByText('qù shàng kè');
    expect(screen.queryByRole('heading', { name: '今天的课' })).toBeNull();
  });
});

test('a day without lessons says so and names the next one', () => {
  show(aToday({ next: { day: '2026-11-26', startsAt: '2026-11-26T08:30:00+08:00', courseTitle: '英语' } }));
  screen.getByRole('heading', { name: 'No lessons today' });
  expect(screen.getByText(/^Next/).textContent).toBe('Next: Thursday 26 November, 8:30, 英语');
});

test('what was missed stands with its way to make it up', () => {
  show(aToday({ makeUps: [aMakeUp()] }));
  screen.getByText('You missed 语文, period 1');
  screen.getByText('18 min · about 3 MB · counts if done today');
  expect(screen.getByRole('link', { name: 'Catch up' }).getAttribute('href')).toMatch(
    /^\/room\/2026-11-25\//,
  );
});

test('“I cannot attend” is one tap away in every state, and once sent says who was told', () => {
  const { unmount } = show(aToday({ lessons: [aTodayLesson({ state: 'ended' })] }));
  screen.getByRole('link', { name: /I cannot attend/ });
  unmount();
  show(aToday({ cannotAttend: { sentAt: '2026-11-25T07:40:00+08:00', adultName: '周以宁' } }));
  screen.getByText('周以宁 was told at 7:40: cannot attend today');
  expect(screen.queryByRole('link', { name: /^I cannot attend/ })).toBeNull();
});

test('a guardian sees each child’s own beads and switches between them', () => {
  const first = aTodayPupil({
    beads: [
      { period: 1, reach: 'missed' },
      { period: 2, reach: 'reached' },
      { period: 3, reach: 'toCome' },
    ],
  });
  const second = aTodayPupil({ pupilId: 'b', name: '林晓苗', beads: [{ period: 1, reach: 'reached' }] });
  show(aToday({ isGuardian: true, pupil: first, children: [first, second] }));
  screen.getByRole('img', { name: '林晓禾 has 3 lessons today: 1 reached, 1 missed, 1 to come' });
  screen.getByText('1 lesson missed');
  screen.getByText('Nothing missed');
  const [chosen, other] = within(screen.getByRole('navigation')).getAllByRole('link');
  expect(chosen?.getAttribute('aria-current')).toBe('true');
  expect(other?.getAttribute('href')).toBe('/?pupil=b');
});

test('a moved lesson says from when to when', () => {
  const side = {
    day: '2026-11-25',
    period: 3,
    startsAt: '2026-11-25T10:20:00+08:00',
    mode: 'live',
    leadName: null,
  };
  show(
    aToday({
      changes: [
        {
          changeId: 'c',
          kind: 'moved',
          courseTitle: '数学',
          classNames: ['七（2）班'],
          before: side,
          after: { ...side, day: '2026-11-26', startsAt: '2026-11-26T09:00:00+08:00' },
          reason: null,
          changedAt: '2026-11-25T07:30:00+08:00',
        },
      ],
    }),
  );
  expect(screen.getByText(/moved/).textContent).toBe('数学 moved from 10:20 to Thursday 26 November 9:00');
});

test('a lesson that is over but not judged yet does not claim to run', () => {
  show(
    aToday({
      lessons: [aTodayLesson({ state: 'ended', reach: 'running' }), aTodayLesson({ lessonId: 'b' })],
    }),
  );
  expect(screen.getAllByRole('listitem')[0]?.textContent).toContain('Being checked');
});
