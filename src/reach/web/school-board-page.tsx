import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { Link } from 'react-router';
import { dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import {
  Empty,
  ProblemNotice,
  SkeletonRows,
  StaleTime,
  VeryStale,
} from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { wayWord, whenWords } from './words.ts';
import './reach.css';

type Board = Awaited<ReturnType<typeof askBoard>>;
type Lesson = Board['lessons'][number] & { readonly day: string };
const refreshMs = 10_000;

function askBoard(schoolId: string) {
  return api.get('/api/schools/{schoolId}/board', { path: { schoolId } });
}

/** A school now: the teacher who is not there before any pupil figure. */
export default function SchoolBoardPage() {
  const { orgId, appointmentId } = useActing();
  const board = useQuery({
    queryKey: ['school-board', orgId],
    queryFn: () => askBoard(orgId),
    refetchInterval: refreshMs,
  });
  if (board.isPending) return <SkeletonRows />;
  if (board.isError && !board.data) return <ProblemNotice error={board.error} onRetry={board.refetch} />;
  const age = { fetchedAt: board.dataUpdatedAt, at: board.data.now, timeZone: board.data.timeZone };
  return (
    <>
      <PageHead
        title={t('reach.page.board')}
        when={`${board.data.schoolName} · ${dayAndWeekday(board.data.day, locale(), Number(board.data.day.slice(0, 4)))}`}
      >
        <StaleTime {...age} />
        <a className="act" href={`/api/schools/${orgId}/daily-figure.xlsx?as=${appointmentId}`} download>
          {t('reach.school.figure')}
        </a>
      </PageHead>
      <VeryStale {...age} />
      {board.isError && <ProblemNotice error={board.error} onRetry={board.refetch} />}
      <SchoolBoardView board={board.data} />
    </>
  );
}

export function SchoolBoardView({ board }: { board: Board }) {
  const lessons = board.lessons.map((lesson): Lesson => ({ ...lesson, day: board.day }));
  return (
    <>
      <Alarms lessons={lessons.filter(({ teacherMissingMinutes }) => teacherMissingMinutes !== null)} />
      <Now board={board} />
      <div className="columns">
        <section className="card" aria-label={t('reach.page.board')}>
          {lessons.length === 0 ? (
            <Empty title={t('reach.school.leadNone')}>
              <p className="muted">{t('reach.school.noneNext')}</p>
            </Empty>
          ) : (
            <>
              <div className="hide-phone">
                <LessonTable lessons={lessons} />
              </div>
              <LessonRows lessons={lessons} />
            </>
          )}
        </section>
        <aside className="side">
          <Totals board={board} />
          <Periods board={board} />
          <Overdue board={board} />
        </aside>
      </div>
    </>
  );
}

/** The one sentence: how many lessons run and who is not there; a lesson that waits for its teacher is an alarm instead. */
function Now({ board }: { board: Board }) {
  const running = board.lessons.filter(({ phase }) => phase === 'running').length;
  const { missing, waiting } = board.totals;
  if (running > 0 && missing > 0) {
    return (
      <Lead>
        {t('reach.school.lead', { count: running })} <b className="red-number">{missing}</b>{' '}
        {t('reach.school.leadMissing')}
      </Lead>
    );
  }
  if (running > 0) return <Lead>{t('reach.school.leadGood', { count: running })}</Lead>;
  if (waiting > 0 || board.nextAt === null) return null;
  return <Lead>{t('reach.school.leadNext', { time: timeOfDay(board.nextAt, board.timeZone) })}</Lead>;
}

/** More alarms than this stand together as one list. */
const ALONE = 2;

function Alarms({ lessons }: { lessons: readonly Lesson[] }) {
  if (lessons.length <= ALONE) {
    return lessons.map((lesson) => <Alarm key={`${lesson.lessonId} ${lesson.classId}`} lesson={lesson} />);
  }
  return (
    <section className="alarm" role="alert">
      <b>{t('reach.school.alarms', { count: lessons.length })}</b>
      <ul className="alarm-list">
        {lessons.slice(0, 5).map((lesson) => (
          <li key={`${lesson.lessonId} ${lesson.classId}`}>
            <span className="red num">
              {t('reach.school.alarm', { minutes: lesson.teacherMissingMinutes ?? 0 })}
            </span>
            <span>{whoWaits(lesson)}</span>
          </li>
        ))}
      </ul>
      {lessons.length > 5 && <span className="muted">{t('reach.school.alarmsBelow')}</span>}
    </section>
  );
}

function whoWaits({ className, courseTitle, teacherName, expected }: Lesson): string {
  return t('reach.school.alarmWho', {
    class: className,
    course: courseTitle,
    teacher: teacherName ?? t('reach.school.noTeacher'),
    count: expected,
  });
}

function Alarm({ lesson }: { lesson: Lesson }) {
  return (
    <p className="alarm" role="alert">
      <b>{t('reach.school.alarm', { minutes: lesson.teacherMissingMinutes ?? 0 })}</b>
      <span>{whoWaits(lesson)}</span>
      <Link to={addressOf(lesson)}>{t('reach.followUps.classNow')}</Link>
    </p>
  );
}

function addressOf({ day, lessonId, classId }: Lesson): string {
  return `/board/${day}/${lessonId}/${classId}`;
}

function LessonTable({ lessons }: { lessons: readonly Lesson[] }) {
  return (
    <Table<Lesson>
      rowKey={(row) => `${row.lessonId} ${row.classId}`}
      size="small"
      dataSource={[...lessons]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      rowClassName={(row) => (row.teacherMissingMinutes === null ? '' : 'row-alarm')}
      columns={[
        { title: t('reach.school.class'), dataIndex: 'className', render: (name: string) => <b>{name}</b> },
        { title: t('reach.school.course'), dataIndex: 'courseTitle' },
        {
          title: t('reach.school.teacher'),
          dataIndex: 'teacherName',
          render: (name: string | null, row) => (
            <>
              {name ?? t('reach.school.noTeacher')}{' '}
              {row.teacherMissingMinutes !== null && (
                <span className="tag-red">{t('reach.school.notEntered')}</span>
              )}
            </>
          ),
        },
        { title: t('reach.school.mode'), dataIndex: 'mode', render: (mode: string) => wayWord(mode) },
        { title: t('reach.school.expected'), dataIndex: 'expected', align: 'right' },
        {
          title: t('reach.school.here'),
          dataIndex: 'here',
          align: 'right',
          render: (_, row) => (row.phase === 'before' ? '—' : row.here + row.otherWays),
        },
        {
          title: t('reach.school.missing'),
          dataIndex: 'missing',
          align: 'right',
          render: (_, row) => <Missing row={row} />,
        },
        { title: '', key: 'meter', className: 'hide-phone', render: (_, row) => <Meter row={row} /> },
        { title: t('reach.school.progress'), key: 'progress', render: (_, row) => <Progress row={row} /> },
        {
          title: '',
          key: 'see',
          render: (_, row) => <Link to={addressOf(row)}>{t('reach.school.see')}</Link>,
        },
      ]}
    />
  );
}

/** On the telephone: one row a lesson, one number. */
function LessonRows({ lessons }: { lessons: readonly Lesson[] }) {
  return (
    <ul className="only-phone lesson-rows">
      {lessons.map((row) => (
        <li key={`${row.lessonId} ${row.classId}`}>
          <span>
            <Link to={addressOf(row)}>
              <b>{row.className}</b>
            </Link>
            <br />
            <span className="muted">
              {row.courseTitle} · {row.teacherName ?? t('reach.school.noTeacher')} · {wayWord(row.mode)}
            </span>
          </span>
          <span className="count">
            <Missing row={row} />
            <br />
            <Progress row={row} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Missing({ row }: { row: Lesson }) {
  if (row.phase === 'waiting') return <span className="muted">{t('reach.school.waiting')}</span>;
  if (row.phase === 'before') return <span className="muted">{t('reach.school.notBegun')}</span>;
  if (row.phase === 'ended' && row.missing === 0)
    return <span className="muted">{t('reach.school.ended')}</span>;
  return row.missing > 0 ? <b className="red num">{row.missing}</b> : <span className="zero">0</span>;
}

function Meter({ row }: { row: Lesson }) {
  if (row.phase !== 'running' || row.expected === 0) return <span className="meter" aria-hidden="true" />;
  const part = (count: number) => `${Math.round((count / row.expected) * 100)}%`;
  return (
    <span className="meter" aria-hidden="true">
      <i style={{ width: part(row.expected - row.missing) }} />
      <i className="gap" style={{ width: part(row.missing) }} />
    </span>
  );
}

function Progress({ row }: { row: Lesson }) {
  if (row.missing === 0) return null;
  if (row.contacted === 0) return <span className="amber">{t('reach.school.noAct')}</span>;
  return <>{t('reach.school.called', { missing: row.missing, contacted: row.contacted })}</>;
}

function Totals({ board }: { board: Board }) {
  const { expected, here, missing, waiting } = board.totals;
  return (
    <section className="card">
      <header>
        <h2>{t('reach.school.now')}</h2>
      </header>
      <div>
        <dl className="figures large">
          <div>
            <dt>{t('reach.school.expected')}</dt>
            <dd>{expected}</dd>
          </div>
          <div>
            <dt>{t('reach.school.here')}</dt>
            <dd>{here}</dd>
          </div>
          <div>
            <dt>{t('reach.school.missing')}</dt>
            <dd className={missing > 0 ? 'red-number' : 'zero'}>{missing}</dd>
          </div>
        </dl>
        {waiting > 0 && <p className="muted">{t('reach.school.waitingNote', { count: waiting })}</p>}
      </div>
    </section>
  );
}

function Periods({ board }: { board: Board }) {
  if (board.periods.length === 0) return null;
  const most = Math.max(1, ...board.periods.map(({ missing }) => missing));
  return (
    <section className="card" aria-labelledby="periods">
      <header>
        <h2 id="periods">{t('reach.school.periods')}</h2>
      </header>
      <ol className="period-bars">
        {board.periods.map(({ period, missing, isOver }) => (
          <li key={period}>
            {missing > 0 && (
              <span
                className="bar"
                style={{ height: Math.round((missing / most) * 70) }}
                aria-hidden="true"
              />
            )}
            <span className="num">{isOver || missing > 0 ? missing : '—'}</span>
            <br />
            <span className="muted">{t('reach.school.period', { period })}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Overdue({ board }: { board: Board }) {
  const shown = board.overdue.slice(0, 5);
  return (
    <section className="card" aria-labelledby="overdue">
      <header>
        <h2 id="overdue">{t('reach.school.overdue')}</h2>
        <span className={board.overdue.length > 0 ? 'red num' : 'zero'}>{board.overdue.length}</span>
      </header>
      {shown.length === 0 && <p className="muted">{t('reach.school.overdueNone')}</p>}
      <ul className="side-list">
        {shown.map((row) => (
          <li key={row.followUpId}>
            <Link to={`/follow-ups/${row.followUpId}`}>
              <b>{row.pupilName}</b>
            </Link>{' '}
            <span className="red num">
              {t('reach.followUps.overdue', { time: whenWords(row.dueAt, board.timeZone, board.day) })}
            </span>
            <br />
            <span className="muted">
              {t('reach.school.overdueRow', {
                class: row.className,
                adult: row.adultName ?? t('reach.followUps.noAdult'),
              })}
            </span>
          </li>
        ))}
      </ul>
      {board.overdue.length > 0 && (
        <p>
          <Link to="/school-follow-ups">{t('reach.school.allFollowUps')}</Link>
        </p>
      )}
    </section>
  );
}
