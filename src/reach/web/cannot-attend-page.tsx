/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { timeOfDay } from '../../platform/i18n/format.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { api, newKey } from '../../platform/web/api.ts';
import { useAsked, useOnline } from '../../platform/web/learner/ask.ts';
import { ChildChoice } from '../../platform/web/learner/child-choice.tsx';
import { PageTop } from '../../platform/web/learner/page-top.tsx';
import type { LearnerPageProps } from '../../platform/web/learner/pages.ts';
import { Empty, ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { t } from '../../platform/web/t.ts';
import { reasons, type Reason } from '../rules/follow-up.ts';
import { useShownPupil } from './own-pupil.ts';
import { forgetWaiting, keepWaiting, useWaiting } from './waiting-absence.ts';
import './learner.css';

export type CannotAttend = Awaited<ReturnType<typeof askCannotAttend>>;

function askCannotAttend(pupilId: string, signal?: AbortSignal) {
  return api.get('/api/cannot-attend', { query: { pupilId }, signal });
}

const icons: Readonly<Record<Reason, string>> = {
  noDevice: 'device',
  noNetwork: 'nowifi',
  noData: 'data',
  sharedPhone: 'people',
  ill: 'sick',
  other: 'chat',
};

/** "I cannot attend": one tap on a reason tells the teacher, and says what happens next. */
export default function CannotAttendPage({ query }: LearnerPageProps) {
  const pupil = useShownPupil(query);
  return (
    <>
      <PageTop
        title={t(pupil.data?.forChild ? 'timetable.today.childCannotAttend' : 'reach.page.cannotAttend')}
        pupil={query.get('pupil')}
      />
      <main>
        {pupil.problem && <ProblemNotice problem={pupil.problem} onRetry={pupil.again} />}
        {pupil.isLoading && <SlateSkeleton />}
        {pupil.data === null && <Empty title={t('reach.children.none')} />}
        {pupil.data && <ChildChoice self={pupil.data.self} shown={pupil.data.pupilId} path="cannot-attend" />}
        {pupil.data && <OfPupil pupilId={pupil.data.pupilId} isNamed={pupil.data.forChild !== null} />}
      </main>
    </>
  );
}

function OfPupil({ pupilId, isNamed }: { pupilId: string; isNamed: boolean }) {
  const asked = useAsked(`cannot attend ${pupilId}`, (signal) => askCannotAttend(pupilId, signal), {
    everyMs: 60_000,
  });
  const [answered, setAnswered] = useState<CannotAttend>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSending, setSending] = useState(false);
  const isOnline = useOnline();
  // Without a network the tap is kept on this device and sent, once, when there is one again.
  useWaiting(pupilId, isOnline, setAnswered);
  const data = answered || asked.data;
  const send = (ask: () => Promise<CannotAttend>, onOffline: () => void): void => {
    setSending(true);
    setProblem(undefined);
    ask()
      .then(setAnswered, (error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        if (error.status === 0) onOffline();
        setProblem(error);
      })
      .finally(() => setSending(false));
  };
  const tell = (lessonId: string | null, reason: Reason): void => {
    const key = newKey();
    const body = { pupilId, lessonId, reason };
    send(
      () => api.post('/api/cannot-attend', { body, key }),
      () => keepWaiting({ ...body, key }),
    );
  };
  const withdraw = (toldId: string): void => {
    forgetWaiting(pupilId);
    send(
      () => api.post('/api/cannot-attend/{toldId}/withdrawal', { path: { toldId }, body: { pupilId } }),
      () => undefined,
    );
  };
  return (
    <>
      {problem && (problem.status === 0 ? <Kept /> : <ProblemNotice problem={problem} />)}
      {asked.problem && !data && <ProblemNotice problem={asked.problem} onRetry={asked.again} />}
      {asked.isLoading && !data && <SlateSkeleton />}
      {data && (
        <CannotAttendView
          data={data}
          isNamed={isNamed}
          isSending={isSending}
          onTell={tell}
          onWithdraw={withdraw}
        />
      )}
    </>
  );
}

function Kept() {
  return (
    <p class="notice waiting" role="status">
      <i class="i i-nowifi" aria-hidden="true" />
      <span>{t('reach.absent.offline')}</span>
    </p>
  );
}

export interface CannotAttendViewProps {
  readonly data: CannotAttend;
  /** A guardian speaks for a named child. */
  readonly isNamed: boolean;
  readonly isSending: boolean;
  readonly onTell: (lessonId: string | null, reason: Reason) => void;
  readonly onWithdraw: (toldId: string) => void;
}

