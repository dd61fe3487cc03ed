/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { api } from '../../platform/web/api.ts';
import { useAsked } from '../../platform/web/learner/ask.ts';
import { ChildChoice, shownPupilId, useSelf } from '../../platform/web/learner/child-choice.tsx';
import { PageTop } from '../../platform/web/learner/page-top.tsx';
import type { LearnerPageProps } from '../../platform/web/learner/pages.ts';
import { ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { locale, t } from '../../platform/web/t.ts';
import { noticeItems, possibleAnswers, type ConsentAnswer } from '../rules/notice.ts';
import './consents.css';

type Consents = Awaited<ReturnType<typeof askConsents>>;

function askConsents(personId: string, signal?: AbortSignal) {
  return api.get('/api/people/{personId}/consents', { path: { personId }, signal });
}

/** What a guardian may widen for a child under 14: the notice whole, yes and no of one size. */
export default function ConsentsPage({ query }: LearnerPageProps) {
  const self = useSelf();
  const pupilId = self.data && shownPupilId(self.data, query.get('pupil'));
  return (
    <>
      <PageTop title={t('consents.page.title')} pupil={query.get('pupil')} />
      <main>
        {self.problem && <ProblemNotice problem={self.problem} onRetry={self.again} />}
        {self.isLoading && <SlateSkeleton />}
        {self.data && pupilId && (
          <>
            <ChildChoice self={self.data} shown={pupilId} path="consents" />
            <OfChild
              pupilId={pupilId}
              mayAnswer={self.data.children.some(({ personId }) => personId === pupilId)}
            />
          </>
        )}
      </main>
    </>
  );
}

function OfChild({ pupilId, mayAnswer }: { pupilId: string; mayAnswer: boolean }) {
  const asked = useAsked(`consents ${pupilId}`, (signal) => askConsents(pupilId, signal));
  const [answered, setAnswered] = useState<{ pupilId: string; consents: Consents }>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSending, setSending] = useState(false);
  const data = answered?.pupilId === pupilId ? answered.consents : asked.data;
  const answer = (purpose: Consents['purposes'][number]['purpose'], said: ConsentAnswer): void => {
    if (!data) return;
    setSending(true);
    setProblem(undefined);
    api
      .put('/api/people/{personId}/consents/{purpose}', {
        path: { personId: pupilId, purpose },
        body: { answer: said, noticeVersion: data.noticeVersion },
      })
      .then(
        (consents) => setAnswered({ pupilId, consents }),
        (error: unknown) => {
          if (!(error instanceof ApiProblem)) throw error;
          setProblem(error);
        },
      )
      .finally(() => setSending(false));
  };
  return (
    <>
      {problem && <ProblemNotice problem={problem} />}
      {asked.problem && !data && <ProblemNotice problem={asked.problem} onRetry={asked.again} />}
      {asked.isLoading && !data && <SlateSkeleton />}
      {data && !data.isAsked && <p class="muted">{t('consents.notAsked', { name: data.pupilName })}</p>}
      {data?.isAsked && (
        <>
          <p class="muted">{t(mayAnswer ? 'consents.lead' : 'consents.pupilReads')}</p>
          {data.purposes.map((one) => (
            <section key={one.purpose} class="card consent">
              <h2>{t(`consents.purpose.${one.purpose}`)}</h2>
              <p class="muted">{t(`consents.purpose.${one.purpose}.about`)}</p>
              <p role="status">
                <b>{t(`consents.state.${one.state}`)}</b>
                {one.at && one.channel && (
                  <span class="muted small">
                    {' '}
                    {t('consents.when', {
                      channel: t(`consents.channel.${one.channel}`),
                      at: new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(one.at)),
                    })}
                  </span>
                )}
              </p>
              <Notice isOpen={mayAnswer && (one.state === 'none' || one.state === 'outdated')} />
              {mayAnswer && (
                <div class="answers">
                  {possibleAnswers(one.state).map((said) => (
                    <button
                      key={said}
                      type="button"
                      class="btn"
                      disabled={isSending}
                      onClick={() => answer(one.purpose, said)}
                    >
                      {t(`consents.answer.${said}`)}
                    </button>
                  ))}
                </div>
              )}
            </section>
          ))}
        </>
      )}
    </>
  );
}

function Notice({ isOpen }: { isOpen: boolean }) {
  return (
    <details class="notice-text" open={isOpen}>
      <summary>{t('consents.notice.title')}</summary>
      <dl>
        {noticeItems.map((item) => (
          <div key={item}>
            <dt>{t(`consents.notice.${item}`)}</dt>
            <dd class="muted">{t(`consents.notice.${item}.text`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
