import { useQuery } from '@tanstack/react-query';
import { Table } from 'antd';
import { Link, useParams } from 'react-router';
import { count, dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows, StaleTime, VeryStale } from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { SchoolFigures } from './school-figures.tsx';
import { wayWord } from './words.ts';
import './reach.css';

type Board = Awaited<ReturnType<typeof askBoard>>;
type Row = Board['rows'][number];
const refreshMs = 30_000;

function askBoard(orgId: string) {
  return api.get('/api/orgs/{orgId}/reach', { path: { orgId }, query: {} });
}

/** Counts of a unit and of the units below: who reports nothing first, then who is not reached. No names. */
export default function UnitBoardPage() {
  const { orgId: own, appointmentId } = useActing();
  const { orgId = own } = useParams();
  const board = useQuery({
    queryKey: ['unit-board', orgId],
    queryFn: () => askBoard(orgId),
    refetchInterval: refreshMs,
  });
  if (board.isPending) return <SkeletonRows />;
  if (board.isError && !board.data) return <ProblemNotice error={board.error} onRetry={board.refetch} />;
  const { data } = board;
  const age = { fetchedAt: board.dataUpdatedAt, at: data.now, timeZone: data.timeZone };
  return (
    <>
      <PageHead
        title={`${data.unit.name} · ${t('reach.page.unit')}`}
        when={dayAndWeekday(data.day, locale(), Number(data.day.slice(0, 4)))}
      >
        {data.cutOff && (
          <span className="muted num">
            {t('reach.unit.cutOff', { time: timeOfDay(data.cutOff, data.timeZone) })}
          </span>
        )}
        <StaleTime {...age} />
        {data.unit.kind === 'school' && (
          <a className="act" href={`/api/schools/${orgId}/daily-figure.xlsx?as=${appointmentId}`} download>
            {t('reach.school.figure')}
          </a>
        )}
      </PageHead>
      <VeryStale {...age} />
      {board.isError && <ProblemNotice error={board.error} onRetry={board.refetch} />}
      <UnitBoardView board={data} />
    </>
  );
}

export function UnitBoardView({ board }: { board: Board }) {
  return (
    <>
      <section className="card board-lead" aria-live="polite">
        <Sentence board={board} />
        <span className="muted">
          {t('reach.unit.follow', {
            followUps: board.totals.followUps,
            overdue: board.totals.overdue,
            without: board.totals.withoutAdult,
          })}
        </span>
      </section>
      <div className="columns">
        <div className="side">
          {board.rows.length > 0 && (
            <section className="card">
              <header>
                <h2>{t('reach.unit.rows', { count: board.rows.length })}</h2>
                <span className="muted">{t('reach.unit.noNames')}</span>
              </header>
              <UnitTable board={board} />
            </section>
          )}
          {board.unit.kind === 'school' && <SchoolFigures schoolId={board.unit.orgId} />}
        </div>
        <aside className="side">
          <OwnFigures board={board} />
          <Ways board={board} />
          <Series board={board} />
        </aside>
      </div>
    </>
  );
}

function Sentence({ board }: { board: Board }) {
  const { expected, unreached, pending, silentSchools } = board.totals;
  const words = (n: number) => count(n, locale());
  return (
    <p className="lead">
      {expected === 0 && silentSchools === 0 && t('reach.unit.leadNone')}
      {expected > 0 && unreached > 0 && (
        <>
          {t('reach.unit.leadOf', { expected: words(expected) })} <b className="red">{words(unreached)}</b>{' '}
          {t('reach.unit.leadUnreached')}
        </>
      )}
      {expected > 0 && unreached === 0 && pending === 0 && (
        <span className="green">{t('reach.unit.leadGood', { expected: words(expected) })}</span>
      )}
      {pending > 0 && <> {t('reach.unit.leadPending', { pending: words(pending) })}</>}
      {silentSchools > 0 && <> {t('reach.unit.leadSilent', { count: silentSchools })}</>}
    </p>
  );
}

