import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { count, dayAndWeekday, timeOfDay } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { DataTable, type DataColumn } from '../../platform/web/console/data-table.tsx';
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
        back={orgId === own ? undefined : { to: '/reach', label: t('reach.page.unit') }}
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
        <dl className="figures in-columns">
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
  return (
    <DataTable
      rows={board.rows}
      columns={unitColumns(board)}
      rowKey={({ orgId }) => orgId}
      find={board.rows.length > 10 ? t('reach.unit.find') : undefined}
      exportAs={`${board.unit.name} ${board.day}`}
      exportHead={[
        `${board.unit.name} ${board.day}`,
        ...(board.cutOff ? [t('reach.unit.cutOff', { time: timeOfDay(board.cutOff, board.timeZone) })] : []),
      ]}
      rowClass={(row) => (isSilent(row) ? 'row-alarm' : '')}
    />
  );
}

const isSilent = (row: Row): boolean => row.data === 'silent' || row.data === 'noPlan';

function unitColumns(board: Board): DataColumn<Row>[] {
  const amount = (value: number | null, tone = '') =>
    value === 0 ? (
      <span className="zero">0</span>
    ) : value === null ? (
      '—'
    ) : (
      <span className={`num ${tone}`}>{count(value, locale())}</span>
    );
  // A unit that says nothing is unknown, not zero.
  const known = (key: 'reached' | 'unreached' | 'pending' | 'excused') => (row: Row) =>
    row.data === 'reports' || row.data === 'notYet' ? row[key] : null;
  const plain = (key: 'expected' | 'overdue' | 'twoDays', tone = ''): DataColumn<Row> => ({
    key,
    title: t(`reach.unit.${key}`),
    isNumber: true,
    text: (row) => row[key],
    render: (row) => amount(row[key], tone),
  });
  const counted = (key: 'pending' | 'excused'): DataColumn<Row> => ({
    key,
    title: t(`reach.unit.${key}`),
    isNumber: true,
    onPhone: 'absent',
    text: known(key),
    render: (row) => amount(known(key)(row)),
  });
  return [
    {
      key: 'name',
      title: t('reach.unit.name'),
      text: ({ name }) => name,
      render: (row) => (
        <>
          <Link to={`/reach/${row.orgId}`}>{row.name}</Link>
          {row.schools > 1 && row.silentSchools > 0 && (
            <span className="tag-red">
              {' '}
              {t('reach.unit.silentSchools', { silent: row.silentSchools, all: row.schools })}
            </span>
          )}
        </>
      ),
    },
    plain('expected'),
    {
      key: 'reached',
      title: t('reach.unit.reached'),
      isNumber: true,
      text: known('reached'),
      render: (row) =>
        isSilent(row) ? (
          <span className="tag-red">{t('reach.unit.noData')}</span>
        ) : (
          amount(known('reached')(row))
        ),
    },
    {
      key: 'unreached',
      onPhone: 'figure',
      title: t('reach.unit.unreached'),
      isNumber: true,
      text: known('unreached'),
      render: (row) =>
        isSilent(row) ? <Silence row={row} board={board} /> : amount(known('unreached')(row), 'red'),
    },
    counted('pending'),
    counted('excused'),
    plain('overdue', 'amber'),
    { ...plain('twoDays'), onPhone: 'absent' },
    {
      key: 'week',
      onPhone: 'absent',
      title: t('reach.unit.week'),
      isAside: true,
      text: ({ week }) => week.join(' '),
      render: ({ week }) => <Spark week={week} />,
    },
    {
      key: 'last',
      title: t('reach.unit.last'),
      isNumber: true,
      text: ({ lastFactAt }) => lastFactAt && timeOfDay(lastFactAt, board.timeZone),
    },
  ];
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
