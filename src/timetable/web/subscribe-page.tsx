/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { api } from '../../platform/web/api.ts';
import { ApiProblem } from '../../platform/web/api-problem.ts';
import { useAsked } from '../../platform/web/learner/ask.ts';
import { ChildChoice, shownPupilId, useSelf } from '../../platform/web/learner/child-choice.tsx';
import { PageTop } from '../../platform/web/learner/page-top.tsx';
import type { LearnerPageProps } from '../../platform/web/learner/pages.ts';
import { ProblemNotice, SlateSkeleton } from '../../platform/web/learner/states.tsx';
import { t } from '../../platform/web/t.ts';
import { calendarLink } from './calendar-link.ts';
import './subscribe.css';

/** An address for the calendar on the telephone; one for each child, and a way to take it back. */
export default function SubscribePage({ query }: LearnerPageProps) {
  const self = useSelf();
  const pupilId = query.get('pupil') ?? (self.data ? shownPupilId(self.data, null) : null);
  return (
    <>
      <PageTop title={t('timetable.feed.title')} pupil={query.get('pupil')} />
      {self.problem && <ProblemNotice problem={self.problem} onRetry={self.again} />}
      {self.isLoading && <SlateSkeleton />}
      {self.data && <ChildChoice self={self.data} shown={pupilId} path="timetable/subscribe" />}
      {pupilId && <OneAddress key={pupilId} pupilId={pupilId} />}
    </>
  );
}

function OneAddress({ pupilId }: { pupilId: string }) {
  const asked = useAsked(`feeds ${pupilId}`, (signal) => api.get('/api/calendar-feeds', { signal }));
  const [doing, setDoing] = useState<{ busy: boolean; note: string | null; problem: ApiProblem | null }>({
    busy: false,
    note: null,
    problem: null,
  });
  const feed = asked.data?.feeds.find((one) => one.pupilId === pupilId && one.classId === null);
  const act = (work: () => Promise<unknown>, note: string | null): void => {
    setDoing({ busy: true, note: null, problem: null });
    work().then(
      () => {
        setDoing({ busy: false, note, problem: null });
        asked.again();
      },
      (error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        setDoing({ busy: false, note: null, problem: error });
      },
    );
  };
  return (
    <main class="card subscribe">
      <p>{t('timetable.feed.lead')}</p>
      {asked.problem && <ProblemNotice problem={asked.problem} onRetry={asked.again} />}
      {doing.problem && <ProblemNotice problem={doing.problem} onRetry={asked.again} />}
      {asked.data && !feed && (
        <button
          type="button"
          class="btn"
          disabled={doing.busy}
          onClick={() =>
            act(() => api.post('/api/calendar-feeds', { body: { pupilId, classId: null } }), null)
          }
        >
          {t('timetable.feed.make')}
        </button>
      )}
      {feed && (
        <>
          <a class="btn" href={calendarLink(feed.address)}>
            {t('timetable.feed.open')}
          </a>
          <p class="small muted">{t('timetable.feed.how')}</p>
          <label>
            <span class="small">{t('timetable.feed.address')}</span>
            <input readOnly value={feed.address} onFocus={(event) => event.currentTarget.select()} />
          </label>
          <p class="small muted">{t('timetable.feed.secret')}</p>
          <button
            type="button"
            class="btn soft"
            disabled={doing.busy}
            onClick={() =>
              act(
                () => api.delete('/api/calendar-feeds/{feedId}', { path: { feedId: feed.id }, body: null }),
                t('timetable.feed.revoked'),
              )
            }
          >
            {t('timetable.feed.revoke')}
          </button>
        </>
      )}
      {doing.note && <p role="status">{doing.note}</p>}
    </main>
  );
}
