import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useLocation, useParams } from 'react-router';
import { weekday } from '../../platform/i18n/format.ts';
import { api, newKey } from '../../platform/web/api.ts';
import { PageHead } from '../../platform/web/console/page-head.tsx';
import { ProblemNotice, SkeletonRows } from '../../platform/web/console/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import {
  closingReasons,
  contactMeans,
  reasons,
  type ClosingReason,
  type ContactMeans,
  type ContactOutcome,
  type Reason,
} from '../rules/follow-up.ts';
import { CallButton } from './call-button.tsx';
import { dayOf, dayWords, wayWord, whenWords } from './words.ts';
import './reach.css';

type Case = Awaited<ReturnType<typeof askCase>>;

function askCase(followUpId: string) {
  return api.get('/api/follow-ups/{followUpId}', { path: { followUpId } });
}

/** One pupil to look after: call, note what came of it with one tap, and see what it sets going. */
export default function FollowUpPage() {
  const { followUpId = '' } = useParams();
  const isFromSchool = (useLocation().state as { from?: string } | null)?.from === '/school-follow-ups';
  const asked = useQuery({ queryKey: ['follow-up', followUpId], queryFn: () => askCase(followUpId) });
  if (asked.isPending) return <SkeletonRows />;
  if (asked.isError) return <ProblemNotice error={asked.error} onRetry={asked.refetch} />;
  const row = asked.data;
  const today = dayOf(row.now, row.timeZone);
  const isOverdue = row.state === 'open' && row.dueAt < row.now;
  const due = whenWords(row.dueAt, row.timeZone, today);
  return (
    <div className="page-narrow">
      <PageHead
        back={
          isFromSchool
            ? { to: '/school-follow-ups', label: t('reach.page.schoolFollowUps') }
            : { to: '/follow-ups', label: t('reach.followUp.back') }
        }
        title={row.pupilName}
        when={t('reach.followUp.in', {
          class: row.className,
          adult: row.adultName ?? t('reach.followUps.noAdult'),
        })}
      >
        {row.state === 'open' && (
          <span className={isOverdue ? 'tag-red' : 'amber num'}>
            {isOverdue
              ? t('reach.followUps.overdue', { time: due })
              : t('reach.followUps.due', { time: due })}
          </span>
        )}
      </PageHead>
      {row.state === 'closed' && <Closed row={row} today={today} />}
      <RecentDays row={row} today={today} />
      <Guardians row={row} />
      {row.state === 'open' && <ContactForm key={row.contacts} row={row} />}
      <Log row={row} today={today} />
      {row.state === 'open' && <EndForm row={row} />}
    </div>
  );
}

function Closed({ row, today }: { row: Case; today: string }) {
  const time = row.closedAt ? whenWords(row.closedAt, row.timeZone, today) : '';
  return (
    <p className="notice">
      {row.closedBy === 'fact'
        ? t('reach.followUp.closedFact', { time })
        : t('reach.followUp.closedReason', { reason: closingWord(row.closingReason), time })}
    </p>
  );
}

function closingWord(reason: string | null): string {
  switch (reason) {
    case 'agreedAbsence':
    case 'backAtSchool':
    case 'leftSchool':
    case 'withdrawn':
    case 'agreed':
      return t(`reach.closing.${reason}`);
    case 'noDevice':
    case 'noNetwork':
    case 'noData':
    case 'sharedPhone':
    case 'ill':
    case 'other':
      return t(`reach.reason.${reason}`);
    default:
      return reason ?? '';
  }
}

