import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../platform/web/api.ts';
import { useActing } from '../../platform/web/console/me.ts';
import { t } from '../../platform/web/t.ts';
import { CaseRow, MissedRow, RunningRow } from './follow-ups-page.tsx';
import './reach.css';

/** Rows Today shows; the rest is a tap away. */
const SHOWN = 5;

/** On Today of whoever answers for pupils: those who wait for them, before the lessons. Nothing when nobody does. */
export default function TodayFollowUps() {
  const { appointmentId } = useActing();
  const { data: own, isPending } = useQuery({
    queryKey: ['follow-ups', appointmentId],
    queryFn: () => api.get('/api/my-follow-ups'),
    refetchInterval: 30_000,
  });
  if (!own) return isPending ? <div aria-busy="true" /> : null;
  const waiting = own.open.length + own.missedToday.length;
  const cases = own.open.slice(0, SHOWN);
  return (
    <>
      {own.running.length > 0 && (
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
      )}
      {waiting > 0 && (
        <section className="card section" aria-labelledby="waiting">
          <header>
            <h2 id="waiting">{t('reach.followUps.lead', { count: waiting })}</h2>
            <Link className="at-end" to="/follow-ups">
              {t('reach.followUps.all')}
            </Link>
          </header>
          <ul className="case-list">
            {cases.map((row) => (
              <CaseRow key={row.followUpId} row={row} own={own} />
            ))}
            {own.missedToday.slice(0, SHOWN - cases.length).map((row) => (
              <MissedRow key={row.pupilId} row={row} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
