import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import {
  Empty,
  ProblemNotice,
  SkeletonRows,
  StaleTime,
  VeryStale,
} from '../../platform/web/console/states.tsx';
import { TodayParts } from '../../platform/web/console/today-parts.tsx';
import { locale, t } from '../../platform/web/t.ts';
import type { TeacherToday } from '../today-contract.ts';
import { changeLine } from './change-line.ts';
import './slate.css';
import { StartLesson } from './start-lesson.tsx';
import './teaching-today.css';
import { TeachingList } from './teaching-list.tsx';
import { TeachingSlate } from './teaching-slate.tsx';
import { lessonNow, partOfDay } from './today-lessons.ts';

/** Asked again twice a minute: pupils come in, a lesson opens. */
const EVERY_MS = 30_000;

/** A teacher's own day: the next lesson and its door, how each lesson stands, what was moved. */
export default function TeachingTodayPage() {
  const day = useQuery({
    queryKey: ['today', 'teaching'],
    queryFn: ({ signal }) => api.get('/api/today/teaching', { signal }),
    refetchInterval: EVERY_MS,
  });
  if (day.isPending) return <SkeletonRows />;
  if (!day.data) return <ProblemNotice error={day.error} onRetry={day.refetch} />;
  return (
    <>
      <TeachingHead today={day.data} fetchedAt={day.dataUpdatedAt} />
      {day.isError && <ProblemNotice error={day.error} onRetry={day.refetch} />}
      <VeryStale fetchedAt={day.dataUpdatedAt} at={day.data.now} timeZone={day.data.timeZone} />
      <TeachingDay today={day.data}>
        <TodayParts />
      </TeachingDay>
    </>
  );
}

function TeachingHead({ today, fetchedAt }: { today: TeacherToday; fetchedAt: number }) {
  const hour = Number(timeOfDay(today.now, today.timeZone).split(':')[0]);
  const when = [
    dayAndWeekday(today.day, locale(), Number(today.day.slice(0, 4))),
    today.weekNo === null ? null : t('platform.week', { week: today.weekNo }),
  ].filter((part) => part !== null);
  return (
    <PageHead
      title={t(`timetable.today.greeting.${partOfDay(hour)}`, { name: today.name })}
      when={when.join(' · ')}
    >
      <StaleTime fetchedAt={fetchedAt} at={today.now} timeZone={today.timeZone} />
    </PageHead>
  );
}

/** Data in, markup out: the day of one teacher. `children` stand before the lessons. */
export function TeachingDay({ today, children }: { today: TeacherToday; children?: ReactNode }) {
  const now = lessonNow(today.lessons);
  return (
    <div className="columns teaching-day">
      <div>
        {children}
        {today.lessons.length === 0 ? <NoLessons today={today} /> : <TeachingList today={today} now={now} />}
        <Changes today={today} />
      </div>
      <aside>
        {now && <TeachingSlate today={today} lesson={now} />}
        {today.classes.length > 0 && <StartLesson classes={today.classes} />}
      </aside>
    </div>
  );
}

function NoLessons({ today }: { today: TeacherToday }) {
  const { next } = today;
  return (
    <section className="card">
      <Empty title={t('timetable.today.noLessons')}>
        {next && (
          <p className="muted">
            {t('timetable.today.next', {
              day: dayAndWeekday(next.day, locale(), Number(today.day.slice(0, 4))),
              time: timeOfDay(next.startsAt, today.timeZone),
              course: next.courseTitle,
            })}
          </p>
        )}
      </Empty>
    </section>
  );
}

function Changes({ today }: { today: TeacherToday }) {
  if (today.changes.length === 0) return null;
  return (
    <section className="card changes" aria-labelledby="changes">
      <header>
        <h2 id="changes">{t('timetable.today.changes')}</h2>
      </header>
      <ul>
        {today.changes.map((change) => (
          <li key={change.changeId}>
            {changeLine(change, today)}{' '}
            <span className="muted">{change.classNames.join(t('timetable.and'))}</span>
            {change.reason && <span className="muted"> · {change.reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