function RecentDays({ row, today }: { row: Case; today: string }) {
  if (row.recentDays.length === 0) return null;
  return (
    <section className="card section" aria-label={t('reach.followUp.recent')}>
      <div className="day-strip">
        {row.recentDays.map((day) => (
          <div key={day.day} className={day.state}>
            <b>{day.way && day.state !== 'unreached' ? wayWord(day.way) : t(`reach.day.${day.state}`)}</b>
            <span className="muted num" title={dayWords(day.day, today)}>
              {weekday(day.day, locale(), 'short')} {Number(day.day.slice(8))}
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}

function Guardians({ row }: { row: Case }) {
  return (
    <section className="card section">
      {row.guardians.map((guardian) => (
        <div key={guardian.personId} className="guardian">
          <span>
            {guardian.tail === null
              ? t('reach.followUp.noNumber', { name: guardian.name })
              : t('reach.followUp.numberOf', { name: guardian.name, tail: guardian.tail })}
          </span>
          {row.mayCall && guardian.tail !== null && (
            <CallButton pupilId={row.pupilId} guardian={guardian} size="large" />
          )}
        </div>
      ))}
      {row.guardians.length === 0 && <p className="guardian">{t('reach.followUp.noGuardian')}</p>}
      <p className="muted small pad-x">{t('reach.followUp.onlyAdult')}</p>
    </section>
  );
}

const outcomesOf: Readonly<Record<ContactMeans, readonly ContactOutcome[]>> = {
  phone: ['willMakeUp', 'taught', 'excused', 'noAnswer', 'worried'],
  visit: ['willMakeUp', 'taught', 'given', 'excused', 'noAnswer', 'worried'],
  paper: ['given', 'noAnswer'],
  message: ['willMakeUp', 'excused', 'noAnswer'],
};

function ContactForm({ row }: { row: Case }) {
  const [means, setMeans] = useState<ContactMeans>('phone');
  const [reason, setReason] = useState<Reason | null>(row.reason);
  const [note, setNote] = useState('');
  // One key for this form: a second tap or a lost answer notes the contact once.
  const [key] = useState(newKey);
  const queries = useQueryClient();
  const log = useMutation({
    mutationFn: (outcome: ContactOutcome) =>
      api.post('/api/follow-ups/{followUpId}/contacts', {
        path: { followUpId: row.followUpId },
        body: { means, outcome, reason, note: note.trim() || null },
        key,
      }),
    onSuccess: (now) => {
      queries.setQueryData(['follow-up', row.followUpId], now);
      return queries.invalidateQueries({ queryKey: ['follow-ups'] });
    },
  });
  return (
    <section className="card pad section">
      <h2>{t('reach.followUp.means')}</h2>
      <div className="choices" role="group" aria-label={t('reach.followUp.means')}>
        {contactMeans.map((one) => (
          <button
            key={one}
            type="button"
            className="choice"
            aria-pressed={one === means}
            onClick={() => setMeans(one)}
          >
            {t(`reach.means.${one}`)}
          </button>
        ))}
      </div>
      <h3>{t('reach.followUp.reason')}</h3>
      <div className="choices" role="group" aria-label={t('reach.followUp.reason')}>
        {reasons.map((one) => (
          <button
            key={one}
            type="button"
            className="choice"
            aria-pressed={one === reason}
            onClick={() => setReason(one === reason ? null : one)}
          >
            {t(`reach.reason.${one}`)}
          </button>
        ))}
      </div>
      <h3 id="note">{t('reach.followUp.note')}</h3>
      <Input
        value={note}
        maxLength={500}
        aria-labelledby="note"
        onChange={(event) => setNote(event.target.value)}
      />
      <h3>{t('reach.followUp.outcome')}</h3>
      <div className="outcomes">
        {outcomesOf[means].map((outcome) => (
          <button
            key={outcome}
            type="button"
            className="outcome"
            disabled={log.isPending}
            onClick={() => log.mutate(outcome)}
          >
            <b>{t(`reach.outcome.${outcome}`)}</b>
            <small>{t(`reach.outcomeNext.${outcome}`)}</small>
          </button>
        ))}
      </div>
      {log.isError && <ProblemNotice error={log.error} />}
    </section>
  );
}

function Log({ row, today }: { row: Case; today: string }) {
  const told = row.told.map((one) => ({
    at: one.toldAt,
    words: t('reach.followUp.toldRow', { name: one.byName, reason: t(`reach.reason.${one.reason}`) }),
    more: '',
  }));
  const tried = row.log.map((one) => ({
    at: one.at,
    words: t('reach.followUp.logRow', {
      means: t(`reach.means.${one.means}`),
      outcome: t(`reach.outcome.${one.outcome}`),
    }),
    more: [one.byName, one.reason === null ? null : t(`reach.reason.${one.reason}`), one.note]
      .filter(Boolean)
      .join(' · '),
  }));
  const lines = [...told, ...tried].sort((a, b) => (new Date(a.at) < new Date(b.at) ? -1 : 1));
  return (
    <section className="card section" aria-labelledby="log">
      <header>
        <h2 id="log">{t('reach.followUp.log')}</h2>
      </header>
      {lines.length === 0 && <p className="pad-x muted">{t('reach.followUp.logNone')}</p>}
      <ul className="log-list" aria-live="polite">
        {lines.map((line) => (
          <li key={`${line.at} ${line.words}`}>
            <span className="muted num">{whenWords(line.at, row.timeZone, today)}</span>
            <span>
              {line.words}
              {line.more && <span className="muted"> {line.more}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function EndForm({ row }: { row: Case }) {
  const [reason, setReason] = useState<ClosingReason>('agreedAbsence');
  const [note, setNote] = useState('');
  const [key] = useState(newKey);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['follow-up', row.followUpId] });
  const path = { followUpId: row.followUpId };
  const close = useMutation({
    mutationFn: () =>
      api.post('/api/follow-ups/{followUpId}/closing', { path, body: { reason, note: note.trim() || null } }),
    onSuccess: refresh,
  });
  const handOver = useMutation({
    mutationFn: () => api.post('/api/follow-ups/{followUpId}/hand-over', { path, body: {}, key }),
    onSuccess: refresh,
  });
  return (
    <section className="card pad section">
      <h2>{t('reach.followUp.close')}</h2>
      <div className="choices">
        <Select
          value={reason}
          aria-label={t('reach.followUp.close')}
          onChange={setReason}
          options={closingReasons.map((value) => ({ value, label: t(`reach.closing.${value}`) }))}
          style={{ minWidth: 160 }}
        />
        {reason === 'other' && (
          <Input
            value={note}
            maxLength={500}
            aria-label={t('reach.followUp.note')}
            placeholder={t('reach.followUp.note')}
            onChange={(event) => setNote(event.target.value)}
            style={{ maxWidth: 240 }}
          />
        )}
        <Button
          loading={close.isPending}
          disabled={reason === 'other' && note.trim() === ''}
          onClick={() => close.mutate()}
        >
          {t('reach.followUp.closeAct')}
        </Button>
      </div>
      {row.deputyName && (
        <p className="hand-over">
          <Button loading={handOver.isPending} onClick={() => handOver.mutate()}>
            {t('reach.followUp.handOver', { name: row.deputyName })}
          </Button>
        </p>
      )}
      {close.isError && <ProblemNotice error={close.error} />}
      {handOver.isError && <ProblemNotice error={handOver.error} />}
    </section>
  );
}
