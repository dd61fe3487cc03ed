/** @jsxImportSource preact */
import { dayAndWeekday, megabytes, timeOfDay } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import type { MakeUp, Today, TodayLesson, TodayPupil } from '../today-contract.ts';
import { LessonSlate } from './lesson-slate.tsx';
import { PlanChanges } from './plan-changes.tsx';
import { ModeTag } from './mode-tag.tsx';
import { followedPupil, lessonNow, partOfDay, roomAddress } from './today-lessons.ts';

export interface TodayViewProps {
  readonly today: Today;
  /** Instant the page stands at, ISO; begins at `today.now` and goes on by the phone's own ticking. */
  readonly now: string;
}

/** A pupil's day, or their guardian's view of it: what now, what was missed, what comes. */
export function TodayView({ today, now }: TodayViewProps) {
  const lesson = lessonNow(today.lessons);
  const isSmall = today.pupil.isLowerPrimary && !today.isGuardian;
  return (
    <>
      <TodayHead today={today} now={now} />
      <main class={isSmall ? 'lower' : undefined}>
        {today.children.length > 1 && <KidSwitch today={today} />}
        {lesson ? <LessonSlate today={today} lesson={lesson} now={now} /> : <NoLesson today={today} />}
        <CannotAttend today={today} />
        <PlanChanges today={today} />
        {today.makeUps.length > 0 && <MakeUps makeUps={today.makeUps} forPupil={followedPupil(today)} />}
        {!isSmall && <DayList today={today} now={lesson} />}
      </main>
    </>
  );
}

function TodayHead({ today, now }: TodayViewProps) {
  const hour = Number(timeOfDay(now, today.timeZone).split(':')[0]);
  const line = [
    dayAndWeekday(today.day, locale(), Number(today.day.slice(0, 4))),
    today.weekNo === null ? null : t('platform.week', { week: today.weekNo }),
    today.isGuardian ? null : today.pupil.className,
  ].filter((part) => part !== null);
  return (
    <header class="top">
      <div>
        <h1>
          {today.isGuardian
            ? t('timetable.today.childrenTitle', { count: today.children.length, name: today.pupil.name })
            : t(`timetable.today.greeting.${partOfDay(hour)}`, { name: today.pupil.name })}
        </h1>
        <p>{line.join(' · ')}</p>
      </div>
    </header>
  );
}

function KidSwitch({ today }: { today: Today }) {
  return (
    <nav class="kids" aria-label={t('timetable.today.switchChild')}>
      {today.children.map((child) => (
        <a
          key={child.pupilId}
          class="kid"
          href={`/?pupil=${child.pupilId}`}
          aria-current={child.pupilId === today.pupil.pupilId ? 'true' : undefined}
        >
          <span>
            <b>{child.name}</b> <span class="small muted">{child.className}</span>
          </span>
          <Beads child={child} />
          <ChildLine child={child} />
        </a>
      ))}
    </nav>
  );
}

function countReach(child: TodayPupil, reach: TodayPupil['beads'][number]['reach']): number {
  return child.beads.filter((bead) => bead.reach === reach).length;
}

/** One bead a lesson; the shape says what the colour says. */
export function Beads({ child }: { child: TodayPupil }) {
  const name = t('timetable.today.beads', {
    name: child.name,
    total: child.beads.length,
    reached: countReach(child, 'reached'),
    missed: countReach(child, 'missed'),
    left: countReach(child, 'toCome') + countReach(child, 'running'),
  });
  return (
    <span class="beads" role="img" aria-label={name}>
      {child.beads.map((bead, place) => (
        <i key={place} class={bead.reach} aria-hidden="true">
          {bead.reach === 'toCome' ? (bead.period ?? place + 1) : ''}
        </i>
      ))}
    </span>
  );
}

function ChildLine({ child }: { child: TodayPupil }) {
  const missed = countReach(child, 'missed');
  if (missed > 0) return <span class="small red">{t('timetable.today.missed', { count: missed })}</span>;
  if (child.beads.length === 0) return <span class="small muted">{t('timetable.today.noLessons')}</span>;
  return <span class="small green">{t('timetable.today.nothingMissed')}</span>;
}

function NoLesson({ today }: { today: Today }) {
  const { next } = today;
  const title = today.lessons.length === 0 ? t('timetable.today.noLessons') : t('timetable.today.over');
  return (
    <section class="card empty">
      <i class="i i-check" aria-hidden="true" />
      <h2>{title}</h2>
      {next && (
        <p>
          {t('timetable.today.next', {
            day: dayAndWeekday(next.day, locale(), Number(today.day.slice(0, 4))),
            time: timeOfDay(next.startsAt, today.timeZone),
            course: next.courseTitle,
          })}
        </p>
      )}
    </section>
  );
}

