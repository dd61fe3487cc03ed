import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { Link, useParams, useSearchParams } from 'react-router';
import { timeOfDay, timeRange } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows, StaleTime, VeryStale } from '../../platform/web/console/states.tsx';
import { t } from '../../platform/web/t.ts';
import type { Evidence } from '../rules/attendance.ts';
import { CallButton } from './call-button.tsx';
import { wayWord } from './words.ts';
import './reach.css';

type Board = Awaited<ReturnType<typeof askBoard>>;
type Tile = Board['tiles'][number];
const refreshMs = 10_000;
/** At the bell everybody is still missing: more cards than this help nobody, the tiles below name them all. */
const CARDS = 12;

function askBoard(path: { day: string; lessonId: string; classId: string }) {
  return api.get('/api/lessons/{day}/{lessonId}/classes/{classId}/board', { path });
}

/** A class in its lesson: the missing by name, since when, one call away. */
export default function ClassBoardPage() {
  const { day = '', lessonId = '', classId = '' } = useParams();
  const { can } = useActing();
  const board = useQuery({
    queryKey: ['class-board', day, lessonId, classId],
    queryFn: () => askBoard({ day, lessonId, classId }),
    refetchInterval: refreshMs,
  });
  if (board.isPending) return <SkeletonRows />;
  if (board.isError && !board.data) return <ProblemNotice error={board.error} onRetry={board.refetch} />;
  const { lesson, now, timeZone } = board.data;
  const age = { fetchedAt: board.dataUpdatedAt, at: now, timeZone };
  const when = [
    wayWord(lesson.mode),
    lesson.teacherName,
    lesson.period === null ? null : t('reach.school.period', { period: lesson.period }),
    timeRange(lesson.startsAt, lesson.endsAt, timeZone),
  ].filter(Boolean);
  return (
    <>
      <PageHead
        back={
          can('reach.readSchoolBoard')
            ? { to: '/board', label: t('reach.page.board') }
            : { to: '/today', label: t('timetable.teaching.menu') }
        }
        title={`${lesson.className} · ${lesson.courseTitle}`}
        when={when.join(' · ')}
      >
        <StaleTime {...age} />
      </PageHead>
      <VeryStale {...age} />
      {board.isError && <ProblemNotice error={board.error} onRetry={board.refetch} />}
      <ClassBoardView board={board.data} />
    </>
  );
}

export function ClassBoardView({ board }: { board: Board }) {
  const [search, setSearch] = useSearchParams();
  const order = search.get('order') === 'number' ? 'number' : 'missing';
  const troubled = board.tiles.filter(({ known }) => known !== null);
  const tiles = order === 'missing' ? board.tiles : [...board.tiles].sort(byNumber);
  return (
    <>
      <section className="card board-lead" aria-live="polite">
        <Sentence board={board} />
        <Counts board={board} />
      </section>
      {troubled.length > 0 && (
        <div className="missing-grid">
          {troubled.slice(0, CARDS).map((tile) => (
            <MissingCard key={tile.personId} tile={tile} board={board} />
          ))}
        </div>
      )}
      {troubled.length > CARDS && (
        <p className="muted section">{t('reach.class.more', { count: troubled.length - CARDS })}</p>
      )}
      <section className="card section">
        <header>
          <h2>{t('reach.class.all', { count: board.tiles.length })}</h2>
          <Segmented
            aria-label={t('reach.class.order')}
            size="small"
            value={order}
            onChange={(value) => setSearch(value === 'number' ? { order: 'number' } : {})}
            options={[
              { value: 'missing', label: t('reach.class.missingFirst') },
              { value: 'number', label: t('reach.class.byNumber') },
            ]}
            style={{ marginLeft: 'auto' }}
          />
        </header>
        <ul className="seats">
          {tiles.map((tile) => (
            <li key={tile.personId} className={`seat ${tile.tile}`}>
              <b>{tile.name}</b>
              <span className="no num">{tile.number.slice(-3)}</span>
              <span className="is">{tileWord(tile, board)}</span>
            </li>
          ))}
        </ul>
      </section>
      <p className="muted small">{t('reach.class.rule', { minutes: board.rules.lateMinutes })}</p>
    </>
  );
}

function byNumber(a: Tile, b: Tile): number {
  return a.number.length - b.number.length || (a.number < b.number ? -1 : 1);
}

function countOf(board: Board, ...tiles: Tile['tile'][]): number {
  return board.tiles.filter((one) => tiles.includes(one.tile)).length;
}

function Sentence({ board }: { board: Board }) {
  const all = board.tiles.length;
  const missing = countOf(board, 'missing');
  const lost = countOf(board, 'lost');
  const partly = countOf(board, 'partly');
  if (board.phase === 'before') return <p className="lead">{t('reach.class.leadBefore', { count: all })}</p>;
  if (board.phase === 'waiting') {
    return <p className="lead">{t('reach.class.leadWaiting', { count: countOf(board, 'waiting') })}</p>;
  }
  if (missing + lost + partly === 0)
    return <p className="lead green">{t('reach.class.leadAll', { count: all })}</p>;
  if (board.phase === 'ended') {
    return (
      <p className="lead">{t('reach.class.leadEnded', { missing, partly, rest: all - missing - partly })}</p>
    );
  }
  return (
    <p className="lead">
      {missing > 0 && (
        <>
          <b className="red">{missing}</b> {t('reach.class.leadMissing')}{' '}
        </>
      )}
      {lost > 0 && (
        <>
          <b className="amber">{lost}</b> {t('reach.class.leadLost')}{' '}
        </>
      )}
      {t('reach.class.leadRest', { rest: all - missing - lost })}
    </p>
  );
}