function OwnFigures({ board }: { board: Board }) {
  const figures = ['expected', 'reached', 'unreached', 'excused', 'pending'] as const;
  return (
    <section className="card">
      <div>
        <dl className="figures">
          {figures.map((key) => (
            <div key={key}>
              <dt>{t(`reach.unit.${key}`)}</dt>
              <dd className={board.totals[key] === 0 ? 'zero' : key === 'unreached' ? 'red-number' : ''}>
                {count(board.totals[key], locale())}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}

function UnitTable({ board }: { board: Board }) {
  const number = (value: number, tone = '') =>
    value === 0 ? (
      <span className="zero">0</span>
    ) : (
      <span className={`num ${tone}`}>{count(value, locale())}</span>
    );
  const isSilent = (row: Row) => row.data === 'silent' || row.data === 'noPlan';
  const known = (row: Row, value: number, tone = '') =>
    row.data === 'reports' || row.data === 'notYet' ? number(value, tone) : '—';
  return (
    <Table<Row>
      rowKey="orgId"
      size="small"
      dataSource={board.rows}
      pagination={board.rows.length > 200 ? { pageSize: 200 } : false}
      scroll={{ x: 'max-content' }}
      rowClassName={(row) => (isSilent(row) ? 'row-alarm' : '')}
      columns={[
        {
          title: t('reach.unit.name'),
          dataIndex: 'name',
          fixed: 'left',
          render: (name: string, row) => (
            <>
              <Link to={`/reach/${row.orgId}`}>{name}</Link>
              {row.schools > 1 && row.silentSchools > 0 && (
                <span className="tag-red">
                  {' '}
                  {t('reach.unit.silentSchools', { silent: row.silentSchools, all: row.schools })}
                </span>
              )}
            </>
          ),
        },
        {
          title: t('reach.unit.expected'),
          dataIndex: 'expected',
          align: 'right',
          render: (value: number) => number(value),
        },
        {
          title: t('reach.unit.reached'),
          dataIndex: 'reached',
          align: 'right',
          render: (value: number, row) =>
            isSilent(row) ? <span className="tag-red">{t('reach.unit.noData')}</span> : known(row, value),
        },
        {
          title: t('reach.unit.unreached'),
          dataIndex: 'unreached',
          align: 'right',
          sorter: (a, b) => a.unreached - b.unreached,
          render: (value: number, row) =>
            isSilent(row) ? <Silence row={row} board={board} /> : known(row, value, 'red'),
        },
        {
          title: t('reach.unit.pending'),
          dataIndex: 'pending',
          align: 'right',
          render: (value: number, row) => known(row, value),
        },
        {
          title: t('reach.unit.excused'),
          dataIndex: 'excused',
          align: 'right',
          render: (value: number, row) => known(row, value),
        },
        {
          title: t('reach.unit.overdue'),
          dataIndex: 'overdue',
          align: 'right',
          render: (value: number) => number(value, 'amber'),
        },
        {
          title: t('reach.unit.twoDays'),
          dataIndex: 'twoDays',
          align: 'right',
          render: (value: number) => number(value),
        },
        { title: t('reach.unit.week'), dataIndex: 'week', render: (week: number[]) => <Spark week={week} /> },
        {
          title: t('reach.unit.last'),
          dataIndex: 'lastFactAt',
          align: 'right',
          render: (at: string | null) => (at ? timeOfDay(at, board.timeZone) : '—'),
        },
      ]}
    />
  );
}

function Silence({ row, board }: { row: Row; board: Board }) {
  if (row.lastFactAt)
    return <>{t('reach.unit.since', { time: timeOfDay(row.lastFactAt, board.timeZone) })}</>;
  return (
    <span className="muted small">
      {t(row.data === 'noPlan' ? 'reach.unit.noPlan' : 'reach.unit.silent')}
    </span>
  );
}

/** Unreached pupils of the last days; the same figures stand in words for those who do not see it. */
function Spark({ week }: { week: readonly number[] }) {
  if (week.length < 2) return <span className="zero">—</span>;
  const most = Math.max(1, ...week);
  const points = week
    .map((value, place) => `${(place / (week.length - 1)) * 58 + 1},${17 - (value / most) * 16}`)
    .join(' ');
  return (
    <svg className="spark" viewBox="0 0 60 18" role="img" aria-label={week.join(' · ')}>
      <polyline points={points} />
    </svg>
  );
}

function Ways({ board }: { board: Board }) {
  if (board.ways.length === 0) return null;
  const all = board.ways.reduce((sum, way) => sum + way.count, 0);
  return (
    <section className="card" aria-labelledby="ways">
      <header>
        <h2 id="ways">{t('reach.unit.ways')}</h2>
      </header>
      <ul className="way-bars">
        {board.ways.map(({ way, count: pupils }) => (
          <li key={way}>
            <span>{wayWord(way)}</span>
            <span
              className="bar"
              style={{ width: `${Math.max(2, Math.round((pupils / all) * 100))}%` }}
              aria-hidden="true"
            />
            <span className="num">{count(pupils, locale())}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Series({ board }: { board: Board }) {
  const { series } = board;
  const last = series.at(-1);
  if (series.length < 2 || !last) return null;
  const most = Math.max(1, ...series.map(({ unreached }) => unreached));
  const points = series
    .map(
      ({ unreached }, place) => `${(place / (series.length - 1)) * 296 + 2},${86 - (unreached / most) * 80}`,
    )
    .join(' ');
  return (
    <section className="card" aria-labelledby="series">
      <header>
        <h2 id="series">{t('reach.unit.series', { count: series.length })}</h2>
      </header>
      <div>
        <svg className="series" viewBox="0 0 300 90" preserveAspectRatio="none" aria-hidden="true">
          <polyline points={points} />
        </svg>
        <p className="muted small">{t('reach.unit.seriesWords', { last: last.unreached, max: most })}</p>
      </div>
    </section>
  );
}