function CannotAttend({ today }: { today: Today }) {
  const sent = today.cannotAttend;
  if (sent) {
    return (
      <a class="notice" href={`/my/cannot-attend?pupil=${today.pupil.pupilId}`}>
        <i class="i i-check" aria-hidden="true" />
        <span>
          {t('timetable.today.cannotAttendSent', {
            adult: sent.adultName,
            time: timeOfDay(sent.sentAt, today.timeZone),
          })}
        </span>
      </a>
    );
  }
  return (
    <a class="help" href={`/my/cannot-attend?pupil=${today.pupil.pupilId}`}>
      <i class="i i-help" aria-hidden="true" />
      <b>{t(today.isGuardian ? 'timetable.today.childCannotAttend' : 'timetable.today.cannotAttend')}</b>
      <small>{t('timetable.today.cannotAttendWhy')}</small>
      <i class="i i-right" aria-hidden="true" />
    </a>
  );
}

function MakeUps({ makeUps, forPupil }: { makeUps: readonly MakeUp[]; forPupil: string | null }) {
  return (
    <section aria-labelledby="make-ups">
      <div class="sec">
        <h2 id="make-ups">{t('timetable.today.makeUps')}</h2>
      </div>
      <ul class="card list todo">
        {makeUps.map((missed) => (
          <li key={missed.lessonId}>
            <span class="tile missed">
              <i class="i i-vod" aria-hidden="true" />
            </span>
            <span>
              <b>{missedTitle(missed)}</b>
              <br />
              <span class="small muted">{missedFacts(missed)}</span>
            </span>
            <a class="btn soft" href={roomAddress(missed, forPupil)}>
              {t('timetable.today.makeUp')}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function missedTitle({ courseTitle, period }: MakeUp): string {
  return period === null
    ? t('timetable.today.missedLesson', { course: courseTitle })
    : t('timetable.today.missedPeriod', { course: courseTitle, period });
}

function missedFacts({ minutesLeft, expectedBytes }: MakeUp): string {
  const parts = [t('timetable.today.minutes', { minutes: minutesLeft })];
  if (expectedBytes !== null) parts.push(t('timetable.today.costs', { size: megabytes(expectedBytes) }));
  parts.push(t('timetable.today.makeUpCounts'));
  return parts.join(' · ');
}

function DayList({ today, now }: { today: Today; now: TodayLesson | null }) {
  const others = today.lessons.filter((lesson) => lesson !== now);
  if (others.length === 0) return null;
  const left = others.filter(({ state }) => state === 'before' || state === 'open').length;
  return (
    <section aria-labelledby="day">
      <div class="sec">
        <h2 id="day">{t('timetable.today.day')}</h2>
        <span class="muted">{t('timetable.today.left', { count: left })}</span>
        <a href={`/my/days?pupil=${today.pupil.pupilId}`}>{t('timetable.today.howCounted')}</a>
      </div>
      <ol class="card list next">
        {others.map((lesson) => (
          <DayRow key={lesson.lessonId} lesson={lesson} timeZone={today.timeZone} />
        ))}
      </ol>
    </section>
  );
}

function DayRow({ lesson, timeZone }: { lesson: TodayLesson; timeZone: string }) {
  const isPast = lesson.state === 'ended' || lesson.state === 'cancelled';
  return (
    <li>
      <span class="num">{timeOfDay(lesson.startsAt, timeZone)}</span>
      <span>
        <b>{lesson.courseTitle}</b> <span class="small muted">{lesson.note ?? lesson.teacherName}</span>
      </span>
      {isPast ? <PastTag lesson={lesson} /> : <ModeTag mode={lesson.mode} />}
    </li>
  );
}

function PastTag({ lesson }: { lesson: TodayLesson }) {
  if (lesson.state === 'cancelled') return <span class="tag plain">{t('timetable.today.cancelled')}</span>;
  if (lesson.reach === 'running' || lesson.reach === 'toCome') {
    return <span class="tag plain">{t('timetable.reach.awaiting')}</span>;
  }
  const tone = {
    reached: 'done',
    missed: 'missed',
    excused: 'plain',
    running: 'plain',
    toCome: 'plain',
  } as const;
  return (
    <span class={`tag ${tone[lesson.reach]}`}>
      {lesson.reach === 'reached' && <i class="i i-check" aria-hidden="true" />}
      {t(`timetable.reach.${lesson.reach}`)}
    </span>
  );
}