export function CannotAttendView({ data, isNamed, isSending, onTell, onWithdraw }: CannotAttendViewProps) {
  const told = data.told[data.told.length - 1];
  if (told) return <Told data={data} told={told} isSending={isSending} onWithdraw={onWithdraw} />;
  if (data.lessons.length === 0) {
    return (
      <Empty title={t('reach.absent.none')}>
        <p>{t('reach.absent.noneNext')}</p>
      </Empty>
    );
  }
  return <Ask data={data} isNamed={isNamed} isSending={isSending} onTell={onTell} />;
}

function Ask({ data, isNamed, isSending, onTell }: Omit<CannotAttendViewProps, 'onWithdraw'>) {
  const first = data.lessons[0];
  const [scope, setScope] = useState<'this' | 'rest'>('this');
  if (!first) return null;
  const isRunning = first.startsAt <= data.now;
  const course = first.courseTitle || '';
  return (
    <>
      <h2 class="ask-title">
        {isNamed ? t('reach.absent.titleFor', { name: data.pupilName }) : t('reach.absent.title')}
      </h2>
      <p class="muted">
        {data.adultName === null
          ? t('reach.absent.tellsSchool')
          : t('reach.absent.tells', { adult: data.adultName })}
      </p>
      <div class="scope" role="group" aria-label={t('reach.absent.which')}>
        <button type="button" aria-pressed={scope === 'this'} onClick={() => setScope('this')}>
          {isRunning ? t('reach.absent.this', { course }) : t('reach.absent.next', { course })}
        </button>
        <button type="button" aria-pressed={scope === 'rest'} onClick={() => setScope('rest')}>
          {t('reach.absent.rest')}
        </button>
      </div>
      <ul class="reason-tiles">
        {reasons.map((reason) => (
          <li key={reason}>
            <button
              type="button"
              disabled={isSending}
              onClick={() => onTell(scope === 'this' ? first.lessonId : null, reason)}
            >
              <i class={`i i-${icons[reason]}`} aria-hidden="true" />
              {t(`reach.reason.${reason}`)}
            </button>
          </li>
        ))}
      </ul>
      {isSending && <p role="status">{t('reach.absent.sending')}</p>}
    </>
  );
}

function Told({
  data,
  told,
  isSending,
  onWithdraw,
}: Omit<CannotAttendViewProps, 'isNamed' | 'onTell'> & { told: CannotAttend['told'][number] }) {
  const guardian = data.guardians.filter(({ tail }) => tail !== null)[0];
  return (
    <>
      <section class="told" role="status">
        <span class="tick">
          <i class="i i-check" aria-hidden="true" />
        </span>
        <div>
          <h2>
            {told.adultName === null
              ? t('reach.absent.toldSchool')
              : t('reach.absent.told', { adult: told.adultName })}
          </h2>
          <p class="muted">
            {t('reach.absent.toldLine', {
              what: told.lessonId === null ? t('reach.absent.allRest') : told.courseTitle || '',
              reason: t(`reach.reason.${told.reason}`),
              time: timeOfDay(told.toldAt, data.timeZone),
            })}
          </p>
        </div>
      </section>
      <h2 class="steps-title">{t('reach.absent.stepsTitle')}</h2>
      <ol class="card steps">
        <li>
          <b>{t('reach.absent.now')}</b>
          <span>{t('reach.absent.stepNoted')}</span>
        </li>
        <li>
          <b class="num">{t('reach.absent.before', { time: timeOfDay(told.dueAt, data.timeZone) })}</b>
          <span>
            {told.adultName === null
              ? t('reach.absent.stepCallSchool')
              : t('reach.absent.stepCall', { adult: told.adultName })}
            <small class="muted">
              {guardian
                ? t('reach.absent.stepCallTo', { name: guardian.name, tail: guardian.tail || '' })
                : t('reach.absent.stepNoNumber')}
            </small>
          </span>
        </li>
        <li>
          <b>{t('reach.absent.later')}</b>
          <span>{t('reach.absent.stepMakeUp')}</span>
        </li>
      </ol>
      {told.canWithdraw ? (
        <button type="button" class="btn soft wide" disabled={isSending} onClick={() => onWithdraw(told.id)}>
          {t('reach.absent.withdraw')}
        </button>
      ) : (
        <p class="muted">{t('reach.absent.cannotWithdraw')}</p>
      )}
    </>
  );
}
