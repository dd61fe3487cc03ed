import type { MakeUp, Today, TodayLesson, TodayPupil } from '../today-contract.ts';

/** A lesson for tests: live, period 3 of a Wednesday, not begun. */
export function aTodayLesson(change: Partial<TodayLesson> = {}): TodayLesson {
  return {
    lessonId: '01980000-0000-7000-8000-000000000001',
    schoolDay: '2026-11-25',
    period: 3,
    startsAt: '2026-11-25T10:20:00+08:00',
    endsAt: '2026-11-25T10:50:00+08:00',
    opensAt: '2026-11-25T10:10:00+08:00',
    courseTitle: '数学',
    topic: '一元一次方程的应用',
    teacherName: '周以宁',
    mode: 'live',
    state: 'before',
    reach: 'toCome',
    note: null,
    expectedBytes: 6_000_000,
    link: null,
    ...change,
  };
}

/** A missed lesson for tests. */
export function aMakeUp(change: Partial<MakeUp> = {}): MakeUp {
  return {
    lessonId: '01980000-0000-7000-8000-000000000009',
    schoolDay: '2026-11-25',
    period: 1,
    courseTitle: '语文',
    minutesLeft: 18,
    expectedBytes: 3_000_000,
    until: '2026-11-25T22:00:00+08:00',
    ...change,
  };
}

/** A pupil for tests, with nothing planned. */
export function aTodayPupil(change: Partial<TodayPupil> = {}): TodayPupil {
  return {
    pupilId: '01980000-0000-7000-8000-0000000000a1',
    name: '林晓禾',
    className: '七（2）班',
    schoolName: '青屿县实验中学',
    isLowerPrimary: false,
    beads: [],
    ...change,
  };
}

/** A pupil's day for tests: Wednesday of week 13, 10:24, nothing planned. */
export function aToday(change: Partial<Today> = {}): Today {
  const pupil = change.pupil ?? aTodayPupil();
  return {
    now: '2026-11-25T10:24:00+08:00',
    timeZone: 'Asia/Shanghai',
    day: '2026-11-25',
    weekNo: 13,
    dayKind: 'teaching',
    isGuardian: false,
    pupil,
    children: [pupil],
    lessons: [],
    makeUps: [],
    changes: [],
    next: null,
    cannotAttend: null,
    ...change,
  };
}
