import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useNavigate } from 'react-router';
import { dayAndWeekday } from '../../platform/i18n/format.ts';
import { api } from '../../platform/web/api.ts';
import { Lead, PageHead } from '../../platform/web/console/page-head.tsx';
import {
  Empty,
  ProblemNotice,
  SkeletonRows,
  StaleTime,
  VeryStale,
} from '../../platform/web/console/states.tsx';
import { useActing } from '../../platform/web/console/me.ts';
import { locale, t } from '../../platform/web/t.ts';
import { ContestList } from './contest-list.tsx';
import { dayWords, whenWords } from './words.ts';
import './reach.css';

type Own = Awaited<ReturnType<typeof askOwn>>;
type Case = Own['open'][number];
type Missed = Own['missedToday'][number];
type Lesson = Own['running'][number];

function askOwn() {
  return api.get('/api/my-follow-ups');
}

/** One's own pupils who are not reached: whom to call, by when, and what was tried. */
export default function FollowUpsPage() {
  const { appointmentId } = useActing();
  const own = useQuery({ queryKey: ['follow-ups', appointmentId], queryFn: askOwn, refetchInterval: 30_000 });
  if (own.isPending) return <SkeletonRows />;
  if (own.isError && !own.data) return <ProblemNotice error={own.error} onRetry={own.refetch} />;
  const age = { fetchedAt: own.dataUpdatedAt, at: own.data.now, timeZone: own.data.timeZone };
  return (
    <>
      <PageHead
        title={t('reach.page.followUps')}
        when={dayAndWeekday(own.data.day, locale(), Number(own.data.day.slice(0, 4)))}
      >
        <StaleTime {...age} />
      </PageHead>
      <VeryStale {...age} />
      {own.isError && <ProblemNotice error={own.error} onRetry={own.refetch} />}
      <FollowUpsView own={own.data} />
    </>
  );
}

export function FollowUpsView({ own }: { own: Own }) {
  const overdue = own.open.filter((row) => row.dueAt < own.now).length;
  const waiting = own.open.length + own.missedToday.length;
  return (
    <>
      {waiting > 0 && (
        <Lead>
          {overdue > 0
            ? t('reach.followUps.leadOverdue', { count: waiting, overdue })
            : t('reach.followUps.lead', { count: waiting })}
        </Lead>
      )}
      {waiting === 0 && own.contests.length === 0 && (
        <Empty title={t('reach.followUps.none')} isGood>
          <p className="muted">{t('reach.followUps.noneNext')}</p>
        </Empty>
      )}
      {own.open.length > 0 && (
        <section className="card section" aria-labelledby="open-cases">
          <header>
            <h2 id="open-cases">{t('reach.followUps.open')}</h2>
          </header>
          <ul className="case-list">
            {own.open.map((row) => (
              <CaseRow key={row.followUpId} row={row} own={own} />
            ))}
          </ul>
        </section>
      )}
      {own.missedToday.length > 0 && <MissedToday own={own} />}
      {own.contests.length > 0 && (
        <ContestList contests={own.contests} timeZone={own.timeZone} today={own.day} />
      )}
      {own.running.length > 0 && <Running own={own} />}
    </>
  );
}

/** One open follow-up: who, why, by when, and the act. */
export function CaseRow({ row, own }: { row: Case; own: Own }) {
  const isOverdue = row.dueAt < own.now;
  const when = whenWords(row.dueAt, own.timeZone, own.day);
  return (
    <li className={isOverdue || row.isEscalated ? 'urgent' : ''}>
      <span>
        <b>{row.pupilName}</b> <span className="muted num">{row.pupilNumber}</span>
        <br />
        <span className="muted">{row.className}</span>{' '}
        {row.isEscalated && <span className="tag-red">{t('reach.followUps.escalated')}</span>}
      </span>
      <span className="wide">
        {aboutWords(row, own.day)}
        {row.reason && ` · ${t('reach.followUps.told', { reason: t(`reach.reason.${row.reason}`) })}`}
        <br />
        <span className="muted">
          <LastContact row={row} own={own} />
        </span>
      </span>
      <span className={`num ${isOverdue ? 'red' : 'amber'}`}>
        {isOverdue ? t('reach.followUps.overdue', { time: when }) : t('reach.followUps.due', { time: when })}
      </span>
      <Link className="act main" to={`/follow-ups/${row.followUpId}`}>
        {t('reach.followUp.call')}
      </Link>
    </li>
  );
}

