/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { dayAndWeekday, dayTitle, timeOfDay, weekday } from '../../platform/i18n/format.ts';
import { locale, t } from '../../platform/web/t.ts';
import type { LessonCard, ShownWeek } from '../contract.ts';
import { ModeTag } from './mode-tag.tsx';
import { followedRoom, lessonsOn, shiftedDay, weekdayNumber } from './week-days.ts';
import './own-week.css';

export interface OwnWeekProps {
  readonly week: ShownWeek;
  /** Day that is open, `YYYY-MM-DD`. */
  readonly day: string;
  /** Child a guardian looks at; null on a pupil's own page. */
  readonly pupilId: string | null;
  /** Stands before the days: whose week this is, with several children. */
  readonly children?: ComponentChildren;
}

/** A published week, one day at a time: fits a telephone, and is read like the sheet on the classroom's wall. */
export function OwnWeek({ week, day, pupilId, children }: OwnWeekProps) {
  const year = Number(week.today.slice(0, 4));
  const open = week.days.find((item) => item.day === day) ?? week.days[0];
  const lessons = open ? lessonsOn(week.lessons, open.day) : [];
  return (
    <>
      <header class="top">
        <div>
          <h1>{t('platform.week', { week: week.weekNo })}</h1>
          <p>{week.title}</p>
        </div>
      </header>
      <main>
        {children}
        <nav class="week-days" aria-label={t('timetable.week.days')}>
          {week.days.map((item) => (
            <a
              key={item.day}
              href={dayAddress(item.day, pupilId)}
              aria-current={item.day === open?.day ? 'date' : undefined}
              class={item.day === week.today ? 'today' : undefined}
            >
              <span>{weekday(item.day, locale(), 'short')}</span>
              <b class="num">{Number(item.day.slice(8))}</b>
              <small>{t('timetable.week.count', { count: lessonsOn(week.lessons, item.day).length })}</small>
            </a>
          ))}
        </nav>
        {open && (
          <>
            <div class="sec">
              <h2>{dayAndWeekday(open.day, locale(), year)}</h2>
              {open.kind === 'closure' && <span class="muted">{t('timetable.week.closure')}</span>}
              {open.teachesWeekday !== null && open.teachesWeekday !== weekdayNumber(open.day) && (
                <span class="muted">
                  {t('timetable.week.teaches', { weekday: weekdayNamed(open.teachesWeekday) })}
                </span>
              )}
            </div>
            {lessons.length === 0 ? (
              <p class="card empty">{t('timetable.week.free')}</p>
            ) : (
              <ol class="card list next">
                {lessons.map((lesson) => (
                  <LessonRow
                    key={lesson.lessonId}
                    lesson={lesson}
                    timeZone={week.timeZone}
                    pupilId={pupilId}
                  />
                ))}
              </ol>
            )}
          </>
        )}
        <nav class="week-turn" aria-label={t('timetable.week.turn')}>
          <a class="btn" href={dayAddress(shiftedDay(open?.day ?? day, -7), pupilId)}>
            {t('timetable.week.previous')}
          </a>
          <a class="btn" href={dayAddress(shiftedDay(open?.day ?? day, 7), pupilId)}>
            {t('timetable.week.next')}
          </a>
        </nav>
        <p class="small muted">{publishedLine(week, year)}</p>
        <a class="btn soft" href={`/my/timetable/subscribe${pupilId ? `?pupil=${pupilId}` : ''}`}>
          {t('timetable.feed.title')}
        </a>
      </main>
    </>
  );
}

function dayAddress(day: string, pupilId: string | null): string {
  return `/my/timetable?day=${day}${pupilId === null ? '' : `&pupil=${pupilId}`}`;
}

/** Name of a weekday by its number, 1 Monday to 7 Sunday. 5 January 2026 was a Monday. */
function weekdayNamed(number: number): string {
  return weekday(`2026-01-${String(4 + number).padStart(2, '0')}`, locale());
}

function publishedLine({ published, timeZone }: ShownWeek, year: number): string {
  if (!published) return t('timetable.week.unpublished');
  return t('timetable.week.published', {
    day: dayTitle(published.at.slice(0, 10), locale(), year),
    time: timeOfDay(published.at, timeZone),
  });
}

interface RowProps {
  readonly lesson: LessonCard;
  readonly timeZone: string;
  readonly pupilId: string | null;
}

function LessonRow({ lesson, timeZone, pupilId }: RowProps) {
  const isCancelled = lesson.status === 'cancelled';
  return (
    <li>
      <span class="num">{timeOfDay(lesson.startsAt, timeZone)}</span>
      <span>
        <a href={followedRoom(lesson, pupilId)} class={isCancelled ? 'cancelled' : undefined}>
          <b>{lesson.title}</b>
        </a>{' '}
        <span class="small muted">
          {[lesson.leadName, lesson.classroom].filter((part) => part !== null).join(' · ')}
        </span>
      </span>
      {isCancelled ? (
        <span class="tag plain">{t('timetable.today.cancelled')}</span>
      ) : (
        <ModeTag mode={lesson.mode} />
      )}
    </li>
  );
}