function Counts({ board }: { board: Board }) {
  const counts = [
    ['here', countOf(board, 'here', 'late')],
    ['late', countOf(board, 'late')],
    ['other', countOf(board, 'otherWay', 'reached')],
    ['excused', countOf(board, 'excused')],
    ['expected', board.tiles.length],
  ] as const;
  return (
    <dl className="figures">
      {counts.map(([key, count]) => (
        <div key={key}>
          <dt>{t(`reach.class.${key}`)}</dt>
          <dd className={count === 0 ? 'zero' : ''}>{count}</dd>
        </div>
      ))}
      {board.phase === 'running' && <Progress board={board} />}
    </dl>
  );
}

function Progress({ board }: { board: Board }) {
  const minute = 60_000;
  const from = Date.parse(board.lesson.startedAt ?? board.lesson.startsAt);
  const done = Math.max(0, Math.floor((Date.parse(board.now) - from) / minute));
  const left = Math.max(0, Math.ceil((Date.parse(board.lesson.endsAt) - Date.parse(board.now)) / minute));
  return (
    <div>
      <dt>{t('reach.class.taughtMinutes', { done, left })}</dt>
      <dd>
        <span className="meter" aria-hidden="true">
          <i style={{ width: `${Math.round((done / Math.max(1, done + left)) * 100)}%` }} />
        </span>
      </dd>
    </div>
  );
}

function minutesSince(instant: string, now: string): number {
  return Math.max(0, Math.floor((Date.parse(now) - Date.parse(instant)) / 60_000));
}

function sinceWords(tile: Tile, board: Board): string {
  if (tile.tile === 'lost' && tile.lastSeenAt)
    return `${t('reach.tile.lost')} ${timeOfDay(tile.lastSeenAt, board.timeZone)}`;
  if (tile.tile === 'partly') return t('reach.class.partly');
  if (board.phase === 'ended') return t('reach.class.missedLesson');
  return t('reach.class.since', {
    minutes: minutesSince(board.lesson.startedAt ?? board.lesson.startsAt, board.now),
  });
}

function tileWord(tile: Tile, board: Board): string {
  if (tile.tile === 'missing' && board.phase === 'running') return sinceWords(tile, board);
  if (tile.tile === 'otherWay' && tile.way) return wayWord(tile.way);
  const entered = (tile.evidence as Evidence | null)?.enteredAt;
  if (tile.tile === 'late' && entered) return `${t('reach.tile.late')} ${timeOfDay(entered, board.timeZone)}`;
  return t(`reach.tile.${tile.tile}`);
}

function MissingCard({ tile, board }: { tile: Tile; board: Board }) {
  const { known } = tile;
  if (!known) return null;
  const guardian = known.guardians[0];
  const missedToday = known.today.filter(({ state }) => state === 'missed' || state === 'leftEarly').length;
  return (
    <article className={`card missing-card ${tile.tile === 'missing' ? '' : 'weak'}`}>
      <header>
        <h3>{tile.name}</h3>
        <span className="muted num">{tile.number.slice(-3)}</span>
        <span className={`since ${tile.tile === 'missing' ? 'red' : 'amber'}`}>
          {sinceWords(tile, board)}
        </span>
      </header>
      <dl>
        <dt>{t('reach.class.known')}</dt>
        <dd>{recentWords(known.recent)}</dd>
        <dt>{t('reach.class.today')}</dt>
        <dd>
          {missedToday > 0
            ? t('reach.class.todayCount', { missed: missedToday })
            : t('reach.class.todayFirst')}
          {known.reason && ` · ${t(`reach.reason.${known.reason}`)}`}
        </dd>
        <dt>{t('reach.class.contact')}</dt>
        <dd>
          {guardian ? guardianWords(guardian) : t('reach.followUp.noGuardian')}
          <br />
          <span className="muted">
            {known.lastContact
              ? t('reach.class.called', {
                  time: timeOfDay(known.lastContact.at, board.timeZone),
                  means: t(`reach.means.${known.lastContact.means}`),
                  outcome: t(`reach.outcome.${known.lastContact.outcome}`),
                })
              : t('reach.class.notCalled')}
          </span>
        </dd>
      </dl>
      <p className="acts">
        {known.isOwnCare && guardian?.tail && (
          <CallButton
            pupilId={tile.personId}
            guardian={guardian}
            begun={known.followUpId === null ? 'link' : 'known'}
          />
        )}
        {known.isOwnCare && known.followUpId && (
          <Link to={`/follow-ups/${known.followUpId}`}>{t('reach.class.toFollowUp')}</Link>
        )}
        {!known.isOwnCare && (
          <span className="muted">
            {t('reach.class.adult', { name: known.adultName ?? t('reach.followUps.noAdult') })}
          </span>
        )}
      </p>
    </article>
  );
}

function guardianWords({ name, tail }: { name: string; tail: string | null }): string {
  return tail === null
    ? t('reach.followUp.noNumber', { name })
    : t('reach.followUp.numberOf', { name, tail });
}

function recentWords(recent: readonly { state: string }[]): string {
  if (recent.length === 0) return t('reach.class.recentNone');
  const reached = recent.filter(({ state }) => state === 'reached' || state === 'reachedLate').length;
  if (reached === recent.length) return t('reach.class.recentGood', { count: reached });
  const fromLast = recent.toReversed();
  const firstReached = fromLast.findIndex(({ state }) => state !== 'unreached');
  const missedInRow = firstReached === -1 ? fromLast.length : firstReached;
  if (missedInRow > 0) return t('reach.class.recentMissed', { count: missedInRow });
  return t('reach.class.recentMixed', { reached, count: recent.length });
}