/** A day that is not over is not unreached yet. */
function aboutWords({ days, origin }: Case, today: string): string {
  const [day = today] = days;
  if (days.length > 1) return t('reach.followUps.days', { count: days.length });
  if (day === today && origin !== 'dayClose') return t('reach.followUps.sinceToday');
  return t('reach.followUps.oneDay', { day: dayWords(day, today) });
}

function LastContact({ row, own }: { row: Case; own: Own }) {
  if (!row.lastContact) return <>{t('reach.followUps.notYet')}</>;
  const { at, means, outcome } = row.lastContact;
  return (
    <>
      {t('reach.followUps.last', {
        time: whenWords(at, own.timeZone, own.day),
        means: t(`reach.means.${means}`),
        outcome: t(`reach.outcome.${outcome}`),
      })}
    </>
  );
}

function MissedToday({ own }: { own: Own }) {
  return (
    <section className="card section" aria-labelledby="missed-today">
      <header>
        <h2 id="missed-today">{t('reach.followUps.today')}</h2>
        <span className="muted">{t('reach.followUps.todayWhy')}</span>
      </header>
      <ul className="case-list">
        {own.missedToday.map((row) => (
          <MissedRow key={row.pupilId} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Running({ own }: { own: Own }) {
  return (
    <section className="card section" aria-labelledby="running">
      <header>
        <h2 id="running">{t('reach.followUps.running')}</h2>
      </header>
      <ul className="case-list">
        {own.running.map((row) => (
          <RunningRow key={`${row.lessonId} ${row.classId}`} row={row} own={own} />
        ))}
      </ul>
    </section>
  );
}

/** A pupil who missed lessons of a day that is not over. */
export function MissedRow({ row }: { row: Missed }) {
  return (
    <li>
      <span>
        <b>{row.pupilName}</b> <span className="muted num">{row.pupilNumber}</span>
      </span>
      <span className="muted wide">{row.className}</span>
      <span className={row.state === 'unreached' ? 'red num' : 'num'}>
        {t('reach.followUps.missed', { missed: row.missed, expected: row.expected })}
      </span>
      <BeginCall pupilId={row.pupilId} name={row.pupilName} />
    </li>
  );
}

/** Begins the follow-up and opens it: the family's number and the place for the result stand there. */
function BeginCall({ pupilId, name }: { pupilId: string; name: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: () => api.post('/api/pupils/{pupilId}/follow-ups', { path: { pupilId }, body: {} }),
    onSuccess: async ({ followUpId }) => {
      await queries.invalidateQueries({ queryKey: ['follow-ups'] });
      await navigate(`/follow-ups/${followUpId}`);
    },
  });
  return (
    <span>
      <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate()}>
        {t('reach.followUp.call')}
        <span className="vh">{name}</span>
      </Button>
      {begin.isError && <ProblemNotice error={begin.error} />}
    </span>
  );
}

/** A lesson that runs now with one's own pupils in it. */
export function RunningRow({ row, own }: { row: Lesson; own: Own }) {
  return (
    <li>
      <span>
        <b>{row.className}</b> · {row.courseTitle}
      </span>
      <span className="muted wide num">
        {whenWords(row.startsAt, own.timeZone, own.day)}—{whenWords(row.endsAt, own.timeZone, own.day)}
      </span>
      <span className={row.missing > 0 ? 'red num' : 'zero num'}>
        {t('reach.followUps.runningMissing', { missing: row.missing, expected: row.expected })}
      </span>
      <Link to={`/board/${row.day}/${row.lessonId}/${row.classId}`}>{t('reach.followUps.classNow')}</Link>
    </li>
  );
}
