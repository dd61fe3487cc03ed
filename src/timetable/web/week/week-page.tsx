import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Select } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../../../platform/web/api.ts';
import { useActing } from '../../../platform/web/console/me.ts';
import { PageHead } from '../../../platform/web/console/page-head.tsx';
import { Empty, ProblemNotice, SkeletonRows } from '../../../platform/web/console/states.tsx';
import { dayTitle, timeRange, weekday } from '../../../platform/i18n/format.ts';
import { locale, t } from '../../../platform/web/t.ts';
import type { LessonCard, ShownWeek } from '../../contract.ts';
import { modeName, weekdayName } from '../planner/words.ts';
import { weekdayOf } from '../../../calendar/rules/days.ts';
import { LessonDrawer } from './lesson-drawer.tsx';
import { SubscribeButton } from './subscribe-button.tsx';
import { lessonsAt, lessonsOutside, periodTimes, shownDays, weekBeside, weekRows } from './shown-week.ts';
import '../mode-colours.css';
import './week.css';

function askWeek(classId: string | null, day: string | null): Promise<ShownWeek> {
  const query = day === null ? {} : { day };
  return classId === null
    ? api.get('/api/people/me/week', { query })
    : api.get('/api/classes/{classId}/week', { path: { classId }, query });
}

/** The published week of a class or one's own; one lesson can be moved, cancelled or given away from here. */
export default function WeekPage() {
  const { orgId, can } = useActing();
  const [search, setSearch] = useSearchParams();
  const classId = search.get('class');
  const day = search.get('day');
  const [opened, setOpened] = useState<LessonCard | null>(null);
  const week = useQuery({
    queryKey: ['week', classId, day],
    queryFn: () => askWeek(classId, day),
  });
  const classes = useQuery({
    queryKey: ['classes', orgId],
    queryFn: () => api.get('/api/orgs/{orgId}/classes', { path: { orgId } }),
    enabled: can('courses.readClasses'),
  });
  const put = (name: string, value: string | null): void => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  if (week.isError) return <ProblemNotice error={week.error} onRetry={week.refetch} />;
  if (week.isPending) return <SkeletonRows rows={10} />;
  const shown = week.data;
  return (
    <>
      <PageHead title={t('timetable.week.of', { name: shown.title })} when={whenOf(shown)}>
        <Button onClick={() => put('day', weekBeside(shown, day, -1))}>{t('timetable.week.before')}</Button>
        <Button onClick={() => put('day', null)} disabled={day === null}>
          {t('timetable.week.this')}
        </Button>
        <Button onClick={() => put('day', weekBeside(shown, day, 1))}>{t('timetable.week.after')}</Button>
        <Select
          aria-label={t('timetable.week.whose')}
          value={classId ?? ''}
          onChange={(id) => put('class', id === '' ? null : id)}
          showSearch={{ optionFilterProp: 'label' }}
          className="whose"
          options={[
            { value: '', label: t('timetable.week.mine') },
            ...(classes.data?.classes ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <SubscribeButton classId={classId} />
        {classId && (
          <Link className="button-link" to={`/week/print?class=${classId}${day ? `&day=${day}` : ''}`}>
            {t('timetable.week.print')}
          </Link>
        )}
      </PageHead>
      {shown.lessons.length === 0 ? (
        <Empty title={t(classId === null ? 'timetable.week.emptyOwn' : 'timetable.week.empty')}>
          {classId === null && <p className="muted">{t('timetable.week.chooseClass')}</p>}
        </Empty>
      ) : (
        <WeekTable week={shown} isClass={classId !== null} onOpen={setOpened} />
      )}
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        size={436}
        mask={false}
        title={opened ? `${opened.title} ${opened.classes.map(({ name }) => name).join('、')}` : ''}
      >
        {opened && (
          <LessonDrawer
            key={opened.lessonId}
            lesson={opened}
            week={shown}
            onDone={() => {
              setOpened(null);
              void week.refetch();
            }}
          />
        )}
      </Drawer>
    </>
  );
}

/** `第13周 · 11月23日—11月29日`. */
export function whenOf(week: ShownWeek): string {
  const [first, last] = [week.days[0]?.day, week.days.at(-1)?.day];
  const year = Number(week.today.slice(0, 4));
  const span = first && last ? ` · ${dayTitle(first, locale(), year)}—${dayTitle(last, locale(), year)}` : '';
  return `${t('platform.week', { week: week.weekNo })}${span}`;
}

interface WeekTableProps {
  readonly week: ShownWeek;
  readonly isClass: boolean;
  readonly onOpen?: (lesson: LessonCard) => void;
}

/** A published week; cells open the lesson where `onOpen` is given. */
export function WeekTable({ week, isClass, onOpen }: WeekTableProps) {
  const days = shownDays(week);
  const year = Number(week.today.slice(0, 4));
  const outside = lessonsOutside(week);
  const [openDay, setOpenDay] = useState(week.today);
  // A telephone shows one day, today where it is a school day.
  const phoneDay = days.some(({ day }) => day === openDay) ? openDay : days[0]?.day;
  const classOf = (day: string) =>
    `${day === week.today ? 'today' : ''} ${day === phoneDay ? '' : 'hide-phone'}`;
  return (
    <div className="card pad plan-scroll">
      <div className="one-day" role="group" aria-label={t('timetable.week.days')}>
        {days.map(({ day }) => (
          <button key={day} type="button" aria-pressed={day === phoneDay} onClick={() => setOpenDay(day)}>
            {weekday(day, locale(), 'short')}
            <b className="num">{Number(day.slice(8))}</b>
          </button>
        ))}
      </div>
      <table className="shown-week">
        <thead>
          <tr>
            <th scope="col">{t('timetable.plan.periods')}</th>
            {days.map(({ day }) => (
              <th key={day} scope="col" className={classOf(day)}>
                {weekdayName(weekdayOf(day))}{' '}
                <span className="muted num">{dayTitle(day, locale(), year)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weekRows(week).map((row) =>
            row.kind === 'break' ? (
              <tr key={row.startsAt} className="break">
                <th scope="row" className="num">
                  {periodTimes(row)}
                </th>
                <td colSpan={days.length}>{row.label}</td>
              </tr>
            ) : (
              <tr key={row.startsAt}>
                <th scope="row">
                  {t('platform.period', { period: row.period })}
                  <br />
                  <span className="muted num small">{periodTimes(row)}</span>
                </th>
                {days.map(({ day }) => (
                  <td key={day} className={classOf(day)}>
                    {lessonsAt(week, day, row.period).map((lesson) => (
                      <LessonCell key={lesson.lessonId} lesson={lesson} isClass={isClass} onOpen={onOpen} />
                    ))}
                  </td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
      {outside.length > 0 && (
        <ul className="outside">
          {outside.map((lesson) => (
            <li key={lesson.lessonId}>
              <span className="num muted">
                {dayTitle(lesson.day, locale(), year)}{' '}
                {timeRange(lesson.startsAt, lesson.endsAt, week.timeZone)}
              </span>
              <LessonCell lesson={lesson} isClass={isClass} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function LessonCell({ lesson, isClass, onOpen }: { lesson: LessonCard } & Omit<WeekTableProps, 'week'>) {
  const who = isClass ? lesson.leadName : lesson.classes.map(({ name }) => name).join('、');
  const content = (
    <>
      <b>{lesson.title}</b> <span className={`mode-tag mode-${lesson.mode}`}>{modeName(lesson.mode)}</span>
      <br />
      <span className="small">{who}</span>
      {lesson.status === 'cancelled' && (
        <span className="small amber"> {t('timetable.today.cancelled')}</span>
      )}
    </>
  );
  const look = `lesson-cell ${lesson.status}`;
  if (!onOpen) return <span className={look}>{content}</span>;
  return (
    <button type="button" className={look} onClick={() => onOpen(lesson)}>
      {content}
    </button>
  );
}
