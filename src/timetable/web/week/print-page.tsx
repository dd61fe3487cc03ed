import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useLocation, useSearchParams } from 'react-router';
import { api } from '../../../platform/web/api.ts';
import { Empty, ProblemNotice, SkeletonRows } from '../../../platform/web/console/states.tsx';
import { dayTitle, timeOfDay } from '../../../platform/i18n/format.ts';
import { locale, t } from '../../../platform/web/t.ts';
import { weekdayOf } from '../../../calendar/rules/days.ts';
import type { ShownWeek } from '../../contract.ts';
import { modeName, weekdayName } from '../planner/words.ts';
import './print.css';
import { lessonsAt, periodTimes, shownDays, weekRows } from './shown-week.ts';
import { whenOf } from './week-page.tsx';

/** A class's week on one A4 page, to be hung up or sent as a picture. */
export default function PrintPage() {
  const [search] = useSearchParams();
  const classId = search.get('class') ?? '';
  const day = search.get('day');
  const week = useQuery({
    queryKey: ['week', classId, day],
    enabled: classId !== '',
    queryFn: () =>
      api.get('/api/classes/{classId}/week', { path: { classId }, query: day === null ? {} : { day } }),
  });
  if (classId === '') {
    return (
      <Empty title={t('timetable.print.noClass')}>
        <Back />
      </Empty>
    );
  }
  if (week.isError) return <ProblemNotice error={week.error} onRetry={week.refetch} />;
  if (week.isPending) return <SkeletonRows rows={10} />;
  return (
    <>
      <p className="toolbar no-print">
        <Back />
        <Button type="primary" onClick={() => print()}>
          {t('timetable.print.now')}
        </Button>
        <span className="muted">{t('timetable.print.paper')}</span>
      </p>
      <PrintedWeek week={week.data} />
    </>
  );
}

function Back() {
  const { search } = useLocation();
  return (
    <Link className="button-link" to={`/week${search}`}>
      {t('timetable.week.title')}
    </Link>
  );
}

function PrintedWeek({ week }: { week: ShownWeek }) {
  const days = shownDays(week);
  const year = Number(week.today.slice(0, 4));
  const modes = [...new Set(week.lessons.map(({ mode }) => mode))];
  return (
    <article className="sheet">
      <header>
        <h1>{t('timetable.print.title', { name: week.title })}</h1>
        <p>{whenOf(week)}</p>
        <p className="by">
          {week.schoolName}
          <br />
          {week.published &&
            t('timetable.print.published', {
              version: week.published.version,
              day: dayTitle(week.published.at.slice(0, 10), locale(), year),
              time: timeOfDay(week.published.at, week.timeZone),
            })}
        </p>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('timetable.plan.periods')}</th>
            {days.map(({ day }) => (
              <th key={day} scope="col">
                {weekdayName(weekdayOf(day))}{' '}
                <span>{t('timetable.plan.dayOfMonth', { day: Number(day.slice(8)) })}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weekRows(week).map((row) =>
            row.kind === 'break' ? (
              <tr key={row.startsAt} className="break">
                <th scope="row">{periodTimes(row)}</th>
                <td colSpan={days.length}>{row.label}</td>
              </tr>
            ) : (
              <tr key={row.startsAt}>
                <th scope="row">
                  <b>{t('platform.period', { period: row.period })}</b>
                  <br />
                  {periodTimes(row)}
                </th>
                {days.map(({ day }) => (
                  <td key={day}>
                    {lessonsAt(week, day, row.period)
                      .filter(({ status }) => status !== 'cancelled')
                      .map((lesson) => (
                        <div key={lesson.lessonId}>
                          <b>{lesson.title}</b> <span className="way">{modeName(lesson.mode)}</span>
                          <br />
                          {[lesson.leadName, lesson.classroom].filter((part) => part !== null).join(' · ')}
                        </div>
                      ))}
                  </td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
      <footer>
        <div>
          <h2>{t('timetable.print.how')}</h2>
          <p>{modes.map((mode) => `${modeName(mode)}${t('timetable.colon')}${howTo(mode)}`).join(' ')}</p>
        </div>
        <div>
          <h2>{t('timetable.print.cannot')}</h2>
          <p>{t('timetable.print.cannotHow')}</p>
        </div>
      </footer>
    </article>
  );
}

function howTo(mode: string): string {
  switch (mode) {
    case 'live':
    case 'recording':
    case 'external':
    case 'contacted':
      return t(`timetable.print.way.${mode}`);
    default:
      return '';
  }
}
